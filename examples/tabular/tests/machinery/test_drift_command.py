"""`poe drift` with the data of this modality: what it prints, writes and refuses."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from churn.mlops.drift import drift, profile, window
from churn.mlops.drift.profile import FACTS
from churn.mlops.drift.settings import SETTINGS
from churn.mlops.errors import UserError
from churn.mlops.files import load_json, save_json
from churn.mlops.project import MODEL, PREPARED
from churn.mlops.training import FinishedRun
from churn.project import PROJECT

pytestmark = pytest.mark.slow

PINNED = 'min_rows: 20\nreference:\n  sha256: ""\n  accepted_by: ""\n  reason: ""\n'
ROWS = 60


@pytest.fixture(autouse=True)
def drift_settings(trained: FinishedRun, workspace: Path) -> Iterator[None]:
    """Few rows are enough here."""
    assert trained.metrics
    path = workspace / SETTINGS
    path.write_text(PINNED, encoding="utf-8")
    yield
    path.unlink()


def write_new_data(config: Any, inputs: Sequence[Any], folder: Path) -> list[str]:
    """Returns the names of files with these inputs, or the texts themselves."""
    if PROJECT.example_table is None:
        return [str(given) for given in inputs]
    table = PROJECT.example_table(config, inputs, folder)
    if "path" in table:
        return [str(folder / name) for name in table["path"]]
    path = folder / "new.csv"
    table.to_csv(path, index=False)
    return [str(path)]


@pytest.fixture
def new_data(settings: Any, tmp_path: Path) -> list[str]:
    """Test inputs, some of them more than once."""
    inputs = PROJECT.inputs(PROJECT.load(settings, PREPARED).test)
    repeated = [inputs[row % len(inputs)] for row in range(ROWS)]
    return write_new_data(settings, repeated, tmp_path)


def test_a_training_writes_the_profile_of_its_data_next_to_the_model(settings: Any) -> None:
    known = profile.load(MODEL)
    assert len(known.sample) > 0
    assert known.data == PROJECT.prepare(settings, PREPARED)["hash"]
    assert known.sha256


def test_a_profile_of_many_columns_has_fewer_rows(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = len(profile.load(MODEL).sample.columns)
    monkeypatch.setattr(profile, "MAX_VALUES", 10 * columns + 1)
    made = profile.make(settings, PROJECT.load_model(MODEL), "")
    assert len(made.sample) == 10
    assert len(made.sample.columns) == columns


def test_drift_prints_and_writes_a_report_and_a_page(
    new_data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status = drift.main(new_data)
    printed = capsys.readouterr()
    assert printed.err == ""
    assert f"{ROWS} new rows" in printed.out
    report = load_json(drift.REPORT)
    assert status == int(report["drifted"])
    assert report["window"]["rows"] == ROWS
    assert report["tests"]
    page = drift.REPORT.with_suffix(".html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "http" not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [([], "name the new data"), (["--accept"], '"--accept" needs "--reason TEXT"')],
)
def test_a_call_without_what_it_needs_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drift.main(arguments) == 2
    assert message in capsys.readouterr().err


def test_too_few_rows_are_refused(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write_new_data(settings, PROJECT.sample(settings, 2), tmp_path)
    assert drift.main(few) == 2
    assert "2 rows, too few to compare: at least 20" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 99}, "has version 99, and this code reads up to 1"),
        ({"data": "another"}, "was changed by hand"),
        ({"columns": 1}, "is damaged"),
    ],
)
def test_a_profile_that_cannot_be_used_is_one_line(changes: dict[str, Any], message: str) -> None:
    path = MODEL / FACTS
    content = path.read_bytes()
    save_json(path, json.loads(content) | changes)
    try:
        with pytest.raises(UserError, match=message):
            profile.load(MODEL)
    finally:
        path.write_bytes(content)


def test_a_model_without_a_profile_gets_one_from_its_data(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    known = profile.load(MODEL)
    path = MODEL / FACTS
    content = path.read_bytes()
    path.unlink()
    try:
        found = profile.find(settings, PROJECT.load_model(MODEL))
    finally:
        path.write_bytes(content)
    assert found.sha256 == known.sha256
    assert "The model had no profile" in capsys.readouterr().out


def test_an_accepted_profile_is_pinned_with_name_and_reason(
    new_data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    digest = profile.load(MODEL).sha256
    assert drift.main(["--accept", "--reason", 'new "scanner"', "--by", "Ada"]) == 0
    content = SETTINGS.read_text(encoding="utf-8")
    assert f'sha256: "{digest}"' in content
    assert 'accepted_by: "Ada"' in content
    assert "commit it" in capsys.readouterr().out
    assert drift.main(new_data) in (0, 1)
    SETTINGS.write_text(content.replace(digest, "0" * 64), encoding="utf-8")
    assert drift.main(new_data) == 2
    assert "accepts 000000000000" in capsys.readouterr().err


def test_a_folder_is_all_its_files(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", ".hidden"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    names = [Path(name).name for name in window.list_files(str(tmp_path))]
    assert names == ["a.csv", "b.csv"]
    assert window.list_files("a text") == ["a text"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="has no files"):
        window.list_files(str(tmp_path / "empty"))

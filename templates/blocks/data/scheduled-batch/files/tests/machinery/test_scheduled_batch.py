"""`poe batch` publishes only what passed its checks, and its alarms open and close."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from nimble_package.mlops.files import load_json
from nimble_package.mlops.hook_points import Batch, BatchFinding
from nimble_package.mlops.hooks import HOOKS
from nimble_package.mlops.project import FILE_KINDS, MODEL
from nimble_package.mlops.scheduled_batch import alarms, batch, checks, record
from nimble_package.mlops.scheduled_batch import settings as batch_settings
from nimble_package.mlops.training import FinishedRun
from nimble_package.project import PROJECT

pytestmark = pytest.mark.slow

COUNT = 6
Sent = list[tuple[str, str]]


@pytest.fixture
def inputs(settings: Any, trained: FinishedRun, tmp_path: Path) -> Path:
    """A folder with some inputs of the test split, as a user has them."""
    assert trained.metrics
    model = PROJECT.load_model(MODEL)
    given = PROJECT.sample(settings, COUNT)
    folder = tmp_path / "inputs"
    folder.mkdir()
    field = PROJECT.signature(model).inputs[0]
    if PROJECT.example_table is None:
        column = getattr(settings.data, "text", "question")
        rows = [{"row": f"r{number}", column: text} for number, text in enumerate(given)]
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / "rows.jsonl").write_text(lines, encoding="utf-8")
        return folder
    table = PROJECT.example_table(settings, given, folder)
    if field.kind not in FILE_KINDS:
        table["row"] = [f"r{number}" for number in range(len(table))]
        path = folder / "rows.jsonl"
        table.to_json(path, orient="records", lines=True, force_ascii=False, date_format="iso")
    return folder


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """What was sent: the name of each alarm with its state; other checks are left out."""
    found: Sent = []

    def send(_: str, __: str, facts: Mapping[str, Any]) -> bool:
        found.append((facts["alarm"], facts["state"]))
        return True

    monkeypatch.setattr(HOOKS, "batch_alarms", [send])
    monkeypatch.setattr(HOOKS, "batch_checks", {})
    shutil.rmtree(record.FOLDER, ignore_errors=True)
    yield found
    batch_settings.FILE.unlink(missing_ok=True)  # this folder is that of the tests
    shutil.rmtree(record.FOLDER, ignore_errors=True)


def configure(folder: Path, target: Path, **changes: Any) -> None:
    """Writes batch.yaml; `id` is set where the inputs have rows."""
    has_rows = (folder / "rows.jsonl").is_file()
    content = {
        "inputs": [str(folder / "rows.jsonl" if has_rows else folder)],
        "sink": str(target),
        "id": "row" if has_rows else "",
        "checks": {"max_share": 1.0},
        **changes,
    }
    batch_settings.FILE.write_text(json.dumps(content), encoding="utf-8")


def test_a_batch_that_passes_replaces_the_file_and_leaves_a_record(
    inputs: Path, sent: Sent, tmp_path: Path
) -> None:
    sink = tmp_path / "out" / "predictions.parquet"
    configure(inputs, sink)
    assert batch.main([]) == 0
    rows = pq.read_table(sink).to_pylist()
    assert len(rows) == COUNT
    found = record.read_all()[-1]
    assert (found.exit_reason, found.predictions, found.published) == ("finished", COUNT, True)
    assert found.ended is not None
    assert sent == []


def test_an_alarm_opens_once_keeps_the_old_predictions_and_closes_again(
    inputs: Path, sent: Sent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sink = tmp_path / "out" / "predictions.csv"
    configure(inputs, sink)
    assert batch.main([]) == 0
    before = sink.read_bytes()
    configure(inputs, sink, checks={"min_rows": 100, "max_share": 1.0})
    assert batch.main([]) == 1
    assert batch.main([]) == 1
    assert sent == [("min_rows", "open")]
    assert sink.read_bytes() == before
    assert record.read_all()[-1].published is False
    assert f"{COUNT} predictions, at least 100 are required" in capsys.readouterr().out
    configure(inputs, sink)
    assert batch.main([]) == 0
    assert sent == [("min_rows", "open"), ("min_rows", "closed")]
    assert alarms.read_open() == {}


def test_an_alarm_that_could_not_be_sent_is_sent_by_the_next_run(
    inputs: Path, sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(inputs, tmp_path / "out", checks={"min_rows": 100, "max_share": 1.0})
    with monkeypatch.context() as patch:
        patch.setattr(HOOKS, "batch_alarms", [lambda *_: False])
        assert batch.main([]) == 1
    assert sent == []
    assert batch.main([]) == 1
    assert sent == [("min_rows", "open")]


def test_inputs_that_are_missing_or_too_old_raise_an_alarm(
    inputs: Path, sent: Sent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(inputs, tmp_path / "out", inputs=["nothing-here"])
    assert batch.main([]) == 2
    assert '"nothing-here" does not exist' in capsys.readouterr().err
    assert record.read_all()[-1].exit_reason == "refused"
    for path in inputs.iterdir():
        os.utime(path, (0, 0))
    configure(inputs, tmp_path / "out", max_age_hours=24)
    assert batch.main([]) == 1
    assert "hours old, 24 hours are allowed" in capsys.readouterr().out
    configure(inputs, tmp_path / "out")
    assert batch.main([]) == 0
    states = [("run", "open"), ("max_age", "open"), ("run", "closed"), ("max_age", "closed")]
    assert sorted(sent) == sorted(states)


def test_a_check_of_another_part_can_fail_and_be_left_out(
    inputs: Path, sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def fail(given: Batch) -> list[BatchFinding]:
        sizes.append(len(given.inputs))
        return [BatchFinding("drift", False, "drifted: weight")]

    monkeypatch.setattr(HOOKS, "batch_checks", {"drift": fail})
    configure(inputs, tmp_path / "out")
    assert batch.main([]) == 1
    assert sizes == [COUNT]
    assert sent == [("drift", "open")]
    configure(inputs, tmp_path / "out", checks={"ignore": ["drift"], "max_share": 1.0})
    assert batch.main([]) == 0


def test_a_run_that_was_killed_is_continued_in_its_folder(
    inputs: Path, sent: Sent, tmp_path: Path
) -> None:
    configure(inputs, tmp_path / "out")
    assert batch.main([]) == 0
    first = record.read_all()[-1]
    killed = replace(first, exit_reason=record.RUNNING, ended=None, published=False)
    record.write(killed)
    assert batch.main([]) == 0
    found = record.read_all()
    assert [one.exit_reason for one in found] == ["killed", "finished"]
    assert found[1].folder == first.folder
    assert load_json(tmp_path / "out" / "latest.json")["run_id"] == found[1].run_id
    assert sent == []


def test_one_class_for_nearly_all_rows_fails() -> None:
    wanted = batch_settings.Settings(checks=batch_settings.Checks(max_share=0.9))
    assert not checks.check_share(wanted, {"yes": 95, "no": 5}, "label").passed
    assert checks.check_share(wanted, {"yes": 85, "no": 15}, "label").passed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inputs": []}, ['"inputs"', "is empty"]),
        ({"format": "xml"}, ["format", "xml", "parquet"]),
        ({"checks": {"max_share": 2}}, ["max_share", "2"]),
        ({"checks": {"ignore": ["drfit"]}}, ['"drfit"', "is not a check"]),
        ({"sink": " "}, ['"sink"', "is empty"]),
        ({"snik": "out"}, ["snik", "sink"]),
    ],
)
def test_a_wrong_setting_is_one_line_with_status_2(
    tmp_path: Path,
    sent: Sent,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    words: list[str],
) -> None:
    configure(tmp_path, tmp_path / "out", **changes)
    assert batch.main([]) == 2
    _, err = capsys.readouterr()
    assert err.count("\n") == 1, err
    assert all(word in err for word in words), err
    assert sent == []

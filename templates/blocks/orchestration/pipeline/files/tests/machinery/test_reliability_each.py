"""`poe reliability --each DIR` has one row for each repository, and batches count."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nimble_package.mlops.files import load_json
from nimble_package.mlops.pipeline import (
    batch_records,
    each_page,
    records,
    reliability,
)
from nimble_package.mlops.pipeline.records import RunRecord

START = datetime(2026, 3, 1, 2, tzinfo=UTC)


def write_run(folder: Path, number: int, exit_reason: str) -> None:
    started = START + timedelta(days=number)
    ended = started + timedelta(minutes=5)
    run = RunRecord(f"{number:06}-a", number, started, ended=ended, exit_reason=exit_reason)
    records.write(run, folder)


def make_repository(path: Path, experiment: str) -> None:
    path.mkdir(parents=True)
    (path / "pipeline.yaml").write_text("retries: 2\n", encoding="utf-8")
    (path / "config.yaml").write_text(f"experiment: {experiment}\n", encoding="utf-8")


def test_every_repository_has_a_row_and_equal_experiments_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, experiment in (("churn", "churn"), ("team/fraud", "fraud"), ("copy", "churn")):
        make_repository(tmp_path / "all" / name, experiment)
        write_run(tmp_path / "all" / name / records.FOLDER, 1, records.FINISHED)
    write_run(tmp_path / "all" / "team/fraud" / records.FOLDER, 2, records.FAILED)
    write_run(tmp_path / "all" / "churn" / batch_records.FOLDER, 3, records.FINISHED)
    make_repository(tmp_path / "all" / "no-records", "other")
    monkeypatch.chdir(tmp_path)
    Path("reports").mkdir()
    assert reliability.main(["--each", "all"]) == 0
    out, _ = capsys.readouterr()
    assert 'churn, copy have the same experiment "churn"' in out
    content = load_json(each_page.VALUES)
    rows = {row["name"]: row for row in content["repositories"]}
    assert sorted(rows) == ["churn", "copy", "team/fraud"]
    assert rows["team/fraud"]["values"]["success_rate"] == 0.5
    assert rows["churn"]["batch"]["runs"] == 1
    page = each_page.PAGE.read_text(encoding="utf-8")
    assert "failing since 2026-03-03" in page
    assert "http" not in page


def test_a_folder_without_records_is_one_line_with_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    for name, words in (("empty", "no repository with records"), ("gone", "is not a folder")):
        assert reliability.main(["--each", name]) == 2
        _, err = capsys.readouterr()
        assert err.count("\n") == 1
        assert words in err


def test_runs_of_the_batch_prediction_are_counted_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_run(records.FOLDER, 1, records.FINISHED)
    write_run(batch_records.FOLDER, 1, records.FINISHED)
    write_run(batch_records.FOLDER, 2, records.REFUSED)
    assert reliability.main([]) == 0
    content = load_json(reliability.VALUES)
    assert (content["runs"], content["batch"]["runs"]) == (1, 2)
    assert "batch success rate" in capsys.readouterr().out

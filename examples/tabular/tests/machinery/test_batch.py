"""A batch gives the predictions of `poe predict`, in parts, whatever happens on the way."""

import dataclasses
import errno
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from churn.mlops import file_lock
from churn.mlops.batch import parts, predict, predict_batch, run
from churn.mlops.batch.parts import PartFiles, make_columns
from churn.mlops.commands import predict as predict_command
from churn.mlops.errors import UserError
from churn.mlops.files import load_json
from churn.mlops.project import FILE_KINDS, MODEL
from churn.mlops.training import FinishedRun
from churn.project import PROJECT

pytestmark = pytest.mark.slow

COUNT = 7
FIXED = ("input_file", "input_row", "model_version", "run_id")
BROKEN = "{ this is neither JSON nor a file of this modality\n"


@dataclasses.dataclass(frozen=True)
class Inputs:
    """Inputs for the trained model, and what `poe predict` says about them."""

    names: list[str]  # for `poe predict-batch`
    predictions: list[dict[str, Any]]
    are_files: bool  # each file is an input

    def add_broken(self) -> None:
        """Adds an input that can be read by no one."""
        if self.are_files:
            path = Path(self.names[0]) / "zz-broken"
            path.write_text(BROKEN, encoding="utf-8")
            return
        with Path(self.names[0]).open("a", encoding="utf-8") as file:
            file.write(BROKEN)


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.fixture
def inputs(settings: Any, trained: FinishedRun, tmp_path: Path) -> Inputs:
    """Some inputs of the test split, as a user has them: in files."""
    assert trained.metrics
    model = PROJECT.load_model(MODEL)
    given = PROJECT.sample(settings, COUNT)
    folder = tmp_path / "inputs"
    folder.mkdir()
    field = PROJECT.signature(model).inputs[0]
    if field.kind in FILE_KINDS:
        assert PROJECT.example_table
        table = PROJECT.example_table(settings, given, folder)
        names = sorted(str(folder / name) for name in table["path"])
        return Inputs([str(folder)], predict_as_command(model, names), are_files=True)
    path = folder / "rows.jsonl"
    if PROJECT.example_table is None:
        column = getattr(settings.data, "text", "question")
        rows = [{column: text} for text in given]
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        return Inputs([str(path)], PROJECT.predict(model, given), are_files=False)
    table = PROJECT.example_table(settings, given, folder)
    table.to_json(path, orient="records", lines=True, force_ascii=False, date_format="iso")
    csv = folder.parent / "rows.csv"
    table.to_csv(csv, index=False)
    return Inputs([str(path)], predict_as_command(model, [str(csv)]), are_files=False)


def predict_as_command(model: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    named = PROJECT.read_inputs(model, names)
    return PROJECT.predict(model, [value for _, value in named])


def run_batch(names: Sequence[str], out: Path, *options: str) -> int:
    return predict_batch.main([*names, "--out", str(out), "--part-rows", "2", *options])


def read_rows(out: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for path in sorted((out / "predictions").iterdir()):
        rows.extend(pq.read_table(path).to_pylist())
    return rows


def read_bytes(out: Path) -> dict[str, bytes]:
    """The files of a batch, but not what was spent: a call that is made twice costs twice."""
    files = [path for path in out.rglob("*") if path.is_file() and path.name != run.SPENDING]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def flat(predictions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    columns = make_columns(as_json(predictions))
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_a_batch_gives_what_predict_gives(inputs: Inputs, tmp_path: Path) -> None:
    assert run_batch(inputs.names, tmp_path / "out") == 0
    rows = read_rows(tmp_path / "out")
    found = [{name: row[name] for name in row if name not in FIXED} for row in rows]
    assert found == flat(inputs.predictions)
    version = load_json(tmp_path / "out" / "manifest.json")["model"]["sha256"]
    assert {row["model_version"] for row in rows} == {version[:16]}
    assert load_json(tmp_path / "out" / "summary.json")["rejects"] == 0
    record = load_json(predict_batch.RECORD)
    assert record["rows"] == COUNT
    assert record["seconds"] > 0


def test_csv_has_the_same_predictions(inputs: Inputs, tmp_path: Path) -> None:
    assert run_batch(inputs.names, tmp_path / "parquet") == 0
    assert run_batch(inputs.names, tmp_path / "csv", "--format", "csv") == 0
    lines: list[str] = []
    for path in sorted((tmp_path / "csv" / "predictions").iterdir()):
        header, *rest = path.read_text(encoding="utf-8").splitlines()
        lines.extend(rest)
    rows = read_rows(tmp_path / "parquet")
    assert header.split(",") == list(rows[0])
    assert len(lines) == len(rows)


class Killed(BaseException):
    """Ends a run where a process would be killed."""


@pytest.mark.parametrize("written", ["nothing", "predictions", "rejects"])
@pytest.mark.parametrize("stop_at", [0, 3])
def test_a_batch_that_was_killed_ends_with_the_same_bytes(
    inputs: Inputs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop_at: int,
    written: str,
) -> None:
    inputs.add_broken()
    assert run_batch(inputs.names, tmp_path / "whole") == 0
    files = {"nothing": 0, "predictions": 1, "rejects": 2}[written]

    def kill(self: PartFiles, number: int, *rest: Any) -> None:
        if number < stop_at:
            write(self, number, *rest)
            return
        with monkeypatch.context() as patch:
            count = 0
            leave = parts.Whole.__exit__

            def stop(whole: parts.Whole, kind: object, *_: object) -> None:
                nonlocal count
                if count == files or whole.path.suffix == ".json":
                    raise Killed  # the unfinished file stays, as after kill -9
                count += 1
                leave(whole, kind)

            patch.setattr(parts.Whole, "__exit__", stop)
            write(self, number, *rest)

    write = PartFiles.write
    with monkeypatch.context() as patch:
        patch.setattr(PartFiles, "write", kill)
        with pytest.raises(Killed):
            run_batch(inputs.names, tmp_path / "out")
    predicted = []

    def count_inputs(model: Any, values: Sequence[Any]) -> list[dict[str, Any]]:
        predicted.extend(values)
        return PROJECT.predict(model, values)

    counting = dataclasses.replace(PROJECT, predict=count_inputs)
    monkeypatch.setattr(predict, "PROJECT", counting)
    assert run_batch(inputs.names, tmp_path / "out") == 0
    assert len(predicted) == COUNT - 2 * stop_at
    assert read_bytes(tmp_path / "out") == read_bytes(tmp_path / "whole")


def test_a_row_that_cannot_be_read_is_rejected_with_its_reason(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs.add_broken()
    assert run_batch(inputs.names, tmp_path / "out") == 0
    out, _ = capsys.readouterr()
    assert f"1 of {COUNT + 1} rows were rejected" in out
    summary = load_json(tmp_path / "out" / "summary.json")
    assert (summary["predictions"], summary["rejects"]) == (COUNT, 1)
    assert sum(summary["reasons"].values()) == 1
    header, line = (tmp_path / "out" / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert header == "input_file,input_row,input_id,reason,value"
    assert line.startswith(inputs.names[0])
    assert run_batch(inputs.names, tmp_path / "strict", "--max-rejects", "0.01") == 1


def test_a_row_for_which_the_model_fails_does_not_take_others_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [run.Row("file", number, value) for number, value in enumerate("abcdefgh", start=1)]

    def fail_at_c(_: object, values: Sequence[str]) -> list[dict[str, Any]]:
        if "c" in values:
            raise ZeroDivisionError("c")
        return [{"letter": value} for value in values]

    monkeypatch.setattr(predict, "PROJECT", dataclasses.replace(PROJECT, predict=fail_at_c))
    outcomes = predict.predict_rows(None, rows, batch_rows=5, rejects=True)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [
        value == "c" for value in "abcdefgh"
    ]
    with pytest.raises(ZeroDivisionError):
        predict.predict_rows(None, rows, batch_rows=5, rejects=False)


def test_a_model_that_fails_for_every_row_rejects_none(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [run.Row("file", number, number) for number in range(1, 9)]

    def fail(_: object, values: Sequence[int]) -> list[dict[str, Any]]:
        raise UserError(f"no model for {len(values)}")

    monkeypatch.setattr(predict, "PROJECT", dataclasses.replace(PROJECT, predict=fail))
    with pytest.raises(UserError, match="no model for 8"):
        predict.predict_rows(None, rows, batch_rows=100, rejects=True)


def check_refused(
    names: Sequence[str],
    out: Path,
    words: Sequence[str],
    capsys: pytest.CaptureFixture[str],
    *options: str,
) -> None:
    """The run ends with 2 and one line, and changes nothing."""
    capsys.readouterr()
    before = read_bytes(out) if out.is_dir() else None
    assert run_batch(names, out, *options) == 2
    after = read_bytes(out) if out.is_dir() else None
    _, err = capsys.readouterr()
    assert err.count("\n") == 1, err
    assert all(word in err for word in words), err
    assert before == after


def test_a_folder_of_another_job_is_refused(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run_batch(inputs.names, out) == 0
    assert run_batch(inputs.names, out) == 0
    check_refused(inputs.names, out, ["another format"], capsys, "--format", "csv")
    check_refused(inputs.names, out, ["another size"], capsys, "--part-rows", "3")
    note = MODEL / "note.txt"
    note.write_text("another model", encoding="utf-8")
    check_refused(inputs.names, out, [str(out), "another model"], capsys)
    note.unlink()
    inputs.add_broken()
    check_refused(inputs.names, out, ["other inputs"], capsys)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("x", encoding="utf-8")
    check_refused(inputs.names, tmp_path / "full", ["thesis.txt", "empty folder"], capsys)


def test_inputs_that_are_not_there_are_refused_before_anything_is_written(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (tmp_path / "empty").mkdir()
    check_refused(["nothing-here"], out, ['"nothing-here" does not exist'], capsys)
    check_refused([str(tmp_path / "empty")], out, ["has no files"], capsys)
    check_refused([*inputs.names, *inputs.names], out, ["twice"], capsys)
    check_refused(inputs.names, Path(inputs.names[0]).parent, ["other files"], capsys)
    check_refused(inputs.names, out, ["--part-rows 0"], capsys, "--part-rows", "0")
    check_refused(inputs.names, out, ["--max-rejects 2"], capsys, "--max-rejects", "2")
    assert not out.exists()


def test_a_missing_model_is_named(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.move(MODEL, tmp_path / "model")
    try:
        check_refused(inputs.names, tmp_path / "out", ["poe train"], capsys)
    finally:
        shutil.move(tmp_path / "model", MODEL)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_takes_no_more_leaves_whole_parts_only(
    inputs: Inputs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
) -> None:
    write = parts.Table.write
    count = 0

    def fail(table: parts.Table, path: Path, output_format: parts.Format) -> None:
        nonlocal count
        count += 1
        write(table, path, output_format)
        if count == 3:
            raise OSError(code, "no", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(parts.Table, "write", fail)
        assert run_batch(inputs.names, tmp_path / "out") == 2
    _, err = capsys.readouterr()
    assert err.count("\n") == 1
    names = read_bytes(tmp_path / "out")
    assert not [name for name in names if name.endswith(parts.UNFINISHED)]
    assert len(list((tmp_path / "out" / "predictions").iterdir())) == 2
    assert run_batch(inputs.names, tmp_path / "out") == 0


def test_two_runs_at_once_do_not_write_the_same_folder(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run_batch(inputs.names, out) == 0
    with file_lock.hold(out / ".lock"):
        check_refused(inputs.names, out, ["another run"], capsys)


def test_predict_says_what_the_batch_says(
    inputs: Inputs, capsys: pytest.CaptureFixture[str]
) -> None:
    """`poe predict` on files of this modality; on texts it takes the texts themselves."""
    if not inputs.are_files:
        assert inputs.predictions
        return
    names = sorted(str(path) for path in Path(inputs.names[0]).iterdir())
    assert predict_command.main(names) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        del line["input"]
    assert lines == as_json(inputs.predictions)

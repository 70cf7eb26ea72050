"""Late labels are joined to the newest published prediction of their id."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from nimble_package.mlops.errors import UserError
from nimble_package.mlops.files import load_json
from nimble_package.mlops.hooks import HOOKS
from nimble_package.mlops.scheduled_batch import label_files, labels, record
from nimble_package.mlops.scheduled_batch.record import BatchRecord
from nimble_package.project import PROJECT

REPOSITORY = Path(__file__).parents[2]
DAY = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """An empty repository with batch.yaml, and the alarms that were sent."""
    found: list[tuple[str, str]] = []

    def send(_: str, __: str, facts: Mapping[str, Any]) -> bool:
        found.append((facts["alarm"], facts["state"]))
        return True

    config = (REPOSITORY / "config.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(config, encoding="utf-8")
    limits = {"labels": {"min_score": 0.7, "min_labels": 2}}
    Path("batch.yaml").write_text(json.dumps(limits), encoding="utf-8")
    monkeypatch.setattr(HOOKS, "batch_alarms", [send])
    monkeypatch.setattr(labels, "PROJECT", replace(PROJECT, modality="any"))
    return found


def publish(
    number: int,
    day: int,
    predictions: Mapping[str, Any],
    *,
    published: bool = True,
    csv: bool = False,
) -> None:
    """Writes a run with these predictions."""
    folder = Path("predictions") / str(number)
    (folder / "predictions").mkdir(parents=True)
    is_number = all(isinstance(value, float) for value in predictions.values())
    rows = [
        {"input_file": "in.csv", "input_row": row, "input_id": key, "label": value}
        for row, (key, value) in enumerate(predictions.items(), start=1)
    ]
    table = pa.Table.from_pylist(rows)
    if csv:
        pacsv.write_csv(table, folder / "predictions" / "part-00000.csv")
    else:
        pq.write_table(table, folder / "predictions" / "part-00000.parquet")
    started = DAY.replace(day=day)
    run = BatchRecord(
        run_id=f"{number:06}-a",
        number=number,
        started=started,
        trigger="manual",
        commit=None,
        inputs=[],
        folder=folder.as_posix(),
        column="label",
        is_number=is_number,
        published=published,
    )
    record.write(run)


def write_labels(text: str) -> list[str]:
    Path("labels.csv").write_text(text, encoding="utf-8")
    return ["labels.csv"]


def test_the_metric_is_that_of_the_day_of_the_prediction(sent: list[Any]) -> None:
    publish(1, 1, {"a": "yes", "b": "no"})
    publish(2, 2, {"b": "yes", "c": "yes"})
    publish(3, 3, {"a": "no", "b": "no", "c": "no"}, published=False)
    assert labels.main(write_labels("id,label\na,yes\nb,yes\nc,yes\n")) == 0
    days = load_json(labels.RESULT)["days"]
    found = [(day["day"], day["value"], day["labels"]) for day in days]
    assert found == [("2026-03-01", 1.0, 1), ("2026-03-02", 1.0, 2)]
    assert labels.main([*write_labels("id,label\nb,yes\n"), "--day", "2026-03-01"]) == 0
    assert load_json(labels.RESULT)["days"][0]["value"] == 0.0
    assert sent == []  # one label is too few for an alarm


def test_a_low_metric_opens_an_alarm_that_better_labels_close(sent: list[Any]) -> None:
    publish(1, 1, {"a": "yes", "b": "no"})
    assert labels.main(write_labels("id;label\na;no\nb;yes\n")) == 1
    assert labels.main(write_labels("id;label\na;no\nb;yes\n")) == 1
    assert labels.main(write_labels("id;label\na;yes\nb;no\n")) == 0
    name = "metric of 2026-03-01"
    assert sent == [(name, "open"), (name, "closed")]


@pytest.mark.parametrize("csv", [False, True])
def test_numbers_are_compared_by_their_error_in_every_format(sent: list[Any], csv: bool) -> None:
    publish(1, 1, {"a": 10.5, "b": 20.0}, csv=csv)
    assert labels.main(write_labels("id,label\na,10\nb,21.5\n")) == 1
    day = load_json(labels.RESULT)["days"][0]
    assert (day["metric"], day["value"]) == ("neg_mean_absolute_error", -1.0)
    assert sent


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,label\na,yes\n", ['no column "id"', "name"]),
        ("id,label\na,yes\na,no\n", ["two labels", '"a"', "row 2"]),
        ("id,label\na,\n", ["has no label"]),
        ("id,label\nzz,yes\n", ["no label", '"zz"', '"a"']),
        ("", ["has no label"]),
    ],
)
def test_labels_that_cannot_be_joined_are_one_line_with_status_2(
    sent: list[Any], capsys: pytest.CaptureFixture[str], text: str, words: list[str]
) -> None:
    publish(1, 1, {"a": "yes"})
    assert labels.main(write_labels(text)) == 2
    _, err = capsys.readouterr()
    assert err.count("\n") == 1, err
    assert all(word in err for word in words), err
    assert sent == []


def test_nothing_published_and_a_wrong_day_are_named(
    sent: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert labels.main(write_labels("id,label\na,yes\n")) == 2
    assert "nothing was published" in capsys.readouterr().err
    assert labels.main([*write_labels("id,label\na,yes\n"), "--day", "1.3.2026"]) == 2
    assert "2026-11-28" in capsys.readouterr().err
    assert sent == []


def test_a_label_that_is_not_a_number_is_named(
    sent: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    publish(1, 1, {"a": 10.5})
    assert labels.main(write_labels("id,label\na,high\n")) == 2
    assert 'the label "high" is not a number' in capsys.readouterr().err
    assert sent == []


def test_classes_that_look_like_numbers_are_compared_as_classes(sent: list[Any]) -> None:
    publish(1, 1, {"a": "1", "b": "0"}, csv=True)
    assert labels.main(write_labels("id,label\na,1\nb,0\n")) == 0
    assert load_json(labels.RESULT)["days"][0]["metric"] == "accuracy"
    assert sent == []


def test_predictions_without_an_id_are_refused() -> None:
    with pytest.raises(UserError, match=r'set "id" in batch\.yaml'):
        labels.find_key({"input_file": "in.csv", "input_row": 1, "label": "yes"})


def test_labels_are_read_from_every_kind_of_file(tmp_path: Path) -> None:
    rows = [{"id": 7, "label": "yes"}, {"id": 8, "label": None}]
    files = {
        "a.csv": "\ufeffid,label\n7,yes\n8,\n",
        "b.tsv": "id\tlabel\n7\tyes\n",
        "c.jsonl": "".join(f"{json.dumps(row)}\n" for row in rows),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "d.parquet")
    for name in (*files, "d.parquet"):
        assert label_files.read(str(tmp_path / name), "id", "label") == {"7": "yes"}
    (tmp_path / "e.xlsx").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="another kind"):
        label_files.read(str(tmp_path / "e.xlsx"), "id", "label")

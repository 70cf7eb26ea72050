"""No change of the texts moves one to another split."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from nimble_package import config, data
from nimble_package.mlops.nlp.collect import collect
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.splits import LEFT_OUT, SPLIT_FILE, save_record

FILE = Path("texts.csv")
GROUPS = ["", "author"]
Row = tuple[str, str, str]  # text, label, author


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts without data/split.yaml."""
    monkeypatch.chdir(tmp_path)


def make_rows(count: int = 80, seed: int = 0) -> list[Row]:
    """Texts of random words, no two alike."""
    random = Random(seed)  # noqa: S311 - not for cryptography
    rows = []
    for number in range(count):
        words = ["".join(random.choices("abcdefghäж", k=7)) for _ in range(8)]
        rows.append((" ".join(words), ["sun", "rain"][number % 2], f"author {number % 30}"))
    return rows


def draw(rows: Sequence[Row], group: str) -> dict[str, str]:
    """Splits the texts as `data.prepare` does; returns text -> split."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "author"])
        writer.writerows(rows)
    found = collect(config.Data(source=str(FILE), group=group))
    assert found.problems == []
    assert found.record
    save_record(found.record, PREPARED)
    return {row["text"]: row["split"] for row in found.rows}


CHANGES: dict[str, Callable[[list[Row]], list[Row]]] = {
    "more texts": lambda rows: [*make_rows(60, seed=1), *rows],
    "half of the texts": lambda rows: rows[40:],
    "another order": lambda rows: rows[::-1],
    "renamed labels": lambda rows: [(text, label.upper(), who) for text, label, who in rows],
    "a new label": lambda rows: [(text, "snow", who) for text, _, who in rows[:30]] + rows[30:],
}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_texts_moves_none(change: str, group: str) -> None:
    rows = make_rows()
    before = draw(rows, group)
    assert set(before.values()) == {"train", "valid", "test"}
    after = draw(CHANGES[change](rows), group)
    known = before.keys() & after.keys()
    assert len(known) >= 40
    assert {text: after[text] for text in known} == {text: before[text] for text in known}


def test_a_near_duplicate_of_a_test_text_is_not_trained_on() -> None:
    before = draw(make_rows(), "author")
    text, label, _ = next(row for row in make_rows() if before[row[0]] == "test")
    copies = [(f"{text} {number}", label, f"other {number}") for number in range(12)]
    after = draw([*make_rows(), *copies], "author")
    assert {after[copy[0]] for copy in copies} == {"test", LEFT_OUT}
    assert {row[0]: after[row[0]] for row in make_rows()} == before


def test_prepare_writes_the_split_file_only_for_its_own_folder() -> None:
    draw(make_rows(), "")
    SPLIT_FILE.unlink()
    settings = config.Config("test", data=config.Data(source=str(FILE)))
    elsewhere = data.prepare(settings, Path("elsewhere"))
    assert not SPLIT_FILE.exists()
    assert data.prepare(settings)["hash"] == elsewhere["hash"]
    assert SPLIT_FILE.exists()

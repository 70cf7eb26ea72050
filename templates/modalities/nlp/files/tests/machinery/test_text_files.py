"""How mlops/nlp reads texts, finds near duplicates and writes the built-in texts."""

from pathlib import Path
from typing import Any

import pytest

from nimble_package import config, data
from nimble_package.mlops.nlp.collect import collect
from nimble_package.mlops.nlp.near_duplicates import find_groups


def test_texts_of_one_group_and_near_duplicates_are_put_together() -> None:
    texts = [
        "The cat sat on the mat today.",
        "The cat sat on the mat, today!",
        "A dog.",
        "Birds fly.",
    ]
    first, second, third, fourth = find_groups(texts, ["a", "b", "c", "c"])
    assert first == second
    assert third == fourth
    assert first != third


def test_min_share_decides_which_texts_are_near_duplicates() -> None:
    first = " ".join(f"word{chr(97 + i)}{chr(97 + i)}" for i in range(26))
    texts = [first, f"{first} and an end of its own"]
    assert len(set(find_groups(texts, min_share=0.7))) == 1
    assert len(set(find_groups(texts, min_share=1.0))) == 2


def test_a_saved_dataset_is_read_with_the_names_of_its_labels(tmp_path: Path) -> None:
    datasets: Any = pytest.importorskip("datasets")
    texts = [f"{word} {number}" for word in ("sun", "rain") for number in ("one", "two", "six")]
    names = datasets.ClassLabel(names=["rain", "sun"])
    table = datasets.Dataset.from_dict(
        {"text": texts, "label": [1, 1, 1, 0, 0, 0]},
        features=datasets.Features(text=datasets.Value("string"), label=names),
    )
    datasets.DatasetDict({"train": table}).save_to_disk(tmp_path / "saved")
    found = collect(config.Data(source=f"hf:{tmp_path / 'saved'}"), seed=0)
    assert found.problems == []
    assert [row["label"] for row in found.rows] == ["sun"] * 3 + ["rain"] * 3


def test_built_in_texts_are_written_once_and_a_change_is_noticed(settings: config.Config) -> None:
    path = Path("data/raw/docstrings.jsonl")
    data.prepare(settings)
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"\n")
        assert "delete it to write it again" in data.check(settings)[0]
    finally:
        path.write_bytes(before)


def test_built_in_texts_hold_nothing_that_differs_between_processes(
    settings: config.Config,
) -> None:
    data.prepare(settings)
    content = Path("data/raw/docstrings.jsonl").read_text(encoding="utf-8")
    assert not any(mark in content for mark in ("{'", "0x"))

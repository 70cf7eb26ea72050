"""How mlops/nlp reads texts, finds near duplicates and writes the built-in texts."""

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nimble_package import config
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.nlp import text_files
from nimble_package.mlops.nlp.collect import collect
from nimble_package.mlops.nlp.near_duplicates import find_groups

SAMPLES = Path(__file__).parents[2] / "samples"


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
    found = collect(config.Data(source=f"hf:{tmp_path / 'saved'}"))
    assert found.problems == []
    assert [row["label"] for row in found.rows] == ["sun"] * 3 + ["rain"] * 3


@pytest.fixture(scope="session")
def builtin_texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where samples/ has written the built-in texts."""
    if not SAMPLES.is_dir():
        pytest.skip("samples/ is gone, as the README allows: there are no built-in texts")
    folder = tmp_path_factory.mktemp("builtin")
    shutil.copytree(SAMPLES, folder / "samples")
    with contextlib.chdir(folder):
        text_files.write_builtin()
    return folder


def test_built_in_texts_are_written_once_and_a_change_is_noticed(builtin_texts: Path) -> None:
    path = builtin_texts / "data/raw/docstrings.jsonl"
    before = path.read_bytes()
    with contextlib.chdir(builtin_texts):
        path.write_bytes(before + b"\n")
        with pytest.raises(UserError, match="delete it to write it again"):
            text_files.write_builtin()
        path.write_bytes(before)
        text_files.write_builtin()
    assert path.read_bytes() == before


def test_no_documented_object_is_in_two_splits(builtin_texts: Path) -> None:
    settings = config.Config("test")
    with contextlib.chdir(builtin_texts):
        found = collect(settings.data)
    assert found.problems == []
    rows = (builtin_texts / "data/raw/docstrings.jsonl").read_text(encoding="utf-8")
    groups = [json.loads(line)["group"] for line in rows.split("\n")[:-1]]
    places: dict[str, set[str]] = {}
    for group, row in zip(groups, found.rows, strict=True):
        places.setdefault(group, set()).add(row["split"])
    assert all(len(splits) == 1 for splits in places.values())


def test_built_in_texts_hold_nothing_that_differs_between_processes(builtin_texts: Path) -> None:
    content = (builtin_texts / "data/raw/docstrings.jsonl").read_text(encoding="utf-8")
    assert not any(mark in content for mark in ("{'", "0x"))

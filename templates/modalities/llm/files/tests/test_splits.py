"""No change of questions and documents moves a question to the other split."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nimble_package import config, data

Item = dict[str, Any]
Content = tuple[list[Item], dict[str, str]]  # golden questions, documents


def make_content(count: int = 30, seed: int = 0) -> Content:
    """Questions about one document each; every third one is of the test split."""
    items = []
    documents = {}
    for number in range(count):
        name = f"document {seed} {number}"
        documents[name] = f"# Report {seed} {number}\n\nIt has {number + 10} pages."
        items.append(
            {
                "id": f"{seed}-{number}",
                "split": "test" if number % 3 == 0 else "dev",
                "kind": "answerable",
                "question": f"How many pages has report {seed} {number}?",
                "facts": [f"{number + 10} pages"],
                "sources": [name],
            }
        )
    return items, documents


def draw(settings: config.Config, folder: Path, content: Content) -> dict[str, str]:
    """Prepares the content as `poe data` does; returns question -> split."""
    items, documents = content
    for name, text in documents.items():
        path = folder / "documents" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    lines = [json.dumps(item) for item in items]
    (folder / "golden.jsonl").write_text("\n".join(lines), encoding="utf-8")
    data_settings = config.Data(str(folder), "CC0-1.0")
    changed = config.Config(
        "test", data_settings, settings.model, settings.train, settings.evaluate, settings.runtime
    )
    splits = data.load(changed, folder / "prepared")
    homes = {item.question: "dev" for item in splits.train.items}
    return homes | {item.question: "test" for item in splits.test.items}


def shuffle(items: list[Item]) -> list[Item]:
    mixed = list(items)
    Random(0).shuffle(mixed)  # noqa: S311 - not for cryptography
    return mixed


def add(one: Content, other: Content) -> Content:
    return [*other[0], *one[0]], {**one[1], **other[1]}


CHANGES: dict[str, Callable[[Content], Content]] = {
    "more questions and documents": lambda content: add(content, make_content(20, seed=1)),
    "more documents": lambda content: (content[0], add(content, make_content(20, seed=1))[1]),
    "half of the questions": lambda content: (content[0][15:], content[1]),
    "another order": lambda content: (shuffle(content[0]), content[1]),
    "other ids": lambda content: (
        [item | {"id": f"x{item['id']}"} for item in content[0]],
        content[1],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_questions_or_documents_moves_none(
    settings: config.Config, tmp_path: Path, change: str
) -> None:
    content = make_content()
    before = draw(settings, tmp_path / "before", content)
    assert set(before.values()) == {"dev", "test"}
    after = draw(settings, tmp_path / "after", CHANGES[change](content))
    known = before.keys() & after.keys()
    assert len(known) >= 15
    assert {question: after[question] for question in known} == {
        question: before[question] for question in known
    }

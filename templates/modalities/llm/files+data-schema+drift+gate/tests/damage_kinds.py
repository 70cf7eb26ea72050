"""Kinds of damage for tests/machinery/planted_damage.py: each changes files in data/raw."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

SETTINGS = ("data.source=data/raw",)
Item = dict[str, Any]  # a golden question
Plant = Callable[[Path, Random], None]
BOILERPLATE = "This page could not be loaded. Please enable JavaScript and cookies to continue."


def write_clean(repository: Path) -> None:
    """Copies the built-in handbook to where a team has its documents."""
    source = Path(__file__).parents[1] / "handbook"
    shutil.copytree(source, repository / "data" / "raw")


def change_documents(change: Callable[[str], str], count: int | None = None) -> Plant:
    """Returns a function that changes all documents, or the first ones."""

    def plant(folder: Path, _random: Random) -> None:
        for path in sorted(folder.glob("documents/*.md"))[:count]:
            text = path.read_text(encoding="utf-8")
            path.write_text(change(text), encoding="utf-8", newline="\n")

    return plant


def change_bytes(name: str, change: Callable[[bytes], bytes]) -> Plant:
    """Returns a function that changes the bytes of the files with a name."""

    def plant(folder: Path, _random: Random) -> None:
        for path in sorted(folder.glob(name))[:3]:
            path.write_bytes(change(path.read_bytes()))

    return plant


def change_items(change: Callable[[list[Item], Random], list[Item]]) -> Plant:
    """Returns a function that changes the golden questions."""

    def plant(folder: Path, random: Random) -> None:
        path = folder / "golden.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines()
        items = change([json.loads(line) for line in lines if line.strip()], random)
        text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
        path.write_text(text, encoding="utf-8", newline="\n")

    return plant


def change_key(key: str, change: Callable[[Any], Any]) -> Plant:
    """Returns a function that changes one key of every question that has it."""
    return change_items(
        lambda items, _: [{**item, key: change(item[key])} if item[key] else item for item in items]
    )


def shift(key: str) -> Plant:
    """Returns a function that gives each question the value of the next one."""

    def edit(items: list[Item], _random: Random) -> list[Item]:
        values = [item[key] for item in items]
        moved = [*values[1:], values[0]]
        return [{**item, key: value} for item, value in zip(items, moved, strict=True)]

    return change_items(edit)


def copy_to_test(items: list[Item], _random: Random) -> list[Item]:
    """Puts questions of dev into test too."""
    dev = [item for item in items if item["split"] == "dev"][:3]
    return [*items, *({**item, "id": f"{item['id']}-b", "split": "test"} for item in dev)]


def remove_documents(folder: Path, _random: Random) -> None:
    """Removes three documents that questions need."""
    items = [json.loads(line) for line in (folder / "golden.jsonl").open(encoding="utf-8")]
    names = sorted({name for item in items for name in item["sources"]})[:3]
    for name in names:
        (folder / "documents" / f"{name}.md").unlink()


def swap_documents(folder: Path, _random: Random) -> None:
    """Moves each document under the name of the next one."""
    paths = sorted(folder.glob("documents/*.md"))
    texts = [path.read_bytes() for path in paths]
    for path, text in zip(paths, [*texts[1:], texts[0]], strict=True):
        path.write_bytes(text)


def copy_documents(folder: Path, _random: Random) -> None:
    """Delivers every document a second time."""
    for path in sorted(folder.glob("documents/*.md")):
        shutil.copy(path, path.with_name(f"copy-of-{path.name}"))


def add_documents(folder: Path, _random: Random) -> None:
    """Adds 60 documents of boilerplate."""
    for number in range(60):
        text = f"# Page {number}\n\n{BOILERPLATE} Error {number}.\n"
        (folder / "documents" / f"page-{number}.md").write_text(text, encoding="utf-8")


def remove_all_documents(folder: Path, _random: Random) -> None:
    """Leaves the questions only."""
    shutil.rmtree(folder / "documents")


KINDS: dict[str, Plant] = {
    "documents are empty": change_documents(lambda _: "", 3),
    "boilerplate instead of three documents": change_documents(lambda _: BOILERPLATE, 3),
    "boilerplate instead of all documents": change_documents(lambda _: BOILERPLATE),
    "documents are cut in half": change_documents(lambda text: text[: len(text) // 2]),
    "documents lost their titles": change_documents(lambda text: text.partition("\n")[2]),
    "documents lost their digits": change_documents(
        lambda text: "".join("#" if letter.isdigit() else letter for letter in text)
    ),
    "documents in another script": change_documents(
        lambda text: "".join(
            chr(0x430 + ord(letter) % 32) if letter.isalpha() else letter for letter in text
        ),
        5,
    ),
    "UTF-8 was read as Latin-1": change_documents(
        lambda text: text.replace("e", "é").encode().decode("latin-1")
    ),
    "HTML around the documents": change_documents(
        lambda text: "".join(f"<span>{word}</span> " for word in text.split())
    ),
    "blanks between words are lost": change_documents(lambda text: text.replace(" ", "")),
    "documents are repeated 20 times": change_documents(lambda text: text * 20, 3),
    "documents are swapped": swap_documents,
    "every document is there twice": copy_documents,
    "sixty documents of boilerplate": add_documents,
    "documents are missing": remove_documents,
    "all documents are missing": remove_all_documents,
    "documents are binary": change_bytes(
        "documents/*.md", lambda content: bytes(255 - byte for byte in content)
    ),
    "documents are UTF-16 without a mark": change_bytes(
        "documents/*.md", lambda content: content.decode().encode("utf-16-le")
    ),
    "the file of the questions is cut": change_bytes(
        "golden.jsonl", lambda content: content[: len(content) // 2 + 7]
    ),
    "the file of the questions is empty": change_bytes("golden.jsonl", lambda _: b""),
    "the file of the questions is a web page": change_bytes(
        "golden.jsonl", lambda _: b"<html>503</html>\n"
    ),
    "questions are empty": change_key("question", lambda _: ""),
    "questions are cut after 10 letters": change_key("question", lambda text: text[:10]),
    "questions in another script": change_key(
        "question", lambda text: "".join(chr(0x430 + ord(letter) % 32) for letter in text)
    ),
    "questions are 30 times as long": change_key("question", lambda text: f"{text} " * 30),
    "questions are shifted": shift("question"),
    "facts are shifted": shift("facts"),
    "sources are shifted": shift("sources"),
    "sources have the end of the file name": change_key(
        "sources", lambda names: [f"{name}.md" for name in names]
    ),
    "facts are one text": change_key("facts", lambda facts: " ".join(facts)),
    "facts are numbers": change_key("facts", len),
    "an unknown kind": change_key("kind", lambda _: "easy"),
    "a key has another name": change_items(
        lambda items, _: [
            {("query" if key == "question" else key): value for key, value in item.items()}
            for item in items
        ]
    ),
    "questions of dev are in test too": change_items(copy_to_test),
    "all questions are in dev": change_key("split", lambda _: "dev"),
    "every question is there twice": change_items(lambda items, _: [*items, *items]),
    "no question without an answer": change_items(
        lambda items, _: [item for item in items if item["kind"] != "unanswerable"]
    ),
    "two thirds of the questions are lost": change_items(lambda items, _: items[::3]),
}

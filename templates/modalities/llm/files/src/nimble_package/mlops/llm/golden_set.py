"""Reads documents and golden questions, and finds what is wrong with them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from ..any_encoding import read_name
from ..errors import UserError, suggest

MIN_QUESTIONS = 3  # of each split
LOST_LETTER = "\ufffd"
Document = tuple[str, str, str]  # place, name, text
Line = tuple[str, str]  # place, a golden question as JSON


@dataclass(frozen=True)
class Item:
    """A golden question, the facts of a correct answer (`a|b`: either), and their documents."""

    id: str
    split: Literal["dev", "test"]
    kind: Literal["answerable", "multi", "unanswerable", "misleading"]
    question: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class GoldenSet:
    """Documents by name, and the questions of both splits."""

    documents: dict[str, str] = field(default_factory=dict)
    dev: list[Item] = field(default_factory=list)
    test: list[Item] = field(default_factory=list)


def normalise(text: str) -> list[str]:
    """Returns words and currency signs, in lower case and without punctuation."""
    return re.findall(r"\w+|[€$£%]", text.casefold())


def has_fact(text: str, fact: str) -> bool:
    """Returns whether a text has a fact; of `a|b` either is enough."""
    words = " ".join(normalise(text))
    for alternative in fact.split("|"):
        wanted = " ".join(normalise(alternative))
        if f" {wanted} " in f" {words} ":
            return True
    return False


def examine(source: str) -> tuple[GoldenSet, list[str]]:
    """Returns the golden set of a source and its problems, each with file and line."""
    documents, lines = _read(source)
    golden = GoldenSet()
    problems: list[str] = []
    for place, name, text in documents:
        if not text.strip():
            problems.append(f"{place}: empty")
        elif LOST_LETTER in text:
            problems.append(f"{place}: not UTF-8")
        if name in golden.documents:
            problems.append(f'{place}: a second document "{name}"')
        golden.documents.setdefault(name, text)
    for place, line in lines:
        problems.extend(_add_question(golden, place, line))
    for split, items in (("dev", golden.dev), ("test", golden.test)):
        if len(items) < MIN_QUESTIONS or not any(item.sources for item in items):
            problems.append(
                f"{source}: {split} needs at least {MIN_QUESTIONS} questions, one with sources"
            )
    return golden, problems


def _read(source: str) -> tuple[list[Document], list[Line]]:
    if source.startswith("hf:"):
        name, _, commit = source.removeprefix("hf:").partition("@")
        return _read_hub(name, commit)
    root = Path(source)
    questions = root / "golden.jsonl"
    paths = [path for path in root.rglob("documents/**/*") if path.suffix in (".md", ".txt")]
    if not paths or not questions.is_file():
        raise UserError(f'"{source}" must have documents/*.md or *.txt, and golden.jsonl')
    documents = []
    for path in sorted(paths):
        name = path.relative_to(root / "documents").with_suffix("").as_posix()
        documents.append((path.as_posix(), read_name(name), _read_text(path)))
    lines = []
    for number, line in enumerate(_read_text(questions).splitlines(), start=1):
        if line.strip():
            lines.append((f"{questions.as_posix()}:{number}", line))
    return documents, lines


def _read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig", errors="replace")


def _read_hub(name: str, commit: str) -> tuple[list[Document], list[Line]]:
    if not commit and not Path(name).is_dir():
        raise UserError(f'"{name}" has no commit: write hf:{name}@<commit>')
    try:
        from datasets import load_dataset
    except ModuleNotFoundError:
        raise UserError('"hf:" needs one more package: run "uv sync --extra hf"') from None
    try:
        revision = commit or None
        found = load_dataset(name, data_files="documents.jsonl", revision=revision, split="train")
        texts = list(found)
        found = load_dataset(name, data_files="golden.jsonl", revision=revision, split="train")
        questions = list(found)
        named = [(row["name"], row["text"]) for row in texts]
    except Exception as error:  # the hub client has exceptions of many packages
        message = " ".join(f"{type(error).__name__}: {error}".split())
        raise UserError(f'"hf:{name}" cannot be read: {message}') from None
    documents = [(f"documents.jsonl:{row}", *pair) for row, pair in enumerate(named, start=1)]
    lines = [(f"golden.jsonl:{row}", json.dumps(item)) for row, item in enumerate(questions, 1)]
    return documents, lines


def _add_question(golden: GoldenSet, place: str, line: str) -> list[str]:
    """Adds a question to its split; returns its problems."""
    try:
        item = TypeAdapter(Item).validate_json(line)
    except ValidationError as error:
        problems = []
        for detail in error.errors():
            key = ".".join(str(part) for part in detail["loc"])
            problems.append(f"{place}: {key} {detail['msg']}")
        return problems
    found = [f"{place}: {problem}" for problem in _find_problems(item, golden)]
    split = golden.dev if item.split == "dev" else golden.test
    split.append(item)
    return found


def _find_problems(item: Item, golden: GoldenSet) -> Iterator[str]:
    documents = golden.documents
    is_unanswerable = item.kind == "unanswerable"
    if is_unanswerable == bool(item.facts) or is_unanswerable == bool(item.sources):
        wanted = "no facts and no sources" if is_unanswerable else "facts and sources"
        yield f'"{item.kind}" needs {wanted}'
    if item.id in [other.id for other in golden.dev + golden.test]:
        yield f'a second question "{item.id}"'
    for name in sorted(set(item.sources) - set(documents)):
        yield f'"{name}" is not a document. {suggest(name, documents)}'
    for other in golden.test if item.split == "dev" else golden.dev:
        for name in sorted(set(item.sources) & set(other.sources)):
            yield f'"{name}" also answers "{other.id}" of {other.split}: put both into one split'
    text = " ".join(documents.get(name, "") for name in item.sources)
    for fact in item.facts:
        if not has_fact(text, fact):
            yield f'"{fact}" is in none of its sources'

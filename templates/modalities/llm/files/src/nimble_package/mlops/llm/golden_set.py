"""Reads documents and golden questions, and finds what is wrong with them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from unicodedata import normalize

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ..any_encoding import read_name
from ..errors import UserError, suggest
from ..files import is_hidden
from ..text_encoding import read_lines
from .words import normalise, split_words

__all__ = ["GoldenSet", "Item", "describe_unread", "examine", "has_fact", "normalise"]

MIN_QUESTIONS = 3  # of each split
MAX_NAMES = 5  # of files that are printed
MAX_VALUE = 80  # characters of a wrong value that are printed
SUFFIXES = (".md", ".txt")
Document = tuple[str, str, str | UserError]  # place, name, text or why it cannot be read
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


ITEM = TypeAdapter(Item)


@dataclass(frozen=True)
class GoldenSet:
    """Documents by name, and the questions of both splits."""

    documents: dict[str, str] = field(default_factory=dict)
    dev: list[Item] = field(default_factory=list)
    test: list[Item] = field(default_factory=list)


@dataclass
class Seen:
    """The questions so far, by what no other one may have."""

    ids: set[str] = field(default_factory=set)
    questions: dict[str, Item] = field(default_factory=dict)  # by their words
    answers: dict[tuple[str, str], Item] = field(default_factory=dict)  # by split and document

    def add(self, item: Item) -> None:
        """Keeps a question."""
        self.ids.add(item.id)
        self.questions.setdefault(self.find_words(item), item)
        for name in item.sources:
            self.answers.setdefault((item.split, name), item)

    @staticmethod
    def find_words(item: Item) -> str:
        """Returns what is equal for questions that differ in case and punctuation only."""
        return " ".join(normalise(item.question))


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
    seen = Seen()
    for place, name, text in documents:
        if isinstance(text, UserError):
            problems.append(str(text))
            text = ""
        elif not split_words(text):
            problems.append(f"{place}: empty: write its text, or delete it")
        if name in golden.documents:
            problems.append(f'{place}: a second document "{name}"')
        golden.documents.setdefault(name, text)
    for place, line in lines:
        problems.extend(_add_question(golden, seen, place, line))
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
    paths = [path for path in _list_files(root) if path.suffix.lower() in SUFFIXES]
    if not paths or not questions.is_file():
        raise UserError(f'"{source}" must have documents/*.md or *.txt, and golden.jsonl')
    documents: list[Document] = []
    for path in paths:
        name = read_name(path.relative_to(root / "documents").with_suffix("").as_posix())
        documents.append((path.as_posix(), normalize("NFC", name), _try_to_read(path)))
    lines = []
    for number, line in enumerate(read_lines(questions), start=1):
        if line.strip():
            lines.append((f"{questions.as_posix()}:{number}", line))
    return documents, lines


def _list_files(root: Path) -> list[Path]:
    paths = sorted(root.glob("documents/**/*"))
    return [path for path in paths if path.is_file() and not is_hidden(path.relative_to(root))]


def describe_unread(source: str) -> str:
    """Returns which files next to the documents are not read; "" when all are."""
    paths = [] if source.startswith("hf:") else _list_files(Path(source))
    unread = [path for path in paths if path.suffix.lower() not in SUFFIXES]
    links = [] if source.startswith("hf:") else _list_unread_links(Path(source))
    kinds = " and ".join(SUFFIXES)
    sentences = []
    if unread:
        names = _name_first(unread)
        sentences.append(f"{len(unread)} files are not read, only {kinds} files are: {names}")
    if links:
        names = _name_first(links)
        what = "links to folders or to nothing are not followed"
        sentences.append(f"{len(links)} {what}, copy what they should add: {names}")
    return "; ".join(sentences) or "All documents are read."


def _name_first(paths: Sequence[Path]) -> str:
    return ", ".join(f'"{path.as_posix()}"' for path in paths[:MAX_NAMES])


def _list_unread_links(root: Path) -> list[Path]:
    """Returns symbolic links to folders, which can be loops, and those that lead nowhere."""
    paths = sorted(root.glob("documents/**/*"))
    return [path for path in paths if path.is_symlink() and not path.is_file()]


def _try_to_read(path: Path) -> str | UserError:
    try:
        return "\n".join(read_lines(path))
    except UserError as error:
        return error


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
    documents: list[Document] = []
    for row, (title, text) in enumerate(named, start=1):
        documents.append((f"documents.jsonl:{row}", title, text))
    lines = [(f"golden.jsonl:{row}", json.dumps(item)) for row, item in enumerate(questions, 1)]
    return documents, lines


def _add_question(golden: GoldenSet, seen: Seen, place: str, line: str) -> list[str]:
    """Adds a question to its split; returns its problems."""
    try:
        item = ITEM.validate_json(line)
    except ValidationError as error:
        return [f"{place}: {_describe(detail)}" for detail in error.errors()]
    sources = tuple(normalize("NFC", name) for name in item.sources)
    item = replace(item, sources=sources)
    found = [f"{place}: {problem}" for problem in _find_problems(item, golden, seen)]
    split = golden.dev if item.split == "dev" else golden.test
    split.append(item)
    seen.add(item)
    return found


def _describe(detail: ErrorDetails) -> str:
    """One error of a line, with the value that was seen."""
    message = detail["msg"]
    if detail["type"] == "json_invalid":
        return f"not JSON ({message}): write one question on each line"
    if not detail["loc"]:
        return f"{message}: write one question on each line, as {{...}}"
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "missing":
        return f'"{key}" is missing'
    seen = json.dumps(detail["input"], ensure_ascii=False)[:MAX_VALUE]
    return f'"{key}" is {seen}: {message}'


def _find_problems(item: Item, golden: GoldenSet, seen: Seen) -> Iterator[str]:
    documents = golden.documents
    is_unanswerable = item.kind == "unanswerable"
    if is_unanswerable == bool(item.facts) or is_unanswerable == bool(item.sources):
        wanted = "no facts and no sources" if is_unanswerable else "facts and sources"
        yield f'"{item.kind}" needs {wanted}'
    if item.id in seen.ids:
        yield f'a second question "{item.id}"'
    words = seen.find_words(item)
    twin = seen.questions.get(words)
    if not words:
        yield "the question is empty"
    elif twin and twin.split != item.split:
        yield f'"{twin.id}" of {twin.split} asks the same: put both into one split, or delete one'
    missing = sorted(set(item.sources) - set(documents))
    for name in missing:
        yield f'"{name}" is not a document. {suggest(name, documents)}'
    for name in sorted(set(item.sources)):
        other = seen.answers.get((_other_split(item), name))
        if other:
            yield f'"{name}" also answers "{other.id}" of {other.split}: put both into one split'
    text = " ".join(documents.get(name, "") for name in item.sources)
    for fact in item.facts:
        if not missing and not has_fact(text, fact):
            yield f'"{fact}" is in none of its sources'


def _other_split(item: Item) -> str:
    return "test" if item.split == "dev" else "dev"

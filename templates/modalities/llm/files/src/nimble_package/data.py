"""`python -m nimble_package.data`: reads and checks documents and questions."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from . import config
from .mlops import manifest, settings

PREPARED = Path("data/prepared")


@dataclass(frozen=True)
class Item:
    """A golden question, the facts a right answer holds (`a|b`: either), and where they stand."""

    id: str
    split: Literal["dev", "test"]
    kind: Literal["answerable", "multi", "unanswerable", "misleading"]
    question: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]


def plain(text: str) -> list[str]:
    """Words and currency signs, without case and punctuation."""
    return re.findall(r"\w+|[€$£%]", text.casefold())


def holds(text: str, fact: str) -> bool:
    """Whether a text holds a fact; of `a|b` either will do."""
    said = f" {' '.join(plain(text))} "
    return any(f" {' '.join(plain(way))} " in said for way in fact.split("|"))


@dataclass(frozen=True)
class Splits:
    """The documents by name, the questions that choose a bundle, and those that judge it."""

    documents: dict[str, str]
    dev: list[Item]
    test: list[Item]


def read(source: str) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Documents (place, name, text) and golden questions (place, JSON), as they are."""
    if source.startswith("hf:"):
        return _read_hub(*source.removeprefix("hf:").partition("@")[::2])
    root, golden = Path(source), Path(source, "golden.jsonl")
    paths = sorted(path for path in root.rglob("documents/**/*") if path.suffix in (".md", ".txt"))
    if not paths or not golden.is_file():
        raise settings.UserError(f'"{source}" must hold documents/*.md or *.txt, and golden.jsonl')
    names = [path.relative_to(root / "documents").with_suffix("").as_posix() for path in paths]
    texts = [path.read_text(encoding="utf-8-sig", errors="replace") for path in paths]
    lines = enumerate(golden.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1)
    return (
        list(zip([path.as_posix() for path in paths], names, texts, strict=True)),
        [(f"{golden.as_posix()}:{number}", line) for number, line in lines if line.strip()],
    )


def _read_hub(name: str, commit: str) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    if not commit and not Path(name).is_dir():
        raise settings.UserError(f'"{name}" has no commit: write hf:{name}@<commit>')
    try:
        options = {"split": "train", "revision": commit or None}
        load_dataset = import_module("datasets").load_dataset
        documents = list(load_dataset(name, data_files="documents.jsonl", **options))
        golden = list(load_dataset(name, data_files="golden.jsonl", **options))
        named = [(row["name"], row["text"]) for row in documents]
    except ModuleNotFoundError:
        raise settings.UserError('"hf:" needs an extra: run "uv sync --extra hf"') from None
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise settings.UserError(f'"hf:{name}" cannot be read: {why}') from None
    return (
        [(f"documents.jsonl:{n}", *pair) for n, pair in enumerate(named, 1)],
        [(f"golden.jsonl:{n}", json.dumps(row)) for n, row in enumerate(golden, 1)],
    )


def examine(source: str) -> tuple[Splits, list[str]]:
    """What is there, and what is wrong with it, in words, by file and line."""
    rows, lines = read(source)
    splits, problems = Splits({}, [], []), []
    for place, name, text in rows:
        if not text.strip() or "\ufffd" in text:
            problems.append(f"{place}: {'not UTF-8' if text.strip() else 'empty'}")
        if splits.documents.setdefault(name, text) is not text:
            problems.append(f'{place}: a second document "{name}"')
    for place, line in lines:
        try:
            item = TypeAdapter(Item).validate_json(line)
        except ValidationError as error:
            flaws = [(".".join(map(str, flaw["loc"])), flaw["msg"]) for flaw in error.errors()]
            problems += [f"{place}: {field} {message}" for field, message in flaws]
            continue
        problems += [f"{place}: {flaw}" for flaw in _flaws(item, splits)]
        (splits.dev if item.split == "dev" else splits.test).append(item)
    for split, part in (("dev", splits.dev), ("test", splits.test)):
        if len(part) < 3 or not any(item.sources for item in part):
            problems.append(f"{source}: {split} needs three questions, one of them with sources")
    return splits, problems


def _flaws(item: Item, splits: Splits) -> Iterator[str]:
    held, silent = splits.documents, item.kind == "unanswerable"
    if silent == bool(item.facts) or silent == bool(item.sources):
        yield f'"{item.kind}" needs {"no facts and no sources" if silent else "facts and sources"}'
    if item.id in [other.id for other in splits.dev + splits.test]:
        yield f'a second question "{item.id}"'
    for name in {*item.sources} - {*held}:
        yield f'no document "{name}". {settings.nearest(name, held)}'
    for other in splits.test if item.split == "dev" else splits.dev:
        for name in {*item.sources} & {*other.sources}:
            yield f'"{name}" also answers "{other.id}" of {other.split}: put both into one split'
    for fact in item.facts:
        if not holds(" ".join(held.get(name, "") for name in item.sources), fact):
            yield f'"{fact}" stands in none of its sources'


def check(config_: config.Config) -> list[str]:
    """What is wrong with the data; empty when nothing is."""
    return examine(config_.data.source)[1]


def prepare(config_: config.Config) -> dict[str, Any]:
    """Writes data/prepared, with a manifest that holds the hash of what was read."""
    splits, problems = examine(config_.data.source)
    if problems:
        raise settings.UserError("\n".join(problems))
    tree = asdict(splits)
    known = {
        "source": config_.data.source,
        "licence": config_.data.licence,
        "hash": manifest.sha256(json.dumps(tree).encode()),
        "counts": {name: len(part) for name, part in tree.items()},
    }
    path = PREPARED / "manifest.json"
    if not path.is_file() or manifest.load_json(path) != known:
        manifest.save_json(PREPARED / "splits.json", tree)
        manifest.save_json(path, known)
    return known


def load(_: config.Config) -> Splits:
    """What `prepare` wrote."""
    if not (PREPARED / "splits.json").is_file():
        raise settings.UserError(f'"{PREPARED.as_posix()}" is empty: run "uv run poe data" first')
    return TypeAdapter(Splits).validate_python(manifest.load_json(PREPARED / "splits.json"))


def sample(config_: config.Config, n: int) -> list[str]:
    """Some questions, as `predict` takes them."""
    return [item.question for item in load(config_).test[:n]]


def main(argv: Sequence[str] | None = None) -> int:
    """Prepares the data, or says what is wrong with it."""

    def body(options: Any) -> None:
        print(prepare(config.load(options.config, options.overrides)))

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())

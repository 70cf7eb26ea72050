"""Reads the documents and golden questions, and checks them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from .config import Config
from .mlops.errors import UserError
from .mlops.files import load_json, save_json, sha256
from .mlops.llm.golden_set import GoldenSet, Item, examine
from .mlops.project import PREPARED, Field


@dataclass(frozen=True)
class Examples:
    """Golden questions, and all documents by name."""

    items: list[Item]
    documents: dict[str, str]


@dataclass(frozen=True)
class Splits:
    """The questions that choose a bundle (dev), and those that evaluate it (test)."""

    train: Examples
    test: Examples


def check(config: Config) -> list[str]:
    """Returns what is wrong with the data, one sentence for each problem."""
    _, problems = examine(config.data.source)
    return problems


def prepare(config: Config, folder: Path = PREPARED) -> dict[str, Any]:
    """Writes the golden set to `folder` and returns its manifest, which has its hash.

    Raises UserError with every problem of the data.
    """
    golden, problems = examine(config.data.source)
    if problems:
        raise UserError("\n".join(problems))
    content = asdict(golden)
    counts = {}
    for name, part in content.items():
        counts[name] = len(part)
    manifest = {
        "source": config.data.source,
        "licence": config.data.licence,
        "hash": sha256(json.dumps(content).encode()),
        "counts": counts,
    }
    path = folder / "manifest.json"
    is_new = not path.is_file()
    if is_new or load_json(path) != manifest:
        save_json(folder / "splits.json", content)
        save_json(path, manifest)
    return manifest


def load(_: Config, folder: Path = PREPARED) -> Splits:
    """Returns what `prepare` wrote."""
    path = folder / "splits.json"
    if not path.is_file():
        raise UserError(f'"{folder.as_posix()}" is empty: run "uv run poe data" first')
    content = load_json(path)
    golden = TypeAdapter(GoldenSet).validate_python(content)
    dev = Examples(golden.dev, golden.documents)
    test = Examples(golden.test, golden.documents)
    return Splits(dev, test)


def inputs(examples: Examples) -> Sequence[str]:
    """Returns the questions."""
    return [item.question for item in examples.items]


def target_field(_: Examples) -> Field:
    """Returns the name of the target."""
    return Field("answer", "text")


if __name__ == "__main__":
    from .mlops.commands.data import main

    raise SystemExit(main())

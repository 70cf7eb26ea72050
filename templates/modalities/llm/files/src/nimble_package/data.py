"""Reads the documents and golden questions, and checks them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from .config import Config
from .mlops import prepared_files
from .mlops.errors import UserError
from .mlops.files import load_json, save_json, sha256
from .mlops.llm.golden_set import GoldenSet, Item, describe_unread, examine
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


def find_sources(config: Config) -> list[Path]:
    """Returns the folder that documents and questions are read from."""
    source = config.data.source
    if source.startswith("hf:"):
        return prepared_files.find_hub_folder(source)
    return [Path(source)]


@prepared_files.one_at_a_time
def prepare(config: Config, folder: Path = PREPARED) -> dict[str, Any]:
    """Writes the golden set to `folder` and returns its manifest, which has its hash.

    A golden set made from the same settings, files, code and packages is used again.
    Raises UserError with the first problems of the data.
    """
    sources = find_sources(config)
    made_from = prepared_files.describe_inputs(config.data, sources)
    known = prepared_files.read_reusable(folder, made_from)
    if known:
        return known
    golden, problems = examine(config.data.source)
    if problems:
        raise UserError(prepared_files.shorten(problems))
    content = asdict(golden)
    counts = {name: len(part) for name, part in content.items()}
    manifest = {
        "source": config.data.source,
        "licence": config.data.licence,
        "hash": sha256(json.dumps(content).encode()),
        "counts": counts,
        "summary": describe_unread(config.data.source),
        "made_from": made_from,
    }
    prepared_files.start_writing(folder)
    save_json(folder / "splits.json", content)
    return prepared_files.write_manifest(folder, manifest)


@prepared_files.one_at_a_time
def load(config: Config, folder: Path = PREPARED) -> Splits:
    """Returns the prepared questions; prepares them first where they are missing or outdated."""
    prepare(config, folder)
    content = load_json(folder / "splits.json")
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

"""`python -m nimble_package.data`: read the texts, check them, split them without a leak."""

import csv
import io
import json
import runpy
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import manifest, settings
from .config import Config
from .config import load as load_config
from .features import find_alike, words
from .settings import UserError

PREPARED, SAMPLES = Path("data/prepared"), Path("samples/docstrings.py")
SHARES = {"train": 0.7, "valid": 0.15, "test": 0.15}
Rows = Iterator[tuple[str, dict[str, Any]]]  # where a row stands, and its cells by column


@dataclass(frozen=True)
class Texts:
    """Texts, with the number of the class and of the group that each belongs to."""

    texts: list[str]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]

    def take(self, rows: NDArray[Any]) -> "Texts":
        return Texts([self.texts[row] for row in rows], self.labels[rows], self.groups[rows])


@dataclass(frozen=True)
class Splits:
    """No group, and no two texts that say almost the same, are in two of them."""

    train: Texts
    valid: Texts
    test: Texts
    classes: list[str]


def read_file(path: Path) -> Rows:
    """The rows of a .csv, .tsv or .jsonl file."""
    number = 1
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        if path.suffix == ".jsonl":
            for number, line in enumerate(text.split("\n"), 1):
                if line.strip():
                    yield f'"{path}" line {number}', {**json.loads(line)}
            return
        sign = max(",;\t", key=text.partition("\n")[0].count)
        for item in (table := csv.DictReader(io.StringIO(text, newline=""), delimiter=sign)):
            yield f'"{path}" line {(number := table.line_num)}', item
    except OSError:
        raise UserError(f'"{path}" cannot be read: put it there, or change data.source') from None
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise UserError(f'"{path}" line {number} is not UTF-8: save the file as UTF-8') from None
    except (ValueError, TypeError, csv.Error) as error:
        raise UserError(f'"{path}" line {number} cannot be read: {error}') from None


def builtin() -> Path:
    """The built-in data, written first if it is not there."""
    return Path(runpy.run_path(str(SAMPLES))["write"]())


def read_hub(source: str) -> Rows:
    """The rows of all splits of a Hugging Face dataset, NAME@COMMIT, or of one in a folder."""
    try:
        datasets = import_module("datasets")
    except ImportError:
        raise UserError('"hf:" needs one more package: run "uv sync --extra hf"') from None
    name, _, commit = source.partition("@")
    if not commit and not Path(name).is_dir():
        raise UserError(f'"hf:{name}" names no commit: write hf:{name}@COMMIT, which cannot change')
    saved = (Path(name) / "dataset_dict.json").is_file()
    found = datasets.load_from_disk(name) if saved else datasets.load_dataset(name, revision=commit)
    for split, table in found.items():
        named = {key: kind.int2str for key, kind in table.features.items() if hasattr(kind, "names")}
        for number, item in enumerate(table):
            # -1 stands for "not known"
            cells = {key: named[key](item[key]) if item[key] != -1 else None for key in named}
            yield f'"{name}" {split} row {number}', item | cells


def examine(config: Config) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of text, label, group and split; and what is wrong with them, in words."""
    names, source = config.data, config.data.source
    if source == "builtin":
        names = replace(names, text="text", label="label", group="group")
        found = read_file(builtin())
    else:
        found = read_hub(source[3:]) if source.startswith("hf:") else read_file(Path(source))
    columns = {"text": names.text, "label": names.label, "group": names.group}
    rows, problems, seen = [], [], dict[str, tuple[str, str]]()
    for where, item in found:
        for column in filter(None, columns.values()):
            if column not in item:
                near = settings.nearest(column, filter(None, item))
                raise UserError(f'{where} has no "{column}". {near}')
        row: dict[str, Any] = {
            key: where if not name else "" if item[name] is None else str(item[name]).strip()
            for key, name in columns.items()
        }
        text, label = row["text"], row["label"]
        twin, meaning = seen.setdefault(" ".join(words(text)) or text, (where, label))
        rules = {
            "has more cells than the first line: put texts in quotes": None in item,
            "has no text": not text,
            "has no label": not label,
            "holds �, a letter that was lost: read the original again as UTF-8": "�" in text,
            f'is "{label}", but the same text is "{meaning}" in {twin}': text and label != meaning,
        }
        problems += [f"{where} {fault}" for fault, wrong in rules.items() if wrong]
        rows.append(row)
    groups = find_alike([row["text"] for row in rows], [row["group"] for row in rows])
    labels = [row["label"] for row in rows]
    count, places = Counter(labels), defaultdict[str, set[str]](set)
    for row, group, split in zip(rows, groups, assign(labels, groups, SHARES, config.runtime.seed), strict=True):
        row |= {"group": group, "split": split}
        places[row["label"]].add(split)
    if len(count) < 2:
        problems.append(f'"{source}" has only the labels {list(count)}: two are the least')
    problems += [
        f'"{label}" has {count[label]} texts, too few that differ for every split: add more'
        for label in sorted(count)
        if len(places[label]) < len(SHARES)
    ]
    return rows, problems


def assign(
    labels: Sequence[object], groups: Sequence[int], shares: Mapping[str, float], seed: int
) -> list[str]:
    """A split for each row: groups stay whole, every label gets its share of every split."""
    members, have = defaultdict[int, list[int]](list), Counter[tuple[str, object]]()
    for row, group in enumerate(groups):
        members[group].append(row)
    order, splits = np.random.default_rng(seed).permutation(sorted(members)), [""] * len(groups)
    for group in sorted(order, key=lambda group: -len(members[group])):
        label = Counter(labels[row] for row in members[group]).most_common(1)[0][0]
        split = min(shares, key=lambda split: have[split, label] / shares[split])
        for row in members[group]:
            splits[row], have[split, labels[row]] = split, have[split, labels[row]] + 1
    return splits


def redraw(splits: Splits, seed: int) -> Splits:
    """The same test split, other texts for validation."""
    parts = [splits.train, splits.valid]
    both = Texts(
        [text for part in parts for text in part.texts],
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.groups for part in parts]),
    )
    shares = {"train": SHARES["train"], "valid": SHARES["valid"]}
    drawn = np.array(assign(both.labels.tolist(), both.groups.tolist(), shares, seed))
    return replace(splits, **{name: both.take(np.flatnonzero(drawn == name)) for name in shares})


def check(config: Config) -> list[str]:
    """What is wrong with the data, in words, by file and line."""
    try:
        return examine(config)[1]
    except UserError as error:
        return [str(error)]


def prepare(config: Config) -> dict[str, Any]:
    """Writes data/prepared: texts.jsonl and manifest.json; nothing if nothing changed."""
    source = Path(builtin() if config.data.source == "builtin" else config.data.source.removeprefix("hf:"))
    files = [path for path in [source, *sorted(source.rglob("*"))] if path.is_file()]
    state = [repr((config.data, config.runtime.seed)), *(manifest.sha256(path.read_bytes()) for path in files)]
    target, key = PREPARED / "manifest.json", manifest.sha256("".join(state).encode())
    if target.is_file() and (known := manifest.load_json(target))["key"] == key:
        return dict(known)
    rows, problems = examine(config)
    if problems:
        more = [f"and {len(problems) - 20} more"] if len(problems) > 20 else []
        raise UserError("\n".join(problems[:20] + more))
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    PREPARED.mkdir(parents=True, exist_ok=True)
    (PREPARED / "texts.jsonl").write_bytes(content)
    facts = {
        "source": config.data.source,
        "licence": config.data.licence or None,
        "hash": manifest.sha256(content),
        "key": key,
        "counts": {split: sum(row["split"] == split for row in rows) for split in SHARES},
        "classes": dict(sorted(Counter(row["label"] for row in rows).items())),
    }
    manifest.save_json(target, facts)
    return facts


def load(config: Config) -> Splits:
    """The splits, prepared first where that is due."""
    classes = list(prepare(config)["classes"])
    lines = (PREPARED / "texts.jsonl").read_text("utf-8").split("\n")[:-1]
    rows = [json.loads(line) for line in lines]
    labels = np.array([classes.index(row["label"]) for row in rows])
    everything = Texts([row["text"] for row in rows], labels, np.array([row["group"] for row in rows]))
    drawn = np.array([row["split"] for row in rows])
    return Splits(*(everything.take(np.flatnonzero(drawn == name)) for name in SHARES), classes)


def sample(config: Config, n: int) -> list[str]:
    """`n` texts as predict takes them."""
    return load(config).test.texts[:n]


def main(argv: Sequence[str] | None = None) -> int:
    """Prepares the data and says what it is."""

    def body(args: Any) -> None:
        facts = prepare(load_config(args.config, args.overrides))
        for name in ("counts", "classes"):
            print(", ".join(f"{key} {count}" for key, count in facts[name].items()))

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())

"""`python -m nimble_package.data`: read the texts, check them, split them."""

import csv
import io
import json
import runpy
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import config as conf
from .features import find_alike, words
from .mlops import manifest, settings
from .mlops.settings import UserError

PREPARED, SAMPLES = Path("data/prepared"), "samples/docstrings.py"
SHARES = {"train": 0.7, "valid": 0.15, "test": 0.15}
FILES = (".csv", ".tsv", ".jsonl")
Rows = Iterator[tuple[str, dict[str, Any]]]  # where a row stands, and its cells by column


@dataclass(frozen=True)
class Splits:
    """Each text's class, group and split; no group is in two splits, nor are texts much alike."""

    texts: list[str]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    splits: NDArray[np.str_]
    classes: list[str]

    def part(self, split: str) -> tuple[list[str], NDArray[np.int64]]:
        """The texts of one split and the numbers of their classes."""
        rows = np.flatnonzero(self.splits == split)
        return [self.texts[row] for row in rows], self.labels[rows]

    def redraw(self, seed: int) -> "Splits":
        """Other texts for validation; the test texts stay."""
        rows, splits = np.flatnonzero(self.splits != "test"), self.splits.copy()
        labels, groups = self.labels[rows].tolist(), self.groups[rows].tolist()
        splits[rows] = assign(labels, groups, ["train", "valid"], seed)
        return replace(self, splits=splits)


def read_file(path: Path) -> Rows:
    """The rows of a .csv, .tsv or .jsonl file."""
    if path.suffix not in FILES:
        raise UserError(f'"{path}" is no {", ".join(FILES)} file, "builtin" or "hf:…"')
    line = 1
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        if path.suffix == ".jsonl":
            for line, item in enumerate(text.split("\n"), 1):
                if item.strip():
                    yield f'"{path}" line {line}', {**json.loads(item)}
        else:
            sign = max(",;\t", key=text.partition("\n")[0].count)
            for row in (table := csv.DictReader(io.StringIO(text, newline=""), delimiter=sign)):
                yield f'"{path}" line {(line := table.line_num)}', row
    except OSError:
        raise UserError(f'"{path}" cannot be read: put it there, or change data.source') from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f'"{path}" line {line} is not UTF-8: save the file as UTF-8') from None
    except (ValueError, TypeError, csv.Error) as error:
        raise UserError(f'"{path}" line {line} cannot be read: {error}') from None


def read_hub(source: str) -> Rows:
    """The rows of a Hugging Face dataset, NAME@COMMIT or a folder, all splits together."""
    try:
        datasets = import_module("datasets")
    except ImportError:
        raise UserError('"hf:" needs one more package: run "uv sync --extra hf"') from None
    name, _, commit = source.partition("@")
    if not commit and not Path(name).is_dir():
        raise UserError(f'"hf:{name}" may change unseen: write hf:{name}@COMMIT')
    saved = (Path(name) / "dataset_dict.json").is_file()
    load = datasets.load_from_disk if saved else datasets.load_dataset
    for split, table in load(name, **({"revision": commit} if commit else {})).items():
        kinds = {key: kind for key, kind in table.features.items() if hasattr(kind, "int2str")}
        for number, row in enumerate(table):
            known = [key for key in kinds if row[key] not in (None, -1)]
            named = dict.fromkeys(kinds) | {key: kinds[key].int2str(row[key]) for key in known}
            yield f'"{name}" {split} row {number}', row | named


def examine(data: conf.Data, seed: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of text, label, group and split; what is wrong with them, in words."""
    if data.source == "builtin":
        data = replace(data, source=builtin(), text="text", label="label", group="group")
    hub, path = data.source.startswith("hf:"), Path(data.source)
    columns = {"text": data.text, "label": data.label, "group": data.group}
    rows, problems, seen = list[dict[str, Any]](), list[str](), dict[str, tuple[str, str]]()
    for where, cells in read_hub(data.source[3:]) if hub else read_file(path):
        row = {key: pick(where, cells, name) if name else where for key, name in columns.items()}
        text, label = row["text"], row["label"]
        twin, meaning = seen.setdefault(" ".join(words(text)) or text, (where, label))
        rules = {
            "has more cells than the first line: put texts in quotes": None in cells,
            "has no text": not text,
            "has no label": not label,
            "holds \ufffd, a lost letter: read the original again as UTF-8": "\ufffd" in text,
            f'is "{label}", but {twin} has the same text as "{meaning}"': text and label != meaning,
        }
        problems += [f"{where} {fault}" for fault, wrong in rules.items() if wrong]
        rows.append(row)
    labels, places = [row["label"] for row in rows], defaultdict[str, set[str]](set)
    groups = find_alike([row["text"] for row in rows], [row["group"] for row in rows])
    drawn = assign(labels, groups, list(SHARES), seed)
    for done, group, split in zip(rows, groups, drawn, strict=True):
        done |= {"group": group, "split": split}
        places[done["label"]].add(split)
    if len(places) < 2:
        problems.append(f'"{data.source}" has the labels {list(places)}: two are the least')
    problems += [
        f'"{data.source}" has {labels.count(label)} of "{label}", too few for all splits: add some'
        for label in sorted(places)
        if len(places[label]) < len(SHARES)
    ]
    return rows, problems


def pick(where: str, cells: dict[str, Any], name: str) -> str:
    """The cell of one column as text."""
    if name not in cells:
        near = settings.nearest(name, filter(None, cells))
        raise UserError(f'{where} has no "{name}". {near}')
    return "" if cells[name] is None else str(cells[name]).strip()


def builtin() -> str:
    """The file with the built-in texts, written first if it is not there."""
    return str(runpy.run_path(SAMPLES)["write"]())


def assign(
    labels: Sequence[Any], groups: Sequence[int], names: Sequence[str], seed: int
) -> list[str]:
    """A split for each row: groups stay whole, each label has its share of every split."""
    members, have = defaultdict[int, list[int]](list), Counter[tuple[str, Any]]()
    for row, group in enumerate(groups):
        members[group].append(row)
    splits, order = [""] * len(groups), np.random.default_rng(seed).permutation(sorted(members))
    for rows in sorted((members[group] for group in order), key=len, reverse=True):
        label = Counter(labels[row] for row in rows).most_common(1)[0][0]
        split = min(names, key=lambda name: have[name, label] / SHARES[name])
        for row in rows:
            splits[row] = split
            have[split, labels[row]] += 1
    return splits


def check(config: conf.Config) -> list[str]:
    """What is wrong with the data, in words, by file and line."""
    try:
        return examine(config.data, config.runtime.seed)[1]
    except UserError as error:
        return [str(error)]


def prepare(config: conf.Config) -> dict[str, Any]:
    """Writes data/prepared: texts.jsonl and manifest.json; nothing if nothing changed."""
    written = config.data.source != "builtin"
    source = Path(config.data.source.removeprefix("hf:") if written else builtin())
    files = [file for file in [source, *sorted(source.rglob("*"))] if file.is_file()]
    state = [repr((config.data, config.runtime.seed)).encode(), *map(Path.read_bytes, files)]
    target, key = PREPARED / "manifest.json", manifest.sha256(b"".join(state))
    if target.is_file() and (known := manifest.load_json(target))["key"] == key:
        return dict(known)
    rows, problems = examine(config.data, config.runtime.seed)
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


def load(config: conf.Config) -> Splits:
    """The prepared texts, prepared first where that is due."""
    classes = list(prepare(config)["classes"])
    content = (PREPARED / "texts.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in content.split("\n")[:-1]]
    labels = np.array([classes.index(row["label"]) for row in rows])
    groups, splits = (np.array([row[key] for row in rows]) for key in ("group", "split"))
    return Splits([row["text"] for row in rows], labels, groups, splits, classes)


def sample(config: conf.Config, n: int) -> list[str]:
    """`n` texts as predict takes them."""
    return load(config).part("test")[0][:n]


def main(argv: Sequence[str] | None = None) -> int:
    """Prepares the data and says what it is."""

    def body(args: Any) -> None:
        facts = prepare(conf.load(args.config, args.overrides))
        for name in ("counts", "classes"):
            print(", ".join(f"{key} {count}" for key, count in facts[name].items()))

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())

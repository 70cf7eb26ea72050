"""`python -m nimble_package.data`: read, check and split the clips."""

import csv
import io
import re
import runpy
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import audio
from .config import Config, Data
from .config import load as load_config
from .mlops import manifest, settings

PREPARED, SAMPLES = Path("data/prepared"), Path("samples/synthesise.py")
Row = dict[str, str]  # name, label, speaker, split


@dataclass(frozen=True)
class Clips:
    """Sound (n, samples) in -1..1, the number of each label, and where the clip came from."""

    sound: NDArray[np.float32]
    labels: NDArray[np.int64]
    rows: list[Row]


@dataclass(frozen=True)
class Splits:
    """No speaker is in two of them; `held_out` (may be empty) is a family of its own."""

    train: Clips
    valid: Clips
    test: Clips
    held_out: Clips
    labels: list[str]


def in_folders(where: Data) -> Iterator[tuple[Row, Path]]:
    """<folder>/<keyword>/<clip>; the first group of `speaker` finds who speaks in a file's name."""
    for folder, split in ((where.path, ""), (where.held_out, "held_out")):
        for file in sorted(Path(folder).glob("*/[!.]*")):
            found = re.search(where.speaker, file.name) if where.speaker else [None, file.name]
            row = {"name": file.as_posix(), "label": file.parent.name}
            yield row | {"speaker": found[1] or "" if found else "", "split": split}, file


def on_hub(where: Data) -> Iterator[tuple[Row, io.BytesIO]]:
    """All splits of a Hugging Face dataset; sound is decoded here, so torchcodec is not needed."""
    try:
        import datasets
    except ImportError:
        raise settings.UserError('"hf:" needs an extra: run "uv sync --extra hf"') from None
    name, _, revision = where.source.removeprefix("hf:").partition("@")
    if not revision and not Path(name).is_dir():
        raise settings.UserError(f'"{name}" has no revision: write hf:{name}@<commit>')
    try:
        tables = datasets.load_dataset(name, revision=revision or None)
    except (OSError, ValueError, datasets.exceptions.DatasetGenerationError) as error:
        cure = "if it is not in parquet, download it and set data.source=folder"
        raise settings.UserError(f'"{name}" cannot be loaded ({error}): {cure}') from None
    for split, table in tables.items():
        sounds = [n for n, kind in table.features.items() if isinstance(kind, datasets.Audio)]
        for column in filter(None, (*(sounds[:1] or ["audio"]), where.label, where.speaker)):
            if column not in table.features:
                near = settings.nearest(column, table.features)
                raise settings.UserError(f'"{column}" is no column of "{name}". {near}')
        words = getattr(table.features[where.label], "names", None)  # of numbered labels
        for number, item in enumerate(table.cast_column(sounds[0], datasets.Audio(decode=False))):
            row = {"name": f"{split}/{number}", "label": str(item[where.label])}
            row["label"] = words[item[where.label]] if words else row["label"]
            row["speaker"] = str(item[where.speaker]) if where.speaker else row["name"]
            row["split"] = "held_out" if split == where.held_out else ""
            yield row, io.BytesIO(item[sounds[0]]["bytes"] or b"")


def split_speakers(rows: Sequence[Row], seed: int) -> Row:
    """Speaker -> split, drawn until every keyword is in every split; empty if it never is."""
    draw, speakers = np.random.default_rng(seed), sorted({row["speaker"] for row in rows})
    few = max(1, round(len(speakers) / 5))
    splits = ["test"] * few + ["valid"] * few + ["train"] * (len(speakers) - 2 * few)
    wanted = {(split, row["label"]) for row in rows for split in ("train", "valid", "test")}
    for _ in range(200):
        chosen = dict(zip(draw.permutation(speakers).tolist(), splits, strict=False))
        if wanted == {(chosen[row["speaker"]], row["label"]) for row in rows}:
            return chosen
    return {}


def examine(config: Config) -> tuple[list[Row], list[audio.Floats], list[str]]:
    """The usable clips with their splits, their sound, and what is wrong, a line per file."""
    where, how = config.data, config.features
    rows, sounds, wrong = list[Row](), list[audio.Floats](), list[str]()
    if where.source == "builtin":
        where = replace(where, path="data/builtin/raw", held_out="data/builtin/held_out")
        shutil.rmtree("data/builtin", ignore_errors=True)
        write = runpy.run_path(str(SAMPLES))["write"]
        write(Path(where.path), "adult", where.voices, how.rate, how.seconds)
        write(Path(where.held_out), "child", where.voices // 5, how.rate, how.seconds)
    for row, file in on_hub(where) if where.source[:3] == "hf:" else in_folders(where):
        sound, fault = audio.read(file, how)
        if not row["speaker"]:
            fault = f'has no speaker that data.speaker "{where.speaker}" finds'
        if fault:
            wrong.append(f'"{row["name"]}" {fault}')
        else:
            rows.append(row)
            sounds.append(sound)
    known = [row for row in rows if not row["split"]]
    labels, speakers = {row["label"] for row in known}, {row["speaker"] for row in known}
    chosen = split_speakers(known, config.runtime.seed)
    for row in known:
        row["split"] = chosen.get(row["speaker"], "")
    for row in rows:
        if row["label"] not in labels:
            wrong.append(f'"{row["name"]}" has a keyword that training has not')
        if row["split"] == "held_out" and row["speaker"] in chosen:
            wrong.append(f'"{row["name"]}" is held out, but "{row["speaker"]}" also trains')
    there = sorted(Path(where.path).glob("[!.]*")) if where.source == "folder" else []
    lost = [path.as_posix() for path in there if path.name not in labels]
    wrong += [f'"{path}" is no folder with usable clips: <keyword>/<clip>.wav' for path in lost]
    if len(labels) < 2 or not chosen:
        found = f"{len(labels)} keywords by {len(speakers)} speakers"
        place = where.path if where.source == "folder" else where.source
        wrong.append(f'"{place}" has {found}: two are the least, and three speakers of each')
    return rows, sounds, wrong


def check(config: Config) -> list[str]:
    """What is wrong with the data, in words, a line per file."""
    return examine(config)[-1]


def prepare(config: Config) -> dict[str, Any]:
    """Writes data/prepared: clips.npy, clips.csv and manifest.json; nothing if nothing changed."""
    path, key = PREPARED / "manifest.json", fingerprint(config)
    if path.is_file() and (before := manifest.load_json(path))["key"] == key:
        return dict(before)
    rows, sounds, wrong = examine(config)
    if wrong:
        more = [f"and {len(wrong) - 20} more"] if len(wrong) > 20 else []
        raise settings.UserError("\n".join(wrong[:20] + more))
    PREPARED.mkdir(parents=True, exist_ok=True)
    np.save(PREPARED / "clips.npy", np.round(np.stack(sounds) * 32767).astype(np.int16))
    with (PREPARED / "clips.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    content = [(PREPARED / name).read_bytes() for name in ("clips.npy", "clips.csv")]
    pairs = {(row["split"], row["speaker"]) for row in rows}
    facts = {
        "source": config.data.source,
        "licence": "made here, none needed" if config.data.source == "builtin" else None,
        "hash": manifest.sha256(b"".join(content)),
        "key": key,
        "labels": sorted({row["label"] for row in rows}),
        "counts": dict(sorted(Counter(row["split"] for row in rows).items())),
        "speakers": dict(sorted(Counter(split for split, _ in pairs).items())),
    }
    manifest.save_json(path, facts)
    return facts


def fingerprint(config: Config) -> str:
    """Changes with the settings that matter and with the files that the clips come from."""
    where, local = config.data, Path(config.data.source[3:])
    files = [Path(__file__), Path(audio.__file__), SAMPLES]
    if where.source == "folder":
        files += [file for _, file in in_folders(where)]
    elif where.source != "builtin" and local.is_dir():
        files += filter(Path.is_file, sorted(local.rglob("*")))
    how = (where, config.features.rate, config.features.seconds, config.runtime.seed)
    hashes = [
        (f.parent.name, f.name, manifest.sha256(f.read_bytes())) for f in files if f.is_file()
    ]
    return manifest.sha256(repr((how, hashes)).encode())


def load(config: Config) -> Splits:
    """The prepared clips; prepares them first where that is due."""
    labels = prepare(config)["labels"]
    sound = np.load(PREPARED / "clips.npy", mmap_mode="r")
    with (PREPARED / "clips.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def pick(split: str) -> Clips:
        at = [i for i, row in enumerate(rows) if row["split"] == split]
        numbers = np.array([labels.index(rows[i]["label"]) for i in at], np.int64)
        return Clips((sound[at] / 32767).astype(np.float32), numbers, [rows[i] for i in at])

    return Splits(pick("train"), pick("valid"), pick("test"), pick("held_out"), labels)


def sample(config: Config, n: int) -> NDArray[np.float32]:
    """`n` clips as predict takes them."""
    return load(config).test.sound[:n]


def main(argv: Sequence[str] | None = None) -> int:
    """Prints what is there, or what is wrong with it."""

    def body(args: Any) -> None:
        facts = prepare(load_config(args.config, args.overrides))
        print(f"{len(facts['labels'])} keywords: {', '.join(facts['labels'])}")
        for split, count in facts["counts"].items():
            print(f"{split:9} {count:6} clips by {facts['speakers'][split]} speakers")

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())

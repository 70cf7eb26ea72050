"""Finds the clips of the source: in folders, or in a Hugging Face dataset."""

import io
import re
import runpy
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...config import Config, Data
from ..any_encoding import read_name
from ..errors import UserError, suggest
from ..files import is_hidden

Row = dict[str, str]  # name, label, speaker, split
Clip = tuple[Row, Path | io.BytesIO]
SAMPLES = Path("samples/synthesise.py")


def write_builtin(config: Config) -> Data:
    """Synthesises the built-in clips; returns where they are."""
    data = replace(config.data, path="data/builtin/raw", held_out="data/builtin/held_out")
    shutil.rmtree("data/builtin", ignore_errors=True)
    write = runpy.run_path(str(SAMPLES))["write"]
    features = config.features
    rate, seconds = features.sample_rate, features.seconds
    write(Path(data.path), "adult", data.voices, rate, seconds)
    write(Path(data.held_out), "child", data.voices // 5, rate, seconds)
    return data


def find(data: Data) -> Iterable[Clip]:
    """Returns every clip of the source, not yet read; a list where their number is known."""
    if data.source.startswith("hf:"):
        return _find_on_hub(data)
    return list(find_in_folders(data))


def find_in_folders(data: Data) -> Iterator[Clip]:
    """Yields <folder>/<keyword>/<clip>; the first group of `speaker` names who speaks."""
    for folder, split in ((data.path, ""), (data.held_out, "held_out")):
        for file in sorted(Path(folder).glob("*/*")):
            if is_hidden(file.relative_to(folder)):
                continue
            name = read_name(file.as_posix())
            row = {"name": name, "label": read_name(file.parent.name)}
            row["speaker"] = _find_speaker(read_name(file.name), data.speaker)
            row["split"] = split
            yield row, file


def _find_speaker(name: str, pattern: str | None) -> str:
    if not pattern:
        return name
    found = re.search(pattern, name)
    return (found[1] or "") if found else ""


def _find_on_hub(data: Data) -> Iterator[Clip]:
    """All splits of a dataset; audio is decoded here, so torchcodec is not needed."""
    try:
        import datasets
    except ImportError:
        raise UserError('"hf:" needs one more package: run "uv sync --extra hf"') from None
    name, _, revision = data.source.removeprefix("hf:").partition("@")
    if not revision and not Path(name).is_dir():
        raise UserError(f'"{name}" has no revision: write hf:{name}@<commit>')
    try:
        tables = datasets.load_dataset(name, revision=revision or None)
    except (OSError, ValueError, datasets.exceptions.DatasetGenerationError) as error:
        hint = "if it is not in parquet, download it and set data.source=folder"
        raise UserError(f'"{name}" cannot be loaded ({error}): {hint}') from None
    for split, table in tables.items():
        audio = _find_audio_column(table, name, data, datasets.Audio)
        classes = getattr(table.features[data.label], "names", None)  # of numbered labels
        undecoded = table.cast_column(audio, datasets.Audio(decode=False))
        for number, item in enumerate(undecoded):
            row = {"name": f"{split}/{number}"}
            row["label"] = _name_label(item[data.label], classes)
            speaker = item[data.speaker] if data.speaker else None
            is_missing = speaker is None or not str(speaker).strip()
            row["speaker"] = row["name"] if is_missing else str(speaker)
            row["split"] = "held_out" if split == data.held_out else ""
            yield row, _open_bytes(item[audio])


def _name_label(label: Any, classes: Sequence[str] | None) -> str:
    """The keyword of a row, which may be a number; "" when it is missing (None, -1)."""
    if label is None or (classes and label < 0):
        return ""
    return classes[label] if classes else str(label)


def _open_bytes(audio: dict[str, Any] | None) -> io.BytesIO:
    """The file of a clip, which a row has in it or names; an empty one if it has none."""
    if audio and audio["bytes"] is None and audio["path"]:
        return io.BytesIO(Path(audio["path"]).read_bytes())
    return io.BytesIO((audio or {}).get("bytes") or b"")


def _find_audio_column(table: Any, name: str, data: Data, kind: type) -> str:
    """The column with audio; raises UserError when it or another column is missing."""
    columns = [column for column, feature in table.features.items() if isinstance(feature, kind)]
    audio = columns[0] if columns else "audio"
    wanted = [audio, data.label]
    if data.speaker:
        wanted.append(data.speaker)
    for column in wanted:
        if column not in table.features:
            hint = suggest(column, table.features)
            raise UserError(f'"{column}" is not a column of "{name}". {hint}')
    return str(audio)

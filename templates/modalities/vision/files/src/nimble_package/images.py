"""Pictures from the configured source, each brought to one shape or refused in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from .config import Data
from .mlops.settings import UserError, nearest

Found = tuple[str, str, str, Any]  # name, label, group ("": none), picture
SOURCES = ("builtin", "folder", "hf:NAME@REVISION", "hf:FOLDER")


def read(name: str, file: Any, wanted: Data) -> NDArray[np.uint8]:
    """A picture (path, open file, Pillow's own) as bytes of height x width x channels."""
    if isinstance(file, Path) and file.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
        raise UserError(f'"{name}" is no PNG or JPEG: convert it, or move it elsewhere')
    try:
        picture = file if isinstance(file, Image.Image) else Image.open(file)
        picture = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f'"{name}" cannot be read as an image: {error}') from None
    (height, width), mode = wanted.size, {1: "L", 3: "RGB"}[wanted.channels]
    if picture.mode[0] in "IF":
        raise UserError(f'"{name}" has more than 8 bits a channel ({picture.mode}): save it with 8')
    if not wanted.adapt and (*picture.size, picture.mode) != (width, height, mode):
        raise UserError(
            f'"{name}" is {picture.height} x {picture.width} {picture.mode}, but data.size and '
            f"data.channels ask for {height} x {width} {mode}: change them, or set data.adapt=true"
        )
    fitted = ImageOps.fit(picture.convert(mode), (width, height))
    return np.asarray(fitted).reshape(height, width, wanted.channels)


def find(data: Data) -> Iterator[Found]:
    """Every picture of `data.source`, unread."""
    if data.source == "builtin":
        return _find_digits()
    if data.source == "folder":
        return _find_files(Path(data.path))
    if data.source.startswith("hf:"):
        return _find_rows(data.source.removeprefix("hf:"))
    raise UserError(f'"data.source" is "{data.source}". {nearest(data.source, SOURCES)}')


def _find_digits() -> Iterator[Found]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    for row, (pixels, digit) in enumerate(zip(digits.images, digits.target, strict=True)):
        picture = Image.fromarray((pixels * (255 / 16)).astype(np.uint8))
        # 13 people wrote some 138 each, one after the other: no hand may be on both sides
        yield f"digit {row}", str(digit), f"writer {row // 139}", picture


def _find_files(folder: Path) -> Iterator[Found]:
    for file in sorted(path for path in folder.rglob("[!.]*") if path.is_file()):
        label, *inner = file.relative_to(folder).parts  # folders in a label's folder stay together
        yield file.as_posix(), label if inner else "", "/".join(inner[:-1]), file


def _find_rows(place: str) -> Iterator[Found]:
    try:
        import datasets
    except ImportError:
        raise UserError(f'"hf:{place}" needs one more package: run "uv sync --extra hf"') from None
    name, _, revision = place.partition("@")
    if not revision and not Path(name).is_dir():
        raise UserError(f'"hf:{place}" is no folder and has no version: write hf:NAME@REVISION')
    try:
        table = datasets.load_dataset(name, revision=revision or None, split="train")
    except (OSError, ValueError) as error:
        raise UserError(f'"hf:{place}" cannot be loaded: {" ".join(str(error).split())}') from None
    column = {type(feature).__name__: key for key, feature in table.features.items()}
    if not {"Image", "ClassLabel"} <= column.keys():
        raise UserError(f'"hf:{place}" needs an image and a class label, but has {table.features}')
    labels = table.features[column["ClassLabel"]].names
    for row, example in enumerate(table):
        yield f"row {row}", labels[example[column["ClassLabel"]]], "", example[column["Image"]]

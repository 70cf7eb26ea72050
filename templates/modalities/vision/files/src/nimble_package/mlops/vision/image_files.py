"""Reads images from the configured source; each gets one shape or is refused with a reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ...config import Data
from ..any_encoding import read_name
from ..errors import UserError, suggest

Found = tuple[str, str, str, Any]  # name, label, group ("": none), image
SOURCES = ("builtin", "folder", "hf:NAME@REVISION", "hf:FOLDER")
SUFFIXES = (".png", ".jpg", ".jpeg")
MODES = {1: "L", 3: "RGB"}  # Pillow's names by number of channels
IMAGES_OF_A_WRITER = 139  # of the built-in digits: 13 writers, one after the other


def read(name: str, file: Any, wanted: Data) -> NDArray[np.uint8]:
    """Returns an image (path, open file, Pillow image) as (height, width, channels)."""
    image = _open(name, file)
    height, width = wanted.size
    mode = MODES[wanted.channels]
    if image.mode[0] in "IF":
        raise UserError(f'"{name}" has more than 8 bits a channel ({image.mode}): save it with 8')
    if not wanted.resize and (*image.size, image.mode) != (width, height, mode):
        raise UserError(
            f'"{name}" is {image.height} x {image.width} {image.mode}, but data.size and '
            f"data.channels ask for {height} x {width} {mode}: "
            "change them, or set data.resize=true"
        )
    visible = _put_on_white(image) if image.has_transparency_data else image
    fitted = ImageOps.fit(visible.convert(mode), (width, height))
    return np.asarray(fitted).reshape(height, width, wanted.channels)


def _put_on_white(image: Image.Image) -> Image.Image:
    """Returns what is seen of an image: transparent pixels may have any colour in the file."""
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA"))


def _open(name: str, file: Any) -> Image.Image:
    if isinstance(file, Path) and file.suffix.lower() not in SUFFIXES:
        raise UserError(f'"{name}" is not a PNG or JPEG file: convert it, or move it elsewhere')
    try:
        image = file if isinstance(file, Image.Image) else Image.open(file)
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f'"{name}" cannot be read as an image: {error}') from None


def find(data: Data) -> Iterator[Found]:
    """Yields every image of `data.source`, not yet read."""
    if data.source == "builtin":
        return _find_digits()
    if data.source == "folder":
        return _find_files(Path(data.path))
    if data.source.startswith("hf:"):
        return _find_rows(data.source.removeprefix("hf:"))
    raise UserError(f'"data.source" is "{data.source}". {suggest(data.source, SOURCES)}')


def _find_digits() -> Iterator[Found]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    for row, (pixels, digit) in enumerate(zip(digits.images, digits.target, strict=True)):
        image = Image.fromarray((pixels * (255 / 16)).astype(np.uint8))
        writer = row // IMAGES_OF_A_WRITER
        yield f"digit {row}", str(digit), f"writer of digits {writer}", image


def _find_files(folder: Path) -> Iterator[Found]:
    for file in sorted(folder.rglob("[!.]*")):
        if not file.is_file():
            continue
        parts = [read_name(part) for part in file.relative_to(folder).parts]
        label, *inner = parts
        if not inner:  # the file is in no label's folder
            label = ""
        group = "/".join(inner[:-1])  # a folder inside a label's folder is a group
        yield read_name(file.as_posix()), label, group, file


def _find_rows(place: str) -> Iterator[Found]:
    try:
        import datasets
    except ImportError:
        raise UserError(f'"hf:{place}" needs one more package: run "uv sync --extra hf"') from None
    name, _, revision = place.partition("@")
    if not revision and not Path(name).is_dir():
        hint = "write hf:NAME@REVISION"
        raise UserError(f'"hf:{place}" is not a folder and has no revision: {hint}')
    try:
        table = datasets.load_dataset(name, revision=revision or None, split="train")
    except (OSError, ValueError) as error:
        message = " ".join(str(error).split())
        raise UserError(f'"hf:{place}" cannot be loaded: {message}') from None
    columns = {type(feature).__name__: key for key, feature in table.features.items()}
    if not {"Image", "ClassLabel"} <= columns.keys():
        raise UserError(f'"hf:{place}" needs an image and a class label, but has {table.features}')
    labels = table.features[columns["ClassLabel"]].names
    for row, example in enumerate(table):
        label = labels[example[columns["ClassLabel"]]]
        yield f"row {row}", label, "", example[columns["Image"]]

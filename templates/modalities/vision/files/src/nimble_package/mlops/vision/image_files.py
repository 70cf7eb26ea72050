"""Reads images from the configured source; each gets one shape or is refused with a reason."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ...config import Data
from ..any_encoding import read_name
from ..errors import UserError, suggest
from ..files import is_hidden
from . import open_image

Found = tuple[str, str, str, Any]  # name, label, group ("": none), image
SOURCES = ("builtin", "folder", "hf:NAME@REVISION", "hf:FOLDER")
MODES = {1: "L", 3: "RGB"}  # Pillow's names by number of channels
IMAGES_OF_A_WRITER = 139  # of the built-in digits: 13 writers, one after the other


def read(name: str, file: Any, wanted: Data) -> NDArray[np.uint8]:
    """Returns an image (path, open file, Pillow image) as (height, width, channels)."""
    image = open_image.read(name, file)
    height, width = wanted.size
    mode = MODES[wanted.channels]
    if not wanted.resize and (*image.size, image.mode) != (width, height, mode):
        raise UserError(
            f'"{name}" is {image.height} x {image.width} {image.mode}, but data.size and '
            f"data.channels ask for {height} x {width} {mode}: "
            "change them, or set data.resize=true"
        )
    visible = _put_on_white(image) if image.has_transparency_data else image
    if visible.mode != mode:
        visible = visible.convert("RGB").convert(mode)  # LAB and CMYK become grey by way of RGB
    fitted = ImageOps.fit(visible, (width, height))
    return np.asarray(fitted).reshape(height, width, wanted.channels)


def _put_on_white(image: Image.Image) -> Image.Image:
    """Returns what is seen of an image: transparent pixels may have any colour in the file."""
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA"))


def find(data: Data) -> Iterable[Found]:
    """Returns every image of `data.source`, not yet read; a list where their number is known."""
    if data.source == "builtin":
        return list(_find_digits())
    if data.source == "folder":
        return list(_find_files(Path(data.path)))
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
        inside = file.relative_to(folder)
        if file.is_dir() or is_hidden(inside):
            continue
        label, *inner = [read_name(part) for part in inside.parts]
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
    undecoded = table.cast_column(columns["Image"], datasets.Image(decode=False))
    for row, example in enumerate(undecoded):
        number = example[columns["ClassLabel"]]
        label = labels[number] if number is not None and number >= 0 else ""  # -1: not known
        yield f"row {row}", label, "", _open_bytes(example[columns["Image"]])


def _open_bytes(image: dict[str, Any] | None) -> BytesIO:
    """Returns the file of an image, which a row has in it or names; an empty one if it has none."""
    if image and image["bytes"] is None and image["path"]:
        return BytesIO(Path(image["path"]).read_bytes())
    return BytesIO((image or {}).get("bytes") or b"")

"""Opens one image file, or says what is wrong with it."""

import re
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from ..errors import UserError

SUFFIXES = (".png", ".jpg", ".jpeg")
# Files are often named .jpg whatever is in them. EPS and others, which run programs, are left out.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
SEVERAL_IMAGES = ("PNG", "WEBP", "GIF", "TIFF")  # a JPEG of a phone has previews after its image
MILLION = 1_000_000
MAX_MEGAPIXELS = 80  # 0.3 GB while it is read; Pillow itself warns above 89


def read(name: str, file: Any) -> Image.Image:
    """Returns the image in a path, an open file or a Pillow image, upright as its EXIF says.

    Raises UserError when it cannot be read, is animated, too large, or has more than 8 bits.
    """
    if isinstance(file, Path):
        _check_file(name, file)
    try:
        with warnings.catch_warnings():  # of Pillow, about what is refused or repaired here
            warnings.simplefilter("ignore")
            if isinstance(file, Image.Image):
                return _load(name, file)
            with Image.open(file, formats=FORMATS) as image:
                return _load(name, image)
    except UserError:
        raise
    except Image.DecompressionBombError as error:
        pixels = re.search(r"\d+", str(error))
        raise UserError(_describe_size(name, int(pixels[0]) if pixels else 0)) from None
    except OSError as error:
        if error.strerror:
            raise UserError(f'"{name}" cannot be opened: {error.strerror}') from None
        raise UserError(_describe_damage(name, error)) from None
    except MemoryError:
        raise UserError(f'"{name}" needs more memory than there is: scale it down') from None
    except Exception as error:  # Pillow raises errors of many kinds for damaged files
        raise UserError(_describe_damage(name, error)) from None


def _load(name: str, image: Image.Image) -> Image.Image:
    _check_header(name, image)
    return ImageOps.exif_transpose(image)


def _check_file(name: str, file: Path) -> None:
    """Raises UserError when a path is not a file with an image to expect in it."""
    if file.is_dir():
        raise UserError(f'"{name}" is a folder: name the image files in it')
    if file.suffix.lower() not in SUFFIXES:
        raise UserError(f'"{name}" is not a PNG or JPEG file: convert it, or move it elsewhere')
    if file.is_file() and file.stat().st_size == 0:
        hint = "copy it again, or move it elsewhere"
        raise UserError(f'"{name}" cannot be read as an image (it has 0 bytes): {hint}')


def _check_header(name: str, image: Image.Image) -> None:
    """Raises UserError for what is known before the pixels are read."""
    pixels = image.width * image.height
    if pixels > MAX_MEGAPIXELS * MILLION:
        raise UserError(_describe_size(name, pixels))
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format in SEVERAL_IMAGES:
        hint = "save the one that counts as PNG or JPEG"
        raise UserError(f'"{name}" is animated or has several images ({frames}): {hint}')
    if image.mode[0] in "IF":
        raise UserError(f'"{name}" has more than 8 bits a channel ({image.mode}): save it with 8')


def _describe_size(name: str, pixels: int) -> str:
    hint = f"at most {MAX_MEGAPIXELS} are read, so scale it down"
    return f'"{name}" has {pixels / MILLION:,.0f} megapixels: {hint}'


def _describe_damage(name: str, error: Exception) -> str:
    reason = str(error) or type(error).__name__
    if isinstance(error, UnidentifiedImageError):
        reason = "its content is not one"
    hint = "save it again as PNG or JPEG, or move it elsewhere"
    return f'"{name}" cannot be read as an image ({reason}): {hint}'

"""python one_byte.py FOLDER: one letter, sample or pixel in the first file of the folder is another."""

import re
import sys
from pathlib import Path

# A letter of a numbered line's text, a digit after a point, a letter of a word: never a head or a label.
SHAPES = (rb'\n\d+;"?[A-Z]([a-z])', rb"\d\.(\d)", rb"[a-z]{2}([a-z])[a-z]{2}")


def change(path: Path) -> None:
    """Changes as little as the format allows so that it stays readable."""
    if path.suffix in (".png", ".jpg"):
        from PIL import Image

        image = Image.open(path)
        x, y = image.width // 2, image.height // 2
        old = image.getpixel((x, y))
        image.putpixel((x, y), 255 - old if isinstance(old, int) else (255 - old[0], *old[1:]))
        image.save(path)
        return
    content = bytearray(path.read_bytes())
    if path.suffix == ".wav":
        content[len(content) // 2 & ~1] ^= 1
    else:
        found = next(found for shape in SHAPES if (found := re.search(shape, content)))
        position = found.start(1)
        content[position] = ord("1") if content[position] != ord("1") else ord("2")
    path.write_bytes(content)


files = [path for path in sorted(Path(sys.argv[1]).rglob("*")) if path.is_file()]
first = next(path for path in files if path.suffix in (".csv", ".md", ".png", ".wav"))
change(first)
print(first)

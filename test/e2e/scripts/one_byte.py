"""python one_byte.py FOLDER: one letter, sample or pixel in the first file of the folder is another."""

import re
import sys
from pathlib import Path

# A letter of a numbered line's text, a digit behind a point, a letter of a word: never a head or a label.
SHAPES = (rb'\n\d+;"?[A-Z]([a-z])', rb"\d\.(\d)", rb"[a-z]{2}([a-z])[a-z]{2}")


def change(path: Path) -> None:
    """Changes as little as the format allows so that it stays readable."""
    if path.suffix in (".png", ".jpg"):
        from PIL import Image

        picture = Image.open(path)
        x, y = picture.width // 2, picture.height // 2
        old = picture.getpixel((x, y))
        picture.putpixel((x, y), 255 - old if isinstance(old, int) else (255 - old[0], *old[1:]))
        picture.save(path)
        return
    content = bytearray(path.read_bytes())
    if path.suffix == ".wav":
        content[len(content) // 2 & ~1] ^= 1
    else:
        found = next(found for shape in SHAPES if (found := re.search(shape, content)))
        place = found.start(1)
        content[place] = ord("1") if content[place] != ord("1") else ord("2")
    path.write_bytes(content)


files = [path for path in sorted(Path(sys.argv[1]).rglob("*")) if path.is_file()]
first = next(path for path in files if path.suffix in (".csv", ".md", ".png", ".wav"))
change(first)
print(first)

"""python one_byte.py FOLDER: one letter, sample or pixel in the first file of the folder is another."""

import re
import sys
from pathlib import Path


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
    else:  # a letter of a word that stands in the middle, so that no head of a table is hit
        found = next(re.finditer(rb"[a-z]{4,}", content[len(content) // 2 :]))
        place = len(content) // 2 + found.start()
        content[place] = ord("x") if content[place] != ord("x") else ord("y")
    path.write_bytes(content)


files = [path for path in sorted(Path(sys.argv[1]).rglob("*")) if path.is_file()]
first = next(path for path in files if path.suffix in (".csv", ".md", ".png", ".wav"))
change(first)
print(first)

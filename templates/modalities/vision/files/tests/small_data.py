"""The images and the settings of the tests; they need nothing of the team's config.yaml.

`python tests/small_data.py FOLDER` writes them into a folder.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

CONFIG = """\
experiment: test
data:
  source: folder
  path: data/raw
  size: [12, 16]
  channels: 3
model:
  width: 8
  dropout: 0.2
  rotation: 10
  translation: 0.08
  scale: 0.1
  brightness: 0.2
train:
  epochs: 4
  batch_size: 16
  learning_rate: 0.01
evaluate:
  min_score: 0.3
  seeds: 2
runtime:
  seed: 0
  track: false
"""
CORNERS = {  # x, y of each shape
    "Balken": [(4, 5), (12, 5), (12, 7), (4, 7)],
    "ligne": [(7, 2), (9, 2), (9, 10), (7, 10)],
    "квадрат": [(5, 3), (11, 3), (11, 9), (5, 9)],
}
IMAGES = 64  # of each shape
SESSION = 4  # images of a session, a folder of their own; half of the images are in one


def write(folder: Path) -> None:
    """Writes config.yaml and the images into a folder."""
    random = np.random.default_rng(0)
    for label in CORNERS:
        for number in range(IMAGES):
            session = f"session {number // SESSION}" if number < IMAGES // 2 else "."
            target = folder / "data" / "raw" / label / session
            target.mkdir(parents=True, exist_ok=True)
            draw(label, random).save(target / f"{number}.png")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")


def draw(label: str, random: np.random.Generator) -> Image.Image:
    """Returns a light shape near the middle of a dark, noisy image."""
    background = random.integers(0, 80, (12, 16, 3), dtype=np.uint8)
    image = Image.fromarray(background)
    right, down = random.integers(-2, 3, 2).tolist()
    moved = [(x + right, y + down) for x, y in CORNERS[label]]
    red, green, blue = random.integers(130, 256, 3).tolist()
    ImageDraw.Draw(image).polygon(moved, fill=(red, green, blue))
    return image


if __name__ == "__main__":
    write(Path(sys.argv[1]))

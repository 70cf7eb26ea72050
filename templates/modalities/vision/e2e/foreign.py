"""`python foreign.py DIR`: images unlike the built-in ones, and the settings that go with them, one a line.

Five coloured shapes on a noisy background, 20 pixels high and 28 wide, PNG and JPEG, with labels in other
languages; some have another size and mode, which data.resize converts.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

LABELS = {
    "Dreieck": [(14, 3), (25, 17), (3, 17)],
    "círculo": (7, 3, 21, 17),
    "квадрат": [(7, 3), (21, 3), (21, 17), (7, 17)],
    "横線": [(3, 8), (25, 8), (25, 12), (3, 12)],
    "पट्टी": [(12, 2), (16, 2), (16, 18), (12, 18)],
}


def draw(
    shape: list[tuple[int, int]] | tuple[int, ...], random: np.random.Generator
) -> Image.Image:
    """One shape in a colour of its own, somewhere near the middle."""
    background = random.integers(0, 90, (20, 28, 3), dtype=np.uint8)
    image = Image.fromarray(background)
    pen, colour = ImageDraw.Draw(image), tuple(random.integers(110, 256, 3).tolist())
    if isinstance(shape, tuple):
        pen.ellipse(shape, fill=colour)
    else:
        pen.polygon(shape, fill=colour)
    right, down = random.integers(-3, 4, 2).tolist()
    return image.transform(image.size, Image.Transform.AFFINE, (1, 0, right, 0, 1, down))


def main(folder: Path) -> None:
    """Writes 60 images of each label into `folder`."""
    random = np.random.default_rng(7)
    for label, shape in LABELS.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for i in range(60):
            image = draw(shape, random)
            if i % 20 == 0:
                image = image.resize((42, 30))
            if i % 30 == 0:
                image = image.convert("L")
            image.save(folder / label / f"{label} {i}.{'jpg' if i % 3 == 0 else 'png'}")
    settings = {
        "data.source": "folder",
        "data.path": folder.resolve().as_posix(),
        "data.size": "[20,28]",
        "data.channels": "3",
        "data.resize": "true",
        "train.batch_size": "16",
        "evaluate.min_score": "0.6",
    }
    for key, value in settings.items():
        print(f"{key}={value}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Kinds of damage for tests/machinery/planted_damage.py: each changes files in data/raw."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

SETTINGS = ("data.source=folder", "train.epochs=6", "evaluate.min_score=0.7")
IMAGES = 500
Pixels = NDArray[np.uint8]
Plant = Callable[[Path, Random], None]
Change = Callable[[Pixels, np.random.Generator], Pixels]


def write_clean(repository: Path) -> None:
    """Writes the built-in digits as PNG files."""
    digits = load_digits()
    pairs = list(zip(digits.images, digits.target, strict=True))[:IMAGES]
    for number, (pixels, digit) in enumerate(pairs):
        folder = repository / "data" / "raw" / str(digit)
        folder.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray((pixels * (255 / 16)).astype(np.uint8))
        image.save(folder / f"{number:04}.png")


def list_files(folder: Path) -> list[Path]:
    """Returns every image by name."""
    return sorted(folder.rglob("*.png"))


def change_pixels(change: Change, share: float = 1) -> Plant:
    """Returns a function that changes images, or a share of them."""

    def plant(folder: Path, random: Random) -> None:
        generator = np.random.default_rng(0)
        for file in list_files(folder):
            if random.random() < share:
                changed = change(np.asarray(Image.open(file)), generator)
                Image.fromarray(changed.astype(np.uint8)).save(file)

    return plant


def change_files(change: Callable[[bytes], bytes], share: float) -> Plant:
    """Returns a function that changes the bytes of a share of the files."""

    def plant(folder: Path, random: Random) -> None:
        for file in list_files(folder):
            if random.random() < share:
                file.write_bytes(change(file.read_bytes()))

    return plant


def move_labels(share: float) -> Plant:
    """Returns a function that moves a share of the images to another label."""

    def plant(folder: Path, random: Random) -> None:
        labels = sorted(path.name for path in folder.iterdir())
        for file in list_files(folder):
            if random.random() < share:
                others = [label for label in labels if label != file.parent.name]
                file.rename(folder / random.choice(others) / file.name)

    return plant


def shift_labels(folder: Path, _random: Random) -> None:
    """Gives each image the label of the next one, as a join by position does."""
    files = sorted(list_files(folder), key=lambda file: file.name)
    labels = [file.parent.name for file in files]
    for file, label in zip(files, [*labels[1:], labels[0]], strict=True):
        file.rename(folder / label / file.name)


def swap_labels(folder: Path, _random: Random) -> None:
    """Exchanges two labels: the mean of the scores hardly shows it."""
    (folder / "3").rename(folder / "swap")
    (folder / "8").rename(folder / "3")
    (folder / "swap").rename(folder / "8")


def remove(label: str, keep: int) -> Plant:
    """Returns a function that removes the images of a label, but for the first ones."""

    def plant(folder: Path, _random: Random) -> None:
        for file in sorted((folder / label).iterdir())[keep:]:
            file.unlink()
        if keep == 0:
            (folder / label).rmdir()

    return plant


def keep_one_label(folder: Path, _random: Random) -> None:
    """Removes all labels but one."""
    for path in sorted(folder.iterdir())[1:]:
        shutil.rmtree(path)


def copy_under_other_labels(folder: Path, random: Random) -> None:
    """Puts some images under a second label too."""
    for file in random.sample(list_files(folder), 20):
        label = str((int(file.parent.name) + 1) % 10)
        shutil.copy(file, folder / label / f"copy-{file.name}")


def repeat_files(folder: Path, random: Random) -> None:
    """Delivers a third of the images twice."""
    for file in random.sample(list_files(folder), IMAGES // 3):
        shutil.copy(file, file.with_name(f"copy-{file.name}"))


def lose_files(folder: Path, random: Random) -> None:
    """Loses two thirds of the images."""
    for file in random.sample(list_files(folder), IMAGES * 2 // 3):
        file.unlink()


def lose_folders(folder: Path, _random: Random) -> None:
    """Puts all images into one folder without labels."""
    for file in list_files(folder):
        file.rename(folder / file.name)


def add_label(folder: Path, _random: Random) -> None:
    """Adds a label that the data did not have."""
    (folder / "other").mkdir()
    for number, file in enumerate(list_files(folder)[::20]):
        pixels = np.asarray(Image.open(file)).T // 2
        Image.fromarray(np.ascontiguousarray(pixels)).save(folder / "other" / f"{number}.png")


def save_as(mode: str, size: tuple[int, int] | None = None) -> Plant:
    """Returns a function that saves a tenth of the images in another mode or size."""

    def plant(folder: Path, random: Random) -> None:
        for file in random.sample(list_files(folder), IMAGES // 10):
            image = Image.open(file).convert(mode)
            image.resize(size or image.size).save(file)

    return plant


def noise(pixels: Pixels, generator: np.random.Generator) -> Pixels:
    """Returns noise."""
    return generator.integers(0, 256, pixels.shape).astype(np.uint8)


def shuffle_pixels(pixels: Pixels, generator: np.random.Generator) -> Pixels:
    """Returns the pixels of an image in another order: brightness and contrast stay."""
    return generator.permuted(pixels.ravel()).reshape(pixels.shape)


def blur(pixels: Pixels, _: np.random.Generator) -> Pixels:
    """Returns the mean of each pixel and its neighbours."""
    moved = [np.roll(pixels.astype(float), step, (0, 1)) for step in (-1, 0, 1)]
    return np.asarray(np.mean(moved, axis=0), np.uint8)


KINDS: dict[str, Plant] = {
    "all images are noise": change_pixels(noise),
    "a tenth of the images is noise": change_pixels(noise, 0.1),
    "all images are black": change_pixels(lambda pixels, _: pixels * 0),
    "a twentieth of the images is black": change_pixels(lambda pixels, _: pixels * 0, 0.05),
    "a twentieth of the images is white": change_pixels(lambda pixels, _: pixels * 0 + 255, 0.05),
    "black and white are exchanged": change_pixels(lambda pixels, _: 255 - pixels),
    "images are half as bright": change_pixels(lambda pixels, _: pixels // 2),
    "values are 0 to 1 and not 0 to 255": change_pixels(lambda pixels, _: pixels // 255),
    "images are overexposed": change_pixels(
        lambda pixels, _: np.minimum(pixels.astype(int) * 3, 255).astype(np.uint8)
    ),
    "images are blurred": change_pixels(blur),
    "images are rotated by 90 degrees": change_pixels(lambda pixels, _: np.rot90(pixels)),
    "a fifth of the images is upside down": change_pixels(lambda pixels, _: pixels[::-1], 0.2),
    "pixels are in another order": change_pixels(shuffle_pixels),
    "the lower half is missing": change_pixels(
        lambda pixels, _: np.concatenate([pixels[:4], pixels[4:] * 0])
    ),
    "one image again and again": change_pixels(lambda pixels, _: pixels * 0 + 128, 0.5),
    "files are cut": change_files(lambda content: content[: len(content) // 2], 0.02),
    "files are empty": change_files(lambda _: b"", 0.02),
    "files are web pages": change_files(lambda _: b"<html>503</html>", 0.02),
    "bytes in the files are changed": change_files(
        lambda content: content[:50] + bytes(9) + content[59:], 0.02
    ),
    "images have another size": save_as("L", (16, 16)),
    "images are in colour": save_as("RGB"),
    "images have 16 bits": save_as("I;16"),
    "a label is gone": remove("7", 0),
    "a label has two images": remove("7", 2),
    "a label is rare": remove("7", 15),
    "one label is left": keep_one_label,
    "a new label": add_label,
    "the folders of the labels are lost": lose_folders,
    "the same image under two labels": copy_under_other_labels,
    "a third of the images is there twice": repeat_files,
    "two thirds of the images are lost": lose_files,
    "a twentieth of the labels is wrong": move_labels(0.05),
    "half of the labels are wrong": move_labels(0.5),
    "two labels are exchanged": swap_labels,
    "labels are shifted by one image": shift_labels,
}

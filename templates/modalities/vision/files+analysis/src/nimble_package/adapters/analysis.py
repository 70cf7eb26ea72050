"""Images, seen from behind the average: slices by label and light, features are regions."""

from pathlib import Path

import numpy as np

from .. import config, data, evaluate, images, predict
from ..mlops.analysis import plan
from ..mlops.scores import Array

GRID = 4  # regions in a row, and rows of them


def _values(splits: data.Splits, model: predict.Model, pictures: Array) -> Array:
    return np.asarray(predict.chances(model, pictures).argmax(1) == splits.test.labels, float)


def rows(config_: config.Config) -> plan.Rows:
    """The test images by label, group, mean brightness (0 to 1) and contrast (its spread)."""
    evaluate.evaluate(config_)  # refuses a model of other labels
    splits, model = data.load(config_), predict.load()
    held, light = splits.test, splits.test.images.reshape(len(splits.test.labels), -1) / 255
    columns = {
        "label": [splits.classes[number] for number in held.labels],
        "group": [str(name) for name in held.groups],
        "brightness": light.mean(1).tolist(),
        "contrast": light.std(1).tolist(),
    }
    return plan.Rows("accuracy", _values(splits, model, held.images), columns)


def regions(high: int, wide: int) -> dict[str, tuple[slice, slice]]:
    """The regions of an image, from its top left."""
    down, right = (np.linspace(0, side, GRID + 1).round().astype(int) for side in (high, wide))
    return {
        f"row {i + 1}, column {j + 1}": (slice(*down[i : i + 2]), slice(*right[j : j + 2]))
        for i in range(GRID)
        for j in range(GRID)
    }


def features(config_: config.Config) -> plan.Features:
    """Regions of the image, each filled from another test image; single pixels say nothing."""
    splits, model = data.load(config_), predict.load()
    held = splits.test.images
    parts = regions(*held.shape[1:3])

    def score(name: str | None, random: np.random.Generator) -> float:
        pictures = held.copy()
        if name is not None:
            down, right = parts[name]
            pictures[:, down, right] = held[random.permutation(len(held)), down, right]
        return float(_values(splits, model, pictures).mean())

    return plan.Features("accuracy", list(parts), score)


def steps(config_: config.Config) -> plan.Steps:
    """Reading a file, and the model, which holds all further preprocessing."""
    held, model = data.load(config_).test.images, predict.load()
    example = data.PREPARED / "example.png"

    def read() -> None:
        for _ in held:
            images.read(example.name, example, model.shape)

    run = {"read a file": read, "(model)": lambda: predict.chances(model, held)}
    return plan.Steps(len(held), run)


def explain(_: config.Config, given: str, __: int, folder: Path) -> list[str]:
    """What an image's answer hangs on: each region covered by the mean of the image's own edge."""
    model = predict.load()
    image = images.read(given, Path(given), model.shape)
    chances = predict.chances(model, image[None])[0]
    order, parts = np.argsort(-chances, kind="stable"), regions(*image.shape[:2])
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]).mean(0)
    covered = np.repeat(image[None], len(parts), axis=0)
    for place, (down, right) in enumerate(parts.values()):
        covered[place, down, right] = border.round().astype(np.uint8)
    adds = chances[order[0]] - predict.chances(model, covered)[:, order[0]]
    _draw(folder / "regions.png", image, adds.reshape(GRID, GRID), model.classes[order[0]])
    lines = [f"{given}: {image.shape[0]} x {image.shape[1]}, mean {image.mean():.0f} of 255", ""]
    lines += [f"{chances[number]:.4f}  {model.classes[number]}" for number in order[:5]]
    lines += ["", f"what a region adds to the chance of {model.classes[order[0]]}:"]
    named = sorted(zip(parts, adds.tolist(), strict=True), key=lambda pair: -abs(pair[1]))
    lines += [f"{name}  {value:+.4f}" for name, value in named[:6]]
    return [*lines, "", f"picture: {folder / 'regions.png'}"]


def _draw(path: Path, image: Array, adds: Array, label: str) -> None:
    from ..mlops.analysis.picture import canvas

    with canvas(path, f"What each region adds to the chance of {label}", 5.0, 6.0) as axes:
        high, wide = image.shape[:2]
        extent = (0.0, float(wide), float(high), 0.0)
        axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255, extent=extent)
        most = max(float(np.abs(adds).max()), 1e-6)
        shown = axes.imshow(adds, "RdBu", alpha=0.5, vmin=-most, vmax=most, extent=extent)
        axes.figure.colorbar(shown)
        axes.axis("off")

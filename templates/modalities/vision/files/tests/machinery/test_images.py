"""How mlops/vision reads, splits and saves images."""

from pathlib import Path

import numpy as np
from PIL import Image

from nimble_package import config
from nimble_package.mlops.vision import image_files
from nimble_package.mlops.vision.collect import collect
from nimble_package.mlops.vision.prepared import save_arrays


def test_other_shapes_are_resized_and_converted_when_the_settings_ask_for_it(
    tmp_path: Path,
) -> None:
    wanted = config.Data(
        source="folder", path=str(tmp_path), size=(12, 10), channels=3, resize=True
    )
    for number, label in enumerate(("Ahorn", "カエデ")):
        folder = tmp_path / label
        folder.mkdir()
        Image.new("L", (300, 200), 200 + number).save(folder / "wide.png")
        Image.new("RGBA", (5, 5), (255, number, 0, 255)).save(folder / "small.png")
        Image.new("RGB", (10, 12), (0, number, 255)).save(folder / "same.png")
    found = collect(wanted)
    assert found.problems == []
    assert {image.shape for image in found.images} == {(12, 10, 3)}


def test_every_version_of_python_writes_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    save_arrays(path, {"labels": np.arange(3)})
    extra_field = path.read_bytes()[28:30]
    assert extra_field == b"\0\0", "Python 3.11.4 moved what an extra field holds"
    with np.load(path) as arrays:
        assert arrays["labels"].tolist() == [0, 1, 2]


def test_transparent_pixels_are_white_whatever_colour_the_file_has_for_them() -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[:, :, 0] = 200  # red, that no one sees
    pixels[0, 0] = (10, 20, 30, 255)
    image = Image.fromarray(pixels)
    wanted = config.Data(size=(2, 2), channels=3, resize=True)
    found = image_files.read("image", image, wanted)
    assert found[0, 0].tolist() == [10, 20, 30]
    assert (found[1] == 255).all()
    palette = image_files.read("image", image.quantize(4), wanted)
    assert (palette[1] == 255).all()

"""How mlops/vision reads, splits and saves images."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nimble_package import config, data, predict
from nimble_package.mlops.array_file import write_arrays
from nimble_package.mlops.decision import Decision
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.vision import image_files
from nimble_package.mlops.vision.collect import collect, draw_splits


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
    write_arrays(path, {"labels": np.arange(3)})
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


def make_chunk(kind: bytes, content: bytes) -> bytes:
    """Returns one part of a PNG file."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def write_header(path: Path, width: int, height: int) -> None:
    """Writes a PNG file that says how large it is, and has nearly no pixels."""
    header = make_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = make_chunk(b"IDAT", zlib.compress(bytes(100)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + pixels + make_chunk(b"IEND", b""))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("width", "height", "megapixels"), [(10_000, 10_000, 100), (20_000, 10_000, 200)]
)
def test_an_image_of_too_many_pixels_is_named_before_it_is_read(
    tmp_path: Path, width: int, height: int, megapixels: int
) -> None:
    path = tmp_path / "huge.png"
    write_header(path, width, height)
    with pytest.raises(UserError) as error:
        image_files.read("huge.png", path, config.Data(resize=True))
    assert f'"huge.png" has {megapixels} megapixels' in str(error.value)
    assert "scale it down" in str(error.value)


def draw(seed: int, shape: tuple[int, ...] = (12, 16, 3)) -> Image.Image:
    """Returns an image of random pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return Image.fromarray(pixels)


def write_bad_file(path: Path, kind: str) -> None:
    """Writes a file that is no usable image."""
    if kind == "animated":
        draw(0).save(path, save_all=True, append_images=[draw(1), draw(2)])
    elif kind == "animated GIF":
        draw(0).save(path, "GIF", save_all=True, append_images=[draw(1)])
    elif kind == "16 bits":
        Image.fromarray(np.full((12, 16), 40_000, np.uint16)).save(path)
    elif kind == "empty":
        path.touch()
    elif kind == "web page":
        path.write_text("<html>404</html>", encoding="utf-8")
    elif kind == "folder":
        path.mkdir()
    elif kind == "half":
        draw(0).save(path)
        path.write_bytes(path.read_bytes()[:300])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("animated", "animated or has several images (3)"),
        ("animated GIF", "animated or has several images (2)"),
        ("16 bits", "more than 8 bits a channel"),
        ("empty", "0 bytes"),
        ("web page", "its content is not one"),
        ("folder", "is a folder"),
        ("half", "truncated"),
        ("missing", "No such file"),
    ],
)
def test_a_bad_file_is_one_line_with_its_name_and_what_to_do(
    tmp_path: Path, kind: str, words: str
) -> None:
    path = tmp_path / "file.png"
    write_bad_file(path, kind)
    with pytest.raises(UserError) as error:
        image_files.read("file.png", path, config.Data(size=(12, 16), channels=3, resize=True))
    assert words in str(error.value)
    assert str(error.value).startswith('"file.png" ')
    assert "\n" not in str(error.value)
    assert str(tmp_path) not in str(error.value)


def write_images(folder: Path) -> list[str]:
    """Writes images of two labels, each of another kind, and returns their names."""
    images = {"plain.png": draw(0), "large.jpg": draw(1, (90, 200, 3)), "grey.png": draw(2, (9, 9))}
    images["transparent.png"] = draw(3, (12, 16, 4))
    images["grey and transparent.png"] = draw(4, (12, 16, 2))
    images["palette.png"] = draw(5).quantize(16)
    images["bits.png"] = draw(6).convert("1")
    images["print.jpg"] = draw(7).convert("CMYK")
    images["lab.jpg"] = draw(9).convert("LAB")
    names = []
    for label in ("Ahorn", "カエデ"):
        (folder / label).mkdir()
        for name, image in images.items():
            path = folder / label / name
            form = "TIFF" if image.mode == "LAB" else None
            turn = Image.Transpose.FLIP_LEFT_RIGHT if label == "Ahorn" else 1
            image.transpose(turn).save(path, form)
            names.append(path.as_posix())
        rotated = Image.Exif()
        rotated[0x0112] = 6  # to be turned by 90 degrees
        draw(8 + len(label), (30, 40, 3)).save(folder / label / "phone.jpg", exif=rotated)
        draw(18 + len(label)).save(folder / label / "web.jpg", "WEBP")  # named wrongly
        shown = draw(28 + len(label)).quantize(16)
        shown.save(folder / label / "clear.png", transparency=3)
        names.extend((folder / label / name).as_posix() for name in ("phone.jpg", "web.jpg"))
        names.append((folder / label / "clear.png").as_posix())
    return names


@pytest.mark.parametrize("channels", [1, 3])
def test_a_prediction_reads_exactly_what_the_training_reads(tmp_path: Path, channels: int) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    names = write_images(folder)
    overrides = ["data.source=folder", f"data.path={folder.as_posix()}", "data.resize=true"]
    overrides += ["data.size=[12,16]", f"data.channels={channels}"]
    settings = config.load(overrides=overrides)
    splits = data.load(settings, tmp_path / "prepared")
    everything = data.join([splits.train, splits.valid, splits.test])
    assert sorted(everything.names) == sorted(names)
    model = predict.Model(None, everything.classes, settings.data, Decision())
    read = predict.read_inputs(model, everything.names.tolist())
    assert np.array_equal(np.stack([pixels for _, pixels in read]), everything.images)


def test_a_prediction_names_every_file_that_cannot_be_read(tmp_path: Path) -> None:
    write_bad_file(tmp_path / "a.png", "animated")
    write_bad_file(tmp_path / "b.png", "empty")
    draw(0).save(tmp_path / "c.png")
    model = predict.Model(None, ["x", "y"], config.Data(size=(12, 16), channels=3), Decision())
    with pytest.raises(UserError) as error:
        predict.read_inputs(model, [str(tmp_path / name) for name in ("a.png", "b.png", "c.png")])
    first, second, end = str(error.value).splitlines()
    assert "a.png" in first
    assert "b.png" in second
    assert "2 of 3 files" in end


def test_the_same_image_in_two_groups_is_named_with_what_to_do(tmp_path: Path) -> None:
    for seed, label in enumerate(("Ahorn", "カエデ")):
        for number in range(8):
            folder = tmp_path / label / f"tree {number}"
            folder.mkdir(parents=True)
            draw(100 * seed + number).save(folder / "1.png")
    double = tmp_path / "Ahorn" / "tree 3" / "2.png"
    double.write_bytes((tmp_path / "Ahorn" / "tree 1" / "1.png").read_bytes())
    wanted = config.Data(source="folder", path=str(tmp_path), size=(12, 16), channels=3)
    found = collect(wanted)
    assert found.problems == []
    (note,) = found.notes
    assert all(word in note for word in ["tree 3/2.png", "tree 1/1.png", "two groups", "keep one"])
    assert note in draw_splits(found, wanted).notes


def test_a_label_that_lives_in_one_group_is_trained_on_and_named(tmp_path: Path) -> None:
    for seed, label in enumerate(("Ahorn", "カエデ", "Rarität")):
        for number in range(8):
            name = "tree 1" if label == "Rarität" else f"tree {number}"
            folder = tmp_path / label / name
            folder.mkdir(parents=True, exist_ok=True)
            draw(100 * seed + number).save(folder / f"{number}.png")
    wanted = config.Data(source="folder", path=str(tmp_path), size=(12, 16), channels=3)
    found = collect(wanted)
    assert found.problems == []
    drawn = draw_splits(found, wanted)
    pairs = zip(found.labels, drawn.homes, strict=True)
    assert {home for label, home in pairs if label == "Rarität"} == {"train"}
    for split in ("valid", "test"):
        note = f'{split} has no example of "Rarität": only "tree 1" has it'
        assert any(known.startswith(note) for known in drawn.notes)


def test_hidden_files_and_folders_are_left_out_and_broken_links_are_named(tmp_path: Path) -> None:
    for seed, label in enumerate(("Ahorn", "カエデ")):
        (tmp_path / label / ".ipynb_checkpoints").mkdir(parents=True)
        (tmp_path / label / "Thumbs.db").touch()
        for number in range(4):
            image = draw(100 * seed + number)
            image.save(tmp_path / label / f"{number}.png")
            image.save(tmp_path / label / ".ipynb_checkpoints" / f"{number}-checkpoint.png")
    wanted = config.Data(source="folder", path=str(tmp_path), size=(12, 16), channels=3)
    found = collect(wanted)
    assert (len(found.images), found.problems, found.notes) == (8, [], [])
    try:
        (tmp_path / "Ahorn" / "link.png").symlink_to("missing.png")
    except OSError:
        pytest.skip("this system makes no links")
    (problem,) = collect(wanted).problems
    assert "Ahorn/link.png" in problem
    assert "No such file" in problem

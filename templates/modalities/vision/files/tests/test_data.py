"""The images: what is accepted, what is refused and why, and that splits do not leak."""

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nimble_package import config, data
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.vision.collect import collect, draw_splits
from nimble_package.mlops.vision.image_files import IMAGES_OF_A_WRITER

LABELS = ("Ahorn", "Büsche", "カエデ")
WRITERS = 13
MakeSettings = Callable[..., config.Config]


@pytest.fixture
def splits(settings: config.Config) -> data.Splits:
    """The prepared images."""
    return data.load(settings)


@pytest.fixture
def drawn(settings: config.Config, splits: data.Splits) -> data.Splits:
    """The prepared images, validated on by the second seed."""
    return data.draw_validation(splits, settings.data, seed=1)


@pytest.fixture
def folder_settings(tmp_path: Path) -> MakeSettings:
    """Settings for a folder with 9 colour images of each of three labels."""
    random = np.random.default_rng(0)
    for label in LABELS:
        (tmp_path / label).mkdir()
        for number in range(9):
            pixels = random.integers(0, 256, (12, 10, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / label / f"{number}.png")

    def make_settings(*overrides: str) -> config.Config:
        source = ["data.source=folder", f"data.path={tmp_path.as_posix()}"]
        shape = ["data.size=[12,10]", "data.channels=3"]
        return config.load(overrides=[*source, *shape, *overrides])

    return make_settings


def test_prepared_images_have_the_configured_shape_and_every_split_has_every_label(
    settings: config.Config, splits: data.Splits
) -> None:
    for part in (splits.train, splits.valid, splits.test):
        assert part.images.shape[1:] == (*settings.data.size, settings.data.channels)
        assert part.images.dtype == np.uint8
        assert set(part.labels.tolist()) == set(range(len(part.classes)))


def test_no_image_and_no_group_is_in_two_splits(splits: data.Splits, drawn: data.Splits) -> None:
    for fold in (splits, drawn):
        for one, other in combinations((fold.train, fold.valid, fold.test), 2):
            images = {image.tobytes() for image in one.images}
            assert not images & {image.tobytes() for image in other.images}
            assert not set(one.groups) & set(other.groups)
            assert not set(one.names) & set(other.names)


def test_no_writer_of_digits_is_in_two_splits(tmp_path: Path) -> None:
    shape = ["data.size=[8,8]", "data.channels=1"]
    settings = config.load(overrides=["data.source=builtin", *shape])
    splits = data.load(settings, tmp_path)
    drawn = data.draw_validation(splits, settings.data, seed=1)
    for fold in (splits, drawn):
        writers = []
        for part in (fold.train, fold.valid, fold.test):
            rows = [int(name.removeprefix("digit ")) for name in part.names]
            writers.append({row // IMAGES_OF_A_WRITER for row in rows})
        assert len(set.union(*writers)) == WRITERS
        assert sum(len(some) for some in writers) == WRITERS


def test_another_seed_has_other_validation_images_and_the_same_test_images(
    splits: data.Splits, drawn: data.Splits
) -> None:
    assert set(drawn.valid.names) != set(splits.valid.names)
    assert np.array_equal(drawn.test.images, splits.test.images)
    before = data.join([splits.train, splits.valid]).names
    after = data.join([drawn.train, drawn.valid]).names
    assert set(before) == set(after)


def test_a_folder_of_labels_is_accepted(folder_settings: MakeSettings) -> None:
    found = collect(folder_settings().data)
    assert found.problems == []
    assert Counter(found.labels) == dict.fromkeys(LABELS, 9)


def test_images_of_a_folder_inside_a_label_stay_in_one_split(
    folder_settings: MakeSettings, tmp_path: Path
) -> None:
    for label in LABELS:
        folder = tmp_path / label / "patient 7"
        folder.mkdir()
        for number in range(4):
            (tmp_path / label / f"{number}.png").rename(folder / f"{number}.png")
    found = collect(folder_settings().data)
    homes = draw_splits(found, folder_settings().data).homes
    pairs = zip(found.names, homes, strict=True)
    assert len({home for name, home in pairs if "patient 7" in name}) == 1


def break_folder(folder: Path, problem: str) -> None:
    """Breaks one thing about the images in a folder."""
    file = folder / "Ahorn" / "0.png"
    if problem == "not an image":
        file.write_bytes(b"this is no image")
    elif problem == "truncated":
        file.write_bytes(file.read_bytes()[:150])
    elif problem == "other size":
        Image.new("RGB", (30, 20)).save(file)
    elif problem == "grey":
        Image.new("L", (10, 12)).save(file)
    elif problem == "16 bits":
        Image.new("I;16", (10, 12)).save(file.with_name("deep.png"))
    elif problem == "text file":
        file.with_name("notes.txt").write_text("hello", encoding="utf-8")
    elif problem == "no label":
        Image.new("RGB", (10, 12)).save(folder / "stray.png")
    elif problem == "two labels":
        (folder / "Büsche" / "twin.png").write_bytes(file.read_bytes())
    elif problem == "empty label":
        (folder / "leer").mkdir()


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("not an image", ["Ahorn/0.png", "cannot be read"]),
        ("truncated", ["Ahorn/0.png", "cannot be read"]),
        ("other size", ["Ahorn/0.png", "20 x 30", "12 x 10", "data.size", "data.resize"]),
        ("grey", ["Ahorn/0.png", " L,", "RGB", "data.channels"]),
        ("16 bits", ["Ahorn/deep.png", "8 bits"]),
        ("text file", ["Ahorn/notes.txt", "not a PNG or JPEG file"]),
        ("no label", ["stray.png", "no label"]),
        ("two labels", ["Büsche/twin.png", "Ahorn/0.png", "another label"]),
        ("empty label", ['"leer"', "0 usable", "at least 3 are required"]),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    folder_settings: MakeSettings, tmp_path: Path, problem: str, words: list[str]
) -> None:
    break_folder(tmp_path, problem)
    problems = data.check(folder_settings())
    assert len(problems) == 1, problems
    assert all(word in problems[0] for word in words), problems[0]


def test_preparing_stops_at_problems_and_lists_the_first_of_each_kind(
    folder_settings: MakeSettings, tmp_path: Path
) -> None:
    for number in range(30):
        (tmp_path / "Ahorn" / f"broken {number}.png").write_bytes(b"?")
    (tmp_path / "Ahorn" / "empty.png").touch()
    with pytest.raises(UserError) as error:
        data.prepare(folder_settings())
    assert "broken 0.png" in str(error.value)
    assert "and 27 more of this kind" in str(error.value)
    assert "empty.png" in str(error.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [("foldr", ["foldr", 'Did you mean "folder"']), ("hf:me/pets", ["hf:me/pets"])],
)
def test_an_unknown_source_is_refused(
    folder_settings: MakeSettings, source: str, words: list[str]
) -> None:
    with pytest.raises(UserError) as error:
        data.check(folder_settings(f"data.source={source}"))
    assert all(word in str(error.value) for word in words)


def test_a_missing_folder_is_a_readable_problem(folder_settings: MakeSettings) -> None:
    problems = data.check(folder_settings("data.path=nowhere"))
    assert problems == ['"nowhere" has 0 labels (folders): at least 2 are required']

"""The data contract: what is accepted, what is refused in words, and that nothing leaks."""

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nimble_package import config, data
from nimble_package.mlops.settings import UserError

LABELS = ("Ahorn", "Büsche", "カエデ")
Own = Callable[..., config.Config]


@pytest.fixture
def own(tmp_path: Path, small: list[str]) -> Own:
    """Settings for a folder of this test's own: 9 colour images for each of three labels."""
    random = np.random.default_rng(0)
    for label in LABELS:
        (tmp_path / label).mkdir()
        for i in range(9):
            pixels = random.integers(0, 256, (12, 10, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / label / f"{i}.png")

    def settings(*overrides: str) -> config.Config:
        place = ["data.source=folder", f"data.path={tmp_path.as_posix()}"]
        return config.load(
            overrides=[*small, *place, "data.size=[12,10]", "data.channels=3", *overrides]
        )

    return settings


def test_the_arrays_are_what_the_settings_say(settings: config.Config) -> None:
    splits = data.load(settings)
    for part in (splits.train, splits.valid, splits.test):
        assert part.images.shape[1:] == (*settings.data.size, settings.data.channels)
        assert part.images.dtype == np.uint8
        assert set(part.labels.tolist()) == set(range(len(splits.classes)))


def test_no_image_and_no_group_lies_in_two_splits(settings: config.Config) -> None:
    splits = data.load(settings)
    for fold in (splits, data.redraw(splits, settings.data, seed=1)):
        for one, other in combinations((fold.train, fold.valid, fold.test), 2):
            assert not {x.tobytes() for x in one.images} & {x.tobytes() for x in other.images}
            assert not set(one.groups) & set(other.groups)
            assert not set(one.names) & set(other.names)


def test_nobodys_handwriting_lies_in_two_splits(settings: config.Config) -> None:
    splits = data.load(settings)
    for fold in (splits, data.redraw(splits, settings.data, seed=1)):
        parts = (fold.train, fold.valid, fold.test)
        hands = [{int(name.split()[1]) // 139 for name in part.names} for part in parts]
        assert sum(map(len, hands)) == len(set.union(*hands)) == 13


def test_other_seeds_validate_on_other_images_but_test_on_the_same(settings: config.Config) -> None:
    splits = data.load(settings)
    other = data.redraw(splits, settings.data, seed=1)
    assert set(other.valid.names) != set(splits.valid.names)
    assert np.array_equal(other.test.images, splits.test.images)
    pools = [data.join([one.train, one.valid]).names for one in (splits, other)]
    assert set(pools[0]) == set(pools[1])


def test_every_label_gets_its_share_of_every_split() -> None:
    labels = ["a"] * 100 + ["b"] * 10 + ["c"] * 3
    homes = data.assign(labels, [str(i) for i in range(113)], {"train": 0.6, "test": 0.4})
    found = Counter(zip(labels, homes.tolist(), strict=True))
    assert [found[label, "test"] for label in "abc"] == [40, 4, 1]


def test_an_image_keeps_its_split_whatever_the_order_of_the_files() -> None:
    labels, groups, shares = ["a", "b"] * 30, [str(i) for i in range(60)], {"a": 0.7, "b": 0.3}
    homes = data.assign(labels, groups, shares)
    backwards = data.assign(labels[::-1], groups[::-1], shares)
    assert homes.tolist() == backwards.tolist()[::-1]


def test_a_folder_of_ones_own_is_accepted(own: Own) -> None:
    rows, problems = data.collect(own().data)
    assert problems == []
    assert Counter(label for _, label, _, _ in rows) == dict.fromkeys(LABELS, 9)


def test_images_of_an_inner_folder_stay_together(own: Own, tmp_path: Path) -> None:
    for label in LABELS:
        for i in range(4):
            (tmp_path / label / "patient 7").mkdir(exist_ok=True)
            (tmp_path / label / f"{i}.png").rename(tmp_path / label / "patient 7" / f"{i}.png")
    rows, _ = data.collect(own().data)
    homes = data.assign(
        [row[1] for row in rows], [row[3] for row in rows], {"train": 0.5, "test": 0.5}
    )
    assert len({home for row, home in zip(rows, homes, strict=True) if "patient 7" in row[2]}) == 1


@pytest.mark.parametrize(
    ("breakage", "words"),
    [
        ("broken", ["Ahorn/0.png", "cannot be read"]),
        ("truncated", ["Ahorn/0.png", "cannot be read"]),
        ("size", ["Ahorn/0.png", "20 x 30", "12 x 10", "data.size", "data.adapt"]),
        ("grey", ["Ahorn/0.png", " L,", "RGB", "data.channels"]),
        ("deep", ["Ahorn/deep.png", "8 bits"]),
        ("text", ["Ahorn/notes.txt", "no PNG or JPEG"]),
        ("stray", ["stray.png", "no label"]),
        ("twin", ["Büsche/twin.png", "Ahorn/0.png", "another label"]),
        ("empty", ['"leer"', "0 usable", "3 are the least"]),
    ],
)
def test_a_wrong_file_is_named_and_explained(
    own: Own, tmp_path: Path, breakage: str, words: list[str]
) -> None:
    file = tmp_path / "Ahorn" / "0.png"
    if breakage == "broken":
        file.write_bytes(b"this is no picture")
    elif breakage == "truncated":
        file.write_bytes(file.read_bytes()[:150])
    elif breakage == "size":
        Image.new("RGB", (30, 20)).save(file)
    elif breakage == "grey":
        Image.new("L", (10, 12)).save(file)
    elif breakage == "deep":
        Image.new("I;16", (10, 12)).save(file.with_name("deep.png"))
    elif breakage == "text":
        file.with_name("notes.txt").write_text("hello", encoding="utf-8")
    elif breakage == "stray":
        Image.new("RGB", (10, 12)).save(tmp_path / "stray.png")
    elif breakage == "twin":
        (tmp_path / "Büsche" / "twin.png").write_bytes(file.read_bytes())
    elif breakage == "empty":
        (tmp_path / "leer").mkdir()
    problems = data.check(own())
    assert len(problems) == 1, problems
    assert all(word in problems[0] for word in words), problems[0]


def test_other_shapes_are_adapted_when_that_is_asked_for(own: Own, tmp_path: Path) -> None:
    Image.new("L", (300, 200), 200).save(tmp_path / "Ahorn" / "0.png")
    Image.new("RGBA", (5, 5), (255, 0, 0, 255)).save(tmp_path / "Ahorn" / "1.png")
    rows, problems = data.collect(own("data.adapt=true").data)
    assert problems == []
    assert {row[0].shape for row in rows} == {(12, 10, 3)}


def test_preparing_stops_at_problems_and_lists_them(own: Own, tmp_path: Path) -> None:
    for i in range(30):
        (tmp_path / "Ahorn" / f"broken {i}.png").write_bytes(b"?")
    with pytest.raises(UserError) as error:
        data.prepare(own())
    assert "broken 0.png" in str(error.value)
    assert "and 10 more" in str(error.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [("foldr", ["foldr", 'Did you mean "folder"']), ("hf:me/pets", ["hf:me/pets"])],
)
def test_a_wrong_source_is_refused(own: Own, source: str, words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        data.check(own(f"data.source={source}"))
    assert all(word in str(error.value) for word in words)


def test_a_missing_folder_is_an_error_in_words(own: Own) -> None:
    problems = data.check(own("data.path=nowhere"))
    assert problems == ['"nowhere" has 0 labels (folders): 2 are the least']


def test_every_python_writes_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    data.save(path, {"labels": np.arange(3)})
    assert path.read_bytes()[28:30] == b"\0\0", "no extra field: what is in it moved in 3.11.4"
    with np.load(path) as arrays:
        assert arrays["labels"].tolist() == [0, 1, 2]

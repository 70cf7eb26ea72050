"""No change of the images moves one to another split, and what cannot hold is said."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nimble_package import config, data
from nimble_package.mlops import splits
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.splits import LEFT_OUT, SPLIT_FILE, Drawn, save_record
from nimble_package.mlops.vision.collect import collect, draw_splits

RAW = Path("data/raw")
LABELS = ("Ahorn", "Büsche", "カエデ")


@pytest.fixture(autouse=True)
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """40 images of each of three labels; some are in folders of patients, whom labels share."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for label in LABELS:
        for number in range(40):
            patient = f"patient {number % 5}" if number < 20 else ""
            write_image(RAW / label / patient / f"{label}-{number}.png", random)


def write_image(path: Path, random: np.random.Generator) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = random.integers(0, 256, (6, 6), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def draw(**changes: object) -> tuple[Drawn, dict[str, str]]:
    """Splits the images as `data.prepare` does; returns also file name -> split."""
    settings = config.Data(source="folder", **{"size": (6, 6), **changes})  # type: ignore[arg-type]  # any setting
    found = collect(settings)
    assert found.problems == []
    drawn = draw_splits(found, settings)
    save_record(drawn.record, PREPARED)
    names = [Path(name).name for name in found.names]
    return drawn, dict(zip(names, drawn.homes, strict=True))


def find_training_groups(seed: int) -> list[str]:
    """Returns three groups that are in training by the hash of their names."""
    names = [f"clinic {number}" for number in range(40)]
    homes = splits.assign(names, {"train": 0.65, "valid": 0.15, "test": 0.2}, {}, seed)
    return [name for name, home in zip(names, homes, strict=True) if home == "train"][:3]


def add_images() -> None:
    random = np.random.default_rng(1)
    for number in range(60):
        write_image(RAW / "Ahorn" / f"new {number}.png", random)
        write_image(RAW / "Büsche" / f"patient {number % 9}" / f"more {number}.png", random)


def relabel_some() -> None:
    (RAW / "Zeder").mkdir()
    for path in sorted((RAW / "Ahorn").glob("*.png"))[:4]:
        path.rename(RAW / "Zeder" / path.name)


CHANGES: dict[str, Callable[[], object]] = {
    "new images": add_images,
    "a renamed label": lambda: (RAW / "Ahorn").rename(RAW / "maple"),
    "fewer labels": lambda: shutil.rmtree(RAW / "カエデ"),
    "a new label for some": relabel_some,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_images_moves_none(change: str) -> None:
    _, before = draw()
    assert set(before.values()) == {"train", "valid", "test"}
    CHANGES[change]()
    _, after = draw()
    known = before.keys() & after.keys()
    assert len(known) >= 80
    assert {name: after[name] for name in known} == {name: before[name] for name in known}


def test_another_size_moves_no_image() -> None:
    _, before = draw()
    _, after = draw(size=(4, 4), resize=True)
    assert after == before


def test_a_rare_label_is_in_every_split_and_its_images_stay_there() -> None:
    random = np.random.default_rng(2)
    for number in range(3):
        write_image(RAW / "Rarität" / f"rare {number}.png", random)
    drawn, before = draw()
    assert {before[f"rare {number}.png"] for number in range(3)} == {"train", "valid", "test"}
    assert drawn.record.forced
    add_images()
    drawn_again, after = draw()
    assert drawn_again.record == drawn.record
    assert {name: after[name] for name in before} == before


def test_a_later_label_that_a_split_lacks_is_reported_and_may_be_put_there() -> None:
    first, before = draw()
    random = np.random.default_rng(3)
    clinics = find_training_groups(first.record.seed)
    for clinic in clinics:
        write_image(RAW / "Rarität" / clinic / f"{clinic}.png", random)
    drawn, after = draw()
    assert {name: after[name] for name in before} == before
    assert 'test has no example of "Rarität"' in drawn.notes
    forced = {"test": [clinics[0]]}
    save_record(replace(drawn.record, forced=forced), PREPARED)
    drawn, after = draw()
    assert after[f"{clinics[0]}.png"] == "test"
    assert {name: after[name] for name in before} == before
    forced = {"test": clinics}
    save_record(replace(drawn.record, forced=forced), PREPARED)
    with pytest.raises(UserError, match=r'train has no example of "Rarität".*data/split.yaml'):
        draw()


def test_a_copy_of_a_test_image_is_not_trained_on() -> None:
    _, before = draw()
    name = next(name for name in before if before[name] == "test" and name.startswith("Ahorn"))
    test_image = next(RAW.rglob(name))
    for number in range(8):
        copy = RAW / "Ahorn" / f"another patient {number}" / f"copy {number}.png"
        copy.parent.mkdir()
        copy.write_bytes(test_image.read_bytes())
    drawn, after = draw()
    copies = {after[f"copy {number}.png"] for number in range(8)}
    assert copies <= {"test", LEFT_OUT}
    assert LEFT_OUT in copies
    assert any("left out" in note for note in drawn.notes)


def test_prepare_writes_the_split_file_only_for_its_own_folder() -> None:
    settings = config.Config("test", data=config.Data(source="folder", size=(6, 6)))
    elsewhere = data.prepare(settings, Path("elsewhere"))
    assert not SPLIT_FILE.exists()
    assert data.prepare(settings)["hash"] == elsewhere["hash"]
    assert SPLIT_FILE.exists()
    made = (PREPARED / "manifest.json").stat().st_mtime_ns
    data.prepare(settings)
    assert (PREPARED / "manifest.json").stat().st_mtime_ns == made

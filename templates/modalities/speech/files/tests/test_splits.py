"""No change of the clips moves one to another split."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from nimble_package import config, data
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.speech.collect import collect
from nimble_package.mlops.splits import LEFT_OUT, SPLIT_FILE, save_record

RAW = Path("data/raw")
RATE = 4000
PATTERNS = ["^([^_]+)_", ""]
FEATURES = config.Features(sample_rate=RATE, seconds=0.1)


@pytest.fixture(autouse=True)
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two keywords by fifteen speakers."""
    monkeypatch.chdir(tmp_path)
    for speaker in range(15):
        for label in ("ja", "nein"):
            write_clip(RAW / label / f"{speaker}_{label}.wav", speaker)


def write_clip(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng([seed, *path.name.encode()])
    soundfile.write(path, random.uniform(-0.5, 0.5, 400), RATE)


def draw(speaker: str, features: config.Features = FEATURES) -> dict[str, str]:
    """Splits the clips as `data.prepare` does; returns file name -> split."""
    own = config.Data(source="folder", speaker=speaker)
    found = collect(config.Config("test", data=own, features=features))
    assert found.problems == []
    assert found.record
    save_record(found.record, PREPARED)
    return {Path(row["name"]).name: row["split"] for row in found.rows}


def add_speakers() -> None:
    for speaker in range(20, 60):
        write_clip(RAW / "ja" / f"{speaker}_ja.wav", speaker)


def add_keyword() -> None:
    for speaker in range(15):
        write_clip(RAW / "doch" / f"{speaker}_doch.wav", speaker)


def relabel_some() -> None:
    (RAW / "doch").mkdir()
    for path in sorted((RAW / "ja").glob("*.wav"))[:7]:
        path.rename(RAW / "doch" / path.name)


CHANGES: dict[str, Callable[[], object]] = {
    "more speakers": add_speakers,
    "a keyword": add_keyword,
    "a keyword for some": relabel_some,
    "a renamed keyword": lambda: (RAW / "ja").rename(RAW / "oui"),
    "fewer clips": lambda: (RAW / "ja" / "3_ja.wav").unlink(),
}


@pytest.mark.parametrize("speaker", PATTERNS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_clips_moves_none(change: str, speaker: str) -> None:
    before = draw(speaker)
    assert set(before.values()) == {"train", "valid", "test"}
    CHANGES[change]()
    after = draw(speaker)
    known = before.keys() & after.keys()
    assert len(known) >= 29
    assert {name: after[name] for name in known} == {name: before[name] for name in known}


def test_other_features_move_no_clip() -> None:
    assert draw("") == draw("", config.Features(sample_rate=2000, seconds=0.05))


def test_a_copy_of_a_test_clip_is_not_trained_on() -> None:
    before = draw("")
    name = next(name for name in before if before[name] == "test")
    test_clip = next(RAW.rglob(name))
    samples, rate = soundfile.read(test_clip, dtype="int16")
    for number in range(10):  # the same samples in other files, so that each is drawn anew
        with soundfile.SoundFile(test_clip.with_name(f"{number}_copy.flac"), "w", rate, 1) as file:
            file.title = f"copy {number}"
            file.write(samples)
    after = draw("")
    assert {after[f"{number}_copy.flac"] for number in range(10)} == {"test", LEFT_OUT}


def test_a_keyword_of_one_speaker_is_trained_on_and_named() -> None:
    for take in range(4):
        write_clip(RAW / "selten" / f"3_{take}.wav", 100 + take)
    settings = config.Config("test", data=config.Data(source="folder"), features=FEATURES)
    summary = data.prepare(settings)["summary"]
    for split in ("valid", "test"):
        assert f'{split} has no example of "selten": only "3" has it' in summary
    splits = data.load(settings)
    assert "selten" in splits.train.classes
    assert sum(row["label"] == "selten" for row in splits.train.rows) == 4


def test_prepare_writes_the_split_file_only_for_its_own_folder() -> None:
    settings = config.Config("test", data=config.Data(source="folder"), features=FEATURES)
    elsewhere = data.prepare(settings, Path("elsewhere"))
    assert not SPLIT_FILE.exists()
    assert data.prepare(settings)["hash"] == elsewhere["hash"]
    assert SPLIT_FILE.exists()

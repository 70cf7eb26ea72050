"""The clips and the settings of the tests; they need nothing of the team's config.yaml.

`python tests/small_data.py FOLDER` writes them into a folder.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

SAMPLES = Path(__file__).parents[1] / "samples"
RATE = 11025  # Hz; not the rate of the settings, so that clips are resampled
SECONDS = 0.5
TAKES = 2
# Where the pitch of each keyword starts and ends, in Hz.
KEYWORDS = {
    "auf": (400, 1200),
    "ab": (1200, 400),
    "links": (600, 600),
    "rechts": (2400, 2400),
    "halt": (2400, 800),
}
SPEAKERS = ("ann", "ben", "cem", "dot", "eve", "fay", "gus", "hal", "ida", "jon")
HELD_OUT = ("kim", "lea")
CONFIG = """\
experiment: test
data:
  source: folder
  path: data/raw
  held_out: data/held_out
  speaker: "^([^_]+)_"
features:
  sample_rate: 8000
  seconds: 0.4
  window_ms: 32
  hop_ms: 20
  n_mels: 20
augment:
  shift_ms: 40
  noise_db: [30, 65]
  time_mask: 2
  mel_mask: 2
model:
  channels: 16
  blocks: 2
train:
  epochs: 5
  batch_size: 16
  learning_rate: 0.02
  weight_decay: 0.01
  warmup: 0.2
evaluate:
  min_score: 0
  seeds: 2
runtime:
  seed: 0
  track: false
"""


def write(folder: Path) -> None:
    """Writes config.yaml and the clips into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")
    for number, speaker in enumerate(SPEAKERS):
        write_speaker(folder / "data/raw", speaker, number, noise=0.01)
    for number, speaker in enumerate(HELD_OUT):
        write_speaker(folder / "data/held_out", speaker, number, noise=0.2)
    if SAMPLES.is_dir():  # only the tests of the built-in voices need it
        shutil.copytree(SAMPLES, folder / "samples", dirs_exist_ok=True)


def write_speaker(folder: Path, speaker: str, number: int, noise: float) -> None:
    """Each keyword twice, as <folder>/<keyword>/<speaker>_<take>.wav."""
    for keyword in KEYWORDS:
        (folder / keyword).mkdir(parents=True, exist_ok=True)
        for take in range(TAKES):
            clip = speak(keyword, number, take, noise)
            soundfile.write(folder / keyword / f"{speaker}_{take}.wav", clip, RATE)


def speak(keyword: str, number: int, take: int, noise: float) -> NDArray[np.float64]:
    """A tone whose pitch rises, falls or stays, with a voice of its own, in noise."""
    random = np.random.default_rng([number, take, *keyword.encode(), round(100 * noise)])
    count = round(RATE * SECONDS)
    start, end = KEYWORDS[keyword]
    voice = 0.9 + 0.02 * number
    hertz = np.linspace(start, end, count) * voice * random.uniform(0.95, 1.05)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    envelope = np.sin(np.pi * np.arange(count) / count)
    tone = 0.5 * envelope * np.sin(phase)
    return np.clip(tone + noise * random.normal(0, 1, count), -0.95, 0.95)


if __name__ == "__main__":
    write(Path(sys.argv[1]))

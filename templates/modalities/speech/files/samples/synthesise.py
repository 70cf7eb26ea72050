"""`python samples/synthesise.py`: writes the built-in clips, ten words by a formant synthesiser.

A buzz or a hiss goes through a moving tract. It needs no download and is easy on purpose: expect
less on recordings of people.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

Floats = NDArray[np.floating]

# Formants F1 F2 F3 in Hz (vowels: men in Peterson & Barney, 1952), loudness of the voice and of the
# hiss, centre of the hiss in Hz, milliseconds. "_" is the closed mouth before a burst.
PHONES: dict[str, tuple[float, ...]] = {
    "i": (270, 2290, 3010, 1, 0, 0, 80),
    "e": (530, 1840, 2480, 1, 0, 0, 150),
    "a": (730, 1090, 2440, 1, 0, 0, 150),
    "o": (570, 840, 2410, 1, 0, 0, 160),
    "u": (300, 870, 2240, 1, 0, 0, 90),
    "^": (640, 1190, 2390, 1, 0, 0, 140),
    "j": (260, 2200, 3000, 0.6, 0, 0, 60),
    "l": (360, 1100, 2700, 0.5, 0, 0, 70),
    "r": (350, 1060, 1500, 0.5, 0, 0, 80),
    "n": (250, 1500, 2500, 0.35, 0, 0, 90),
    "s": (320, 1600, 2600, 0, 0.5, 5500, 120),
    "f": (340, 1100, 2200, 0, 0.15, 3500, 110),
    "d": (300, 1700, 2600, 0.1, 0.3, 4000, 30),
    "t": (300, 1700, 2600, 0, 0.6, 4500, 30),
    "p": (300, 800, 2200, 0, 0.4, 900, 30),
    "g": (280, 1300, 2000, 0.1, 0.4, 1800, 40),
    "_": (300, 1400, 2400, 0, 0, 0, 50),
}
WORDS = {"down": "_dauun", "go": "_gou", "left": "lef_t", "no": "nou", "off": "of", "on": "an"}
WORDS |= {"right": "rai_t", "stop": "s_ta_p", "up": "^_p", "yes": "jes"}
# Pitch in Hz, length of the tract (formants times this), pace. Children also come from another
# synthesiser: formants side by side instead of one after the other, in a room with an echo.
FAMILIES = {
    "adult": ((90, 230), (0.95, 1.2), (0.8, 1.25)),
    "child": ((230, 330), (1.2, 1.4), (0.9, 1.5)),
}


def write(folder: Path, family: str, voices: int, rate: int, seconds: float) -> None:
    """Each word twice by each voice, as <folder>/<word>/<voice>_<take>.wav."""
    for word in WORDS:
        (folder / word).mkdir(parents=True, exist_ok=True)
        for voice, take in np.ndindex(voices, 2):
            sound = speak(word, family, voice, take, rate, seconds)
            soundfile.write(folder / word / f"{family}{voice:02}_{take}.wav", sound, rate)


def speak(word: str, family: str, voice: int, take: int, rate: int, seconds: float) -> Floats:
    """One clip in -1..1; the same arguments give the same samples."""
    who = np.random.default_rng([voice, *family.encode()])
    pitch, tract, pace = (who.uniform(*span) for span in FAMILIES[family])
    accent = who.normal(1, 0.04, (len(PHONES), 3))  # each voice has vowels of its own
    breath, tilt = who.uniform(0.02, 0.2), who.uniform(0.75, 0.92)
    now = np.random.default_rng([voice, take, *word.encode(), *family.encode()])
    size, hop = int(rate * seconds), rate // 100  # the tract moves every 10 ms
    track = move(word, accent, pace * now.uniform(0.9, 1.1), now)
    quiet = track[[0]] * [1, 1, 1, 0, 0, 1]  # before and after the word
    before = int(now.uniform(0, max(size // hop - len(track), 0)))
    place = np.arange(size // hop + 5) - before  # in the word, of each frame
    frames = np.where((place >= 0) & (place < len(track)), place + 1, 0)
    track = np.concatenate([quiet, track])  # each filter is computed once, not for each frame
    f0 = (
        pitch
        * now.uniform(0.93, 1.07)
        * np.linspace(now.uniform(0.85, 1.15), now.uniform(0.85, 1.15), size)
    )
    buzz = np.diff(np.floor(np.cumsum(f0 / rate)), prepend=0.0) * np.sqrt(rate / f0)
    hiss = now.normal(0, 1, size)
    hertz = np.fft.rfftfreq(4 * hop, 1 / rate)
    throat = tube(hertz, track[:, :3] * tract, tilt, rate, side_by_side=family == "child")
    centre = track[:, 5:6] * tract
    teeth = level(np.exp(-0.5 * ((hertz - centre) / (0.3 * centre + 300)) ** 2))
    voiced = throat * track[:, 3:4]
    unvoiced = breath * voiced + teeth * track[:, 4:5]
    sound = shape(buzz, voiced[frames], hop)
    sound += shape(hiss, unvoiced[frames], hop)
    for delay in now.uniform(0.01, 0.06, 3) * rate * (family == "child"):
        sound += 0.3 * np.pad(sound, (int(delay), 0))[:size] * (delay > 0)
    noise = np.std(sound) * 10 ** (-now.uniform(8, 30) / 20)
    sound += noise * now.normal(0, 1, size)
    return np.asarray(now.uniform(0.1, 0.9) * sound / np.abs(sound).max())


def move(word: str, accent: Floats, pace: float, now: np.random.Generator) -> Floats:
    """Where the tract is every 10 ms, smoothed because a tongue cannot jump."""
    rows: list[Floats] = []
    for phone in WORDS[word]:
        target = np.array(PHONES[phone][:6], dtype=float)
        target[:3] *= accent[list(PHONES).index(phone)] * now.normal(1, 0.03, 3)
        rows += [target] * max(int(PHONES[phone][6] * pace * now.uniform(0.85, 1.15) / 10), 2)
    track = np.stack(rows)
    for column, width in enumerate((7, 7, 7, 3, 3)):
        mode: Literal["edge", "constant"] = "edge" if column < 3 else "constant"
        padded = np.pad(track[:, column], width // 2, mode=mode)
        window = np.hanning(width + 2)[1:-1]
        track[:, column] = np.convolve(padded, window / window.sum(), mode="valid")
    return track


def tube(
    hertz: Floats, formants: Floats, tilt: float, rate: int, *, side_by_side: bool
) -> NDArray[Any]:
    """What the tract lets through, (frames, frequencies): a resonance per formant."""
    z = np.exp(-2j * np.pi * hertz / rate)
    parts = []
    for number, centre in enumerate([*formants.T, np.full(len(formants), 3500.0)]):
        r = np.exp(-np.pi * (50 + 0.05 * centre) / rate)[:, None]
        turn = 2 * r * np.cos(2 * np.pi * centre / rate)[:, None]
        gain = (1 - r) * (-1) ** number if side_by_side else 1 - turn + r**2
        parts.append(gain / (1 - turn * z + r**2 * z**2))
    lips = (1 - 0.9 * z) / (1 - tilt * z) ** 2  # lips brighten what the glottis makes dull
    return level(lips * (np.sum(parts, axis=0) if side_by_side else np.prod(parts, axis=0)))


def level(response: NDArray[Any]) -> NDArray[Any]:
    """Equally loud in every frame, so that the loudness is what the phone says."""
    return np.asarray(response / np.sqrt(np.mean(np.abs(response) ** 2, axis=1, keepdims=True)))


def shape(source: Floats, response: NDArray[Any], hop: int) -> Floats:
    """Filters piece by piece and adds the pieces up where they overlap."""
    padded = np.pad(source, (hop, 5 * hop))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)[::hop][: len(response)]
    spectrum = np.fft.rfft(pieces * np.hanning(2 * hop + 1)[:-1], 4 * hop)
    heard = np.fft.irfft(spectrum * response[: len(pieces)]).reshape(-1, 4, hop)
    out = np.zeros((len(heard) + 4, hop))
    for late in range(4):
        out[late : late + len(heard)] += heard[:, late]
    return out.ravel()[hop : hop + len(source)]


if __name__ == "__main__":
    write(Path("data/builtin/raw"), "adult", 60, 16000, 1.0)
    write(Path("data/builtin/held_out"), "child", 12, 16000, 1.0)

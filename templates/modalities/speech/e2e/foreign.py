"""`python foreign.py DIR`: writes clips unlike the built-in ones, prints the settings they need, one a line.

Three sounds by nine speakers (another count and other names), 0.6 s at 8 kHz: 8-bit, stereo, longer
and shorter ones among them; three speakers, in noise, are held out.
"""

import math
import random
import sys
import wave
from pathlib import Path

RATE = 8000
SOUNDS = {"tür auf": (500.0, 900.0), "licht aus": (1500.0, 1500.0), "hilfe": (1200.0, 600.0)}


def write(path: Path, word: str, speaker: int, take: int, noise: float) -> None:
    chance = random.Random(f"{word} {speaker} {take} {noise}")
    start, end = (hertz * (0.9 + 0.03 * speaker) for hertz in SOUNDS[word])
    count = int(RATE * chance.choice([0.4, 0.6, 1.1]))
    channels, width = chance.choice([(1, 1), (1, 2), (2, 2)])
    phase, data = 0.0, bytearray()
    for i in range(count):
        phase += 2 * math.pi * (start + (end - start) * i / count) / RATE
        value = 0.5 * math.sin(phase) * math.sin(math.pi * i / count) + noise * chance.gauss(0, 1)
        value = max(-0.95, min(0.95, value))
        one = int(32767 * value).to_bytes(2, "little", signed=True)
        data += (one if width == 2 else bytes([int(128 + 127 * value)])) * channels
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(RATE)
        file.writeframes(bytes(data))


def main() -> None:
    folder = Path(sys.argv[1])
    for word in SOUNDS:
        for speaker in range(9):
            for take in range(6):
                root = folder / ("held_out" if speaker >= 6 else "clips")
                name = f"{word.split()[0]}-{take}-by-{'abcdefghi'[speaker]}.wav"
                write(root / word / name, word, speaker, take, 0.1 if speaker >= 6 else 0.02)
    print("data.source=folder")
    print(f"data.path={(folder / 'clips').as_posix()}")
    print(f"data.held_out={(folder / 'held_out').as_posix()}")
    print("data.speaker=by-([a-z])", "features.sample_rate=8000", "features.seconds=0.6", sep="\n")
    print("features.n_mels=24", "train.batch_size=16", sep="\n")


if __name__ == "__main__" and len(sys.argv) > 1:
    main()

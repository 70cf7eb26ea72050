"""What people look at and listen to: spectrograms, confusion, mistakes that can be played."""

import base64
import html
import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from .audio import log_mel
from .config import Features
from .data import Clips, Splits
from .mlops import scores


def draw(
    folder: Path, splits: Splits, answer: Callable[[Any], Any], curves: Sequence[Any], how: Features
) -> None:
    """All of them; confusion and mistakes on clips that the model did not learn from."""
    shutil.rmtree(folder, ignore_errors=True)
    spectrograms(folder / "spectrograms.png", splits, how)
    scores.plot_curves(folder / "learning_curve.png", curves)
    for name, clips in {"validation": splits.valid, "held_out": splits.held_out}.items():
        if len(clips.labels):
            chances = answer(log_mel(clips.sound, how))
            path = folder / f"confusion_{name}.png"
            scores.plot_confusion(path, clips.labels, chances.argmax(1), splits.labels)
            mistakes(folder / f"mistakes_{name}.html", clips, chances, splits.labels, how.rate)


def spectrograms(path: Path, splits: Splits, how: Features) -> None:
    """A training clip of each keyword, as the model sees it."""
    shown, clips = splits.labels[:20], splits.train
    first = [int(np.argmax(clips.labels == label)) for label in range(len(shown))]
    rows, pictures = -(-len(shown) // 5), log_mel(clips.sound[first], how)
    words = f"{how.seconds:g} s to the right, {how.mels} mel bands upwards"
    with scores.plot(path, "One clip of each keyword", words, "", (10, 1.9 * rows + 1)) as axes:
        for place, (label, picture) in enumerate(zip(shown, pictures, strict=True)):
            left, bottom = place % 5, -(place // 5)
            extent = (left, left + 0.95, bottom, bottom + 0.85)
            axes.imshow(picture, "magma", origin="lower", aspect="auto", extent=extent)
            axes.text(left, bottom + 0.87, label)
        axes.set(xlim=(0, 5), ylim=(1 - rows, 1), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)


def mistakes(path: Path, clips: Clips, chances: Any, labels: Sequence[str], rate: int) -> None:
    """The eight surest mistakes, each with a player (FLAC: every browser plays it)."""
    guess, rows = chances.argmax(1), list[str]()
    wrong = np.flatnonzero(guess != clips.labels)
    for at in wrong[np.argsort(-chances[wrong].max(1), kind="stable")][:8]:
        sound = io.BytesIO()
        soundfile.write(sound, clips.sound[at], rate, format="FLAC")
        player = base64.b64encode(sound.getvalue()).decode()
        words = clips.rows[at]["label"], labels[guess[at]], clips.rows[at]["speaker"]
        cells = "".join(f"<td>{html.escape(word)}</td>" for word in words)
        cells += f"<td>{chances[at].max():.0%}</td>"
        rows.append(
            f'{cells}<td><audio controls src="data:audio/flac;base64,{player}"></audio></td>'
        )
    head = "".join(f"<th>{word}</th>" for word in ("said", "heard", "speaker", "sure", "listen"))
    table = f"<table><tr>{'</tr><tr>'.join([head, *rows])}</tr></table>" if rows else ""
    text = f"<p>{len(wrong)} of {len(guess)} clips were misheard.</p>{table}\n"
    path.write_text(text, encoding="utf-8", newline="\n")

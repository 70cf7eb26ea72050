"""A page with the mistakes of a model, each with a player."""

import base64
import html
import io
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from ...data import Examples
from ..files import write_whole

MAX_MISTAKES = 8
HEADER = ("label", "predicted", "speaker", "confidence", "listen")


def write_mistakes(
    path: Path,
    examples: Examples,
    y_prob: NDArray[Any],
    y_pred: NDArray[Any],
    sample_rate: int,
) -> None:
    """Writes a page with the mistakes of the highest confidence."""
    confidence = y_prob[np.arange(len(y_pred)), y_pred]
    wrong = np.flatnonzero(y_pred != examples.labels)
    order = np.argsort(-confidence[wrong], kind="stable")
    lines = [f"<p>{len(wrong)} of {len(y_pred)} clips got the wrong keyword.</p>"]
    if len(wrong) > 0:
        names = "".join(f"<th>{name}</th>" for name in HEADER)
        lines.append(f"<table><tr>{names}</tr>")
        for place in wrong[order][:MAX_MISTAKES]:
            row = examples.rows[place]
            predicted = examples.classes[y_pred[place]]
            texts = [row["label"], predicted, row["speaker"], f"{confidence[place]:.0%}"]
            cells = "".join(f"<td>{html.escape(text)}</td>" for text in texts)
            player = make_player(examples.clips[place], sample_rate)
            lines.append(f"<tr>{cells}<td>{player}</td></tr>")
        lines.append("</table>")
    write_whole(path, ("\n".join(lines) + "\n").encode())


def make_player(clip: NDArray[np.float32], sample_rate: int) -> str:
    """Returns an HTML player with the clip in it, as FLAC, which every browser plays."""
    content = io.BytesIO()
    soundfile.write(content, clip, sample_rate, format="FLAC")
    encoded = base64.b64encode(content.getvalue()).decode()
    return f'<audio controls src="data:audio/flac;base64,{encoded}"></audio>'

"""Pictures and tables that people look at: telling words, mistakes, curves."""

import csv
import html
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import data, scores
from .config import Model
from .features import hash_text, words

if TYPE_CHECKING:
    from .model import Chances, TextNet
    from .weights import Row


def draw(
    folder: Path,
    splits: data.Splits,
    how: Model,
    network: "TextNet",
    chances: "Chances",
    histories: Sequence[Sequence["Row"]],
) -> None:
    """Writes reports/plots and reports/mistakes.csv, all about the validation texts."""
    truth, plots = splits.valid.labels, folder / "plots"
    scores.plot_curves(plots / "learning_curve.png", histories)
    scores.plot_confusion(plots / "confusion.png", truth, chances.argmax(1), splits.classes)
    scores.plot_calibration(plots / "calibration.png", truth, chances)
    plot_words(plots / "telling_words.png", splits, how, network)
    list_mistakes(folder, splits, chances)


def plot_words(path: Path, splits: data.Splits, how: Model, network: "TextNet") -> None:
    """What the model makes of single words: for each class the words it is surest of."""
    from .model import logits

    count = Counter(word for text in splits.train.texts for word in set(words(text)))
    known = sorted(word for word, texts in count.items() if texts >= 5 and not word.isdigit())
    chances = logits(network, [hash_text(word, how) for word in known]).softmax(1).numpy()
    size = (11, 0.45 * len(splits.classes) + 1)
    with scores.plot(path, "Most telling words", "", "", size) as axes:
        for line, column in enumerate(chances.T):
            for place, index in enumerate(np.argsort(-column)[:8]):
                box = {"color": scores.BLUE, "alpha": 0.6 * float(column[index]), "lw": 0}
                axes.text(place, line, known[index], ha="center", va="center", bbox=box)
        axes.set_yticks(range(len(splits.classes)), splits.classes)
        axes.set(xlim=(-0.6, 7.6), ylim=(len(splits.classes) - 0.5, -0.5), xticks=[])


def list_mistakes(folder: Path, splits: data.Splits, chances: "Chances") -> None:
    """mistakes.csv has all, surest first; the page shows twenty."""
    guess, truth = chances.argmax(1), splits.valid.labels
    wrong = sorted(np.flatnonzero(guess != truth), key=lambda row: -chances[row].max())
    table = [
        [
            splits.classes[truth[row]],
            splits.classes[guess[row]],
            f"{chances[row].max():.2f}",
            splits.valid.texts[row],
        ]
        for row in wrong
    ]
    head = ["label", "predicted", "confidence", "text"]
    with (folder / "mistakes.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *table])
    lines = [
        "".join(f"<td>{html.escape(cell[:300])}</td>" for cell in line) for line in table[:20]
    ]
    heads = "".join(f"<th>{name}</th>" for name in head)
    page = f"<table><tr>{heads}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
    (folder / "plots" / "mistakes.html").write_text(page, encoding="utf-8", newline="\n")

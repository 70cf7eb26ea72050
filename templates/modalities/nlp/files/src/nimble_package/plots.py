"""Pictures and tables that people look at."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .config import Model
from .data import Splits
from .features import hash_text, words
from .mlops import scores

if TYPE_CHECKING:
    from .mlops.weights import Row
    from .model import Chances, TextNet


def draw(
    folder: Path, splits: Splits, chances: "Chances", histories: Sequence[Sequence["Row"]]
) -> None:
    """How training went, and what the model says about the validation texts."""
    texts, truth = splits.part("valid")
    guess = chances.argmax(1)
    scores.plot_curves(folder / "learning_curve.png", histories)
    scores.plot_confusion(folder / "confusion.png", truth, guess, splits.classes)
    scores.plot_calibration(folder / "calibration.png", truth, chances)
    wrong = sorted(np.flatnonzero(guess != truth), key=lambda row: -chances[row].max())
    with (folder / "mistakes.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["label", "predicted", "confidence", "text"])  # the surest first
        for row in wrong:
            names = (splits.classes[number] for number in (truth[row], guess[row]))
            table.writerow([*names, f"{chances[row].max():.2f}", texts[row]])


def draw_words(path: Path, splits: Splits, how: Model, network: "TextNet") -> None:
    """What the model makes of single words: for each class the words it is surest of."""
    from .model import logits

    count = Counter(word for text in splits.part("train")[0] for word in set(words(text)))
    known = sorted(word for word, _ in count.most_common(2000) if not word.isdigit())
    chances = logits(network, [hash_text(word, how) for word in known]).softmax(1).numpy()
    size = (11, 0.45 * len(splits.classes) + 1)
    with scores.plot(path, "Words that tell most, the surest first", "", "", size) as axes:
        for line, column in enumerate(chances.T):
            for place, index in enumerate(np.argsort(-column, kind="stable")[:8]):
                box = {"color": scores.BLUE, "alpha": 0.6 * float(column[index]), "lw": 0}
                axes.text(place, line, known[index], ha="center", va="center", bbox=box)
        axes.set_yticks(range(len(splits.classes)), splits.classes)
        axes.set(xlim=(-0.6, 7.6), ylim=(len(splits.classes) - 0.5, -0.5), xticks=[])

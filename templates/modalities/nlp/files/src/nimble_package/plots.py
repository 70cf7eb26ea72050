"""The plots of a training, and a table of mistakes."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Config
from .data import Examples
from .features import split_words
from .fit import predict_network
from .mlops import plots
from .mlops.scoring import Scoring
from .mlops.weights import Row
from .model import TextClassifier

MAX_WORDS = 2000  # the most frequent ones are tried
WORDS_OF_A_CLASS = 8


def draw(
    folder: Path,
    examples: Examples,
    y_prob: NDArray[Any],
    curves: Sequence[Sequence[Row]],
    scoring: Scoring,
) -> None:
    """Draws the plots of the validation texts, whose probabilities are (n, classes)."""
    plots.plot_curves(folder / "learning_curve.png", curves)
    labels = examples.labels
    plots.plot_outputs(folder, labels, y_prob, scoring, examples="validation texts")
    y_pred = scoring.decision.classify(y_prob)
    write_mistakes(folder / "mistakes.csv", examples, y_prob, y_pred)


def write_mistakes(
    path: Path, examples: Examples, y_prob: NDArray[Any], y_pred: NDArray[Any]
) -> None:
    """Writes the texts with a wrong prediction, those with the highest confidence first."""
    rows = np.arange(len(y_pred))
    confidence = y_prob[rows, y_pred]
    wrong = np.flatnonzero(y_pred != examples.labels)
    by_confidence = np.argsort(-confidence[wrong], kind="stable")
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["label", "predicted", "confidence", "text"])
        for row in wrong[by_confidence]:
            text = examples.texts[row]
            label = examples.classes[examples.labels[row]]
            prediction = examples.classes[y_pred[row]]
            rounded = f"{confidence[row]:.2f}"
            table.writerow([label, prediction, rounded, text])


def draw_words(path: Path, examples: Examples, config: Config, network: TextClassifier) -> None:
    """For each class the frequent words for which the network predicts it with most confidence."""
    words = frequent_words(examples.texts)
    y_prob = predict_network(network, words, config)
    classes = examples.classes
    count = len(classes)
    size = (11.0, 0.45 * count + 1)
    with plots.plot(path, "Words with the highest probability", "", "", size) as axes:
        for line, probabilities in enumerate(y_prob.T):
            best = np.argsort(-probabilities, kind="stable")[:WORDS_OF_A_CLASS]
            for place, index in enumerate(best):
                alpha = 0.6 * float(probabilities[index])
                box = {"color": plots.BLUE, "alpha": alpha, "lw": 0}
                axes.text(place, line, words[index], ha="center", va="center", bbox=box)
        axes.set_yticks(range(count), classes)
        axes.set(xlim=(-0.6, 7.6), ylim=(count - 0.5, -0.5), xticks=[])


def frequent_words(texts: Sequence[str]) -> list[str]:
    """Returns the words that most texts have, sorted, without numbers."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(split_words(text)))
    frequent = counts.most_common(MAX_WORDS)
    return sorted(word for word, _ in frequent if not word.isdigit())

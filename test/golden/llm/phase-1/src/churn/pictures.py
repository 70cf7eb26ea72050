"""What people look at: the bundles side by side, and every test question with its answer."""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .data import Item
from .scores import grade

Rows = Sequence[Mapping[str, Any]]


def plot_bundles(path: Path, rows: Rows, chosen: str, limit: float) -> None:
    """Score on dev of each bundle with its spread and cost; pale ones cost too much."""
    import matplotlib.pyplot as plt

    models = list(dict.fromkeys(row["model"] for row in rows))
    figure, axes = plt.subplots(figsize=(9, 1.3 + 0.28 * len(rows)), layout="constrained")
    for height, row in enumerate(sorted(rows, key=lambda row: row["score"])):
        best, cost = row["bundle"] == chosen, row["cost_usd_per_1k"]
        bar = axes.barh(height, row["score"], xerr=row["score_std"], ecolor="0.4")[0]
        bar.set(color=f"C{models.index(row['model'])}", alpha=0.65 if cost <= limit else 0.25)
        label = f"{row['bundle']}: {cost:.2f} USD{'  (chosen)' if best else ''}"
        axes.text(0.01, height, label, va="center", size=8, weight="bold" if best else "normal")
    axes.set(xlim=(0, 1), yticks=[], xlabel="score on dev, ± over three folds of the questions")
    axes.set_title(f"Bundles and what 1,000 questions cost (pale: more than {limit:.2f} USD)")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def write_table(path: Path, items: Sequence[Item], replies: Rows, max_words: int) -> None:
    """The questions with answers, sources and cost, worst first."""
    heads = ["grade", "question", "answer", "wanted", "cited", "USD"]
    text = '<table style="font-size: 0.8rem"><tr><th>' + "</th><th>".join(heads) + "</th></tr>\n"
    graded = [(grade(*pair, max_words), *pair) for pair in zip(items, replies, strict=True)]
    for points, item, reply in sorted(graded, key=lambda row: row[0]):
        facts = [fact.split("|")[0] for fact in item.facts] or ["to be declined"]
        cells = [f"{points:.2f}", f"{item.question} ({item.kind})"]
        cells += [
            f"{'' if reply['answered'] else '(declined) '}{reply['answer']}",
            "; ".join(facts),
        ]
        cells += [", ".join(reply["sources"]) or "nothing", f"{reply['cost_usd']:.6f}"]
        text += f"<tr><td>{'</td><td>'.join(map(html.escape, cells))}</td></tr>\n"
    path.write_text(f"{text}</table>\n", encoding="utf-8", newline="\n")

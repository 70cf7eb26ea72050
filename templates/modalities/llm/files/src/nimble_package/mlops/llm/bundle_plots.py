"""The bundles compared as a plot, and every test question with its answer as a page."""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt

from ..files import write_whole
from .golden_set import Item

Reply = Mapping[str, Any]  # what a bundle returns for a question
Rows = Sequence[Mapping[str, Any]]
COLUMNS = ("grade", "question", "answer", "wanted", "cited", "USD")


def draw(folder: Path, rows: Rows, chosen: str, max_cost: float) -> None:
    """Draws bundles.png: score on dev with its spread, and cost; pale ones cost too much."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    height = 1.3 + 0.28 * len(rows)
    figure, axes = plt.subplots(figsize=(9, height), layout="constrained")
    for place, row in enumerate(sorted(rows, key=lambda row: row["score"])):
        cost = row["cost_usd_per_1k"]
        color = f"C{models.index(row['model'])}"
        alpha = 0.65 if cost <= max_cost else 0.25
        bars = axes.barh(place, row["score"], xerr=row["score_std"], ecolor="0.4")
        bars[0].set(color=color, alpha=alpha)
        label = f"{row['bundle']}: {cost:.2f} USD"
        weight = "normal"
        if row["bundle"] == chosen:
            label += "  (chosen)"
            weight = "bold"
        axes.text(0.01, place, label, va="center", size=8, weight=weight)
    axes.set(xlim=(0, 1), yticks=[], xlabel="score on dev, ± over three folds of the questions")
    axes.set_title(f"Bundles and what 1,000 questions cost (pale: more than {max_cost:.2f} USD)")
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "bundles.png", dpi=120)
    plt.close(figure)


def write_table(
    folder: Path, items: Sequence[Item], replies: Sequence[Reply], grades: Sequence[float]
) -> None:
    """Writes questions.html: answers, sources and cost, those with the lowest grade first."""
    graded = list(zip(grades, items, replies, strict=True))
    header = "".join(f"<th>{name}</th>" for name in COLUMNS)
    lines = ['<table style="font-size: 0.8rem">', f"<tr>{header}</tr>"]
    for points, item, reply in sorted(graded, key=lambda row: row[0]):
        cells = [f"<td>{html.escape(text)}</td>" for text in describe(points, item, reply)]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    lines.append("</table>")
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    write_whole(folder / "questions.html", text.encode())


def describe(points: float, item: Item, reply: Reply) -> list[str]:
    """Returns the cells of one question."""
    answer = reply["answer"] if reply["answered"] else f"(declined) {reply['answer']}"
    facts = [fact.split("|")[0] for fact in item.facts]
    wanted = "; ".join(facts) or "to be declined"
    cited = ", ".join(reply["sources"]) or "nothing"
    question = f"{item.question} ({item.kind})"
    return [f"{points:.2f}", question, answer, wanted, cited, f"{reply['cost_usd']:.6f}"]

"""The bundles compared as a plot, and every test question with its answer as a page."""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt

from .metrics import Reply, grade
from .mlops.llm.golden_set import Item

Rows = Sequence[Mapping[str, Any]]
COLUMNS = ("grade", "question", "answer", "wanted", "cited", "USD")


def plot_bundles(path: Path, rows: Rows, chosen: str, max_cost: float) -> None:
    """Score on dev of each bundle with its spread and cost; pale ones cost too much."""
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
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def write_table(
    path: Path, items: Sequence[Item], replies: Sequence[Reply], max_words: int
) -> None:
    """Writes the questions with answers, sources and cost, those with the lowest grade first."""
    graded = []
    for item, reply in zip(items, replies, strict=True):
        graded.append((grade(item, reply, max_words), item, reply))
    header = "".join(f"<th>{name}</th>" for name in COLUMNS)
    lines = ['<table style="font-size: 0.8rem">', f"<tr>{header}</tr>"]
    for points, item, reply in sorted(graded, key=lambda row: row[0]):
        cells = [f"<td>{html.escape(text)}</td>" for text in describe(points, item, reply)]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    lines.append("</table>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def describe(points: float, item: Item, reply: Reply) -> list[str]:
    """Returns the cells of one question."""
    answer = reply["answer"] if reply["answered"] else f"(declined) {reply['answer']}"
    facts = [fact.split("|")[0] for fact in item.facts]
    wanted = "; ".join(facts) or "to be declined"
    cited = ", ".join(reply["sources"]) or "nothing"
    question = f"{item.question} ({item.kind})"
    return [f"{points:.2f}", question, answer, wanted, cited, f"{reply['cost_usd']:.6f}"]

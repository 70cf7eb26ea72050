"""`poe retrieval`: recall@k and MRR of each retriever, without a language model."""

import dataclasses
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from ...project import PROJECT
from .. import run_labels, tracking
from ..command_line import run
from ..files import save_json
from ..project import PREPARED, REPORTS
from .golden_set import Item
from .retrieval import Passage, Retriever, cut_passages, find_retriever

DESCRIPTION = "Measure what each retriever finds for the dev questions."
REPORT = REPORTS / "retrieval.json"
PLOT = REPORTS / "retrieval" / "recall.png"
COMPARED = ("bm25", "dense:lsa", "hybrid:lsa")  # besides those of config.yaml
DEPTH = 20  # passages that count for MRR
ARGUMENTS: dict[str, dict[str, Any]] = {
    "retrievers": {"nargs": "*", "metavar": "RETRIEVER", "help": "such as bm25 dense:lsa"}
}


@dataclass(frozen=True)
class Row:
    """What one retriever finds in passages of one length."""

    retriever: str
    chunk_words: int
    passages: int
    questions: int
    metrics: dict[str, float]


def main(argv: Sequence[str] | None = None) -> int:
    """Measures the retrievers that are named, or those of config.yaml and the usual ones."""
    return run("retrieval", DESCRIPTION, measure_retrieval, argv, ARGUMENTS)


def measure_retrieval(arguments: Namespace) -> None:
    """Prints a table, writes reports/retrieval.json and a plot, and logs a run."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    names = arguments.retrievers or [*COMPARED, *config.model.retrievers]
    data = PROJECT.prepare(config, PREPARED)
    experiment = dataclasses.replace(config, experiment=f"{config.experiment}-retrieval")
    tags = run_labels.make_tags(PROJECT.modality, data["hash"])
    with tracking.start(experiment, name="retrieval", tags=tags) as tracked:
        tracked.log_dataset(data)
        rows = measure(config, list(dict.fromkeys(names)))
        save_json(REPORT, {"data": data["hash"], "rows": [flatten(row) for row in rows]})
        plot(PLOT, rows)
        for row in rows:
            prefix = f"{row.retriever}.{row.chunk_words}".replace(":", ".")
            named = {f"{prefix}.{name}": value for name, value in row.metrics.items()}
            tracked.log_metrics(named)
        tracked.log_files(REPORT, PLOT)
    print(format_table(rows))
    print(f"\nThe plot is {PLOT.as_posix()}.")


def measure(config: Any, names: Sequence[str]) -> list[Row]:
    """Returns a row for each retriever and passage length, on the dev questions with sources."""
    dev = PROJECT.load(config, PREPARED).train
    items = [item for item in dev.items if item.sources]
    depths = sorted({1, *config.model.top_k})
    lengths = set(config.model.chunk_words)
    longer = {2 * length for length in lengths}
    rows = []
    for length in sorted(lengths | longer):
        passages = cut_passages(dev.documents, length)
        for name in names:
            retriever = find_retriever(name)(passages, None)
            metrics = measure_recall(retriever, items, depths)
            rows.append(Row(name, length, len(passages), len(items), metrics))
    return rows


def measure_recall(
    retriever: Retriever, items: Sequence[Item], depths: Sequence[int]
) -> dict[str, float]:
    """Returns recall@k for each depth k, and the mean reciprocal rank (MRR).

    Recall@k is the share of the documents with the answer that are among the first k passages.
    """
    recalls: dict[str, list[float]] = {f"recall_at_{depth}": [] for depth in depths}
    reciprocal_ranks = []
    for item in items:
        found = retriever.search(item.question, DEPTH)
        correct = set(item.sources)
        for depth in depths:
            recall = count_documents(found[:depth], correct) / len(correct)
            recalls[f"recall_at_{depth}"].append(recall)
        reciprocal_ranks.append(reciprocal_rank(found, correct))
    metrics = {name: fmean(values) for name, values in recalls.items()}
    metrics["mrr"] = fmean(reciprocal_ranks)
    return metrics


def count_documents(passages: Sequence[Passage], correct: set[str]) -> int:
    """Returns how many of the correct documents the passages are from."""
    found = {passage.document for passage in passages}
    return len(found & correct)


def reciprocal_rank(passages: Sequence[Passage], correct: set[str]) -> float:
    """Returns 1 / the rank of the first passage of a correct document; 0 without one."""
    for rank, passage in enumerate(passages, start=1):
        if passage.document in correct:
            return 1 / rank
    return 0.0


def flatten(row: Row) -> dict[str, Any]:
    """Returns the row as one level of names and values."""
    facts = asdict(row)
    metrics = facts.pop("metrics")
    return {**facts, **metrics}


def format_table(rows: Sequence[Row]) -> str:
    """Returns one line for each row."""
    names = list(flatten(rows[0]))
    lines = ["  ".join(f"{name:>12}" for name in names)]
    for row in rows:
        cells = []
        for value in flatten(row).values():
            text = f"{value:.4f}" if isinstance(value, float) else str(value)
            cells.append(f"{text:>12}")
        lines.append("  ".join(cells))
    return "\n".join(lines)


def plot(path: Path, rows: Sequence[Row]) -> None:
    """Draws each metric over the length of the passages, with a line for each retriever."""
    import matplotlib.pyplot as plt

    metrics = list(rows[0].metrics)
    names = dict.fromkeys(row.retriever for row in rows)
    size = (3.4 * len(metrics), 3)
    figure, panels = plt.subplots(1, len(metrics), figsize=size, sharey=True)
    for axes, metric in zip(panels, metrics, strict=True):
        for name in names:
            own = [row for row in rows if row.retriever == name]
            lengths = [row.chunk_words for row in own]
            values = [row.metrics[metric] for row in own]
            axes.plot(lengths, values, "o-", alpha=0.7, label=name)
        axes.set(title=metric.replace("_", " "), xlabel="words in a passage")
    panels[-1].legend(loc="lower right", fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    raise SystemExit(main())

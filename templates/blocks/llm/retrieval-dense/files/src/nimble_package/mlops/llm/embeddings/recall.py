"""`python -m nimble_package.mlops.llm.embeddings.recall`: what each way to search finds."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from .... import config, data, retrieval
from ... import manifest, settings, tracking

REPORT, PLOT = Path("reports/retrieval.json"), Path("reports/retrieval/recall.png")
USUAL = ("bm25", "dense:lsa", "hybrid:lsa")
DEPTH = 20  # passages that count for MRR

Row = dict[str, Any]


def figures(
    index: retrieval.Retriever, items: Sequence[data.Item], depths: Sequence[int]
) -> dict[str, float]:
    """Recall@k for each k (share of the right documents among k passages), and MRR."""
    found = [[passage.document for passage in index.search(item.question, DEPTH)] for item in items]
    pairs = [(row, {*item.sources}) for row, item in zip(found, items, strict=True)]
    recall = {
        f"recall_at_{k}": fmean(len({*row[:k]} & right) / len(right) for row, right in pairs)
        for k in depths
    }
    firsts = [[name in right for name in row] for row, right in pairs]
    return {
        **recall,
        "mrr": fmean(1 / (1 + hit.index(True)) if any(hit) else 0.0 for hit in firsts),
    }


def measure(config_: config.Config, ways: Sequence[str]) -> list[Row]:
    """A row for every way and every length of passage, on the dev questions with sources."""
    splits, wanted = data.load(config_), config_.model
    items = [item for item in splits.dev if item.sources]
    depths = sorted({1, *wanted.top_k})
    rows = []
    for words in sorted({*wanted.chunk_words, *(2 * size for size in wanted.chunk_words)}):
        passages = retrieval.cut(splits.documents, words)
        for way in ways:
            index = retrieval.find(way)(passages, None)
            row = {"retriever": way, "chunk_words": words, "passages": len(passages)}
            rows.append({**row, "questions": len(items), **figures(index, items, depths)})
    return rows


def plot(path: Path, rows: Sequence[Row]) -> None:
    """Every figure over the length of the passages, a line for each way to search."""
    import matplotlib.pyplot as plt

    names = [name for name in rows[0] if name.startswith(("recall", "mrr"))]
    figure, places = plt.subplots(1, len(names), figsize=(3.4 * len(names), 3), sharey=True)
    for axes, name in zip(places, names, strict=True):
        for way in dict.fromkeys(row["retriever"] for row in rows):
            mine = [row for row in rows if row["retriever"] == way]
            sizes = [row["chunk_words"] for row in mine]
            axes.plot(sizes, [row[name] for row in mine], "o-", alpha=0.7, label=way)
        axes.set(title=name.replace("_", " "), xlabel="words in a passage")
    places[-1].legend(loc="lower right", fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(argv: Sequence[str] | None = None) -> int:
    """Measures the configured ways to search beside the usual ones, or those that are named."""

    def body(options: Any) -> None:
        config_ = config.load(options.config, options.overrides)
        ways = options.ways or list(dict.fromkeys([*USUAL, *config_.model.retrievers]))
        known = data.prepare(config_)
        named = dataclasses.replace(config_, experiment=f"{config_.experiment}-retrieval")
        with tracking.start(named) as run:
            run.dataset(known)
            rows = measure(config_, ways)
            manifest.save_json(REPORT, {"data": known["hash"], "rows": rows})
            plot(PLOT, rows)
            for row in rows:
                name = f"{row['retriever']}.{row['chunk_words']}".replace(":", ".")
                values = {key: row[key] for key in row if key.startswith(("recall", "mrr"))}
                run.metrics({f"{name}.{key}": value for key, value in values.items()})
            run.files(REPORT, PLOT)
        heads = [key for key in rows[0] if key != "questions"]
        print("  ".join(f"{head:>12}" for head in heads))
        for row in rows:
            cells = [row[head] for head in heads]
            text = [f"{cell:.4f}" if isinstance(cell, float) else f"{cell}" for cell in cells]
            print("  ".join(f"{cell:>12}" for cell in text))
        print(f"\n{rows[0]['questions']} dev questions; {PLOT.as_posix()} shows them side by side")

    ways = {"nargs": "*", "metavar": "RETRIEVER", "help": "such as bm25 dense:lsa"}
    return settings.command(__doc__, body, argv, ways=ways)


if __name__ == "__main__":
    raise SystemExit(main())

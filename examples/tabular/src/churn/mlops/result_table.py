"""Metrics of the model next to those of its baselines, as a table."""

from collections.abc import Mapping

COLUMNS = ("model", "baseline", "constant")  # constant: the best answer that is always the same


def make_rows(metrics: Mapping[str, float]) -> list[list[str]]:
    """Returns a row for each metric, with model and baselines, ± their spread (`<name>_std`)."""
    prefixes = {key.partition(".")[0] for key in metrics}
    columns = [name for name in COLUMNS if name in prefixes]
    rows = [["", *columns]]
    for key in metrics:
        if not key.startswith("model.") or key.endswith("_std"):
            continue
        name = key.removeprefix("model.")
        cells = [_format(metrics, f"{column}.{name}") for column in columns]
        rows.append([name, *cells])
    return rows


def format_table(metrics: Mapping[str, float]) -> str:
    """Returns the rows of `make_rows` as text with aligned columns."""
    rows = make_rows(metrics)
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _format(metrics: Mapping[str, float], key: str) -> str:
    if key not in metrics:
        return ""
    if f"{key}_std" not in metrics:
        return f"{metrics[key]:.4f}"
    return f"{metrics[key]:.4f} ± {metrics[f'{key}_std']:.4f}"

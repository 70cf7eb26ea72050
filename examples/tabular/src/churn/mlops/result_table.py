"""Metrics of the model next to those of its baseline, as a table."""

from collections.abc import Mapping


def make_rows(metrics: Mapping[str, float]) -> list[list[str]]:
    """Returns rows of metric, model and baseline, each with ± its spread (`<name>_std`)."""
    rows = [["", "model", "baseline"]]
    for key in metrics:
        if not key.startswith("model.") or key.endswith("_std"):
            continue
        name = key.removeprefix("model.")
        rows.append([name, _format(metrics, key), _format(metrics, f"baseline.{name}")])
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

"""Compares the figures of an evaluation with evals/thresholds.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, ClassVar

from pydantic import ConfigDict

from .... import config
from ....bundle import Model
from ....data import Item
from ... import manifest, settings
from . import scorers
from .graders import Grader, Rule

PATH, REPORT = Path("evals/thresholds.yaml"), Path("reports/evals.json")


@dataclass(frozen=True)
class Bound:
    """At least `min`, at most `max`."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class Thresholds:
    """evals/thresholds.yaml."""

    figures: dict[str, Bound] = field(default_factory=dict)
    graders: dict[str, Rule] = field(default_factory=dict)


def read(path: Path = PATH) -> Thresholds:
    """The thresholds; none where the file is missing."""
    wanted = settings.read(Thresholds, path) if path.is_file() else Thresholds()
    for name, bound in wanted.figures.items():
        if bound.min is None and bound.max is None:
            raise settings.UserError(f'"figures.{name}" in {path.as_posix()} needs min or max')
    return wanted


def judge(
    config_: config.Config,
    items: Sequence[Item],
    replies: Sequence[Mapping[str, Any]],
    model: Model,
) -> dict[str, float]:
    """More figures about the answers; reports/evals.json holds them with thresholds, verdicts."""
    from .... import scores  # its summary is what `poe evaluate` has already

    wanted, words = read(), config_.evaluate.max_words
    figures = scorers.figures(items, replies, words)
    bounds, cost = dict(wanted.figures), 0.0
    for name, rule in wanted.graders.items():
        grader = Grader(name, rule, config_.runtime)
        if rule.min is not None:
            grader.earn()
            bounds[name] = Bound(min=rule.min)
        verdicts = []
        for reply in filter(lambda reply: reply["answered"], replies):
            passages = model.retriever.search(reply["question"], model.bundle.top_k)
            good, spent = grader.good(reply["question"], passages, reply["answer"])
            verdicts.append(good)
            cost += spent
        figures[name] = fmean(verdicts or [0.0])
    known = scores.summary(items, replies, words) | figures
    known["latency_p95_s"] = scorers.percentile(model.calls.seconds, 95)
    for name in {*bounds} - {*known}:
        raise settings.UserError(
            f'"{name}" in {PATH} is no figure. {settings.nearest(name, known)}'
        )
    rows = [_row(name, known[name], bound) for name, bound in bounds.items()]
    rows += [_row(name, known[name], Bound()) for name in wanted.graders if name not in bounds]
    manifest.save_json(REPORT, {"figures": known, "thresholds": rows, "graders_usd": cost})
    return figures


def _row(name: str, value: float, bound: Bound) -> dict[str, Any]:
    low = bound.min is not None and value < bound.min
    high = bound.max is not None and value > bound.max
    asked = [f">= {bound.min:g}"] if bound.min is not None else []
    asked += [f"<= {bound.max:g}"] if bound.max is not None else []
    return {"figure": name, "value": value, "wanted": ", ".join(asked), "kept": not (low or high)}


def verdict() -> int:
    """Prints the thresholds of the last evaluation; 1 when one of them is missed."""
    rows = manifest.load_json(REPORT)["thresholds"]
    if not rows:
        print(f'"{PATH.as_posix()}" sets no thresholds: only evaluate.floor was demanded')
    for row in rows:
        word = ("kept" if row["wanted"] else "no min: reported") if row["kept"] else "MISSED"
        print(f"{row['figure']:20} {row['value']:8.4f}  {row['wanted']:10} {word}")
    return int(not all(row["kept"] for row in rows))

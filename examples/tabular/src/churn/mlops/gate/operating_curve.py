"""`poe gate --power`: which gain this holdout can see, and how many labels would see more."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..files import save_json
from . import power
from .decision import load_all
from .power import Design
from .report import FOLDER
from .settings import GateSettings

COLORS = ("#2563a8", "#6f9fc8", "#9aa3ad")
TIMES = (1, 2, 5, 10)  # the holdout, as many times as large
DRAWN = (1, 4, 10)
POINTS = 60
ASSUMED = 0.1  # share of disagreements, when no two models were compared yet


@dataclass(frozen=True)
class Subject:
    """The comparison that the curve is about."""

    design: Design
    metric: str
    origin: str  # where the spread comes from, as a part of a sentence


def find_subject(
    settings: GateSettings, examples: int | None, disagreement: float | None
) -> Subject:
    """Returns the comparison: by options, else as the newest record saw it, else assumed."""
    n = examples or settings.holdout.examples
    if n < 1:
        raise UserError(
            'no holdout is frozen yet: give the number with "--examples N", or freeze one with '
            '"uv run poe gate --freeze"'
        )
    if disagreement is not None:
        if not 0 < disagreement <= 1:
            raise UserError(f'"--disagreement {disagreement}" is not a share: above 0, at most 1')
        return Subject(Design(n, disagreement**0.5, True), "accuracy", "as you said")
    for record in reversed(load_all()):
        found = record.verdict.comparison
        if found is not None and found.spread:
            is_binary = found.disagreements is not None
            design = Design(n, found.spread, is_binary)
            return Subject(design, found.metric, f"as in the decision {record.id}")
    origin = 'assumed, because no two models were compared yet: "--disagreement SHARE" changes it'
    return Subject(Design(n, ASSUMED**0.5, True), "accuracy", origin)


def report(subject: Subject, settings: GateSettings, folder: Path = FOLDER) -> str:
    """Draws the curve, saves its numbers, and returns what to print."""
    alpha = settings.primary.alpha_per_look
    gains = _choose_gains(subject.design, alpha)
    plot(folder / "power.png", subject, alpha, gains)
    curve = power.draw_curve(subject.design, alpha, gains)
    rows = make_rows(subject, settings)
    content = {
        "metric": subject.metric,
        "examples": subject.design.n,
        "spread": subject.design.spread,
        "alpha": alpha,
        "curve": [{"gain": gain, "found": found} for gain, found in curve],
        "holdouts": rows,
    }
    save_json(folder / "power.json", content)
    return _format(subject, settings, rows, folder)


def make_rows(subject: Subject, settings: GateSettings) -> list[dict[str, float | None]]:
    """Returns the visible gain of this holdout, and of larger ones."""
    alpha = settings.primary.alpha_per_look
    rows: list[dict[str, float | None]] = []
    for times in TIMES:
        design = subject.design.with_examples(subject.design.n * times)
        gain = power.find_visible_gain(design, alpha)
        found = power.find_power(design, settings.primary.min_gain, alpha)
        rows.append({"examples": design.n, "visible_gain": gain, "min_gain_found": found})
    return rows


def _format(
    subject: Subject,
    settings: GateSettings,
    rows: list[dict[str, float | None]],
    folder: Path,
) -> str:
    alpha = settings.primary.alpha_per_look
    min_gain = settings.primary.min_gain
    if subject.design.is_binary:
        share = subject.design.spread**2
        spread = f"two models disagree on {share:.1%} of the examples ({subject.origin})"
    else:
        spread = f"differences have the spread {subject.design.spread:.3g} ({subject.origin})"
    lines = [
        f"One look at alpha {alpha:.2g}; {spread}.",
        "",
        f"{'examples':>10}  visible gain in {subject.metric}  a gain of {min_gain:g} is found",
    ]
    for row in rows:
        gain = "none" if row["visible_gain"] is None else f"{row['visible_gain']:.4f}"
        lines.append(f"{row['examples']:>10,}  {gain:<24}  {row['min_gain_found']:.0%}")
    labels = power.find_labels_needed(subject.design, min_gain, alpha)
    if labels:
        needed = f"{labels:,} more labelled examples show a gain of {min_gain:g}"
    else:
        needed = f"This holdout shows a gain of {min_gain:g}"
    lines.extend(["", f"{needed} (primary.min_gain) in 80 of 100 trials."])
    lines.append(f"Plot: {(folder / 'power.png').as_posix()}")
    return "\n".join(lines)


def _choose_gains(design: Design, alpha: float) -> list[float]:
    visible = power.find_visible_gain(design, alpha)
    highest = 1.0 if visible is None else visible * 1.6
    if design.is_binary:
        highest = min(1.0, highest)
    return [float(gain) for gain in np.linspace(0, highest, POINTS)]


def plot(path: Path, subject: Subject, alpha: float, gains: list[float]) -> None:
    """Draws the probability that a gain is found, for this holdout and for larger ones."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
    axes = figure.subplots()
    for times, color in zip(DRAWN, COLORS, strict=True):
        design = subject.design.with_examples(subject.design.n * times)
        found = [share for _, share in power.draw_curve(design, alpha, gains)]
        axes.plot(gains, found, color=color, label=f"{design.n:,} examples")
    axes.axhline(power.POWER, color="#666666", linestyle=":", linewidth=1)
    axes.annotate("80 of 100 trials", (0, power.POWER), (2, 3), textcoords="offset points")
    axes.set_title("Probability that a better model is promoted")
    axes.set_xlabel(f"true gain in {subject.metric}")
    axes.set_ylabel("promoted")
    axes.set_ylim(0, 1.02)
    axes.set_xlim(0, gains[-1])
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})

"""Compares the replies that two prompts give to the same questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from ....adapters.prompts import Reply, grade, summarise_replies
from ..golden_set import Item


@dataclass(frozen=True)
class ChangedGrade:
    """A question that two prompts answer with different grades."""

    id: str
    question: str
    a: float
    b: float
    answer_a: str
    answer_b: str


@dataclass(frozen=True)
class Comparison:
    """The metrics of both prompts, and the paired difference of the grades."""

    a: dict[str, float]
    b: dict[str, float]
    difference: float  # mean grade of b minus mean grade of a
    standard_error: float  # of the difference, over the paired questions
    changed: list[ChangedGrade]  # the largest losses of b first
    cost_usd: float

    @property
    def is_noise(self) -> bool:
        """Whether the difference is smaller than two standard errors."""
        return abs(self.difference) < 2 * self.standard_error


def compare(
    items: Sequence[Item],
    replies_a: Sequence[Reply],
    replies_b: Sequence[Reply],
    max_words: int,
) -> Comparison:
    """Compares the replies of two prompts, question by question."""
    differences = []
    changed = []
    for item, reply_a, reply_b in zip(items, replies_a, replies_b, strict=True):
        grade_a = grade(item, reply_a, max_words)
        grade_b = grade(item, reply_b, max_words)
        differences.append(grade_b - grade_a)
        if grade_a != grade_b:
            answers = (reply_a["answer"], reply_b["answer"])
            changed.append(ChangedGrade(item.id, item.question, grade_a, grade_b, *answers))
    changed.sort(key=lambda row: row.b - row.a)
    return Comparison(
        a=summarise_replies(items, replies_a, max_words),
        b=summarise_replies(items, replies_b, max_words),
        difference=fmean(differences),
        standard_error=stdev(differences) / sqrt(len(differences)),
        changed=changed,
        cost_usd=sum(reply["cost_usd"] for reply in [*replies_a, *replies_b]),
    )


def format_comparison(names: Sequence[str], found: Comparison) -> str:
    """Returns the comparison as text."""
    lines = [f"{'':18}{names[0]:>14}{names[1]:>14}{'difference':>14}"]
    for metric, value_a in found.a.items():
        value_b = found.b[metric]
        lines.append(f"{metric:18}{value_a:14.4f}{value_b:14.4f}{value_b - value_a:+14.4f}")
    noise = " (within the noise)" if found.is_noise else ""
    difference = f"score {found.difference:+.4f} ± {found.standard_error:.4f}"
    lines.append(f"\n{difference} over paired dev questions{noise}")
    changed = [f"  {row.a:.2f} → {row.b:.2f}  {row.question}" for row in found.changed]
    lines.extend(changed)
    lines.append(f"cost: {found.cost_usd:.4f} USD")
    return "\n".join(lines)

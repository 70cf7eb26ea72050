"""What the gate prints: a table for the terminal, and the same in Markdown for a pull request."""

from collections.abc import Sequence
from pathlib import Path

from ..files import write_whole
from ..project import REPORTS
from .decision import Comparison, DecisionRecord, ModelFacts, find_path

FOLDER = REPORTS / "gate"
HASH_LENGTH = 12
SMALL = 150  # examples: a smaller set sees large gains only
NOT_SHOWN = "not shown"
Rows = list[tuple[str, str]]
WORDS = {True: "passed", False: "FAILED", None: "cannot tell"}


def make_rows(record: DecisionRecord) -> Rows:
    """Returns the facts of a decision, each with its name."""
    rows = [
        ("verdict", record.verdict.name.upper()),
        ("reason", record.verdict.reason),
        ("challenger", _name_model(record.challenger)),
        ("champion", _name_model(record.champion)),
    ]
    if record.verdict.comparison:
        rows.extend(_describe_comparison(record.verdict.comparison))
    checks = record.verdict.checks
    rows.extend((check.name, f"{WORDS[check.passed]}: {check.sentence}") for check in checks)
    budget = record.budget
    looks = f"{budget.looks_used} of {budget.looks_planned} at this holdout"
    if budget.looks_this_year != budget.looks_used:
        looks += f", {budget.looks_this_year} in 52 weeks at all holdouts"
    if record.look is None:
        looks += "; this decision needed none"
    rows.append(("looks", looks))
    if record.holdout.examples:
        sha = record.holdout.sha256[:HASH_LENGTH]
        rows.append(("holdout", f"{record.holdout.examples} examples, {sha}…"))
    rows.append(("record", find_path(record.id).as_posix()))
    return rows


def _name_model(model: ModelFacts | None) -> str:
    if model is None:
        return "none yet"
    sha = f"{model.sha256[:HASH_LENGTH]}…" if model.sha256 else "unreadable"
    return f"{model.name} ({sha})"


def _describe_comparison(found: Comparison) -> Rows:
    rows = []
    if found.challenger_score is not None:
        numbers = f"{found.challenger_score:.4f}"
        if found.champion_score is not None:
            numbers += f" against {found.champion_score:.4f} of the champion"
        rows.append((found.metric, numbers))
    elif found.visible_gain is not None:
        hidden = f"{NOT_SHOWN} while undecided: what is shown every week can be climbed"
        rows.append((found.metric, hidden))
    if found.difference is not None and found.lowest_difference is not None:
        low = f"at least {found.lowest_difference:+.4f} with confidence {1 - found.alpha:.4%}"
        rows.append(("difference", f"{found.difference:+.4f}, {low}"))
    if found.alpha:
        test = f"{found.test} at alpha {found.alpha:.2g}"
        if found.p_value is not None:
            test += f", p = {found.p_value:.2g}"
        rows.append(("test", test))
    if found.disagreements is not None:
        rows.append(("disagreements", f"{found.disagreements} of {found.examples} examples"))
    if found.visible_gain is not None:
        rows.append(("visible gain", f"{found.visible_gain:.3g}, found in 80 of 100 trials"))
    if found.examples < SMALL:
        sentence = f"only {found.examples} examples; from {SMALL} on, gains of some points show"
        rows.append(("cannot see", sentence))
    return rows


def format_text(record: DecisionRecord) -> str:
    """Returns the table for a terminal."""
    rows = make_rows(record)
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {value}" for name, value in rows)


def format_markdown(record: DecisionRecord) -> str:
    """Returns the table for a pull request."""
    lines = [f"### Gate: {record.verdict.name}", "", "| | |", "|---|---|"]
    for name, value in make_rows(record):
        cell = value.replace("|", "\\|").replace("\n", " ")
        lines.append(f"| {name} | {cell} |")
    return "\n".join(lines) + "\n"


def save(record: DecisionRecord, folder: Path = FOLDER) -> Sequence[Path]:
    """Writes the newest decision as JSON and Markdown to reports/gate."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json = folder / "decision.json"
    as_markdown = folder / "decision.md"
    write_whole(as_json, (record.model_dump_json(indent=2) + "\n").encode())
    write_whole(as_markdown, format_markdown(record).encode())
    return [as_json, as_markdown]

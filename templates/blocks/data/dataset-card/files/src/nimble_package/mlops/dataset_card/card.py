"""docs/dataset-card.md, made from data/schema.yaml and docs/dataset-card.yaml.

Its headings are those of Datasheets for Datasets (Gebru et al., https://arxiv.org/abs/1803.09010).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..settings import UserError, nearest

ANSWERS, CARD = Path("docs/dataset-card.yaml"), Path("docs/dataset-card.md")
PARTS = (
    "motivation",
    "composition",
    "collection",
    "preprocessing",
    "uses",
    "distribution",
    "maintenance",
)


def read_answers(path: Path = ANSWERS) -> dict[str, str]:
    """What people wrote: a text for each part, and which source it is about."""
    try:
        answers = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        why = " ".join(str(error).split())[:150]
        raise UserError(f'"{path.as_posix()}" cannot be read: {why}') from None
    known = ("about", *PARTS)
    if not isinstance(answers, dict):
        raise UserError(f'"{path.as_posix()}" holds no answers. Wanted: {", ".join(known)}')
    for key in answers.keys() - set(known):
        raise UserError(f'"{key}" in {path.as_posix()} is no part. {nearest(key, known)}')
    for key in known:
        if not isinstance(answers.get(key), str) or not answers[key].strip():
            raise UserError(f'"{key}" in {path.as_posix()} is empty: write a sentence or two')
    return {key: answers[key].strip() for key in known}


def render(title: str, schema: Mapping[str, Any], answers: Mapping[str, str]) -> str:
    """The card as Markdown."""
    accepted = schema["accepted"]
    counts = ", ".join(f"{count:,} {name}" for name, count in accepted["counts"].items())
    facts = {
        "source": schema["source"],
        "licence": accepted["licence"] or "not stated",
        "files": f"{accepted['files']:,} ({accepted['bytes']:,} bytes)"
        if accepted["files"]
        else "",
        "SHA-256 of the files": accepted["sha256"] or "",
        "SHA-256 of the prepared data": accepted["prepared"],
        "counts": counts,
    }
    lines = [f"# Dataset card: {title}", ""]
    lines += ["Made by `uv run poe data` from `data/schema.yaml` and", "`docs/dataset-card.yaml`."]
    if answers["about"] != schema["source"]:
        about, source = answers["about"], schema["source"]
        lines += ["", f"> The sentences below were written about `{about}`, not about `{source}`."]
    lines += ["", *table([["", ""], *([key, value] for key, value in facts.items() if value)])]
    for part in PARTS:
        lines += ["", f"## {part.capitalize()}", "", answers[part]]
        if part == "composition":
            rows = [[name, words(rules)] for name, rules in schema["fields"].items()]
            lines += ["", *table([["field", "what it may be"], *rows])]
    return "\n".join(lines) + "\n"


def words(rules: Mapping[str, Any]) -> str:
    """The rules of a field: `number, 8 to 24.8, at most 2% missing`."""
    parts = [str(rules.get("kind", ""))]
    if "least" in rules or "most" in rules:
        low, high = rules.get("least"), rules.get("most")
        both = low is not None and high is not None
        parts.append(
            f"{low} to {high}"
            if both
            else f"{'from' if high is None else 'up to'} {low if high is None else high}"
        )
    if "allowed" in rules:
        parts.append("one of " + ", ".join(map(str, rules["allowed"])))
    if rules.get("missing"):
        parts.append(f"at most {rules['missing']:.0%} missing")
    known = ("kind", "least", "most", "allowed", "missing", "note")
    parts += [f"{key} {value}" for key, value in rules.items() if key not in known]
    return ", ".join(filter(None, [*parts, str(rules.get("note") or "")]))


def table(rows: list[list[str]]) -> list[str]:
    """Rows as Markdown, the first of them the heads."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]

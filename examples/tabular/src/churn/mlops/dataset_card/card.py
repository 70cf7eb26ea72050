"""docs/dataset-card.md, made from data/schema.yaml and docs/dataset-card.yaml.

Its headings are those of Datasheets for Datasets (Gebru et al., https://arxiv.org/abs/1803.09010).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ..errors import UserError, suggest
from ..files import write_whole
from ..schema.rules import Rules
from ..schema.schema_file import DataSchema

ANSWERS = Path("docs/dataset-card.yaml")
CARD = Path("docs/dataset-card.md")
SECTIONS = (
    "motivation",
    "composition",
    "collection",
    "preprocessing",
    "uses",
    "distribution",
    "maintenance",
)


def read_answers(path: Path = ANSWERS) -> dict[str, str]:
    """Returns what the team wrote: a text for each section, and the source that it is about."""
    try:
        answers = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:150]
        raise UserError(f'"{path.as_posix()}" cannot be read: {reason}') from None
    keys = ("about", *SECTIONS)
    if not isinstance(answers, dict):
        raise UserError(f'"{path.as_posix()}" has no answers. Required: {", ".join(keys)}')
    for key in answers:
        if key not in keys:
            raise UserError(f'"{key}" in {path.as_posix()} is not a section. {suggest(key, keys)}')
    return {key: _read_answer(answers, key, path) for key in keys}


def _read_answer(answers: Mapping[str, Any], key: str, path: Path) -> str:
    answer = answers.get(key)
    if not isinstance(answer, str) or not answer.strip():
        raise UserError(f'"{key}" in {path.as_posix()} is empty: write a sentence or two')
    return answer.strip()


def write(text: str) -> bool:
    """Writes the card; returns False when it has this text already."""
    if CARD.is_file() and CARD.read_text(encoding="utf-8") == text:
        return False
    CARD.parent.mkdir(exist_ok=True)
    write_whole(CARD, text.encode())
    return True


def render(title: str, schema: DataSchema, answers: Mapping[str, str]) -> str:
    """Returns the card as Markdown."""
    lines = [f"# Dataset card: {title}", ""]
    lines += ["Made by `uv run poe data` from `data/schema.yaml` and", "`docs/dataset-card.yaml`."]
    lines += ["", *make_table(["", ""], list_facts(schema))]
    for section in SECTIONS:
        lines += ["", f"## {section.capitalize()}", "", get_text(section, schema, answers)]
        if section == "composition":
            rows = [[name, describe_rules(rules)] for name, rules in schema.fields.items()]
            lines += ["", *make_table(["field", "rules"], rows)]
    return "\n".join(lines) + "\n"


def is_about(answers: Mapping[str, str], schema: DataSchema) -> bool:
    """Whether the team answered for this data; what was written about other data is not shown."""
    return answers["about"] == schema.source


def get_text(section: str, schema: DataSchema, answers: Mapping[str, str]) -> str:
    """Returns the answer of a section, or that there is none for this data."""
    if is_about(answers, schema):
        return answers[section]
    about = answers["about"]
    return f"*Not answered yet: {ANSWERS.as_posix()} is about `{about}`, not about this data.*"


def list_facts(schema: DataSchema) -> list[list[str]]:
    """Returns what is known about the data: rows of a name and a value."""
    accepted = schema.accepted
    counts = ", ".join(f"{count:,} {split}" for split, count in accepted.counts.items())
    facts = {
        "source": schema.source,
        "licence": accepted.licence or "not stated",
        "files": f"{accepted.files:,} ({accepted.bytes:,} bytes)" if accepted.files else "",
        "SHA-256 of the files": accepted.sha256 or "",
        "SHA-256 of the prepared data": accepted.prepared,
        "counts": counts,
    }
    return [[name, value] for name, value in facts.items() if value]


def describe_rules(rules: Rules) -> str:
    """Returns the rules of a field as text: `number, 8 to 24.8, at most 2% missing`."""
    parts = [str(rules["kind"])]
    if "min" in rules and "max" in rules:
        parts.append(f"{rules['min']} to {rules['max']}")
    elif "min" in rules:
        parts.append(f"at least {rules['min']}")
    elif "max" in rules:
        parts.append(f"at most {rules['max']}")
    allowed = rules.get("allowed")
    if isinstance(allowed, list):
        parts.append("one of " + ", ".join(allowed))
    missing = rules.get("missing")
    if isinstance(missing, float) and missing > 0:
        parts.append(f"at most {missing:.0%} missing")
    if "note" in rules:
        parts.append(str(rules["note"]))
    return ", ".join(parts)


def make_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Returns the lines of a Markdown table."""
    separator = "|---" * len(header) + "|"
    return [_make_row(header), separator, *(_make_row(row) for row in rows)]


def _make_row(cells: Sequence[str]) -> str:
    escaped = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(escaped)} |"

"""The model card of a version: a page of facts from the run, which MLflow shows."""

import json

from .candidate import Candidate
from .version import Facts


def make_card(found: Candidate, facts: Facts) -> str:
    """Returns the card as Markdown; what is not known has no line."""
    data = found.manifest["data"]
    commit = facts.commit + (" with changes" if facts.is_dirty else "")
    rows = {
        "Modality": facts.modality,
        "Data": data.get("source"),
        "Licence of the data": data.get("licence"),
        "Hash of the data": facts.data_hash,
        "Examples": _describe_counts(data.get("counts", {})),
        "Commit": commit.strip(),
        "Run": found.run_id,
        "Trained": found.manifest.get("created"),
        "SHA-256 of the model": facts.model_sha256,
    }
    lines = ["| | |", "|---|---|"]
    lines.extend(f"| {name} | {_escape(value)} |" for name, value in rows.items() if value)
    lines.extend(["", "**On the test split**", "", "| metric | value |", "|---|---|"])
    for name, value in facts.metrics.items():
        shown = str(facts.interval) if name == facts.primary_metric else f"{value:.4f}"
        lines.append(f"| {name} | {shown} |")
    lines.extend(["", f"Brackets: 95 % interval over {facts.interval.examples} examples."])
    lines.extend(
        ["", "**Inputs and outputs**", "", "| | name | kind | values |", "|---|---|---|---|"]
    )
    signature = json.loads(facts.signature)
    for side in ("inputs", "outputs"):
        for field in signature[side]:
            allowed = ", ".join(field["allowed"])
            lines.append(
                f"| {side[:-1]} | {_escape(field['name'])} | {field['kind']} | {_escape(allowed)} |"
            )
    return "\n".join(lines) + "\n"


def _describe_counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {split}" for split, count in counts.items())


def _escape(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")

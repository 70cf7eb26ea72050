"""Human labels for answers, in evals/labels.jsonl."""

from collections.abc import Collection
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from ...errors import UserError, suggest
from .graders import LABELS

MIN_OF_EACH = 10  # good and bad labels; fewer say nothing about a grader


@dataclass(frozen=True)
class Label:
    """An answer, the documents that the model was given, and whether a person calls it good."""

    id: str
    question: str
    documents: tuple[str, ...]
    answer: str
    good: bool


def read(documents: Collection[str]) -> list[Label]:
    """Returns the labels; raises UserError for a wrong line and for too few of one verdict."""
    name = LABELS.as_posix()
    if not LABELS.is_file():
        raise UserError(f'"{name}" is missing: write one labelled answer on each line')
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    labels = []
    for number, line in enumerate(lines, start=1):
        labels.append(_read_line(f"{name}:{number}", line, documents))
    good = sum(label.good for label in labels)
    bad = len(labels) - good
    if min(good, bad) < MIN_OF_EACH:
        counts = f"{good} good and {bad} bad answers"
        raise UserError(f'"{name}" has {counts}: at least {MIN_OF_EACH} of each are required')
    return labels


def _read_line(place: str, line: str, documents: Collection[str]) -> Label:
    try:
        label = TypeAdapter(Label).validate_json(line)
    except ValidationError as error:
        detail = error.errors()[0]
        key = ".".join(str(part) for part in detail["loc"])
        raise UserError(f"{place}: {key} {detail['msg']}") from None
    for name in label.documents:
        if name not in documents:
            raise UserError(f'{place}: "{name}" is not a document. {suggest(name, documents)}')
    return label

"""Answers questions with the saved bundle."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import bundle
from . import config as project_config
from .mlops.errors import UserError
from .mlops.project import MODEL, Field, Signature

Outputs = list[dict[str, Any]]  # one reply for each question


def load(directory: Path = MODEL) -> bundle.Model:
    """Returns the saved bundle, with the limits that config.yaml sets for calls."""
    config = project_config.load()
    return bundle.load(directory, config.runtime)


def outputs(model: bundle.Model, questions: Sequence[str]) -> Outputs:
    """Returns one reply for each question, with its sources and its cost."""
    return [model.ask(question) for question in questions]


def predict(model: bundle.Model, questions: Sequence[str]) -> Outputs:
    """Returns one reply for each question, ready for JSON."""
    return outputs(model, questions)


def read_inputs(_: bundle.Model, paths: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the questions in text files, one on each line."""
    questions = []
    for name in paths:
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise UserError(f'"{name}" is not a text file with questions: {error}') from None
        lines = [line for line in text.splitlines() if line.strip()]
        questions += [(line, line) for line in lines]
    return questions


def signature(_: bundle.Model) -> Signature:
    """Returns that a question is needed, and that an answer comes."""
    return Signature((Field("question", "text"),), (Field("answer", "text"),))


if __name__ == "__main__":
    from .mlops.commands.predict import main

    raise SystemExit(main())

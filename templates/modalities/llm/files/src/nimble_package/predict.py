"""Answers questions with the saved bundle."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import bundle
from . import config as project_config
from .mlops import user_paths
from .mlops.errors import UserError
from .mlops.project import MODEL, Field, Signature
from .mlops.text_encoding import read_lines

Outputs = list[dict[str, Any]]  # one reply for each question


def load(directory: Path = MODEL) -> bundle.Model:
    """Returns the saved bundle, with the limits that config.yaml sets for calls."""
    config = project_config.load()
    return bundle.load(directory, config.runtime)


def outputs(model: bundle.Model, questions: Sequence[str]) -> Outputs:
    """Returns one reply for each question, with its sources and its cost."""
    return bundle.ask_all(model, questions, model.calls.limits.parallel)


def predict(model: bundle.Model, questions: Sequence[str]) -> Outputs:
    """Returns one reply for each question, ready for JSON."""
    return outputs(model, questions)


def read_inputs(_: bundle.Model, inputs: Sequence[str]) -> list[tuple[str, str]]:
    """Returns questions as they are, and the lines of .txt files."""
    questions: list[str] = []
    for entry in inputs:
        if entry.lower().endswith(".txt"):
            questions.extend(read_questions(user_paths.find(entry)))
        else:
            user_paths.refuse_other_file(entry, [".txt"])
            questions.append(entry)
    for question in questions:
        if not question.strip():
            raise UserError('"" is not a question: write one in quotes, or name a .txt file')
    return [(question, question) for question in questions]


def read_questions(path: Path) -> list[str]:
    """Returns the lines of a text file that are not empty."""
    lines = read_lines(path, "write one question on each line")
    questions = [line for line in lines if line.strip()]
    if not questions:
        raise UserError(f'"{path}" has no questions: write one on each line')
    return questions


def signature(_: bundle.Model) -> Signature:
    """Returns that a question is needed, and that an answer comes."""
    return Signature((Field("question", "text"),), (Field("answer", "text"),))


if __name__ == "__main__":
    from .mlops.commands.predict import main

    raise SystemExit(main())

"""Reads the file of a prompt, says what is wrong with it, and fills it in."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from ..errors import UserError, suggest
from ..text_encoding import read_text

REQUIRED = ("---\nid: ", "\nversion: ", "\n---\n", "=== user\n", "{passages}", "{question}")
VARIABLES = ("passages", "question")
VARIABLE = r"\{([^\W\d]\w*)\}"  # not the braces of JSON


def read(path: Path, variables: Collection[str] = VARIABLES) -> tuple[str, int, str]:
    """Returns the id, the version and the whole text of a prompt, with line feeds only.

    Raises UserError with one sentence when a language model could not be asked with it.
    """
    if not path.is_file():
        known = sorted(other.stem for other in path.parent.glob("*.md"))
        raise UserError(f'"{path.stem}" is not a prompt. {suggest(path.stem, known)}')
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UserError(f'"{path}" is empty: write a head with id and version, and the prompt')
    missing = [part for part in REQUIRED if part not in text]
    if missing:
        raise UserError(f'"{path}" lacks {", ".join(map(repr, missing))}')
    prompt_id, version = _read_head(path, text)
    _, _, body = text.partition("\n---\n")
    if not body.partition("=== user\n")[0].strip():
        raise UserError(f'"{path}" has no text before "=== user": say what the model has to do')
    for name in re.findall(VARIABLE, body):
        if name not in variables:
            hint = suggest(name, variables)
            raise UserError(f'"{path}" has the unknown variable "{{{name}}}". {hint}')
    return prompt_id, version, text


def _read_head(path: Path, text: str) -> tuple[str, int]:
    try:
        head = yaml.safe_load(text.split("---\n")[1])
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise UserError(f'"{path}": its head is not YAML: {reason}') from None
    head = head if isinstance(head, dict) else {}
    prompt_id, version = head.get("id"), head.get("version")
    if not isinstance(prompt_id, str):
        raise UserError(f'"{path}": its head has the id {prompt_id!r}: write a name, in quotes')
    if type(version) is not int or version < 1:
        raise UserError(f'"{path}": its head has the version {version!r}: write 1, 2, 3 and so on')
    return prompt_id, version


def fill(text: str, values: Mapping[str, str]) -> str:
    """Returns the text with its variables; what a value has in braces stays as it is."""
    return re.sub(VARIABLE, lambda found: values.get(found[1], found[0]), text)

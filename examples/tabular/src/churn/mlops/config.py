"""Reads one YAML file and `--set section.key=value` into frozen dataclasses."""

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

from .errors import UserError, suggest
from .files import parse_yaml

ConfigT = TypeVar("ConfigT")


def read(schema: type[ConfigT], path: Path, overrides: Sequence[str] = ()) -> ConfigT:
    """Returns the settings in `path`, changed by `section.key=value`, as the dataclass `schema`.

    Raises UserError for a file that cannot be read, an unknown key or a value of another type.
    """
    tree = _load_yaml(path)
    for override in overrides:
        _apply(tree, override)
    try:
        _refuse_unknown_keys(tree, schema, prefix="")
        return pydantic.TypeAdapter(schema).validate_python(tree)
    except pydantic.ValidationError as error:
        raise UserError(_describe(error, path)) from None


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Returns nested settings by dotted name."""
    settings: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            settings.update(flatten(value, f"{name}."))
        else:
            settings[name] = value
    return settings


def _load_yaml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        tree = parse_yaml(text) or {}
    except OSError:
        hint = "start in the folder of the repository, or use --config"
        raise UserError(f'"{path}" cannot be read: {hint}') from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f'"{path}" is not valid YAML: {_one_line(error)}') from None
    if not isinstance(tree, dict):
        raise UserError(f'"{path}" is not a mapping: write "section:" and "key: value" lines')
    return tree


def _apply(tree: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals:
        raise UserError(f'"--set {override}" has no value: write --set section.key=value')
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f'"--set {override}" is not valid YAML: {_one_line(error)}') from None
    *parents, last = key.split(".")
    branch = tree
    for parent in parents:
        branch = branch.setdefault(parent, {})
        if not isinstance(branch, dict):
            raise UserError(f'"--set {override}" is not a setting: "{parent}" has no keys')
    branch[last] = value


def _refuse_unknown_keys(tree: dict[str, Any], schema: Any, prefix: str) -> None:
    hints = typing.get_type_hints(schema)
    for name, value in tree.items():
        if name not in hints:
            raise UserError(f'"{prefix}{name}" is not a setting. {suggest(name, hints)}')
        if dataclasses.is_dataclass(hints[name]) and isinstance(value, dict):
            _refuse_unknown_keys(value, hints[name], f"{prefix}{name}.")


def _describe(error: pydantic.ValidationError, path: Path) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing_argument":
        return f'"{key}" in {path}: {first["msg"]}'
    return f'"{key}" in {path} is "{first["input"]}": {first["msg"]}'


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())

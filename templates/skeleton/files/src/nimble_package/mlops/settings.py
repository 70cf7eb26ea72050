"""One YAML file and `--set section.key=value` become frozen dataclasses, or one line of error."""

import argparse
import dataclasses
import difflib
import sys
import typing
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

T = TypeVar("T")
PACKAGE = Path(__file__).parents[1]


class UserError(Exception):
    """Something the reader can put right: printed as one line, exit status 2."""


def read(schema: type[T], path: Path, overrides: Sequence[str] = ()) -> T:
    """The settings in `path`, changed by `section.key=value`, as the dataclass `schema`."""
    source = str(path)
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for source in overrides:
            keys, equals, value = source.partition("=")
            if not equals:
                raise UserError(f'"--set {source}" has no value: write --set section.key=value')
            *parents, last = keys.split(".")
            branch = tree
            for parent in parents:
                branch = branch.setdefault(parent, {})
            branch[last] = yaml.safe_load(value)
        _refuse_unknown(tree, schema, "")
        return pydantic.TypeAdapter(schema).validate_python(tree)
    except OSError:
        raise UserError(f'"{path}" cannot be read: start in its folder, or use --config') from None
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        raise UserError(f'"{source}" is no setting: {" ".join(str(error).split())}') from None
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        key, given = ".".join(map(str, first["loc"])), first["input"]
        what = "" if first["type"] == "missing_argument" else f' is "{given}"'
        raise UserError(f'"{key}" in {path}{what}: {first["msg"]}') from None


def _refuse_unknown(tree: dict[str, Any], schema: Any, prefix: str) -> None:
    hints = typing.get_type_hints(schema)
    for name, value in tree.items():
        if name not in hints:
            raise UserError(f'"{prefix}{name}" is no setting. {nearest(name, hints)}')
        if dataclasses.is_dataclass(hints[name]) and isinstance(value, dict):
            _refuse_unknown(value, hints[name], f"{prefix}{name}.")


def nearest(word: object, known: Iterable[object]) -> str:
    """`Did you mean "…"? Allowed: …`, the end of an error."""
    names = [str(name) for name in known]
    close = difflib.get_close_matches(str(word), names, 1)
    return (f'Did you mean "{close[0]}"? ' if close else "") + f"Allowed: {', '.join(names)}"


def command(
    doc: str | None, body: Callable[[Any], int | None], argv: Sequence[str] | None, **arguments: Any
) -> int:
    """Runs `body` with --config, --set and `arguments`; a `UserError` is one line, status 2."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"), metavar="FILE")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    for name, options in arguments.items():
        parser.add_argument(name, **options)
    for gate in sorted(
        Path(__file__).parent.glob("*/gate.py")
    ):  # what later rooms ask before a command goes on
        module = import_module(f"{__package__}.{gate.parent.name}.gate")
        body = module.around(doc, parser, body)
    try:
        return body(parser.parse_args(argv)) or 0
    except UserError as error:
        print(error, file=sys.stderr)
        return 2

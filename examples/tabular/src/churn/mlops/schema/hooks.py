"""Refuses changed data before it is prepared, trained on or evaluated; accepts it on request.

A training that calls `PROJECT.train` alone is not checked: start it with `run_training`.
"""

import argparse
import logging

from ..hook_points import Command
from ..project import ProjectConfig
from . import acceptance, schema_file
from .schema_file import SCHEMA

log = logging.getLogger(__name__)


def add_accept_option(command: str, parser: argparse.ArgumentParser) -> None:
    """Gives `poe data` the option --accept."""
    if command == "data":
        message = "accept the data as it is now: write its hash and rules to data/schema.yaml"
        parser.add_argument("--accept", action="store_true", help=message)


def refuse_before_preparing(command: Command) -> None:
    """Refuses changed data before `poe data` writes anything."""
    if command.name == "data" and not command.arguments.accept:
        schema = schema_file.read()
        if schema:
            _refuse_changed(command.config, schema)


def describe_or_check(command: Command, status: int) -> int:
    """After `poe data`: writes data/schema.yaml the first time or on --accept, else checks it."""
    if command.name != "data" or status != 0:
        return status
    schema = schema_file.read()
    if schema is None or command.arguments.accept:
        for line in acceptance.accept(command.config, schema):
            print(line)
        print(f"{SCHEMA.as_posix()} describes this data: commit it.")
    elif acceptance.is_same_source(command.config, schema):
        acceptance.refuse_broken_rules(command.config, schema)
    return status


def refuse_changed_data(config: ProjectConfig) -> None:
    """Refuses a training or an evaluation on data that changed and was not accepted."""
    schema = schema_file.read()
    if schema is None:
        log.warning('%s is missing: "uv run poe data" writes it.', SCHEMA.as_posix())
    else:
        _refuse_changed(config, schema)


def refuse_broken_rules(config: ProjectConfig) -> None:
    """Refuses data that breaks a rule, such as one that was narrowed after it was accepted."""
    schema = schema_file.read()
    if schema and acceptance.is_same_source(config, schema):
        acceptance.refuse_broken_rules(config, schema)


def _refuse_changed(config: ProjectConfig, schema: schema_file.DataSchema) -> None:
    if acceptance.is_same_source(config, schema):
        acceptance.refuse_changed_source(config, schema)
    else:
        log.warning("%s", acceptance.explain_other_source(config, schema))

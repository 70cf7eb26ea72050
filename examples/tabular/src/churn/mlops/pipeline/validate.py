"""`poe validate`, and the step of that name: stops the pipeline when the data has problems."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...project import PROJECT
from .. import validation_report
from ..command_line import run
from ..files import save_json
from ..hook_points import PipelineStep
from ..hooks import HOOKS
from ..prepared_files import read_manifest
from ..project import PREPARED, REPORTS
from . import stages
from .content import hash_path

REPORT = REPORTS / "validation.json"
SCHEMA = Path("data/schema.yaml")
DESCRIPTION = "Check the data: its reader, its rules, and whether it was accepted."


def main(argv: Sequence[str] | None = None) -> int:
    """Status 0 when the data passes every check, 2 and the reasons when it does not."""
    return run("validate", DESCRIPTION, _validate, argv)


def _validate(arguments: Namespace) -> None:
    validate(PROJECT.load_config(arguments.config, arguments.overrides))


def validate(config: Any) -> None:
    """Runs the checks of the data, and what refuses a training; writes reports/validation.json."""
    problems = PROJECT.check(config)
    if problems:
        raise validation_report.refuse(problems)
    for check in (*HOOKS.before_training, *HOOKS.on_validation):
        check(config)
    validation_report.clear()
    manifest = read_manifest(PREPARED) or {}
    save_json(REPORT, {"data": manifest.get("hash"), "problems": []})
    print("The data passes every check.")


def _hash_sources(config: Any) -> Mapping[str, str]:
    return {source.as_posix(): hash_path(source) for source in PROJECT.sources(config)}


STEP = PipelineStep(
    name="validate",
    order=20,
    run=validate,
    inputs=[Path("config.yaml"), PREPARED, SCHEMA, stages.KEYS / "data.json"],
    outputs=[REPORT],
    facts=_hash_sources,
)

if __name__ == "__main__":
    raise SystemExit(main())

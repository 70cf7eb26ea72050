"""`poe pipeline`: runs every step that is not up to date."""

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..command_line import Arguments, run
from ..errors import UserError
from ..hook_points import PipelineStep
from . import records, settings, state
from .run_lock import hold_run_lock
from .runner import Runner
from .step import list_steps

DESCRIPTION = "Run every step that is not up to date; continue after a failure."
CONFIG = Path("config.yaml")
TRIGGERS = ("GITHUB_EVENT_NAME", "CI_PIPELINE_SOURCE")  # of GitHub and GitLab
ARGUMENTS: Arguments = {
    "--dry-run": {"action": "store_true", "help": "only say which steps would run, and why"},
    "--trigger": {"metavar": "NAME", "help": "what started this run, for its record"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Status 0 when every step is done, 1 when one failed, 2 when one refused."""
    return run("pipeline", DESCRIPTION, run_pipeline, argv, ARGUMENTS)


def run_pipeline(arguments: Namespace) -> int:
    """Runs the steps in their order, each in a process of its own."""
    if arguments.overrides or arguments.config != CONFIG:
        raise UserError("the steps read config.yaml: change it there, without --set and --config")
    if arguments.dry_run:
        print_plan(list_steps(), PROJECT.load_config(CONFIG, []))
        return 0
    found = settings.read()
    with hold_run_lock():
        earlier = records.close_killed(records.read_records())
        return Runner(found, earlier, name_trigger(arguments.trigger)).run(CONFIG)


def name_trigger(named: str | None) -> str:
    """Returns what started this run: the option, what the CI system says, or "manual"."""
    for value in (named, *(os.environ.get(name) for name in TRIGGERS)):
        if value:
            return value
    return "manual"


def print_plan(steps: Sequence[PipelineStep], config: Any) -> None:
    """Prints which steps would run, and why; nothing is written."""
    waiting: list[PipelineStep] = []  # steps that would run
    for step in steps:
        reason = state.NOT_DONE  # what it depends on may not be there yet, such as the tracker
        if state.read_done(step):
            reason = state.explain(step, state.read_now(step, config))
        sources = [one.name for one in waiting if set(one.outputs) & set(step.inputs)]
        if reason:
            print(f"{step.name}: would run, because {reason}")
        elif sources:
            print(f'{step.name}: would run if "{sources[0]}" writes something else')
        else:
            print(f"{step.name}: up to date")
        if reason or sources:
            waiting.append(step)


if __name__ == "__main__":
    raise SystemExit(main())

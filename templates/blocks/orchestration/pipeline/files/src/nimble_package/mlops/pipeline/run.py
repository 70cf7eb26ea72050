"""`poe pipeline`: runs every step that is not up to date."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..command_line import Arguments, run
from ..errors import TransientError, UserError
from ..hook_points import PipelineStep
from . import records, settings, state
from .run_lock import hold_run_lock
from .runner import TRY_LATER, Runner
from .step import find_step, list_steps
from .step_process import end_with_parent

DESCRIPTION = "Run every step that is not up to date; continue after a failure."
CONFIG = Path("config.yaml")
TRIGGERS = ("GITHUB_EVENT_NAME", "CI_PIPELINE_SOURCE")  # of GitHub and GitLab
ARGUMENTS: Arguments = {
    "--dry-run": {"action": "store_true", "help": "only say which steps would run, and why"},
    "--list": {"action": "store_true", "help": "only print the names of the steps, in their order"},
    "--only": {"metavar": "STEP", "help": "run one step, as an orchestrator does"},
    "--run": {"metavar": "ID", "help": "with --only: the orchestrator's run, whose steps are one"},
    "--end-with-input": {
        "action": "store_true",
        "help": "end when standard input is closed, so with the process that started this one",
    },
    "--trigger": {"metavar": "NAME", "help": "what started this run, for its record"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Status 0 when every step is done, 1 when one failed, 2 when one refused.

    With --only also 75 (EX_TEMPFAIL): the cause can pass, so the step can be tried again later.
    """
    return run("pipeline", DESCRIPTION, run_pipeline, argv, ARGUMENTS)


def run_pipeline(arguments: Namespace) -> int:
    """Runs the steps in their order, each in a process of its own."""
    if arguments.overrides or arguments.config != CONFIG:
        raise UserError("the steps read config.yaml: change it there, without --set and --config")
    if arguments.run and not arguments.only:
        raise UserError('"--run" belongs to "--only": say which step runs')
    if arguments.list:
        print("\n".join(step.name for step in list_steps()))
        return 0
    if arguments.only:
        find_step(arguments.only, list_steps())  # a misspelt name is not a failed run
    if arguments.dry_run:
        steps = [step for step in list_steps() if arguments.only in (None, step.name)]
        print_plan(steps, PROJECT.load_config(CONFIG, []))
        return 0
    if arguments.end_with_input:
        end_with_parent()
    found = settings.read()
    with hold_run_lock():
        earlier = records.close_killed(records.read_records())
        runner = Runner(found, earlier, name_trigger(arguments.trigger), arguments.run)
        try:
            return runner.run(CONFIG, arguments.only)
        except TransientError as error:
            if not arguments.only:
                raise
            print(error, file=sys.stderr)
            return TRY_LATER


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

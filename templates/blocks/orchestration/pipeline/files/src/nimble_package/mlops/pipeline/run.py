"""`poe pipeline`: runs every step that is not up to date."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..command_line import Arguments, run
from ..commands import step_keys
from ..errors import UserError
from ..hook_points import PipelineStep
from . import state
from .content import MISSING
from .process import run_in_process
from .step import list_steps

DESCRIPTION = "Run every step that is not up to date; continue after a failure."
CONFIG = Path("config.yaml")
ARGUMENTS: Arguments = {
    "--dry-run": {"action": "store_true", "help": "only say which steps would run, and why"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Status 0 when every step is done, 1 when one failed, 2 when one refused."""
    return run("pipeline", DESCRIPTION, run_pipeline, argv, ARGUMENTS)


def run_pipeline(arguments: Namespace) -> int:
    """Runs the steps in their order, each in a process of its own."""
    config = _load_config(arguments)
    steps = list_steps()
    if arguments.dry_run:
        _print_plan(steps, config)
        return 0
    step_keys.main()
    for step in steps:
        status = _run_step(step, config)
        if status:
            print(f'The step "{step.name}" failed: "uv run poe pipeline" continues with it.')
            return 2 if status == 2 else 1
    return 0


def _load_config(arguments: Namespace) -> Any:
    if arguments.overrides or arguments.config != CONFIG:
        raise UserError("the steps read config.yaml: change it there, without --set and --config")
    return PROJECT.load_config(CONFIG, [])


def _run_step(step: PipelineStep, config: Any) -> int:
    before = state.read_now(step, config)
    reason = state.explain(step, before)
    if not reason:
        print(f"{step.name}: up to date", flush=True)
        return 0
    print(f"{step.name}: runs, because {reason}", flush=True)
    status = run_in_process(step.name)
    if status:
        return status
    after = state.read_now(step, config)
    missing = [name for name, value in after.outputs.items() if value == MISSING]
    if missing:
        raise UserError(
            f'the step "{step.name}" ended without an error, but wrote no "{missing[0]}": '
            "see what its command writes"
        )
    state.write_done(step, state.StepState(before.inputs, after.outputs))
    return 0


def _print_plan(steps: Sequence[PipelineStep], config: Any) -> None:
    waiting: list[PipelineStep] = []  # steps that would run
    for step in steps:
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

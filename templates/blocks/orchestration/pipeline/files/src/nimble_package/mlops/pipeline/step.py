"""The steps of the pipeline, in their order: stages of dvc.yaml, validation, and those of hooks."""

from collections.abc import Sequence

from ..errors import UserError, suggest
from ..hook_points import PipelineStep
from ..hooks import HOOKS
from . import dvc_lock, settings, stages, validate

__all__ = ["PipelineStep", "find_step", "list_steps"]


def list_steps() -> list[PipelineStep]:
    """Returns every step, by its order number."""
    found = stages.read_steps()
    steps = [*found, validate.STEP, *HOOKS.pipeline_steps]
    if settings.read().write_dvc_lock:
        steps.append(dvc_lock.make_step(found))
    names = [step.name for step in steps]
    for step in steps:
        if names.count(step.name) > 1:
            raise UserError(f'two steps of the pipeline are named "{step.name}": rename one')
        if not step.outputs:
            raise UserError(
                f'the step "{step.name}" names no output, so it is never done: name what it writes'
            )
    return sorted(steps, key=lambda step: step.order)


def find_step(name: str, steps: Sequence[PipelineStep]) -> PipelineStep:
    """Returns the step of that name."""
    for step in steps:
        if step.name == name:
            return step
    known = suggest(name, [step.name for step in steps])
    raise UserError(f'"{name}" is not a step of the pipeline. {known}')

"""The steps of the pipeline, in their order: stages of dvc.yaml, validation, and those of hooks."""

from collections.abc import Sequence

from ..errors import UserError
from ..hook_points import PipelineStep
from ..hooks import HOOKS
from . import stages, validate

__all__ = ["PipelineStep", "find_step", "list_steps"]


def list_steps() -> list[PipelineStep]:
    """Returns every step, by its order number."""
    steps = [*stages.read_steps(), validate.STEP, *HOOKS.pipeline_steps]
    names = [step.name for step in steps]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f'two steps of the pipeline are named "{name}": rename one of them')
    return sorted(steps, key=lambda step: step.order)


def find_step(name: str, steps: Sequence[PipelineStep]) -> PipelineStep:
    """Returns the step of that name."""
    for step in steps:
        if step.name == name:
            return step
    raise UserError(f'"{name}" is not a step of the pipeline')

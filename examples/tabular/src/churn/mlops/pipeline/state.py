"""What each step read and wrote when it was last done, and so whether it has to run again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..files import hash_json, load_json, to_json, write_whole
from ..hook_points import PipelineStep
from ..step_key import compute_key
from . import stages
from .content import MISSING, hash_path

FOLDER = Path("pipeline/steps")
CODE = "its code"
NOT_DONE = "it has not been done here"
MAX_NAMES = 3  # changed inputs that a reason names


@dataclass(frozen=True)
class StepState:
    """Hashes of what a step read and wrote, by name."""

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def input_hash(self) -> str:
        """One hash of all inputs."""
        return hash_json(dict(self.inputs))

    @property
    def output_hash(self) -> str:
        """One hash of all outputs."""
        return hash_json(dict(self.outputs))


def read_now(step: PipelineStep, config: Any) -> StepState:
    """Returns the hashes of what the step would read now, and of what is in its outputs."""
    inputs = {path.as_posix(): stages.hash_input(path) for path in step.inputs}
    if step.code:
        inputs[CODE] = hash_json(compute_key(step.code))
    if step.facts:
        inputs |= step.facts(config)
    return StepState(inputs, read_outputs(step))


def read_outputs(step: PipelineStep) -> dict[str, str]:
    """Returns the hashes of what is in the outputs of a step now."""
    return {path.as_posix(): hash_path(path) for path in step.outputs}


def complete(before: StepState, outputs: Mapping[str, str]) -> StepState:
    """Returns the state of a step that is done; what it reads and also writes is as it wrote it."""
    inputs = {name: outputs.get(name, value) for name, value in before.inputs.items()}
    return StepState(inputs, outputs)


def read_done(step: PipelineStep) -> StepState | None:
    """Returns the hashes when the step was last done; None when it never was."""
    try:
        content = load_json(_file(step))
        return StepState(content["inputs"], content["outputs"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write_done(step: PipelineStep, state: StepState) -> None:
    """Keeps that the step is done."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_whole(_file(step), to_json(asdict(state)))


def explain(step: PipelineStep, now: StepState) -> str:
    """Returns why the step has to run; "" when it is up to date."""
    done = read_done(step)
    if done is None:
        return NOT_DONE
    missing = [name for name, value in now.outputs.items() if value == MISSING]
    if missing:
        return f"{_join(missing)} is missing"
    changed = _compare(done.inputs, now.inputs)
    if changed:
        return f"{_join(changed)} changed"
    changed = _compare(done.outputs, now.outputs)
    if changed:
        return f"{_join(changed)} is not what it wrote"
    return ""


def _file(step: PipelineStep) -> Path:
    return FOLDER / f"{step.name}.json"


def _compare(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    names = sorted({*before, *now})
    return [name for name in names if before.get(name) != now.get(name)]


def _join(names: list[str]) -> str:
    shown = ", ".join(names[:MAX_NAMES])
    more = len(names) - MAX_NAMES
    return f"{shown} and {more} more" if more > 0 else shown

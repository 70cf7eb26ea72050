"""The stages of dvc.yaml as steps of the pipeline: their command, inputs and outputs are there."""

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from runpy import run_module
from typing import Any

import yaml

from ...project import PROJECT
from ..commands import step_keys
from ..errors import UserError
from ..files import sha256
from ..hook_points import PipelineStep
from ..step_key import compute_key
from .content import hash_path

FILE = Path("dvc.yaml")
ORDER = {"data": 10, "train": 30, "evaluate": 40}  # other stages follow those they read from
UNSUPPORTED = ("foreach", "matrix", "do", "wdir", "vars")
PYTHON = ("uv", "run", "--locked", "python", "-m")
KEYS = Path("reports/steps")  # written by the stage `steps`, which always runs


def read_steps(file: Path = FILE) -> list[PipelineStep]:
    """Returns a step for each stage; one that always runs only prepares inputs of others."""
    if not file.is_file():
        raise UserError(f'"{file}" is missing: it has the stages data, train and evaluate')
    steps: list[PipelineStep] = []
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name, stage in content["stages"].items():
            if not stage.get("always_changed"):
                steps.append(_read_stage(name, stage, steps))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f'"{file}" cannot be read: {reason}') from None
    except (KeyError, TypeError, AttributeError):
        hint = "each stage has a name, and a mapping with cmd, deps and outs"
        raise UserError(f'"{file}" does not hold stages as DVC writes them: {hint}') from None
    return steps


def _read_stage(name: str, stage: Mapping[str, Any], earlier: list[PipelineStep]) -> PipelineStep:
    for key in UNSUPPORTED:
        if key in stage:
            raise UserError(
                f'the stage "{name}" of dvc.yaml has "{key}", which the pipeline does not run: '
                "write it as stages with commands of their own"
            )
    command = str(stage["cmd"])
    inputs = _read_paths(stage, "deps")
    outputs = [path for kind in ("outs", "metrics", "plots") for path in _read_paths(stage, kind)]
    order = ORDER.get(name)
    if order is None:
        sources = [step.order for step in earlier if set(step.outputs) & set(inputs)]
        order = max(sources, default=0) + 1
    return PipelineStep(
        name=name,
        order=order,
        run=lambda _: run_command(command),
        inputs=inputs,
        outputs=outputs,
        facts=lambda config: _describe(name, command, config),
        stage=name,
    )


def _read_paths(stage: Mapping[str, Any], kind: str) -> list[Path]:
    """The paths of a list whose entries are names, or mappings of one name to its options."""
    paths = []
    for entry in stage.get(kind, []):
        name = entry if isinstance(entry, str) else next(iter(entry))
        paths.append(Path(name))
    return paths


def run_command(command: str) -> int:
    """Runs the command of a stage; a Python module of this environment in this process."""
    words = shlex.split(command)
    if tuple(words[: len(PYTHON)]) != PYTHON:
        # DVC runs the commands of dvc.yaml by a shell, too.
        done = subprocess.run(command, shell=True, check=False)  # noqa: S602 # nosec B602 # as DVC
        return done.returncode
    module, *arguments = words[len(PYTHON) :]
    sys.argv = [module, *arguments]
    try:
        run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def hash_input(path: Path) -> str:
    """Returns the hash of an input; of what the stage `steps` writes, as it would write it now."""
    if path.parent == KEYS and path.stem in step_keys.STEPS:
        text = json.dumps(compute_key(path.stem), sort_keys=True)
        return sha256(text.encode())
    return hash_path(path)


def _describe(name: str, command: str, config: Any) -> dict[str, str]:
    """What a stage depends on besides its deps: its command, and what the data is read from."""
    facts = {"its command": sha256(command.encode())}
    if name == "data":
        for source in PROJECT.sources(config):
            facts[source.as_posix()] = hash_path(source)
    return facts

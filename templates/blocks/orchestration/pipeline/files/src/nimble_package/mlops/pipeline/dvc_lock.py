"""The step `dvc-lock`: DVC writes dvc.lock, so that a commit names its data and its model."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import data_versions
from ..errors import TransientError, UserError
from ..hook_points import PipelineStep
from . import settings, stages

LOCK = Path("dvc.lock")
PASSING = ("network", "connect", "resolve", "timed out", "timeout", "dns")


def make_step(steps: Sequence[PipelineStep]) -> PipelineStep:
    """Returns the step, which runs again when a stage wrote something else."""
    paths = {path for step in steps for path in (*step.inputs, *step.outputs)}
    return PipelineStep(
        name="dvc-lock",
        order=45,
        run=write_lock,
        inputs=[stages.FILE, *sorted(paths)],
        outputs=[LOCK],
    )


def write_lock(_: Any) -> None:
    """Lets DVC keep what the stages read and wrote; they are not run again."""
    tool, *arguments = data_versions.DVC.split()
    program = shutil.which(tool)
    without = f'or set "write_dvc_lock: false" in {settings.FILE}'
    if not program:
        raise UserError(
            f'"{tool}" is missing: it comes with uv, https://docs.astral.sh/uv; {without}'
        )
    done = subprocess.run(
        [program, *arguments, "commit", "--force", "--quiet"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "DVC_NO_ANALYTICS": "1"},
        check=False,
    )
    if done.returncode == 0:
        print("dvc.lock names what the stages read and wrote: commit it.")
        return
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:]
    reason = errors[0] if errors else f"status {done.returncode}"
    can_pass = any(sign in done.stderr.lower() for sign in PASSING)
    kind = TransientError if can_pass else UserError
    raise kind(f"DVC cannot write dvc.lock ({reason}): put that right, {without}")

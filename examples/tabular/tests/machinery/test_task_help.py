"""`poe TASK --help` prints help and runs nothing, also for a task of several commands."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = "Poe =>"  # how poe prints a command that it runs
HEAVY = ("torch", "mlflow", "sklearn", "matplotlib", "pandas", "wandb", "optuna", "scipy")


def list_tasks() -> dict[str, dict[str, object]]:
    gathered = runpy.run_path(str(ROOT / "tasks" / "gather.py"))["tasks"]()
    found = dict(gathered["tasks"])
    for group in gathered["groups"].values():
        found.update(group["tasks"])
    return found


def test_every_task_of_several_commands_has_a_help_of_its_own() -> None:
    tasks = list_tasks()
    assert "control" in tasks["lint"]
    assert "control" in tasks["check"]
    for name, task in tasks.items():
        assert "sequence" not in task, f"poe would run {name} --help"


def test_the_help_of_lint_runs_nothing() -> None:
    folder = str(Path(sys.executable).parent)
    path = os.pathsep.join([folder, os.environ["PATH"]])
    command = [sys.executable, "-m", "poethepoet", "lint", "--help"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert "Check the code" in done.stdout + done.stderr
    assert RUNS not in done.stdout + done.stderr


def test_what_a_training_does_at_its_end_is_not_imported_for_its_help() -> None:
    lines = (
        "import sys",
        "import churn.mlops.hooks",
        f"print(sys.modules.keys() & {HEAVY})",
    )
    code = "\n".join(lines)
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "set()", "a module of hooks imports it: import it where used"

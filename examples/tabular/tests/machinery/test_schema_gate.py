"""Changed data is refused however a training starts, and however the team's code is edited."""

import ast
import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from churn.mlops.schema import acceptance
from churn.mlops.schema.schema_file import SCHEMA

ROOT = Path(__file__).parents[2]
NOTEBOOK = """
from pathlib import Path
from churn.mlops.training import run_training
from churn.project import PROJECT
run_training(PROJECT.load_config(Path("config.yaml"), []))
"""


@pytest.fixture(scope="module")
def repository(
    tmp_path_factory: pytest.TempPathFactory,
    workspace: Path,
    settings: Any,
    prepared: dict[str, Any],
) -> Path:
    """A copy of this repository whose data is not the accepted data, and whose code is edited."""
    assert prepared["counts"]
    with contextlib.chdir(workspace):
        acceptance.accept(settings, None)
    folder = tmp_path_factory.mktemp("edited") / "repository"
    shutil.copytree(workspace, folder, ignore=shutil.ignore_patterns("models", "reports"))
    (workspace / SCHEMA).unlink()
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    change_accepted_hash(folder / SCHEMA)
    package = folder / "src" / "churn"
    edit_docstrings(package)
    rename_train(package)
    (package / "notes.py").write_text('"""`python -m something`: else."""\n', encoding="utf-8")
    return folder


def change_accepted_hash(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["accepted"]["sha256"] = "0" * 64
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


def edit_docstrings(package: Path) -> None:
    """Replaces the docstring of every module of the team."""
    for path in package.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(text), clean=False)
        if docstring:
            path.write_text(text.replace(docstring, "Edited.", 1), encoding="utf-8")


def rename_train(package: Path) -> None:
    """Renames the function that trains, and says so in project.py."""
    project = package / "project.py"
    text = project.read_text(encoding="utf-8")
    named = re.search(r"train=train\.(\w+)", text)
    assert named, text
    name = named[1]
    project.write_text(text.replace(f"train.{name}", "train.fit_all"), encoding="utf-8")
    module = package / "train.py"
    text = module.read_text(encoding="utf-8")
    assert f"def {name}(" in text
    module.write_text(text.replace(f"def {name}(", "def fit_all("), encoding="utf-8")


def start(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs Python on the code in a folder, without installing it."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    "module",
    [
        "churn.data",
        "churn.train",
        "churn.evaluate",
        "churn.mlops.commands.train",
    ],
)
def test_a_module_that_is_started_directly_refuses_changed_data(
    repository: Path, module: str
) -> None:
    done = start(repository, "-m", module)
    assert done.returncode == 2, done.stderr
    assert "changed since it was accepted" in done.stderr
    assert not (repository / "models").exists()


def test_a_training_in_a_notebook_refuses_changed_data(repository: Path) -> None:
    done = start(repository, "-c", NOTEBOOK)
    assert done.returncode == 1
    assert "changed since it was accepted" in done.stderr
    assert not (repository / "models").exists()


@pytest.mark.parametrize(
    "hook",
    [
        "refuse_before_preparing",
        "refuse_changed_data",
    ],
)
def test_a_hook_that_is_not_registered_fails_poe_project(repository: Path, hook: str) -> None:
    hooks = repository / "src" / "churn" / "mlops" / "hooks.py"
    registered = hooks.read_text(encoding="utf-8")
    check = ("-m", "churn.mlops.commands.check_project")
    assert start(repository, *check).returncode == 0
    lines = [line for line in registered.splitlines() if hook not in line]
    hooks.write_text("\n".join(lines), encoding="utf-8")
    try:
        done = start(repository, *check)
    finally:
        hooks.write_text(registered, encoding="utf-8")
    assert done.returncode == 2
    assert f"schema.hooks.{hook}" in done.stderr

"""Copies of the package: renamed, moved, edited, two at once. Each works or says what is wrong."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from churn.mlops import saved_code
from churn.mlops.commands import check_project
from churn.mlops.errors import UserError
from churn.mlops.project import MODEL, PREPARED
from churn.mlops.training import FinishedRun
from churn.project import PROJECT

PACKAGE = saved_code.PACKAGE
COMPARE_MODELS = """
import importlib, json, sys
from pathlib import Path
package = importlib.import_module(sys.argv[1])
name = package.__name__
saved_code = importlib.import_module(f"{name}.mlops.saved_code")
evaluation = importlib.import_module(f"{name}.mlops.evaluation")
project = importlib.import_module(f"{name}.project").PROJECT
config = project.load_config(Path("config.yaml"), [])
model = Path("models/current")
inputs = project.sample(config, 4)
examples = project.load(config, Path("data/prepared")).test
facts = {
    "champion": list(saved_code.compute_outputs(model, inputs)),
    "challenger": list(project.outputs(project.load_model(model), inputs)),
    "champion_metrics": evaluation.evaluate_saved(config, model, examples).metrics,
}
print("FACTS", json.dumps(facts, default=lambda value: value.tolist()))
"""
REVERSALS = {  # file -> a function of it, and an edit that reverses the outputs
    "predict.py": (
        "outputs",
        """

_outputs_before = outputs


def outputs(model, inputs):
    return _outputs_before(model, inputs)[::-1]
""",
    ),
    "features.py": (
        "make_features",
        """

_make_features_before = make_features


def make_features(rows, kinds):
    return _make_features_before(rows.iloc[::-1].reset_index(drop=True), kinds)
""",
    ),
}
REFUSING_HOOK = """

def refuse(config):
    from .errors import UserError

    raise UserError("refused by a hook")


HOOKS.before_training.append(refuse)
"""


def copy_package(folder: Path, name: str = PACKAGE.name) -> Path:
    """Copies the package below another folder, under any name."""
    target = folder / name
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, target, ignore=ignored)
    return target


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def has_function(path: Path, name: str) -> bool:
    return path.is_file() and f"def {name}(" in path.read_text(encoding="utf-8")


def run_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with the packages below `folder` before all others."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def compare_models(folder: Path, package: str) -> dict[str, Any]:
    done = run_python(folder, "-c", COMPARE_MODELS, package)
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("FACTS "))
    facts: dict[str, Any] = json.loads(line.removeprefix("FACTS "))
    return facts


def to_json(outputs: Any) -> Any:
    text = json.dumps(list(outputs), default=lambda value: value.tolist())
    return json.loads(text)


@pytest.mark.parametrize("file", REVERSALS)
def test_a_champion_keeps_its_outputs_when_the_code_is_edited(
    settings: Any, trained: FinishedRun, tmp_path: Path, file: str
) -> None:
    assert trained.metrics
    outputs = PROJECT.outputs(PROJECT.load_model(MODEL), PROJECT.sample(settings, 4))
    edited = copy_package(tmp_path)
    function, edit = REVERSALS[file]
    if not has_function(edited / file, function):
        pytest.skip(f"this project has no {function} in {file}")
    append(edited / file, edit)
    facts = compare_models(tmp_path, edited.name)
    assert facts["champion"] == to_json(outputs)
    assert facts["challenger"] == to_json(outputs[::-1])
    examples = PROJECT.load(settings, PREPARED).test
    own_outputs = PROJECT.outputs(PROJECT.load_model(MODEL), PROJECT.inputs(examples))
    own_metrics = PROJECT.evaluate(settings, examples, own_outputs, MODEL).metrics
    assert facts["champion_metrics"] == pytest.approx(dict(own_metrics))


def test_a_renamed_and_moved_package_evaluates_models_of_the_old_name(
    settings: Any, trained: FinishedRun, tmp_path: Path
) -> None:
    assert trained.metrics
    outputs = PROJECT.outputs(PROJECT.load_model(MODEL), PROJECT.sample(settings, 4))
    copy_package(tmp_path, "renamed_package")
    facts = compare_models(tmp_path, "renamed_package")
    assert facts["champion"] == facts["challenger"] == to_json(outputs)


def test_two_packages_in_one_environment_keep_their_own_hooks(tmp_path: Path) -> None:
    names = ["first_shop", "second_shop"]
    for name in names:
        copy_package(tmp_path, name)
    append(tmp_path / "second_shop" / "mlops" / "hooks.py", REFUSING_HOOK)
    code = (
        "from first_shop.mlops.hooks import HOOKS as first\n"
        "from second_shop.mlops.hooks import HOOKS as second\n"
        "print(len(second.before_training) - len(first.before_training))\n"
        "from first_shop.mlops.errors import UserError as one\n"
        "from second_shop.mlops.errors import UserError as two\n"
        "print(one is two)\n"
    )
    done = run_python(tmp_path, "-c", code)
    assert done.stdout.split() == ["1", "False"], done.stderr


@pytest.mark.parametrize("module", ["mlops.commands.train", "train"])
def test_a_hook_refuses_whatever_the_docstrings_say_and_however_a_training_starts(
    tmp_path: Path, module: str, workspace: Path
) -> None:
    package = copy_package(tmp_path)
    append(package / "mlops" / "hooks.py", REFUSING_HOOK)
    train = package / "train.py"
    text = train.read_text(encoding="utf-8")
    _, _, rest = text.split('"""', 2)
    train.write_text(f'"""Another text."""{rest}', encoding="utf-8")
    done = run_python(tmp_path, "-m", f"{package.name}.{module}", "--set", "runtime.track=false")
    assert done.returncode == 2
    assert done.stderr == "refused by a hook\n"
    assert workspace


def test_a_hook_refuses_a_training_that_a_notebook_starts(tmp_path: Path) -> None:
    package = copy_package(tmp_path)
    append(package / "mlops" / "hooks.py", REFUSING_HOOK)
    code = (
        "from pathlib import Path\n"
        f"from {package.name}.mlops.training import run_training\n"
        f"from {package.name}.project import PROJECT\n"
        "run_training(PROJECT.load_config(Path('config.yaml'), []))\n"
    )
    done = run_python(tmp_path, "-c", code)
    assert done.returncode == 1
    assert "refused by a hook" in done.stderr


def test_the_saved_code_is_the_same_bytes_for_the_same_code(tmp_path: Path) -> None:
    saved_code.save(tmp_path / "one")
    saved_code.save(tmp_path / "two")
    one, two = (tmp_path / name / saved_code.CODE for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_a_model_without_its_code_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'code.zip" is missing: run "uv run poe train"'):
        saved_code.compute_outputs(tmp_path, [np.zeros(3)])


def test_code_that_fails_is_one_line_with_its_reason(
    trained: FinishedRun, settings: Any, tmp_path: Path
) -> None:
    assert trained.metrics
    shutil.copytree(MODEL, tmp_path / "model")
    for file in (tmp_path / "model").iterdir():
        if file.name != saved_code.CODE:
            file.unlink() if file.is_file() else shutil.rmtree(file)
    with pytest.raises(UserError, match=r"the code saved in .*code.zip\" failed: ") as error:
        saved_code.compute_outputs(tmp_path / "model", PROJECT.sample(settings, 1))
    assert "\n" not in str(error.value)


def write_pyproject(folder: Path, name: str, hooks: Sequence[str] = ()) -> Path:
    path = folder / "pyproject.toml"
    text = f'[tool.uv.build-backend]\nmodule-name = "{name}"\n[tool.nimble-ml]\n'
    path.write_text(f"{text}hooks = {json.dumps(list(hooks))}\n", encoding="utf-8")
    return path


def test_the_project_check_passes_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PACKAGE.parents[1])
    check_project.check()


def test_a_package_that_is_not_where_pyproject_says_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r'names the package "shop", but "src/shop" is missing'):
        check_project.check(write_pyproject(tmp_path, "shop"))


def test_a_checkout_that_is_not_installed_is_told_to_run_uv_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src" / PACKAGE.name).mkdir(parents=True)
    with pytest.raises(UserError, match=r'the installed package is ".*run "uv sync"'):
        check_project.check(write_pyproject(tmp_path, PACKAGE.name))


def test_a_hook_that_is_not_registered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PACKAGE.parents[1])
    pyproject = write_pyproject(tmp_path, PACKAGE.name, ["before_training gate.hooks.refuse"])
    with pytest.raises(UserError, match=r'"gate.hooks.refuse" is not registered.*before_training'):
        check_project.check(pyproject)

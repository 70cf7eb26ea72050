"""A step runs again when code that it imports has changed, and only then."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from nimble_package.mlops import step_key
from nimble_package.mlops.commands import step_keys

LOCK = """
[[package]]
name = "numpy"
version = "2.3.0"

[[package]]
name = "pyyaml"
version = "6.0.3"
dependencies = [{ name = "speedups" }]

[[package]]
name = "speedups"
version = "1.0"

[[package]]
name = "pytest"
version = "9.0.0"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package whose step `train` imports some of its modules."""
    folder = tmp_path / "shop"
    files = {
        "__init__.py": "",
        "train.py": """
from typing import TYPE_CHECKING

import numpy

from . import data
from .mlops.errors import UserError

if TYPE_CHECKING:
    from . import typed

def train():
    from .model import fit

    return fit(data, UserError)

if __name__ == "__main__":
    from .mlops.commands import main

    main()
""",
        "data.py": "import yaml\n",
        "model.py": "from shop.features import scale\n",
        "features.py": "scale = 1\n",
        "typed.py": "",
        "unused.py": "",
        "mlops/__init__.py": "",
        "mlops/errors.py": "class UserError(Exception): ...\n",
        "mlops/commands.py": "def main(): ...\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(step_key, "PACKAGE", folder)
    (tmp_path / "uv.lock").write_text(LOCK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def test_the_key_has_all_imported_modules_and_their_packages(package: Path) -> None:
    assert package
    key = step_key.compute_key("train")
    assert list(key["modules"]) == [
        "__init__.py",
        "data.py",
        "features.py",
        "mlops/__init__.py",
        "mlops/errors.py",
        "model.py",
        "train.py",
    ]
    assert key["packages"] == {"numpy": "2.3.0", "pyyaml": "6.0.3", "speedups": "1.0"}


def test_imports_for_type_checkers_and_scripts_do_not_count(package: Path) -> None:
    before = step_key.compute_key("train")
    for name in ("typed.py", "mlops/commands.py", "unused.py"):
        (package / name).write_text("changed = True\n", encoding="utf-8")
    assert step_key.compute_key("train") == before


def test_a_new_module_that_no_step_imports_changes_nothing(package: Path) -> None:
    before = step_key.compute_key("train")
    (package / "mlops" / "serving").mkdir()
    (package / "mlops" / "serving" / "__init__.py").touch()
    (package / "mlops" / "monitoring.py").write_text("import numpy\n", encoding="utf-8")
    assert step_key.compute_key("train") == before


@pytest.mark.parametrize("name", ["train.py", "features.py", "mlops/errors.py"])
def test_editing_an_imported_module_changes_the_key(package: Path, name: str) -> None:
    before = step_key.compute_key("train")
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("EDITED = True\n")
    assert step_key.compute_key("train") != before


def test_only_versions_of_packages_that_the_step_uses_change_the_key(package: Path) -> None:
    lock = package.parent / "uv.lock"
    before = step_key.compute_key("train")
    lock.write_text(LOCK.replace("9.0.0", "9.1.0"), encoding="utf-8")  # pytest
    assert step_key.compute_key("train") == before
    lock.write_text(LOCK.replace('"1.0"', '"1.1"'), encoding="utf-8")  # required by pyyaml
    assert step_key.compute_key("train") != before


def test_packages_and_modules_that_are_imported_by_name_count(package: Path) -> None:
    before = step_key.compute_key("data")
    loads = 'LOADED_BY_NAME = ("readers",)\nnumpy = import_module("numpy.linalg")\n'
    (package / "data.py").write_text(loads, encoding="utf-8")
    (package / "readers").mkdir()
    (package / "readers" / "csv.py").write_text("import yaml\n", encoding="utf-8")
    key = step_key.compute_key("data")
    assert set(key["modules"]) - set(before["modules"]) == {"readers/csv.py"}
    assert {"numpy", "pyyaml"} <= set(key["packages"])


def test_every_step_of_this_repository_has_a_key(tmp_path: Path) -> None:
    assert step_keys.main() == 0
    for step in step_keys.STEPS:
        path = Path("reports/steps") / f"{step}.json"
        key = json.loads(path.read_text(encoding="utf-8"))
        expected = {"__init__.py", f"{step}.py", "config.py", "mlops/project.py"}
        assert expected <= set(key["modules"])
        assert "mlops/training.py" not in key["modules"]
    assert tmp_path


def test_the_step_modules_can_be_imported_without_the_packages_of_training() -> None:
    """Data, evaluate and predict run where only the project's own dependencies are installed."""
    package = step_key.PACKAGE.name
    code = "\n".join(
        [
            "import sys",
            "for name in ('mlflow', 'wandb', 'matplotlib', 'optuna', 'sklearn'):",
            "    sys.modules[name] = None",
            f"from {package} import config, data, evaluate, predict, train",
            f"from {package}.project import PROJECT",
            "print(PROJECT.modality)",
        ]
    )
    assert importlib.util.find_spec(package) is not None
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_module_of_the_metric_in_the_settings_belongs_to_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    metric = "evaluate:\n  metric: mlops.result_table:score # of our own\n"
    Path("config.yaml").write_text(metric, encoding="utf-8")
    for step in ("train", "evaluate"):
        assert "mlops/result_table.py" in step_key.compute_key(step)["modules"]
    assert "mlops/result_table.py" not in step_key.compute_key("data")["modules"]
    Path("config.yaml").write_text("evaluate: {}\n", encoding="utf-8")
    assert "mlops/result_table.py" not in step_key.compute_key("evaluate")["modules"]

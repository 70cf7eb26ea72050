"""`poe size` predicts the memory of a training, and names the cheapest machine that has it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from churn.mlops.files import load_json
from churn.mlops.resources import machines, memory, size, trial
from churn.mlops.resources.machines import GIB
from churn.project import PROJECT

TOLERANCE = 0.2
PRICES = """\
locals {
  prices = {
    "small.2"  = 0.1 # a note
    "large.16" = 0.9
    "gpu.16"   = 1.5
    "no-size"  = 0.01
    "disk GB-month" = 0.08
  }
  machines = {
    "small.2"  = [2, 0]
    "large.16" = [16, 0]
    "gpu.16"   = [16, 24]
  }
}
"""


def run_trial(report: Path, *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", trial.__name__, str(report), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = load_json(report)
    return content


@pytest.mark.slow
def test_the_prediction_is_within_a_fifth_of_a_whole_training(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Measured: the peak of a training minus that of a process with the same imports."""
    assert settings.experiment
    assert size.main([]) == 0
    out, _ = capsys.readouterr()
    result = load_json(size.RESULT)
    assert all(name in out for name in result["parts"])
    whole = run_trial(tmp_path / "whole.json", "--whole")
    imports = run_trial(tmp_path / "imports.json", "--imports", str(tmp_path / "whole.json"))
    measured = whole["peak"] - imports["peak"]
    assert result["training_bytes"] == pytest.approx(measured, rel=TOLERANCE)
    assert not any(path.name.startswith("trial") for path in Path().iterdir())


@pytest.mark.slow
def test_a_wrong_setting_is_one_line_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert size.main(["--set", "runtime.sed=1"]) == 2
    _, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert "sed" in err


def test_the_cheapest_machine_with_enough_memory_is_named(tmp_path: Path) -> None:
    file = tmp_path / "prices.tf"
    file.write_text(PRICES, encoding="utf-8")
    known = machines.read_machines(file)
    assert [machine.name for machine in known] == ["small.2", "large.16", "gpu.16"]
    found = [machines.find_cheapest(known, wanted, 0) for wanted in (GIB, 2 * GIB, 15 * GIB)]
    assert [machine.name for machine in found if machine] == ["small.2", "large.16", "large.16"]
    with_gpu = machines.find_cheapest(known, GIB, 20 * GIB)
    assert with_gpu
    assert with_gpu.name == "gpu.16"
    assert machines.find_cheapest(known, 16 * GIB, 0) is None
    assert machines.read_machines(tmp_path / "no.tf") == []


def test_the_sentence_says_what_is_missing() -> None:
    result = size.describe({"weights": 100}, GIB, GIB // 2, on_gpu=True)
    assert result["gpu_bytes"] == 100
    assert "has no machine" in size.name_machine({**result, **size.choose(result, [])})
    small = machines.Machine("small", 0.1, GIB, 0)
    too_small = {**result, **size.choose(result, [small])}
    assert "add a larger one" in size.name_machine(too_small)
    large = machines.Machine("large", 0.3, 8 * GIB, 8 * GIB)
    fitting = {**result, **size.choose(result, [small, large])}
    assert "large, 0.3 USD an hour" in size.name_machine(fitting)


def test_every_machine_of_this_repository_has_a_memory() -> None:
    file = Path(__file__).parents[2] / machines.FILE
    if file.is_file():
        priced = machines.PRICE.findall(file.read_text(encoding="utf-8"))
        known = {machine.name for machine in machines.read_machines(file)}
        assert known == {name for name, _ in priced}
    assert PROJECT.modality


def test_bytes_are_counted_once_and_written_as_people_do() -> None:
    text = "x" * 1000
    once = memory.count_bytes([text])
    assert memory.count_bytes([text, text]) - once < 100
    assert memory.format_bytes(1_234_000_000) == "1.2 GB"
    assert memory.format_bytes(999) == "999 B"

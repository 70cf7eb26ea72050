"""A profile names the part of a training that takes longest, and the function that does it."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nimble_package import data
from nimble_package.mlops.hook_points import Hooks
from nimble_package.mlops.project import TrainingPaths
from nimble_package.mlops.resources import profile, sampler
from nimble_package.mlops.resources.sampler import Function, Samples
from nimble_package.project import PROJECT

pytestmark = pytest.mark.slow


def read_slowly() -> None:
    time.sleep(0.3)


def count_slowly() -> None:
    end = time.process_time() + 0.3
    while time.process_time() < end:
        sum(range(100))


def sample(loader: Callable[[], None], action: Callable[[], None]) -> Samples:
    with sampler.sample([loader]) as samples:
        action()
    return samples


def test_time_without_the_processor_is_waiting_and_with_it_computing() -> None:
    waiting = sample(count_slowly, read_slowly)
    assert waiting.parts["waiting"] > 0.2
    computing = sample(read_slowly, count_slowly)
    assert computing.parts["computing"] > 0.15
    assert computing.parts["loading"] == 0


def test_all_that_a_loader_does_is_loading() -> None:
    samples = sample(count_slowly, count_slowly)
    assert samples.parts["loading"] > 0.15
    assert samples.parts["computing"] < 0.1


def prepare_slowly(config: Any, folder: Path) -> Mapping[str, Any]:
    time.sleep(2)
    return {"settings": config, "folder": folder}


def train_briefly(_: Any, paths: TrainingPaths, resume: bool) -> None:
    assert paths.plots.is_dir()
    assert not resume


def test_a_slow_reader_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = prepare_slowly.__code__.replace(co_filename=data.__file__)
    planted = type(prepare_slowly)(code, globals(), "prepare_slowly")
    slow = SimpleNamespace(**{**vars(PROJECT), "prepare": planted, "train": train_briefly})
    monkeypatch.setattr(profile, "PROJECT", slow)
    monkeypatch.setattr(profile, "HOOKS", Hooks())
    assert profile.main([]) == 0
    out, _ = capsys.readouterr()
    assert "The bottleneck is loading" in out
    assert "prepare_slowly" in out
    assert "data.py" in out
    assert "disk or a network" in out
    result = json.loads(profile.RESULT.read_text(encoding="utf-8"))
    assert sum(result["shares"].values()) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("part", profile.PARTS)
def test_every_part_has_advice(part: str) -> None:
    samples = Samples()
    samples.add(part, Function("f", "churn/data.py", 1), 2.0)
    result = profile.describe(samples, 2.0)
    assert result["bottleneck"] == part
    assert result["advice"]
    assert "f (churn/data.py:1)" in profile.format_result(result)

"""The budget of a batch holds over all its runs, whatever ended them."""

from pathlib import Path
from typing import Any

import pytest

from nimble_package.mlops.batch import predict_batch, run
from nimble_package.mlops.batch.parts import PartFiles
from nimble_package.mlops.files import load_json
from nimble_package.mlops.training import FinishedRun
from nimble_package.project import PROJECT


@pytest.fixture
def questions(settings: Any, trained: FinishedRun, tmp_path: Path) -> str:
    """A file with questions for a trained bundle."""
    assert trained.metrics
    path = tmp_path / "questions.txt"
    path.write_text("\n".join(PROJECT.sample(settings, 4)), encoding="utf-8")
    return str(path)


def run_batch(questions: str, out: Path, *options: str) -> int:
    return predict_batch.main([questions, "--out", str(out), "--part-rows", "2", *options])


def read_spent(out: Path) -> float:
    return sum(map(float, (out / run.SPENDING).read_text(encoding="utf-8").split()))


def test_what_a_batch_spent_is_the_cost_of_its_answers(questions: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run_batch(questions, out, "--budget", "5") == 0
    cost = load_json(out / "summary.json")["cost_usd"]
    assert cost > 0
    assert read_spent(out) == pytest.approx(cost, abs=1e-6)


def test_answers_of_a_part_that_was_never_written_count_when_the_batch_continues(
    questions: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    out = tmp_path / "out"

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(PartFiles, "write", fail)
        assert run_batch(questions, out) == 2  # without a budget: what it spent is kept too
    spent = read_spent(out)
    assert spent > 0
    capsys.readouterr()
    assert run_batch(questions, out, "--budget", f"{spent + 1e-7:.9f}") == 2
    assert "left, and the next call may cost" in capsys.readouterr().err
    assert read_spent(out) == pytest.approx(spent)

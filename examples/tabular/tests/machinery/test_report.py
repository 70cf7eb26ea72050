"""reports/report.html shows what is about the last training, and says what is missing."""

import base64
import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from churn.mlops.files import save_json

ROOT = Path(__file__).parents[2]
MANIFEST = {
    "config": {"experiment": "churn"},
    "created": "2026-01-02T03:04:05+00:00",
    "data": {"hash": "a" * 64, "source": "csv <orders>"},
    "git": {"commit": "b" * 40, "dirty": False},
    "metrics": {"model.accuracy": 0.5, "baseline.accuracy": 0.25},
    "run_id": None,
}
HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tasks/report.py, in a folder in which something was trained."""
    monkeypatch.chdir(tmp_path)
    path = ROOT / "tasks" / "report.py"
    spec = importlib.util.spec_from_file_location("report", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    save_json(module.MANIFEST, MANIFEST)
    return module


def draw(path: Path, width: int, height: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(HEAD + width.to_bytes(4, "big") + height.to_bytes(4, "big"))


def test_the_first_lines_name_the_data_the_commit_and_the_day(report: ModuleType) -> None:
    page = report.render_page()
    assert "2026-01-02 03:04 UTC, commit bbbbbbbbbbbb, run not tracked" in page
    assert "data: csv &lt;orders&gt; (aaaaaaaaaaaa)" in page


@pytest.mark.parametrize(
    ("score", "sentence"),
    [
        (0.5, "The model is better than the baseline: accuracy 0.5000 against 0.2500."),
        (0.2, "The model is no better than the baseline: accuracy 0.2000 against 0.2500."),
    ],
)
def test_a_model_that_is_no_better_than_its_baseline_is_said(
    report: ModuleType, score: float, sentence: str
) -> None:
    metrics = {"model.accuracy": score, "model.f1": 0.9, "baseline.accuracy": 0.25}
    save_json(report.MANIFEST, {**MANIFEST, "metrics": metrics})
    assert report.render_page().count(sentence) == 1
    save_json(report.METRICS, {"accuracy": score, "f1": 0.9, "baseline.accuracy": 0.25})
    assert report.render_page().count(sentence) == 2


def test_a_constant_answer_that_wins_is_said(report: ModuleType) -> None:
    save_json(report.METRICS, {"r2": -0.1, "baseline.r2": -0.2, "constant.r2": 0.0})
    expected = "no better than the best answer that is always the same: r2 -0.1000 against 0.0000."
    assert expected in report.render_page()


def test_there_is_no_section_of_plots_without_plots(report: ModuleType) -> None:
    assert "<h2>Plots</h2>" not in report.render_page()


def test_a_model_that_was_not_evaluated_is_said(report: ModuleType) -> None:
    assert "Not evaluated since this training" in report.render_page()
    save_json(report.METRICS, {"accuracy": 0.5})
    assert "<td>0.5000</td>" in report.render_page()
    os.utime(report.METRICS, (0, 0))
    assert "Not evaluated since this training" in report.render_page()


def test_a_wide_image_has_a_row_of_its_own(report: ModuleType) -> None:
    draw(report.PLOTS / "mistakes.png", 900, 100)
    draw(report.PLOTS / "confusion.png", 600, 500)
    page = report.render_page()
    assert '<img class="wide" alt="mistakes"' in page
    assert '<img alt="confusion"' in page


def test_images_from_before_the_training_are_named_and_not_shown(report: ModuleType) -> None:
    old = report.REPORTS / "slices" / "slices.png"
    draw(old, 10, 10)
    assert base64.b64encode(old.read_bytes()).decode() in report.render_page()
    os.utime(old, (0, 0))
    page = report.render_page()
    assert "<h2>Slices</h2><p>From before this training, so not shown.</p>" in page
    assert base64.b64encode(old.read_bytes()).decode() not in page


def test_a_table_says_how_long_it_is_and_that_it_is_empty(report: ModuleType) -> None:
    header = ["text"]
    assert report.render_first_rows([header]) == "<p>None.</p>"
    assert "The first" not in report.render_first_rows([header, ["a"]])
    long = report.render_first_rows([header, *([str(row)] for row in range(1000))])
    assert "<td>19</td>" in long
    assert "<td>20</td>" not in long
    assert "The first 20 of 1,000." in long

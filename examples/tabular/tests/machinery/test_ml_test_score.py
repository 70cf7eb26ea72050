"""docs/ml-test-score.md claims only what exists."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def score() -> ModuleType:
    """tasks/ml_test_score.py, which is not part of the package."""
    path = ROOT / "tasks" / "ml_test_score.py"
    spec = importlib.util.spec_from_file_location("ml_test_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["ml_test_score"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_lists_each_of_the_28_tests_once(score: ModuleType) -> None:
    rows = score.read(score.PAGE.read_text(encoding="utf-8"))
    assert sorted(row.test for row in rows if not row.word) == sorted(score.TESTS)


def test_every_row_has_points_and_points_to_files_that_exist(score: ModuleType) -> None:
    lines = score.PAGE.read_text(encoding="utf-8").splitlines()
    rows = [row for row in score.read("\n".join(lines)) if row.word]
    assert len(rows) == sum(line.startswith("| ") for line in lines) - 1 - len(score.TESTS)
    for row in rows:
        assert row.points in (0.5, 1.0), row
        assert row.test in score.TESTS, row
        assert row.paths, f"{row.test} {row.word} links to no file"
        missing = [str(path) for path in row.paths if not path.exists()]
        assert not missing, f"{row.test} {row.word} names {missing}, which is missing"


def test_the_score_is_the_smallest_section_and_a_test_counts_once(score: ModuleType) -> None:
    rows = [score.Row(test, "x", 1.0, "") for test in score.TESTS]
    assert set(score.sums([*rows, *rows]).values()) == {7.0}
    less = [row for row in rows if row.test != "Mo3"]
    assert score.sums(less)["monitoring"] == 6.0
    assert score.sums([*less, score.Row("Mo3", "y", 0.5, "")])["monitoring"] == 6.5

"""docs/ml-test-score.md claims only what exists, and only what was used counts."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from churn.mlops import score_evidence
from churn.mlops.files import save_json

ROOT = Path(__file__).parents[2]
MANIFEST = {
    "created": "2026-01-02T03:04:05+00:00",
    "git": {"commit": "a" * 40, "dirty": False},
    "config": {"data": {"time": ""}},
}


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


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which nothing was done, and no gh."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("shutil.which", lambda _: None)
    score_evidence.find_green_workflow.cache_clear()
    git("init", "--quiet")
    return tmp_path


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(["git", *identity, *arguments], check=True)


def print_score(score: ModuleType, capsys: pytest.CaptureFixture[str]) -> tuple[str, str, str]:
    """Returns what is printed: the sums, what is counted, and what is ready."""
    assert score.main() == 0
    sums, counted, ready, _ = capsys.readouterr().out.split("\n\n")
    return sums, counted, ready


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


@pytest.mark.usefixtures("fresh")
def test_every_row_names_evidence_that_a_new_repository_lacks(score: ModuleType) -> None:
    for row in score.read(score.PAGE.read_text(encoding="utf-8")):
        if row.word:
            assert row.evidence, f"{row.test} {row.word} names no evidence"
            assert not score.look_up(row).is_used, f"{row.test} {row.word} counts from the start"


def test_the_score_is_the_smallest_section_and_a_test_counts_once(score: ModuleType) -> None:
    claims = [score.Claim(score.Row(test, "x", 1.0, (), ""), True, "") for test in score.TESTS]
    assert set(score.sums(score.best([*claims, *claims])).values()) == {7.0}
    less = [claim for claim in claims if claim.row.test != "Mo3"]
    assert score.sums(score.best(less))["monitoring"] == 6.0
    half = score.Claim(score.Row("Mo3", "y", 0.5, (), ""), True, "")
    assert score.sums(score.best([*less, half]))["monitoring"] == 6.5


@pytest.mark.usefixtures("fresh")
def test_a_fresh_repository_has_no_points_and_lists_what_is_ready(
    score: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    sums, counted, ready = print_score(score, capsys)
    assert "ML Test Score   0.0 (" in sums
    assert counted == "Nothing is counted yet."
    assert 'A simpler model is not better: no training yet: "uv run poe train"' in ready


@pytest.mark.usefixtures("fresh")
def test_a_run_counts_for_what_a_run_shows(
    score: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    save_json(score_evidence.MANIFEST, MANIFEST)
    _, counted, ready = print_score(score, capsys)
    assert "M5  1.0  A simpler model is not better: the training of 2026-01-02" in counted
    assert "I4" not in counted
    assert "I4" in ready


def test_a_run_with_changes_that_are_not_committed_versions_nothing(fresh: Path) -> None:
    save_json(fresh / score_evidence.MANIFEST, MANIFEST)
    assert score_evidence.find("committed-run").is_here
    save_json(fresh / score_evidence.MANIFEST, {**MANIFEST, "git": {"commit": "a", "dirty": True}})
    assert not score_evidence.find("committed-run").is_here
    assert not score_evidence.find("setting:data.time").is_here


def test_a_card_counts_once_it_is_complete_and_committed(fresh: Path) -> None:
    card = fresh / "docs" / "dataset-card.md"
    assert "is missing" in score_evidence.find("docs/dataset-card.md").text
    card.parent.mkdir()
    card.write_text("## Uses\n\n*Not answered yet: …*\n", encoding="utf-8")
    git("add", "--all")
    git("commit", "--quiet", "--message=Card")
    assert "not answered" in score_evidence.find("docs/dataset-card.md").text
    card.write_text("## Uses\n\nTeaching.\n", encoding="utf-8")
    assert score_evidence.find("docs/dataset-card.md").is_here
    git("rm", "--quiet", "--force", "--cached", "docs/dataset-card.md")
    assert "is not committed" in score_evidence.find("docs/dataset-card.md").text


def test_tests_count_once_they_passed_here(fresh: Path) -> None:
    name = "tests/test_model.py"
    assert 'was not run here: "uv run poe test"' in score_evidence.find(name).text
    cache = fresh / score_evidence.PYTEST
    cache.mkdir(parents=True)
    (cache / "nodeids").write_text(json.dumps([f"{name}::test_a"]), encoding="utf-8")
    assert score_evidence.find(name).is_here
    (cache / "lastfailed").write_text(json.dumps({f"{name}::test_a": True}), encoding="utf-8")
    assert "failed here" in score_evidence.find(name).text


@pytest.mark.usefixtures("fresh")
def test_a_workflow_counts_once_gh_knows_a_green_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no green run of quality.yml" in score_evidence.find("quality.yml").text
    score_evidence.find_green_workflow.cache_clear()
    gh = [sys.executable, "-c", 'print(\'[{"createdAt": "2026-05-06"}]\')']
    start = subprocess.run
    git("remote", "add", "origin", "https://example.com/churn.git")
    monkeypatch.setattr("shutil.which", lambda _: "gh")
    monkeypatch.setattr(
        "subprocess.run",
        lambda command, **options: start(gh if command[0] == "gh" else command, **options),
    )
    assert score_evidence.find("quality.yml").text == "quality.yml was green on 2026-05-06"
    score_evidence.find_green_workflow.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_a_changed_feature_counts_with_the_second_commit() -> None:
    features = Path("src/features.py")
    features.parent.mkdir()
    for number in range(2):
        features.write_text(f"x = {number}\n", encoding="utf-8")
        assert not score_evidence.find("changed:src/features.py").is_here
        git("add", "--all")
        git("commit", "--quiet", f"--message=Change {number}")
    assert score_evidence.find("changed:src/features.py").is_here
    assert not score_evidence.find("pull-request").is_here


def test_an_unknown_kind_of_evidence_is_an_error() -> None:
    with pytest.raises(ValueError, match='"promise" is not a kind of evidence'):
        score_evidence.find("promise")

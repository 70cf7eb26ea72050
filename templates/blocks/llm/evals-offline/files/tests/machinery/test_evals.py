"""Thresholds fail what they should, scorers are checked by hand, graders need agreement."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nimble_package.mlops.commands import evaluate
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.evaluation import run_evaluation
from nimble_package.mlops.llm.evals import (
    agreement,
    graders,
    labels,
    scorers,
    settings,
    statistics,
)
from nimble_package.mlops.llm.golden_set import Item
from nimble_package.mlops.llm.providers import offline
from nimble_package.mlops.llm.retrieval import split_sentences
from nimble_package.mlops.project import PREPARED
from nimble_package.project import PROJECT

ROOT = Path(__file__).parents[2]
GRADER = """\
---
id: supported
version: 1
---
Say "good" true only if the passages contain every statement of the answer.
Reply with JSON: {"good": true, "why": "…"}.
=== user
{passages}

Question: {question}
Answer: {answer}
"""
ITEM = Item("q", "test", "multi", "?", ("3 euros|€3", "4 euros"), ("pets", "bicycles"))
UNANSWERABLE = Item("q", "test", "unanswerable", "?", (), ())
REPLY = {
    "question": "?",
    "answer": "€3 and 4 euros",
    "sources": ["pets", "bicycles"],
    "answered": True,
    "retrieved": ["pets", "bicycles"],
}


@pytest.fixture(name="project_settings")
def rename_settings(settings: Any) -> Any:
    """The settings of the project; `settings` is the module of the thresholds here."""
    return settings


@pytest.fixture
def rules(workspace: Path, project_settings: Any, prepared: Any) -> Iterator[Path]:
    """A folder evals/ for one test: a grader, and labels of answers from the documents."""
    assert prepared
    (workspace / graders.PROMPTS).mkdir(parents=True)
    (workspace / graders.PROMPTS / "supported.md").write_text(GRADER, encoding="utf-8")
    lines = []
    for name, sentence in list_sentences(project_settings)[:12]:
        for good, answer in ((True, sentence), (False, f"{sentence} It costs 987654 euros.")):
            label = {"question": "?", "documents": [name], "answer": answer, "good": good}
            lines.append(json.dumps({"id": f"{len(lines)}", **label}) + "\n")
    graders.LABELS.write_text("".join(lines), encoding="utf-8")
    yield workspace / settings.THRESHOLDS
    shutil.rmtree(workspace / "evals")


def list_sentences(project_settings: Any) -> list[tuple[str, str]]:
    """Every sentence below a heading, with the name of its document."""
    documents = PROJECT.load(project_settings, PREPARED).test.documents
    return [(name, line) for name, text in documents.items() for line in split_sentences(text)[1:]]


@pytest.mark.parametrize(
    ("scorer", "item", "changed", "points"),
    [
        (scorers.exact, ITEM, {}, 1.0),
        (scorers.exact, ITEM, {"answer": "€3"}, 0.0),
        (scorers.exact, ITEM, {"answered": False}, 0.0),
        (scorers.exact, UNANSWERABLE, {}, None),
        (scorers.citation_precision, ITEM, {"sources": ["pets", "moon"]}, 0.5),
        (scorers.citation_precision, ITEM, {"sources": []}, 0.0),
        (scorers.citation_precision, ITEM, {"answered": False}, None),
        (scorers.real_sources, ITEM, {}, 1.0),
        (scorers.real_sources, ITEM, {"sources": ["pets", "moon"]}, 0.0),
        (scorers.real_sources, UNANSWERABLE, {"sources": []}, 1.0),
        (scorers.answers, ITEM, {"answered": False}, 0.0),
        (scorers.answers, UNANSWERABLE, {}, None),
    ],
)
def test_scorers_are_what_they_say(
    scorer: Any, item: Item, changed: dict[str, Any], points: float | None
) -> None:
    assert scorer(item, REPLY | changed, 60) == points


def test_a_percentile_is_one_of_the_values() -> None:
    assert statistics.percentile([5.0, 1.0, 3.0, 2.0, 4.0], 95) == 5.0
    assert statistics.percentile([float(value) for value in range(1, 101)], 95) == 95.0
    assert statistics.percentile([], 95) == 0.0


def test_kappa_is_that_of_the_textbook() -> None:
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    human, machine = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    assert statistics.kappa(human, machine) == pytest.approx(0.4)
    assert statistics.kappa([True, True], [True, True]) == 0.0  # that agreement tells nothing
    assert statistics.kappa([True, False], [False, True]) == -1.0


def run() -> int:
    return evaluate.main(["--set", "evaluate.min_score=0"])


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("metric", "bound"),
    [
        ("exact", "{ min: 1.01 }"),
        ("citation_precision", "{ min: 1.01 }"),
        ("refusals", "{ min: 1.01 }"),
        ("form", "{ min: 1.01 }"),
        ("latency_p95_s", "{ max: 0 }"),
        ("cost_usd_per_1k", "{ max: 0.0001 }"),
    ],
)
def test_a_missed_threshold_fails_the_command_by_name(
    rules: Path, capsys: pytest.CaptureFixture[str], metric: str, bound: str
) -> None:
    rules.write_text(f"metrics:\n  answers: {{ min: 0 }}\n  {metric}: {bound}\n", encoding="utf-8")
    assert run() == 1
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert lines[metric].endswith("MISSED")
    assert lines["answers"].endswith("kept")
    rows = json.loads(Path("reports/evals.json").read_text(encoding="utf-8"))["thresholds"]
    assert {row["metric"]: row["kept"] for row in rows} == {metric: False, "answers": True}


@pytest.mark.usefixtures("trained")
def test_latency_is_not_among_the_metrics_that_two_runs_must_share(project_settings: Any) -> None:
    assert "latency_p95_s" not in run_evaluation(project_settings).metrics


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("metrics: { exakt: { min: 0.5 } }", ['"exakt"', "exact"]),
        ("metrics: { exact: { mim: 0.5 } }", ["metrics.exact", "mim"]),
        ("metrics: { exact: {} }", ['"metrics.exact"', "min or max"]),
        ("metrics: { exact: { min: many } }", ["metrics.exact.min", "many"]),
        ("graders: { moon: { model: 'offline:words', min_kappa: 0.6 } }", ["moon", "supported"]),
        ("grader: {}", ['"grader"', "graders"]),
    ],
)
@pytest.mark.usefixtures("trained")
def test_a_wrong_threshold_is_refused_by_name(
    rules: Path, capsys: pytest.CaptureFixture[str], text: str, words: list[str]
) -> None:
    rules.write_text(text + "\n", encoding="utf-8")
    assert run() == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert all(word in error for word in words), error


WITH_MIN = "graders: { supported: { model: 'offline:words', min_kappa: 0.2, min: 0.5 } }\n"


@pytest.mark.usefixtures("trained")
def test_a_grader_can_fail_the_command_only_after_its_agreement_was_measured(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules.write_text(WITH_MIN, encoding="utf-8")
    assert run() == 2
    assert "never measured" in capsys.readouterr().err
    assert agreement.main([]) == 0
    assert ": a min is allowed" in capsys.readouterr().out
    assert run() == 0
    assert "supported" in capsys.readouterr().out
    rules.write_text(WITH_MIN.replace("min: 0.5", "min: 1.01"), encoding="utf-8")
    assert run() == 1


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("changed", ["prompt", "label", "model", "kappa"])
def test_an_agreement_of_something_else_does_not_count(
    rules: Path, capsys: pytest.CaptureFixture[str], changed: str
) -> None:
    rules.write_text(WITH_MIN, encoding="utf-8")
    assert agreement.main([]) == 0
    if changed == "prompt":
        path = graders.PROMPTS / "supported.md"
        path.write_text(path.read_text(encoding="utf-8") + "Be kind.\n", encoding="utf-8")
    elif changed == "label":
        lines = graders.LABELS.read_text(encoding="utf-8").splitlines(keepends=True)
        graders.LABELS.write_text("".join(lines[1:]), encoding="utf-8")
    elif changed == "model":
        rules.write_text(WITH_MIN.replace("offline:words", "offline:other"), encoding="utf-8")
    else:
        tree = json.loads(graders.AGREEMENT.read_text(encoding="utf-8"))
        tree["supported"]["kappa"] = 0.1
        graders.AGREEMENT.write_text(json.dumps(tree), encoding="utf-8")
    assert run() == 2
    wanted = "is below min_kappa" if changed == "kappa" else "changed since"
    assert wanted in capsys.readouterr().err


@pytest.mark.usefixtures("rules")
def test_labels_without_both_verdicts_are_refused() -> None:
    lines = graders.LABELS.read_text(encoding="utf-8").splitlines(keepends=True)
    good = [line for line in lines if '"good": true' in line]
    graders.LABELS.write_text("".join(good), encoding="utf-8")
    documents = dict.fromkeys({name for line in good for name in json.loads(line)["documents"]}, "")
    with pytest.raises(UserError, match="0 bad answers"):
        labels.read(documents)


@pytest.mark.configured_data
def test_the_labels_and_thresholds_of_the_repository_are_in_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    assert settings.read(ROOT / "evals" / "thresholds.yaml").metrics
    configured: Any = PROJECT.load_config(ROOT / "config.yaml", [])
    if configured.data.source != "handbook":
        pytest.skip("evals/labels.jsonl is about the built-in handbook: label answers of yours")
    PROJECT.prepare(configured, tmp_path)
    documents = PROJECT.load(configured, tmp_path).test.documents
    assert len(labels.read(documents)) >= 20


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        ("A day return costs 22 euros.", True),
        ("A day return costs 23 euros.", False),
        ("A day return costs 22 euros, coffee and cake included, in a lounge with a view.", False),
    ],
)
def test_the_rule_finds_what_is_made_up(answer: str, good: bool) -> None:
    passage = '<passage source="fares">\n# Fares\n\nA day return costs 22 euros.\n</passage>'
    user = f"{passage}\n\nQuestion: What does a day return cost?\nAnswer: {answer}\n"
    assert offline.grade(user)["good"] is good

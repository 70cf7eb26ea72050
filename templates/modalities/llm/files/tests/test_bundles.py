"""A bundle is worth what its parts are worth: break one and the score falls."""

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nimble_package import bundle, config, data, retrieval, scores, train
from nimble_package.mlops.llm.providers import calls, stub
from nimble_package.mlops.settings import UserError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def splits(settings: config.Config, prepared: dict[str, Any]) -> data.Splits:
    assert prepared
    return data.load(settings)


class Blind:
    """A retriever that finds the same passages whatever is asked."""

    def __init__(self, passages: list[retrieval.Passage]) -> None:
        self.passages = passages

    def search(self, question: str, k: int) -> list[retrieval.Passage]:
        return self.passages[:k] if question else []


def score(
    settings: config.Config, splits: data.Splits, text: str | None = None, blind: bool = False
) -> dict[str, float]:
    """The figures on dev of the best prompt, or of another text in its place."""
    Path("reports").mkdir(exist_ok=True)
    prompt = bundle.read_prompt(Path("prompts/grounded.md"))
    prompt = dataclasses.replace(prompt, text=text or prompt.text)
    passages = retrieval.cut(splits.documents, 60)
    found = Blind(passages) if blind else retrieval.BM25(passages)
    tried = bundle.Bundle(prompt, "stub:large", 60, 2, 200, passages)
    model = bundle.Model(tried, found, calls.Calls("stub:large", settings.runtime))
    replies = train.answer_all(model, splits.dev, 1)
    return scores.summary(splits.dev, replies, settings.evaluate.max_words)


@pytest.fixture(scope="module")
def whole(settings: config.Config, splits: data.Splits) -> dict[str, float]:
    return score(settings, splits)


def test_broken_retrieval_lowers_the_score(
    settings: config.Config, splits: data.Splits, whole: dict[str, float]
) -> None:
    broken = score(settings, splits, blind=True)
    assert broken["score"] < whole["score"] - 0.3
    assert broken["recall_at_k"] < whole["recall_at_k"]


@pytest.mark.parametrize(
    ("instruction", "figure"),
    [
        ('Cite: put the source of every passage that you used into "sources".', "citations"),
        ('If the passages do not hold the answer, set "answered" to false', "refusals"),
        ("Answer every part of the question", "facts"),
        ("{passages}", "facts"),
    ],
)
def test_a_prompt_without_an_instruction_lowers_its_figure_and_the_score(
    settings: config.Config,
    splits: data.Splits,
    whole: dict[str, float],
    instruction: str,
    figure: str,
) -> None:
    text = bundle.read_prompt(Path("prompts/grounded.md")).text
    assert instruction in text
    broken = score(settings, splits, text.replace(instruction, ""))
    assert broken[figure] < whole[figure]
    assert broken["score"] < whole["score"]


def test_the_stub_knows_only_its_request(tmp_path: Path) -> None:
    code = f"import sys; from {stub.__package__} import stub; print(stub.answer(*sys.argv[1:]))"
    user = (
        '<passage source="moon">\n# Moon\n\nThe moon costs 7 crowns.\n</passage>\nQuestion: moon?'
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "large", "Cite.", user],
        cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    reply = json.loads(done.stdout)
    assert reply == {"answer": "The moon costs 7 crowns.", "sources": ["moon"], "answered": True}


def test_a_small_stub_reads_less_than_a_large_one() -> None:
    passage = '<passage source="{0}">\n# {0}\n\nThe {0} is {0}.\n</passage>\n'
    user = "".join(map(passage.format, ["red", "blue", "green"])) + "Question: green?"
    system = 'Cite. Else set "answered" to false.'
    assert json.loads(stub.answer("large", system, user))["sources"][0] == "green"
    assert not json.loads(stub.answer("small", system, user))["answered"]


ITEM = data.Item("q", "dev", "multi", "?", ("3 euros|€3", "4 euros"), ("pets", "bicycles"))
SILENT = data.Item("q", "dev", "unanswerable", "?", (), ())


@pytest.mark.parametrize(
    ("item", "answer", "sources", "answered", "points"),
    [
        (ITEM, "Dogs: €3, bicycles: 4 Euros!", ["pets", "bicycles"], True, 1.0),
        (ITEM, "3 euros and 4 euros", [], True, 0.5),
        (ITEM, "3 euros", ["pets", "bicycles"], True, 0.5),
        (ITEM, "13 euros and 44 euros", ["pets", "bicycles"], True, 0.0),
        (ITEM, "word " * 60 + "3 euros 4 euros", ["pets", "bicycles"], True, 0.0),
        (ITEM, "3 euros, 4 euros", ["pets", "bicycles"], False, 0.0),
        (ITEM, "3 euros, 4 euros", ["pets", "moon"], True, 0.75),
        (SILENT, "", [], False, 1.0),
        (SILENT, "7 crowns", ["moon"], True, 0.0),
    ],
)
def test_grades_are_what_the_rules_say(
    item: data.Item, answer: str, sources: list[str], answered: bool, points: float
) -> None:
    reply = {"answer": answer, "sources": sources, "answered": answered}
    assert scores.grade(item, reply, 60) == pytest.approx(points)


def trial(score: float, cost: float) -> train.Trial:
    prompt = bundle.Prompt("p", 1, "", "")
    held = bundle.Bundle(prompt, f"stub:{score}-{cost}", 1, 1, 1, [])
    return train.Trial(held, {"score": score, "cost_usd_per_1k": cost})


def test_the_best_bundle_within_the_cost_is_chosen() -> None:
    trials = [trial(0.9, 2.0), trial(0.8, 1.0), trial(0.8, 0.5), trial(0.2, 0.0)]
    assert train.choose(trials, 1.0) is trials[2].bundle
    assert train.choose(trials, 2.0) is trials[0].bundle
    with pytest.raises(UserError, match=r"the cheapest bundle costs 0\.0000"):
        train.choose(trials, -1.0)


def test_the_search_stops_when_the_budget_is_spent(
    settings: config.Config, splits: data.Splits
) -> None:
    poor = dataclasses.replace(settings.train, budget_usd=0.0)
    assert len(train.search(dataclasses.replace(settings, train=poor), splits)) == 1


@pytest.mark.usefixtures("trained")
def test_questions_in_flight_come_back_in_order(
    settings: config.Config, splits: data.Splits
) -> None:
    model = bundle.load(train.MODEL, settings.runtime)
    assert train.answer_all(model, splits.test, 8) == train.answer_all(model, splits.test, 1)


def test_at_least_six_bundles_are_compared() -> None:
    wanted = config.load(ROOT / "config.yaml").model
    parts = (wanted.prompts, wanted.chunk_words, wanted.top_k, wanted.models)
    assert len(wanted.prompts) > 1
    assert len(wanted.models) > 1
    product = 1
    for part in parts:
        product *= len(part)
    assert product >= 6


@pytest.mark.usefixtures("trained")
def test_the_chosen_bundle_beats_the_baseline(trained: train.Result) -> None:
    assert trained.metrics["model.score"] > trained.metrics["baseline.score"]


@pytest.mark.usefixtures("trained")
def test_the_saved_bundle_answers_without_documents_and_prompts(
    settings: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = data.sample(settings, 1)[0]
    expected = bundle.load(train.MODEL, settings.runtime).ask(question)
    shutil.copytree(train.MODEL, tmp_path / "model")
    shutil.copy("prices.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("reports").mkdir()
    assert bundle.load(Path("model"), settings.runtime).ask(question) == expected


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("part", ["passages", "prompt"])
def test_a_bundle_changed_by_hand_is_refused(
    settings: config.Config, tmp_path: Path, part: str
) -> None:
    tree: dict[str, Any] = json.loads((train.MODEL / "bundle.json").read_text(encoding="utf-8"))
    if part == "passages":
        tree["passages"][0][1] += " More."
    else:
        tree["prompt"]["text"] += " More."
    (tmp_path / "bundle.json").write_text(json.dumps(tree), encoding="utf-8")
    with pytest.raises(UserError, match="changed by hand"):
        bundle.load(tmp_path, settings.runtime)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("You answer.", ["---", "{passages}"]),
        ("---\nid: x\nversion: 1\n---\nHi.\n=== user\n{passages}\n", ["{question}"]),
    ],
)
def test_a_wrong_prompt_is_explained(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "x.md").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        bundle.read_prompt(tmp_path / "x.md")
    assert all(word in str(error.value) for word in words)


def test_an_unknown_prompt_is_named() -> None:
    with pytest.raises(UserError, match=r'"grounde" is no prompt\. Did you mean "grounded"'):
        bundle.read_prompt(Path("prompts/grounde.md"))


@pytest.mark.usefixtures("trained")
def test_ask_streams_the_answer_and_names_sources_and_cost() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tasks" / "ask.py"), "What does a cooled pallet cost?"],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert "52 euros" in done.stdout
    assert "source: freight" in done.stdout
    assert "USD" in done.stdout

"""A bundle is worth what its parts are worth: break one and the score falls."""

import dataclasses
import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nimble_package import bundle, config, data, metrics, predict, train
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.llm.providers.calls import Calls
from nimble_package.mlops.llm.retrieval import BM25, Passage, cut_passages
from nimble_package.mlops.project import MODEL, TrainResult

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def splits(settings: config.Config, prepared: dict[str, Any]) -> data.Splits:
    """The prepared questions."""
    assert prepared
    return data.load(settings)


class BrokenRetriever:
    """Finds the same passages whatever is asked."""

    def __init__(self, passages: list[Passage]) -> None:
        self.passages = passages

    def search(self, question: str, k: int) -> list[Passage]:
        return self.passages[:k] if question else []


def score(
    settings: config.Config,
    splits: data.Splits,
    text: str | None = None,
    has_broken_retriever: bool = False,
) -> dict[str, float]:
    """The metrics on dev of the best prompt, or of another text in its place."""
    prompt = bundle.read_prompt(Path("prompts/grounded.md"))
    prompt = dataclasses.replace(prompt, text=text or prompt.text)
    passages = cut_passages(splits.train.documents, 60)
    retriever = BrokenRetriever(passages) if has_broken_retriever else BM25(passages)
    candidate = bundle.Bundle(prompt, "stub:large", 60, 2, 200, passages)
    model = bundle.Model(candidate, retriever, Calls("stub:large", settings.runtime))
    replies = bundle.ask_all(model, data.inputs(splits.train), parallel=1)
    return metrics.summarise_replies(splits.train.items, replies, settings.evaluate.max_words)


@pytest.fixture(scope="module")
def whole(settings: config.Config, splits: data.Splits) -> dict[str, float]:
    return score(settings, splits)


def test_broken_retrieval_lowers_the_score(
    settings: config.Config, splits: data.Splits, whole: dict[str, float]
) -> None:
    broken = score(settings, splits, has_broken_retriever=True)
    assert broken["score"] < whole["score"] - 0.3
    assert broken["recall_at_k"] < whole["recall_at_k"]


@pytest.mark.parametrize(
    ("instruction", "metric"),
    [
        ('Cite: put the source of every passage that you used into "sources".', "citations"),
        ('If the passages do not hold the answer, set "answered" to false', "refusals"),
        ("Answer every part of the question", "facts"),
        ("{passages}", "facts"),
    ],
)
def test_a_prompt_without_an_instruction_lowers_its_metric_and_the_score(
    settings: config.Config,
    splits: data.Splits,
    whole: dict[str, float],
    instruction: str,
    metric: str,
) -> None:
    text = bundle.read_prompt(Path("prompts/grounded.md")).text
    assert instruction in text
    broken = score(settings, splits, text.replace(instruction, ""))
    assert broken[metric] < whole[metric]
    assert broken["score"] < whole["score"]


def trial(score: float, cost: float) -> train.Trial:
    prompt = bundle.Prompt("p", 1, "", "")
    candidate = bundle.Bundle(prompt, f"stub:{score}-{cost}", 1, 1, 1, [])
    return train.Trial(candidate, {"score": score, "cost_usd_per_1k": cost})


def test_the_best_bundle_within_the_cost_is_chosen() -> None:
    trials = [trial(0.9, 2.0), trial(0.8, 1.0), trial(0.8, 0.5), trial(0.2, 0.0)]
    assert train.choose(trials, 1.0) is trials[2]
    assert train.choose(trials, 2.0) is trials[0]
    with pytest.raises(UserError, match=r"the cheapest bundle costs 0\.0000"):
        train.choose(trials, -1.0)


def test_the_search_stops_when_the_budget_is_spent(
    settings: config.Config, splits: data.Splits
) -> None:
    poor = dataclasses.replace(settings.train, budget_usd=0.0)
    spent = dataclasses.replace(settings, train=poor)
    assert len(train.try_bundles(spent, splits.train)) == 1


@pytest.mark.usefixtures("trained")
def test_replies_keep_the_order_of_questions_that_are_asked_at_once(
    settings: config.Config, splits: data.Splits
) -> None:
    questions = data.inputs(splits.test)
    many = dataclasses.replace(settings.runtime, parallel=8)
    one = dataclasses.replace(settings.runtime, parallel=1)
    at_once = predict.outputs(bundle.load(MODEL, many), questions)
    assert at_once == predict.outputs(bundle.load(MODEL, one), questions)
    assert [reply["question"] for reply in at_once] == questions


def test_every_combination_of_the_settings_is_compared(
    settings: config.Config, splits: data.Splits
) -> None:
    trials = train.try_bundles(settings, splits.train)
    parts = {(trial.bundle.prompt.id, trial.bundle.model) for trial in trials}
    wanted = set(itertools.product(settings.model.prompts, settings.model.models))
    assert parts == wanted
    assert len(trials) == 6


def test_the_chosen_bundle_beats_the_baseline(trained: TrainResult) -> None:
    assert trained.metrics["model.score"] > trained.metrics["baseline.score"]


@pytest.mark.usefixtures("trained")
def test_the_saved_bundle_answers_without_documents_and_prompts(
    settings: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = data.inputs(data.load(settings).test)[0]
    expected = bundle.load(MODEL, settings.runtime).ask(question)
    shutil.copytree(MODEL, tmp_path / "model")
    shutil.copy("prices.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert bundle.load(Path("model"), settings.runtime).ask(question) == expected


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("part", ["passages", "prompt"])
def test_a_bundle_changed_by_hand_is_refused(
    settings: config.Config, tmp_path: Path, part: str
) -> None:
    tree: dict[str, Any] = json.loads((MODEL / "bundle.json").read_text(encoding="utf-8"))
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


GOOD = "---\nid: x\nversion: 1\n---\nHi.\n=== user\n{passages}\n{question}\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (GOOD.replace("Hi.", "").encode(), 'no text before "=== user"'),
        (GOOD.replace("Hi.", "Grüße").encode("cp1252"), "line 5 is not UTF-8"),
        (GOOD.replace("id: x", "id: {x").encode(), "its head is not YAML"),
        (GOOD.replace("id: x", "id: x\n\t- y").encode(), "its head is not YAML"),
        (GOOD.replace("id: x", "id: 12").encode(), "the id 12"),
        (GOOD.replace("version: 1", "version: one").encode(), "the version 'one'"),
        (GOOD.replace("version: 1", "version: 1.5").encode(), "the version 1.5"),
        (GOOD.replace("Hi.", "Hi {user_name}.").encode(), 'unknown variable "{user_name}"'),
        (GOOD.replace("{question}\n", "{question} {Question}").encode(), '"{Question}"'),
    ],
)
def test_a_prompt_that_no_model_can_be_asked_with_is_one_line(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "x.md").write_bytes(content)
    with pytest.raises(UserError) as error:
        bundle.read_prompt(tmp_path / "x.md")
    assert words in str(error.value)
    assert "x.md" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_prompt_is_the_same_whatever_editor_saved_it(tmp_path: Path, encoding: str) -> None:
    text = GOOD.replace("Hi.", 'Grüße. Reply with {"answer": "…"}.')
    (tmp_path / "x.md").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    assert bundle.read_prompt(tmp_path / "x.md").text == text


def test_braces_in_documents_and_questions_are_not_variables(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(GOOD, encoding="utf-8")
    prompt = bundle.read_prompt(tmp_path / "x.md")
    passages = [Passage("forms", "Write {question} or {name} there.")]
    _, user = prompt.fill(passages, "What is {passages}?")
    assert "Write {question} or {name} there." in user["content"]
    assert user["content"].endswith("What is {passages}?\n")


def test_an_unknown_prompt_is_named() -> None:
    with pytest.raises(UserError, match=r'"grounde" is not a prompt\. Did you mean "grounded"'):
        bundle.read_prompt(Path("prompts/grounde.md"))


@pytest.mark.usefixtures("trained")
def test_ask_streams_the_answer_and_names_sources_and_cost() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tasks" / "ask.py"), "What does a bed in the hostel cost?"],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert "31 euros" in done.stdout
    assert "source: hostel" in done.stdout
    assert "USD" in done.stdout

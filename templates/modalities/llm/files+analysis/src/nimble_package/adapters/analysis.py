"""Answers, seen from behind the average: slices by kind of question, features are the passages."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .. import bundle, config, data, predict, scores
from ..mlops.analysis import plan
from ..mlops.settings import UserError
from ..retrieval import Passage, Retriever
from ..train import answer_all


def _grades(model: bundle.Model, items: Sequence[data.Item], how: config.Config) -> list[float]:
    replies = answer_all(model, items, how.runtime.parallel)
    pairs = zip(items, replies, strict=True)
    return [scores.grade(item, reply, how.evaluate.max_words) for item, reply in pairs]


def rows(config_: config.Config) -> plan.Rows:
    """The test questions by kind, words, and documents that hold the answer."""
    data.prepare(config_)
    items = data.load(config_).test
    columns: dict[str, Sequence[object]] = {
        "kind": [item.kind for item in items],
        "words": [len(item.question.split()) for item in items],
        "sources": [len(item.sources) for item in items],
    }
    values = np.array(_grades(predict.load(), items, config_))
    return plan.Rows("score", values, columns)


class Exchanged:
    """A retriever of which one place brings a passage found for something else."""

    def __init__(self, within: Retriever, place: int, other: dict[str, Passage]) -> None:
        self.within, self.place, self.other = within, place, other

    def search(self, question: str, k: int) -> list[Passage]:
        found = self.within.search(question, k)
        if len(found) > self.place and question in self.other:
            found[self.place] = self.other[question]
        return found


def features(config_: config.Config) -> plan.Features:
    """Places in the list of passages, each exchanged between questions: every one is asked anew."""
    items, model = data.load(config_).test, predict.load()
    depth = model.bundle.top_k
    found = [model.retriever.search(item.question, depth) for item in items]

    def score(name: str | None, random: np.random.Generator) -> float:
        if name is None:
            return float(np.mean(_grades(model, items, config_)))
        place = int(name.rpartition(" ")[2]) - 1
        lists = [found[at] for at in random.permutation(len(items))]
        pairs = zip(items, lists, strict=True)
        other = {item.question: known[place] for item, known in pairs if len(known) > place}
        mixed = bundle.Model(model.bundle, Exchanged(model.retriever, place, other), model.calls)
        return float(np.mean(_grades(mixed, items, config_)))

    return plan.Features("score", [f"passage {place + 1}" for place in range(depth)], score)


def steps(config_: config.Config) -> plan.Steps:
    """The search, and the whole answer, on three questions: a hosted model takes money for them."""
    questions, model = data.sample(config_, 3), predict.load()
    depth = model.bundle.top_k
    run = {
        "search": lambda: [model.retriever.search(one, depth) for one in questions],
        "(whole answer)": lambda: [model.ask(one) for one in questions],
    }
    return plan.Steps(len(questions), run)


def explain(_: config.Config, given: str, row: int, __: Path) -> list[str]:
    """All that happens to a question: what is found, what is asked, what comes back."""
    model, question = predict.load(), given
    if Path(given).suffix and Path(given).is_file():
        lines = Path(given).read_text(encoding="utf-8").splitlines()
        known = [line for line in lines if line.strip()]
        if row > len(known):
            raise UserError(f'"{given}" has {len(known)} rows: --row {row} is not among them')
        question = known[row - 1]
    if not question.strip():
        raise UserError('"" is no question: write one in quotes, or name a file')
    passages = model.retriever.search(question, model.bundle.top_k)
    said = [f"question: {question}", f"bundle: {model.bundle}"]
    for place, (name, text) in enumerate(passages, start=1):
        said += ["", f"passage {place}, {name}:", text]
    for message in model.bundle.prompt.fill(passages, question):
        said += ["", f"sent as {message['role']}:", message["content"].strip()]
    return [*said, "", "answer:", json.dumps(model.ask(question), indent=2, ensure_ascii=False)]

"""Texts, seen from behind the average: slices by label and length, features are words."""

from collections import Counter
from pathlib import Path

import numpy as np

from .. import config, data, evaluate, predict
from ..features import hash_text, pad, words
from ..mlops.analysis import plan
from ..mlops.scores import Array
from ..mlops.settings import UserError

WORDS = 20  # the commonest of the training texts, but for those nearly everywhere


def _values(model: predict.Model, texts: list[str], truth: Array) -> Array:
    return np.asarray(predict.chances(model, texts).argmax(1) == truth, float)


def rows(config_: config.Config) -> plan.Rows:
    """The test texts by label, group, and length in words."""
    evaluate.evaluate(config_)  # refuses a model of other labels
    splits = data.load(config_)
    texts, truth = splits.part("test")
    groups = splits.groups[splits.splits == "test"]
    columns = {
        "label": [splits.classes[number] for number in truth],
        "group": [str(number) for number in groups],
        "words": [len(words(text)) for text in texts],
    }
    return plan.Rows("accuracy", _values(predict.load(), texts, truth), columns)


def features(config_: config.Config) -> plan.Features:
    """Words, exchanged at random between texts; the model's own hashed pieces have no names."""
    splits, model = data.load(config_), predict.load()
    (seen, _), (texts, truth) = splits.part("train"), splits.part("test")
    count = Counter(word for text in seen for word in set(words(text)))
    common = [word for word, times in count.most_common() if times < len(seen) / 4]
    held = [words(text) for text in texts]
    right = _values(model, [" ".join(own) for own in held], truth)

    def score(name: str | None, random: np.random.Generator) -> float:
        values = right.copy()
        if name is not None:
            has = np.array([name in own for own in held])
            given = has[random.permutation(len(held))]  # as often as before, in other texts
            moved = np.flatnonzero(has != given)
            mixed = [[*(word for word in held[at] if word != name)] for at in moved]
            lent = [
                [*own, name] if given[at] else own for own, at in zip(mixed, moved, strict=True)
            ]
            values[moved] = _values(model, [" ".join(own) for own in lent], truth[moved])
        return float(values.mean())

    return plan.Features("accuracy", common[:WORDS], score)


def steps(config_: config.Config) -> plan.Steps:
    """Splitting into words, hashing words and their pieces, the model."""
    texts, model = data.load(config_).part("test")[0], predict.load()
    ready = pad([hash_text(text, model.how) for text in texts])
    run = {
        "words": lambda: [words(text) for text in texts],
        "words, pairs, pieces, hashed": lambda: [hash_text(text, model.how) for text in texts],
        "(model)": lambda: model.session.run(None, {"ids": ready}),
    }
    return plan.Steps(len(texts), run)


def explain(config_: config.Config, given: str, row: int, _: Path) -> list[str]:
    """The words of a text, and what the answer loses without each."""
    model, text = predict.load(), given
    if given.endswith(data.FILES):
        found = list(data.read_file(Path(given)))
        if row > len(found):
            raise UserError(f'"{given}" has {len(found)} rows: --row {row} is not among them')
        text = data.pick(*found[row - 1], config_.data.text)
    own = words(text)
    if not own:
        raise UserError(f'"{given}" holds no word: write a text in quotes, or name a file')
    chances = predict.chances(model, [text])[0]
    order, each = np.argsort(-chances, kind="stable"), list(dict.fromkeys(own))
    without = [" ".join(word for word in own if word != gone) for gone in each]
    adds = chances[order[0]] - predict.chances(model, without)[:, order[0]]
    lines = [f"{chances[number]:.4f}  {model.classes[number]}" for number in order[:5]]
    lines += ["", f"what a word adds to the chance of {model.classes[order[0]]}:"]
    named = sorted(zip(each, adds.tolist(), strict=True), key=lambda pair: -abs(pair[1]))
    lines += [f"{word:20}  {value:+.4f}" for word, value in named[:12]]
    size = len(hash_text(text, model.how))
    return [*lines, "", f"as the model reads it: {len(own)} words, {size} numbers: {' '.join(own)}"]

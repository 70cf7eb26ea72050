"""Tables, seen from behind the average: slices by any column, features are the columns."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .. import config, data, evaluate, judge, predict
from .. import model as models
from ..features import Encoder
from ..mlops.analysis import plan
from ..mlops.settings import UserError


def _values(splits: data.Splits, said: models.Array) -> tuple[str, models.Array]:
    """Right or wrong; of a number, 1 less its squared error over the variance: their mean is R²."""
    true = judge.truth(splits, splits.test)
    if splits.classes:
        return "accuracy", (said.argmax(1) == true).astype(float)
    return "r2", 1 - (said - true) ** 2 / max(float(np.var(true)), 1e-12)


def rows(config_: config.Config) -> plan.Rows:
    """The test rows by each of their columns, also those that are no feature."""
    evaluate.evaluate(config_)  # refuses a model of another table
    splits = data.load(config_)
    figure, values = _values(splits, predict.answers(predict.load(), splits.test))
    return plan.Rows(figure, values, {str(name): list(splits.test[name]) for name in splits.test})


def features(config_: config.Config) -> plan.Features:
    """Columns, shuffled one at a time over the test rows."""
    splits, model = data.load(config_), predict.load()

    def score(name: str | None, random: np.random.Generator) -> float:
        table = splits.test
        if name is not None:
            table = table.assign(**{name: table[name].to_numpy()[random.permutation(len(table))]})
        return float(_values(splits, predict.answers(model, table))[1].mean())

    return plan.Features(judge.MAIN[config_.task], list(model.encoder.kinds), score)


def steps(config_: config.Config) -> plan.Steps:
    """Each column on its way into the matrix, then the model."""
    table, model = data.load(config_).test, predict.load()
    whole, run = model.encoder, dict[str, Callable[[], Any]]()
    for name, kind in whole.kinds.items():
        levels = {name: whole.levels[name]} if name in whole.levels else {}
        run[name] = partial(Encoder({name: kind}, levels).encode, table)
    run["(model)"] = partial(models.run, model.session, whole.encode(table))
    return plan.Steps(len(table), run)


def explain(config_: config.Config, given: str, row: int, _: Path) -> list[str]:
    """Each column of a row, and how the answer moves when other rows lend it their value."""
    model, splits = predict.load(), data.load(config_)
    table = predict.read(model, Path(given))
    if row > len(table):
        raise UserError(f'"{given}" has {len(table)} rows: --row {row} is not among them')
    one, lent = table.iloc[[row - 1]], splits.train.sample(50, replace=True, random_state=0)
    said = predict.answers(model, one)[0]
    top = int(said.argmax()) if splits.classes else 0

    def weigh(answers: models.Array) -> float:
        return float((answers[:, top] if splits.classes else answers).mean())

    base, moved, lines = weigh(said[None]), dict[str, float](), list[str]()
    many = one.loc[one.index.repeat(len(lent))].reset_index(drop=True)
    for name in model.encoder.kinds:
        other = many.assign(**{name: lent[name].to_numpy()})
        moved[name] = base - weigh(predict.answers(model, other))
    what = f"the chance of {model.classes[top]}" if splits.classes else model.target
    wide = max(map(len, moved))
    lines += [f"{model.target}: {predict.predict(model, one.to_dict('records'))[0]}", ""]
    lines += [f"{'column':{wide}}  {'value':20}  what it adds to {what} ({base:.4f})"]
    for name in sorted(moved, key=lambda name: -abs(moved[name])):
        lines.append(f"{name:{wide}}  {one[name].iloc[0]!s:20.20}  {moved[name]:+.4f}")
    matrix = model.encoder.encode(one)[0]
    shown = [f"{name}={value:g}" for name, value in zip(model.encoder.names, matrix, strict=True)]
    return [*lines, "", f"as the model reads it: {', '.join(shown)}"]

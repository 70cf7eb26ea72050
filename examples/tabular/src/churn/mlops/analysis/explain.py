"""`poe explain INPUT`: what the model reads in one input, and what its prediction depends on."""

import json
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...adapters.analysis import ADAPTER
from ...project import PROJECT
from ..command_line import run
from ..errors import UserError
from ..progress import track
from ..project import MODEL, PREPARED, REPORTS

DESCRIPTION = "Explain the prediction for one input, step by step."
FOLDER = REPORTS / "explain"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "input": {"metavar": "INPUT", "help": "a file or a text, as poe predict takes it"},
    "--row": {"type": int, "default": 1, "metavar": "N", "help": "which input of a file (from 1)"},
}
OTHERS = 50  # training examples that lend the input their features
MAX_FEATURES = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the prediction, what it depends on and what the model reads."""
    return run("explain", DESCRIPTION, explain, argv, ARGUMENTS)


def explain(arguments: Namespace) -> None:
    """Explains one input; plots go to reports/explain."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    model = PROJECT.load_model(MODEL)
    chosen = read_input(model, arguments.input, arguments.row)
    contributions = measure_contributions(config, model, chosen)
    prediction = PROJECT.predict(model, [chosen])[0]
    print(json.dumps(prediction, ensure_ascii=False))
    if contributions:
        print(format_contributions(model, chosen, contributions))
    print()
    for line in ADAPTER.describe_input(model, chosen, contributions, FOLDER):
        print(line)


def read_input(model: Any, text: str, row: int) -> Any:
    """Returns one of the inputs that a file or a text has, counted from 1."""
    if row < 1:
        raise UserError(f'"--row {row}" is not a row: rows are counted from 1')
    named_inputs = PROJECT.read_inputs(model, [text])
    if row > len(named_inputs):
        count = len(named_inputs)
        raise UserError(f'"{text}" has {count} rows: "--row {row}" is not one of them')
    _name, chosen = named_inputs[row - 1]
    return chosen


def measure_contributions(config: Any, model: Any, chosen: Any) -> dict[str, float]:
    """Returns what each feature adds to the highest probability, or to the value.

    That is how much the output drops, on average, when the feature comes from another example of
    the training split. Empty when the outputs are not numbers.
    """
    outputs = PROJECT.outputs(model, [chosen])
    if not isinstance(outputs, np.ndarray):
        return {}
    train_inputs = PROJECT.inputs(PROJECT.load(config, PREPARED).train)
    random = np.random.default_rng(0)
    others = [train_inputs[index] for index in random.integers(len(train_inputs), size=OTHERS)]
    exchange = lend_features(model, [chosen] * OTHERS, others)
    before = select(outputs, outputs).mean()
    contributions = {}
    for feature in track(ADAPTER.features(config, model), "Exchanging features"):
        changed = np.asarray(exchange(feature))
        contributions[feature] = float(before - select(changed, outputs).mean())
    return contributions


def lend_features(model: Any, copies: Sequence[Any], others: Sequence[Any]) -> Callable[[str], Any]:
    """Returns what computes the outputs of the copies with one feature of the others."""
    if ADAPTER.open_exchange is None:
        return lambda feature: ADAPTER.exchange_feature(model, copies, feature, others)
    exchange = ADAPTER.open_exchange(model, [*copies, *others])
    lent = np.arange(len(copies), len(copies) + len(others))
    order = np.concatenate([lent, lent])
    return lambda feature: exchange({feature: order})[: len(copies)]


def select(outputs: Any, of_chosen: Any) -> Any:
    """Returns the values, or the probabilities of the class that the chosen input gets."""
    if outputs.ndim == 1:
        return outputs
    return outputs[:, of_chosen[0].argmax()]


def format_contributions(model: Any, chosen: Any, contributions: Mapping[str, float]) -> str:
    """Returns one line for each feature, the strongest first."""
    outputs = np.asarray(PROJECT.outputs(model, [chosen]))
    target = PROJECT.signature(model).outputs[0]
    quantity = target.name
    if outputs.ndim > 1:
        quantity = f"the probability of {target.allowed[outputs[0].argmax()]}"
    value = select(outputs, outputs)[0]
    names = sorted(contributions, key=lambda name: -abs(contributions[name]))[:MAX_FEATURES]
    width = max(len(name) for name in names)
    title = f"\nwhat each feature adds to {quantity} ({value:.4f}):"
    rows = [f"{name:{width}}  {contributions[name]:+.4f}" for name in names]
    return "\n".join([title, *rows])


if __name__ == "__main__":
    raise SystemExit(main())

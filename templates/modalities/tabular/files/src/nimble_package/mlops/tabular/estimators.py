"""What a model of one's own has to be able to do; what it cannot do is one line with advice."""

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError

if TYPE_CHECKING:
    import pandas as pd

PACKAGE = Path(__file__).parents[2]
PAGE = "docs/own-model.md"
ADVICE = {
    "nan": "put SimpleImputer() in front of it, which fills missing values",
    "convert string": "put make_encoder(X, ...) in front of it, which makes columns of categories",
}


def fit(model: Any, X: "pd.DataFrame", y: NDArray[Any], classes: Sequence[str]) -> None:
    """Fits a model; raises UserError for one that cannot be fitted, or used afterwards."""
    refuse_missing_methods(list_steps(model)[-1], classes, has_method)
    try:
        model.fit(X, y)
    except (TypeError, ValueError) as error:
        name = name_of(model)
        raise UserError(f'"{name}" cannot be fitted: {describe(error)}') from error
    refuse_missing_methods(model, classes, hasattr)
    if classes and not hasattr(model, "classes_"):
        hint = "set self.classes_ = np.unique(y) in fit"
        raise UserError(f'"{name_of(model)}" has no "classes_" after fit: {hint}')


def has_method(model: Any, name: str) -> bool:
    """Whether a model has a method, or will have it: a stack or a search has some after `fit`."""
    return hasattr(type(model), name) or hasattr(model, name)


def refuse_missing_methods(
    model: Any, classes: Sequence[str], has: Callable[[Any, str], bool]
) -> None:
    """Raises UserError when a method is missing that training or prediction calls."""
    for method in ("fit", "predict"):
        if not has(model, method):
            raise UserError(f'"{name_of(model)}" has no method "{method}": {PAGE} shows models')
    if classes and not has(model, "predict_proba"):
        raise UserError(
            f'"{name_of(model)}" has no method "predict_proba", which a classification needs: '
            "put it into CalibratedClassifierCV of sklearn.calibration, or take another model"
        )


def compute_values(model: Any, X: "pd.DataFrame") -> NDArray[Any]:
    """Returns what a regression predicts, shape (n,)."""
    return check_outputs(model, _call(model, model.predict, X), (len(X),))


def compute_probabilities(model: Any, X: "pd.DataFrame") -> NDArray[Any]:
    """Returns the probabilities of the fitted classes, shape (n, fitted classes)."""
    shape = (len(X), len(model.classes_))
    return check_outputs(model, _call(model, model.predict_proba, X), shape)


def _call(model: Any, method: Any, X: "pd.DataFrame") -> NDArray[Any]:
    try:
        return np.asarray(method(X))
    except (TypeError, ValueError) as error:
        raise UserError(f'"{name_of(model)}" cannot predict: {describe(error)}') from error


def check_outputs(model: Any, outputs: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Returns outputs in `shape`; raises UserError for another number of them, NaN or infinity."""
    if outputs.size != np.prod(shape):
        raise UserError(
            f'"{name_of(model)}" returns outputs of shape {outputs.shape}, expected {shape}: '
            "one value for each row, or one probability for each class and row"
        )
    shaped = outputs.reshape(shape)
    is_finite = np.isfinite(shaped.reshape(len(shaped), -1)).all(axis=1)
    if is_finite.all():
        return shaped
    first = int(np.flatnonzero(~is_finite)[0]) + 1
    raise UserError(
        f'"{name_of(model)}" returns NaN or infinity for {int((~is_finite).sum())} of '
        f"{len(shaped)} rows, first for row {first}: scale large numbers (StandardScaler), fill "
        "missing ones (SimpleImputer), or take a lower learning rate"
    )


def list_steps(model: Any) -> list[Any]:
    """Returns the steps of a pipeline; of another estimator, itself."""
    named_steps = getattr(model, "steps", [("", model)])
    return [step for _, step in named_steps]


def name_of(model: Any) -> str:
    """Returns the class of a model; of a pipeline, that of its last step."""
    return type(list_steps(model)[-1]).__name__


def describe(error: Exception) -> str:
    """Returns an error as one line: what it says, where in this package it was, what to do."""
    words = " ".join(str(error).split())
    sentence = words.partition(". ")[0].rstrip(".")[:200]
    for word, advice in ADVICE.items():
        if word in words.lower():
            return f"{sentence}. {advice[0].upper()}{advice[1:]}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == PACKAGE]
    place = f" (line {own[-1].lineno} of {Path(own[-1].filename).name})" if own else ""
    return f"{type(error).__name__}: {sentence}{place}. {PAGE} says what a model needs"

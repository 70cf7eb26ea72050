"""The metrics that `evaluate.metric` can name: scorers of scikit-learn, and functions of the team.

The names are listed because config.yaml is also read where scikit-learn is not installed.
"""

import importlib
import inspect
import math
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .decision import Decision
from .errors import UserError, suggest

# For any number of classes.
CLASSES = (
    "accuracy",
    "balanced_accuracy",
    "matthews_corrcoef",
    "average_precision",
    "f1_macro",
    "f1_micro",
    "f1_weighted",
    "jaccard_macro",
    "jaccard_micro",
    "jaccard_weighted",
    "precision_macro",
    "precision_micro",
    "precision_weighted",
    "recall_macro",
    "recall_micro",
    "recall_weighted",
    "roc_auc_ovo",
    "roc_auc_ovo_weighted",
    "roc_auc_ovr",
    "roc_auc_ovr_weighted",
    "neg_log_loss",
)  # fmt: skip - one group on a line
TWO_CLASSES = (
    "f1",
    "jaccard",
    "precision",
    "recall",
    "roc_auc",
    "neg_brier_score",
    "positive_likelihood_ratio",
    "neg_negative_likelihood_ratio",
)  # fmt: skip - one group on a line
MORE_CLASSES = ("top_k_accuracy",)
REGRESSION = (
    "r2",
    "explained_variance",
    "d2_absolute_error_score",
    "neg_mean_absolute_error",
    "neg_median_absolute_error",
    "neg_max_error",
    "neg_mean_squared_error",
    "neg_root_mean_squared_error",
    "neg_mean_squared_log_error",
    "neg_root_mean_squared_log_error",
    "neg_mean_absolute_percentage_error",
    "neg_mean_poisson_deviance",
    "neg_mean_gamma_deviance",
)  # fmt: skip - one group on a line
FOR_MANY = {
    "f1": "f1_macro",
    "jaccard": "jaccard_macro",
    "precision": "precision_macro",
    "recall": "recall_macro",
    "roc_auc": "roc_auc_ovr",
    "neg_brier_score": "neg_log_loss",
}  # fmt: skip - one group on a line
OWN = "or module:function of this package"
PACKAGE = (__package__ or "").rpartition(".")[0]

Score = Callable[[NDArray[Any], NDArray[Any]], float]  # of targets and outputs; NaN: undefined


def check_name(name: str, *, regression: bool = False) -> None:
    """Raises UserError for a metric that is unknown, or of another task."""
    classification = (*CLASSES, *TWO_CLASSES, *MORE_CLASSES)
    allowed = REGRESSION if regression else classification
    if name == "" or name in allowed or _is_own(name):
        return
    message = f'"evaluate.metric" is "{name}"'
    if name in classification:
        message += ", a metric for classes, but this is a regression"
    elif name in REGRESSION:
        message += ", a metric for a regression, but classes are predicted"
    raise UserError(f"{message}. {suggest(name, allowed)}, {OWN}")


def check_classes(name: str, classes: Sequence[str]) -> None:
    """Raises UserError for a metric that does not go with the number of classes."""
    check_name(name, regression=not classes)
    if len(classes) > 2 and name in TWO_CLASSES:
        instead = FOR_MANY.get(name, "matthews_corrcoef")
        what = f"needs two classes, and the target has {len(classes)}: use {instead}"
        allowed = ", ".join((*CLASSES, *MORE_CLASSES))
        raise UserError(f'"evaluate.metric" is "{name}", which {what}. Allowed: {allowed}, {OWN}')
    if len(classes) == 2 and name in MORE_CLASSES:
        allowed = ", ".join((*CLASSES, *TWO_CLASSES))
        what = "needs more than two classes"
        raise UserError(f'"evaluate.metric" is "{name}", which {what}. Allowed: {allowed}, {OWN}')


def make_key(name: str) -> str:
    """Returns the name of a metric in reports: of `module:function` the function."""
    return name.rpartition(":")[2]


def make_score(name: str, classes: Sequence[str], decision: Decision) -> Score:
    """Returns the function that computes a metric from targets and outputs.

    Two classes become 0 and 1, 1 being the positive one, as scikit-learn has them.
    """
    check_classes(name, classes)
    if _is_own(name):
        return _call_own(name, classes, decision)
    if name == "neg_log_loss":
        return lambda y_true, outputs: -_log_loss(y_true, outputs, len(classes))
    return _call_scorer(name, classes, decision)


def _is_own(name: str) -> bool:
    module, colon, function = name.partition(":")
    words = [*module.split("."), function]
    return colon == ":" and all(word.isidentifier() for word in words)


def refuse_lowest(name: str, score: Score, y_true: NDArray[Any], classes: Sequence[str]) -> None:
    """Raises UserError for a function of one's own that gives most to wrong predictions.

    Training, gate and tuning take the highest value for the best, so that the worse model would be
    called the better one.
    """
    if not _is_own(name):
        return
    try:
        right, wrong = (score(y_true, outputs) for outputs in _answer(y_true, len(classes)))
    except UserError:  # such as a logarithm of 0: nothing is known
        return
    if right < wrong:
        raise UserError(
            f'"evaluate.metric" is "{name}", which returned {right:g} for predictions that are all '
            f"right and {wrong:g} for wrong ones: the highest value has to be the best. Return "
            "the negative value"
        )


def _answer(y_true: NDArray[Any], n_classes: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The outputs of a model that is always right, and of one that is always wrong."""
    if not n_classes:
        return y_true, y_true + np.std(y_true)
    certain = np.eye(n_classes)
    return certain[y_true], certain[(y_true + 1) % n_classes]


def normalise(y_prob: NDArray[Any]) -> NDArray[np.float64]:
    """Returns probabilities, shape (n, classes), whose rows add up to 1 in double precision."""
    probabilities = np.asarray(y_prob, dtype=np.float64)
    normalised: NDArray[np.float64] = probabilities / probabilities.sum(axis=1, keepdims=True)
    return normalised


def _log_loss(y_true: NDArray[Any], outputs: NDArray[Any], n_classes: int) -> float:
    """With all classes: scikit-learn's scorer takes those that occur for the only ones."""
    from sklearn.metrics import log_loss

    labels = np.arange(n_classes)
    return float(log_loss(y_true, normalise(outputs), labels=labels))


def _call_scorer(name: str, classes: Sequence[str], decision: Decision) -> Score:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.metrics import get_scorer

    class FixedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
        """A scorer wants a model and its inputs: here the inputs are the outputs."""

        classes_ = np.arange(len(classes))

        def predict(self, outputs: NDArray[Any]) -> NDArray[Any]:
            """Returns class numbers, or 1 for the positive one of two."""
            return _classify(outputs, decision)

        def predict_proba(self, outputs: NDArray[Any]) -> NDArray[Any]:
            """Returns probabilities (n, classes), those of the positive one of two last."""
            y_prob = normalise(outputs)
            return y_prob[:, ::-1] if decision.positive == 0 else y_prob

    class FixedRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
        """The same for values."""

        def predict(self, outputs: NDArray[Any]) -> NDArray[Any]:
            """Returns values (n,)."""
            return outputs

    try:
        scorer = get_scorer(name)
    except ValueError:
        message = "the installed scikit-learn does not know it: update it"
        raise UserError(f'"evaluate.metric" is "{name}": {message}') from None
    model = FixedClassifier() if classes else FixedRegressor()

    def score(y_true: NDArray[Any], outputs: NDArray[Any]) -> float:
        with warnings.catch_warnings(action="ignore"):  # what is undefined is NaN
            try:
                return float(scorer(model, outputs, _mark_positive(y_true, decision)))
            except ValueError:  # a class is missing, or a logarithm of a negative number
                return math.nan

    return score


def _mark_positive(y_true: NDArray[Any], decision: Decision) -> NDArray[Any]:
    """Class numbers, or 1 for the positive one of two."""
    if decision.positive is None:
        return y_true
    is_positive: NDArray[np.bool_] = y_true == decision.positive
    return is_positive.astype(int)


def _classify(outputs: NDArray[Any], decision: Decision) -> NDArray[Any]:
    return _mark_positive(decision.classify(outputs), decision)


def _call_own(name: str, classes: Sequence[str], decision: Decision) -> Score:
    function, wants_classes = _find_own(name)

    def score(y_true: NDArray[Any], outputs: NDArray[Any]) -> float:
        given = outputs
        if classes and wants_classes:
            given = _classify(outputs, decision)
        elif decision.positive is not None:
            given = outputs[:, decision.positive]
        try:
            value = float(function(_mark_positive(y_true, decision), given))
        except Exception as error:  # whatever a function of the team raises
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(frame.filename).name} line {frame.lineno}"
            reason = f"{type(error).__name__}: {error}"
            raise UserError(
                f'"evaluate.metric" is "{name}", which failed: {reason} ({place})'
            ) from None
        if not math.isfinite(value):
            raise UserError(
                f'"evaluate.metric" is "{name}", which returned "{value}": not a number'
            )
        return value

    return score


def _find_own(name: str) -> tuple[Callable[..., float], bool]:
    """The function of the team, and whether it wants classes instead of probabilities."""
    module_name, _, function_name = name.partition(":")
    full_name = f"{PACKAGE}.{module_name}"
    file = f"src/{full_name.replace('.', '/')}.py"
    try:
        module = importlib.import_module(full_name)
    except ModuleNotFoundError as error:
        if error.name is None or not full_name.startswith(error.name):
            raise UserError(f'"evaluate.metric" is "{name}": {error}') from None
        message = f'there is no module "{file}"'
        raise UserError(f'"evaluate.metric" is "{name}": {message}') from None
    except Exception as error:  # the module of the team fails when it is imported
        reason = f"{type(error).__name__}: {error}"
        raise UserError(f'"evaluate.metric" is "{name}": "{file}" failed: {reason}') from None
    functions = {key: value for key, value in vars(module).items() if inspect.isfunction(value)}
    if function_name not in functions:
        hint = suggest(function_name, functions)
        raise UserError(f'"evaluate.metric" is "{name}": "{file}" has no such function. {hint}')
    function = functions[function_name]
    parameters = list(inspect.signature(function).parameters)
    if parameters not in (["y_true", "y_pred"], ["y_true", "y_prob"]):
        form = f"{function_name}(y_true, y_pred) or {function_name}(y_true, y_prob)"
        raise UserError(f'"evaluate.metric" is "{name}": write it as {form}')
    return function, parameters[1] == "y_pred"

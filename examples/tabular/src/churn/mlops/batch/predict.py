"""Predicts for the rows of a part; one that cannot be predicted does not take the others along."""

from collections.abc import Sequence
from typing import Any

from ...project import PROJECT
from ..errors import UserError
from .rows import Row

Prediction = dict[str, Any]
Outcome = Prediction | Exception
SAMPLE = 3  # rows that are tried one by one before the fault is sought in each of them


def predict_rows(model: Any, rows: Sequence[Row], batch_rows: int, rejects: bool) -> list[Outcome]:
    """Returns a prediction, or the error, for each row.

    Raises what PROJECT.predict raises where it fails for every row that is tried, and for any row
    without `rejects`.
    """
    found: list[Outcome] = []
    for start in range(0, len(rows), batch_rows):
        values = [row.value for row in rows[start : start + batch_rows]]
        if rejects:
            found += _predict_apart(model, values)
        else:
            found += _predict(model, values)
    return found


def _predict(model: Any, values: Sequence[Any]) -> list[Prediction]:
    predictions = PROJECT.predict(model, values)
    if len(predictions) != len(values):
        raise UserError(
            f"PROJECT.predict gives {len(predictions)} predictions for {len(values)} inputs: "
            "return one for each"
        )
    return predictions


def _predict_apart(model: Any, values: Sequence[Any]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    try:
        outcomes.extend(_predict(model, values))
    except (MemoryError, OSError):
        raise
    except Exception as error:  # the team's code raises errors of its own
        if len(values) > SAMPLE and _fails_everywhere(model, values):
            raise
        if len(values) == 1:
            return [error]
        middle = len(values) // 2
        return [*_predict_apart(model, values[:middle]), *_predict_apart(model, values[middle:])]
    return outcomes


def _fails_everywhere(model: Any, values: Sequence[Any]) -> bool:
    """Whether each of a few rows fails alone, so that it is not the rows."""
    step = (len(values) - 1) // (SAMPLE - 1)
    return all(_fails(model, value) for value in values[::step])


def _fails(model: Any, value: Any) -> bool:
    """Whether the prediction for one input fails."""
    try:
        _predict(model, [value])
    except Exception:  # the team's code raises errors of its own
        return True
    return False

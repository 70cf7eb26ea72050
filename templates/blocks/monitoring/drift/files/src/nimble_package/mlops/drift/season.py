"""Compares a window with the rows of its own season, so that a Sunday is no alarm on Sundays.

A window of one weekday is compared with the rows of that weekday; a window of a whole week with
as many rows of each day as it has itself. So a season of the reference is no drift, and the
comparison needs no model of the season.
"""

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from .sample import Sample
from .settings import DriftSettings

SEED = 0
MIN_ROWS = 100  # of each weekday, from which on it is a season by default
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def is_complete(seasons: NDArray[np.int64] | None, settings: DriftSettings) -> bool:
    """Whether the reference is compared by weekday: by default where it has enough of each."""
    if seasons is None or settings.season == "none":
        return False
    if settings.season == "weekday":
        return True
    counts = np.bincount(seasons[seasons >= 0], minlength=len(WEEKDAYS))
    return bool((counts >= max(settings.min_rows, MIN_ROWS)).all())


def match_season(reference: Sample, window: Sample, min_rows: int) -> Sample:
    """Returns the rows of the reference in the proportions of the window's seasons."""
    if reference.seasons is None or window.seasons is None:
        return reference
    dated = window.seasons[window.seasons >= 0]
    if len(dated) == 0:
        return reference
    seasons, counts = np.unique(dated, return_counts=True)
    shares = counts / counts.sum()
    available = np.array([(reference.seasons == season).sum() for season in seasons])
    total = int((available / shares).min())
    if total < min_rows:
        rarest = int((available / shares).argmin())
        raise UserError(
            f"the reference has {available[rarest]} rows of a {WEEKDAYS[seasons[rarest]]}, too few "
            f"to compare {counts[rarest]} new ones with: train on more weeks, or set "
            '"season: none" in drift.yaml'
        )
    generator = np.random.default_rng(SEED)
    chosen = []
    for season, share in zip(seasons, shares, strict=True):
        rows = np.flatnonzero(reference.seasons == season)
        count = min(len(rows), round(total * share))
        chosen.append(generator.permutation(rows)[:count])
    return reference.take(np.sort(np.concatenate(chosen)))

"""Adapts an analysis.yaml that was written about other data than config.yaml names."""

import dataclasses
from collections.abc import Collection
from typing import Any

from .. import configured_source
from ..errors import UserError
from .settings import SETTINGS, AnalysisSettings, Group

MAX_NAMES = 12  # of a message


def adapt(wanted: AnalysisSettings, config: Any, columns: Collection[str]) -> AnalysisSettings:
    """Returns the settings without what only the other data has, and prints that; else as is.

    Raises UserError when nothing is left to slice by.
    """
    name = configured_source.get_name(config)
    if wanted.about in ("", name):
        return wanted
    kept = {column: how for column, how in wanted.slices.items() if column in columns}
    left_out = [column for column in wanted.slices if column not in columns]
    advice = f'set its limits for your data, then about: "{name}".'
    about = f'{SETTINGS} is about "{wanted.about}", not about "{name}"'
    if not kept:
        known = ", ".join(sorted(columns)[:MAX_NAMES])
        raise UserError(
            f"{about}, which has none of its columns ({', '.join(left_out)}): "
            f"name columns to slice by ({known}), {advice}"
        )
    missing = f" without {', '.join(left_out)}" if left_out else ""
    print(f"{about}: its slices are shown{missing} and its group is left out; {advice}\n")
    return dataclasses.replace(wanted, slices=kept, group=Group())

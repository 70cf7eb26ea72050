"""How a run belongs to other runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunLinks:
    """Ids of other runs in the tracker; None: there is none."""

    parent: str | None = None  # the run that this one is part of, such as a search
    reproduces: str | None = None  # the run that this one makes again

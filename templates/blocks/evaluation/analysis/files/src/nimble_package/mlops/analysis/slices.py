"""`python -m nimble_package.mlops.analysis.slices`: the saved model, slice by slice.

Exit status 1 when a slice of the test split is below its floor in insight.yaml, or when two values
of the declared group are further apart than `group.gap`.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import config
from ...adapters import analysis as probes
from .. import manifest, settings
from . import beside, plan

REPORT, PICTURE = Path("reports/slices/slices.json"), Path("reports/slices/slices.png")
MOST = 30  # values of a column that are a slice each


@dataclass(frozen=True)
class Found:
    """A slice: its figure and the figure's standard error; `floor` is None where none judges."""

    column: str
    name: str
    rows: int
    value: float
    error: float
    floor: float | None

    @property
    def low(self) -> bool:
        return self.floor is not None and self.value < self.floor


def cut(column: str, values: Sequence[Any], parts: int) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Names of slices and which rows are in them; rows without a value are in one of their own."""
    text = np.array(["" if one is None or one != one else str(one) for one in values], object)
    gone = text == ""
    if parts:
        numbers, write = measured(column, text)
        edges = np.unique(np.nanquantile(numbers, np.linspace(0, 1, parts + 1)))
        for low, high in pairwise(edges if len(edges) > 1 else np.repeat(edges, 2)):
            last = high == edges[-1]
            inside = (numbers >= low) & ((numbers <= high) if last else (numbers < high))
            yield f"{write(low)} to {'' if last else 'below '}{write(high)}", inside
    else:
        known = sorted(set(text[~gone]))
        if len(known) > MOST:
            raise settings.UserError(
                f'"{column}" has {len(known)} values: take another column, or say "parts: 3"'
            )
        for value in known:
            yield value, text == value
    if gone.any():
        yield "(no value)", gone


def measured(column: str, text: NDArray[Any]) -> tuple[NDArray[Any], Callable[[float], str]]:
    """Numbers, or dates as days, and how one of them is written; NaN where there is nothing."""
    kinds: list[tuple[Callable[[str], float], Callable[[float], str]]] = [
        (float, lambda number: f"{number:.4g}"),
        (
            lambda one: float(datetime.fromisoformat(one).toordinal()),
            lambda number: datetime.fromordinal(int(number)).date().isoformat(),
        ),
    ]
    for read, write in kinds:
        try:
            return np.array([read(one) if one else math.nan for one in text]), write
        except ValueError:
            continue
    raise settings.UserError(f'"{column}" holds neither numbers nor dates: leave out "parts"')


def measure(rows: plan.Rows, wanted: plan.Plan) -> list[Found]:
    """Every slice of the plan; those with fewer than `least` rows have no floor."""
    found = []
    for column, how in wanted.slices.items():
        for name, inside in cut(column, pick(rows.columns, column, "slices"), how.parts):
            values = rows.values[inside]
            floor = wanted.floor if how.floor is None else how.floor
            judged = floor if len(values) >= wanted.least else None
            error = float(values.std() / math.sqrt(len(values))) if len(values) else 0.0
            mean = float(values.mean()) if len(values) else 0.0
            found.append(Found(column, name, len(values), mean, error, judged))
    if not any(one.floor is not None for one in found):
        raise settings.UserError(
            f'no slice in {plan.PLAN} has {wanted.least} rows, so none can fail: lower "least"'
        )
    return [one for one in found if one.rows]


def gap(rows: plan.Rows, wanted: plan.Plan) -> tuple[float, str] | None:
    """How far apart the values of the declared group are, in words too; None without a group."""
    column = wanted.group.column
    if not column:
        return None
    parts = cut(column, pick(rows.columns, column, "group.column"), 0)
    sized = [(rows.values[inside], name) for name, inside in parts]
    known = sorted((float(v.mean()), name) for v, name in sized if len(v) >= wanted.least)
    if len(known) < 2:
        raise settings.UserError(
            f'"group.column" in {plan.PLAN} is "{column}", with {len(known)} values of '
            f"{wanted.least} rows: two are the least"
        )
    (low, worst), (high, best) = known[0], known[-1]
    return high - low, f"{best} {high:.4f}, {worst} {low:.4f}"


def pick(columns: Mapping[str, Sequence[Any]], name: str, where: str) -> Sequence[Any]:
    """A column by its name."""
    if name not in columns:
        near = settings.nearest(name, columns)
        raise settings.UserError(f'"{name}" in {plan.PLAN}, {where}, is no column. {near}')
    return columns[name]


def show(found: Sequence[Found], figure: str, whole: float) -> str:
    """The slices as lines, the whole first."""
    wide = max(len(f"{one.column}: {one.name}") for one in found)
    lines = [f"{'':{wide}}  {'rows':>5}  {figure}", f"{'all of it':{wide}}  {'':5}  {whole:.4f}"]
    for one in found:
        judged = "too few to judge" if one.floor is None else f"floor {one.floor:g}"
        mark = "  BELOW" if one.low else ""
        name = f"{one.column}: {one.name}"
        lines.append(
            f"{name:{wide}}  {one.rows:5}  {one.value:.4f} ± {one.error:.4f}  {judged}{mark}"
        )
    return "\n".join(lines)


def draw(path: Path, found: Sequence[Found], figure: str, whole: float) -> None:
    """A bar for each slice with twice its standard error, its floor, and the whole as a line."""
    from .picture import BLUE, GREY, RED, canvas

    places = range(len(found))
    with canvas(path, f"{figure} of slices of the test split", 1.6 + 0.3 * len(found)) as axes:
        colours = [RED if one.low else GREY if one.floor is None else BLUE for one in found]
        errors = [2 * one.error for one in found]
        axes.barh(places, [one.value for one in found], xerr=errors, color=colours, height=0.6)
        for place, one in enumerate(found):
            if one.floor is not None:
                axes.plot([one.floor] * 2, [place - 0.4, place + 0.4], color="black", lw=1.5)
        axes.axvline(whole, color="black", lw=1, linestyle="--")
        axes.set_yticks(places, [f"{o.column}: {o.name:.30} ({o.rows})" for o in found])
        axes.invert_yaxis()
        axes.set_xlabel("dashed: all of it; black: the floor; grey: too few rows to judge")


def slices(config_: config.Config) -> tuple[list[Found], int]:
    """The slices, and 1 where one is below its floor or a gap is too wide."""
    wanted, rows = plan.read(), probes.rows(config_)
    found, whole, between = measure(rows, wanted), float(rows.values.mean()), gap(rows, wanted)
    print(show(found, rows.figure, whole))
    low = [one for one in found if one.low]
    wide = between is not None and between[0] > wanted.group.gap
    if between:
        column, limit = wanted.group.column, wanted.group.gap
        word = "MORE THAN" if wide else "within"
        print(f"\ngap over {column}: {between[0]:.4f} ({between[1]}), {word} group.gap {limit:g}")
    if low:
        print(f"\n{len(low)} of {len(found)} slices are below their floor")
    facts = {
        "figure": rows.figure,
        "all": whole,
        "slices": [{**asdict(one), "below": one.low} for one in found],
        "group": {**asdict(wanted.group), "found": between[0]} if between else None,
    }
    manifest.save_json(REPORT, facts)
    draw(PICTURE, found, rows.figure, whole)
    figures = {f"slice.{one.column}.{one.name}": one.value for one in found}
    figures |= {f"gap.{wanted.group.column}": between[0]} if between else {}
    beside.record(config_, figures, REPORT.parent)
    return found, int(bool(low) or wide)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the slices and judges them."""

    def body(args: Any) -> int:
        return slices(config.load(args.config, args.overrides))[1]

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())

"""Tables unlike the built-in one, in the protocol of test/e2e/steps/other-data.ts.

Generated, classification (CSV): four classes, a header in other languages, categories with rare levels,
dates, flags, gaps, ids; customers with several rows each. Generated, regression (Parquet): real dates,
the newest rows as the test. Real, from packages: `SETS`.

A range of a real set is what a plain model reaches: see the docstring of each set for what a trivial rule
does, and for what a value above the range would mean.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pandas as pd

Ranges = dict[str, tuple[float, float]]  # metric of reports/train.json or reports/metrics.json


@dataclass(frozen=True)
class Set:
    """A table, its settings without source and path, and the ranges of its metrics."""

    table: pd.DataFrame
    settings: dict[str, str]
    ranges: Ranges
    source: str = "csv"


def orders(rows: int) -> pd.DataFrame:
    """Orders of a shop, made up; what a customer buys next hangs on season, place and amount."""
    random = np.random.default_rng(11)
    when = pd.Timestamp("2021-03-01") + pd.to_timedelta(random.integers(0, 900, rows), unit="D")
    town = random.choice(
        ["Zürich", "Łódź", "東京", "São Paulo", "NA"], rows, p=[0.3, 0.3, 0.2, 0.1, 0.1]
    )
    amount = random.lognormal(3, 1, rows).round(2)
    regular = random.random(rows) < 0.4
    warm = np.sin((when.month.to_numpy() - 4) / 12 * 2 * np.pi)
    return pd.DataFrame(
        {
            "Bestellung Nr.": [f"B-{index:05d}" for index in range(rows)],
            "客户": random.integers(0, rows // 4, rows),
            "Datum": when,
            "Größe (€)": np.where(random.random(rows) < 0.08, np.nan, amount),
            "город": np.where(random.random(rows) < 0.05, None, town),
            "regelmäßig": regular,
            "umsatz": (20 * warm + 8 * np.log(amount) * regular + random.normal(0, 3, rows)).round(
                2
            ),
        }
    )


def generated() -> Set:
    """Which season an order belongs to: four classes of the same size, so 0.25 is chance."""
    table = orders(700)
    names = ["Frühling", "лето", "秋", "inverno"]
    season = pd.qcut(table.pop("umsatz"), 4, labels=names)
    settings = {"data.drop": "[Bestellung Nr.]", "data.target": "Saison", "data.group": "客户"}
    settings["evaluate.min_score"] = "0.3"
    return Set(table.assign(Saison=season), settings, {"model.accuracy": (0.5, 0.95)})


def generated_regression() -> Set:
    """The value of an order; the newest fifth is the test.

    The first folds train on less than a year, and a season that was never seen cannot be predicted: R² on
    the folds is below 0, while the test, after two years, is predicted well.
    """
    table = orders(700).drop(columns="客户")
    settings = {"task": "regression", "data.drop": "[Bestellung Nr.]", "data.target": "umsatz"}
    settings |= {"data.time": "Datum", "evaluate.min_score": "0.3"}
    return Set(table, settings, {"model.r2": (-2, 0.98), "r2": (0.8, 0.98)}, "parquet")


def penguins() -> Set:
    """344 penguins of three species (Gorman, Williams and Fraser 2014), with gaps.

    Chance is 0.44, the island alone gives 0.71, and bill length with bill depth 0.96. The island is no leak:
    a bird is weighed on its island before its species is written down.
    """
    table = pd.read_csv(find("palmerpenguins", "palmerpenguins/data/penguins.csv"))
    settings = {"data.target": "species", "data.drop": "[year]", "evaluate.min_score": "0.9"}
    ranges = {"model.accuracy": (0.93, 1.0), "baseline.accuracy": (0.95, 1.0)}
    return Set(table, settings, {**ranges, "accuracy": (0.92, 1.0)})


def titanic() -> Set:
    """2,201 people of the Titanic, of whom 32 % survived (British Board of Trade 1990).

    There are four columns and 24 different rows. "No one survives" gives 0.677, "women survive" 0.776, and no
    rule of class, age and sex more than 0.791: more would be a leak. Each row is another person, so the
    number of the row says which split it belongs to.
    """
    table = pd.read_stata(find("causaldata", "causaldata/titanic/titanic.dta"))
    table.insert(0, "person", range(len(table)))
    settings = {"data.target": "survived", "data.id": "person", "data.drop": "[person]"}
    settings["evaluate.min_score"] = "0.7"
    ranges = {"model.accuracy": (0.76, 0.81), "baseline.accuracy": (0.75, 0.81)}
    return Set(table, settings, {**ranges, "accuracy": (0.72, 0.83)}, "parquet")


def rossi() -> Set:
    """432 released prisoners, of whom 114 were arrested again within 52 weeks (Rossi et al. 1980).

    The target is `arrest`. `week` would make a regression of times of which 74 % are censored at 52, which is
    a survival analysis and no regression; and with `week` as a column `arrest` is known (52: no), so it is
    dropped as known only afterwards. "No one is arrested" gives 0.736, and published models have an area under
    the curve of 0.65: nothing here predicts an arrest well, so an accuracy above 0.8 is a leak.
    """
    table = pd.read_csv(find("lifelines", "lifelines/datasets/rossi.csv"))
    settings = {"data.target": "arrest", "data.drop": "[week]", "evaluate.min_score": "0.6"}
    ranges = {"model.accuracy": (0.64, 0.8), "baseline.accuracy": (0.66, 0.8)}
    return Set(table, settings, {**ranges, "accuracy": (0.6, 0.85)})


def temperatures() -> Set:
    """The temperature of each hour of 2010 in San Francisco, in degrees Fahrenheit: 8,759 rows.

    Its only column is a time. These are averages of many years, so the mean of month and hour gives an R² of
    0.98, and the hour before nearly 1: the hours of a day stay on one side, and nothing better than 0.98 can
    be learned. Without the time of day R² is 0.5. The dates are written anew, as ISO 8601 has them.
    """
    table = pd.read_csv(find("vega_datasets", "vega_datasets/_data/sf-temps.csv"))
    times = pd.to_datetime(table["date"], format="%Y/%m/%d %H:%M:%S")
    table["date"] = times.dt.strftime("%Y-%m-%d %H:%M:%S")
    table["day"] = times.dt.strftime("%Y-%m-%d")
    settings = {"task": "regression", "data.target": "temp", "data.group": "day"}
    settings |= {"evaluate.min_score": "0.9"}
    ranges = {"model.r2": (0.95, 1.0), "baseline.r2": (0.0, 0.6), "rmse": (0.1, 1.5)}
    return Set(table, settings, ranges)


def find(package: str, file: str) -> Path:
    """Returns a file of a package without importing it."""
    return Path(str(distribution(package).locate_file(file)))


SETS: dict[str, tuple[str, Callable[[], Set]]] = {  # name -> packages, function
    "orders-parquet": ("", generated_regression),
    "penguins": ("pypi:palmerpenguins", penguins),
    "titanic": ("pypi:causaldata", titanic),
    "rossi": ("pypi:lifelines", rossi),
    "sf-temps": ("pypi:vega-datasets", temperatures),
}
SMALL = {"evaluate.folds": "3"}


def write(given: Set, folder: Path, name: str) -> list[str]:
    """Writes the table into a folder; returns its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{given.source}"
    if given.source == "csv":
        given.table.to_csv(path, index=False, encoding="utf-8")
    else:
        given.table.to_parquet(path)
    settings = {"data.source": given.source, "data.path": path.as_posix(), **given.settings}
    return [f"{key}={value}" for key, value in settings.items()]


def main(arguments: list[str]) -> None:
    """Lists the real sets, or writes one of them, or the generated one."""
    sys.stdout.reconfigure(encoding="utf-8")  # Windows would print in its own code page
    if not arguments:
        for name, (packages, _) in SETS.items():
            print(name, packages)
    elif len(arguments) == 1:
        print("\n".join(write(generated(), Path(arguments[0]), "orders")))
    else:
        folder, name = Path(arguments[0]), arguments[1]
        chosen = SETS[name][1]()
        settings = write(chosen, folder, name)
        settings += [f"{key}={value}" for key, value in SMALL.items()]
        path = folder / f"{name}.{chosen.source}"
        predict = f"uv run poe predict {path.as_posix()}"
        print(json.dumps({"settings": settings, "ranges": chosen.ranges, "predict": predict}))


if __name__ == "__main__":
    main(sys.argv[1:])

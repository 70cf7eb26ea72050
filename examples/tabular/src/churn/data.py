"""`python -m churn.data`: read the table, check it, split it."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .config import Config, Data
from .config import load as load_config
from .mlops import settings
from .mlops.manifest import load_json, save_json, sha256
from .mlops.settings import UserError
from .mlops.tabular import columns

if TYPE_CHECKING:
    import pandas as pd

PREPARED = Path("data/prepared")
CARS = "Auto MPG: 406 cars of 1970-82, by name (UCI, from vega-datasets)"


@dataclass(frozen=True)
class Splits:
    """The prepared rows; `target` is one of their columns, `kinds` are the others in use."""

    train: "pd.DataFrame"
    test: "pd.DataFrame"
    target: str
    kinds: dict[str, str]  # number, category or date, by column
    classes: list[str]  # none for a regression


def read(config: Config) -> "pd.DataFrame":
    """The whole table, as its source has it."""
    import pandas as pd

    data = config.data
    if data.source == "builtin":
        cars = pd.read_json(files("vega_datasets") / "_data" / "cars.json")
        return cars.dropna(subset=[data.target], ignore_index=True) if data.target in cars else cars
    try:
        if data.source == "csv":
            return pd.read_csv(data.path, low_memory=False)
        table = pd.read_parquet(data.path)
        return table.reset_index(drop=table.index.name is None).rename(columns=str)
    except FileNotFoundError:
        raise UserError(f'"{data.path}" is not there: put it there, or set data.path') from None
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f'"{data.path}" is no {data.source} file: {reason}') from None


def check(config: Config) -> list[str]:
    """What is wrong with the configured table, in words, by column."""
    return columns.problems(read(config), config)


def prepare(config: Config) -> dict[str, Any]:
    """Writes data/prepared, unless it holds just this already; returns its manifest."""
    data, own = config.data, Path(config.data.path)
    content = sha256(own.read_bytes()) if data.source != "builtin" and own.is_file() else None
    made_from = sha256(repr((config.task, data, config.evaluate.folds, content)).encode())
    if (PREPARED / "manifest.json").is_file():
        facts: dict[str, Any] = load_json(PREPARED / "manifest.json")
        if facts["made_from"] == made_from:
            return facts
    table, target = read(config), data.target
    if wrong := columns.problems(table, config):
        raise UserError("\n".join(wrong))
    kinds = columns.kinds(table, config)
    table = table[[*dict.fromkeys([*kinds, target, *filter(None, (data.group, data.time))])]]
    late = held_out(table, data)
    PREPARED.mkdir(parents=True, exist_ok=True)
    parts = {"train": table[~late], "test": table[late]}
    for name, part in parts.items():
        part.to_csv(PREPARED / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    number = config.task == "regression"
    facts = {
        "source": CARS if data.source == "builtin" else data.path,
        "licence": "CC BY 4.0" if data.source == "builtin" else "as its owner says",
        "hash": sha256(b"".join((PREPARED / f"{name}.csv").read_bytes() for name in parts)),
        "counts": {name: len(part) for name, part in parts.items()},
        "target": target,
        "kinds": kinds,
        "classes": [] if number else sorted(map(str, table[target].unique())),
        "made_from": made_from,
    }
    save_json(PREPARED / "manifest.json", facts)
    return facts


def held_out(table: "pd.DataFrame", data: Data) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Which rows are the test split: the newest ones, or whole groups drawn by hash."""
    if data.time:
        import pandas as pd

        when = pd.to_datetime(table[data.time], format="ISO8601", utc=True)
        return np.asarray(when > when.quantile(1 - data.test_share))
    draws = [int(sha256(key.encode())[:8], 16) / 2**32 for key in keys(table, data)]
    return np.array(draws) <= max(data.test_share, min(draws))


def keys(table: "pd.DataFrame", data: Data) -> list[str]:
    """What keeps rows on one side of every split: their group, else their own content."""
    if data.group:
        return [str(value) for value in table[data.group]]
    return ["\x1f".join(map(str, row)) for row in table.itertuples(index=False, name=None)]


def load(config: Config) -> Splits:
    """The prepared rows, made first where they are missing or outdated."""
    import pandas as pd

    facts = prepare(config)
    text = {name: str for name, kind in facts["kinds"].items() if kind != "number"}
    text |= {facts["target"]: str} if facts["classes"] else {}
    train, test = (
        pd.read_csv(
            PREPARED / f"{name}.csv",
            dtype=text,
            keep_default_na=False,  # a level "NA" is a level
            na_values=[""],
        )
        for name in ("train", "test")
    )
    return Splits(train, test, facts["target"], facts["kinds"], facts["classes"])


def sample(config: Config, n: int) -> list[dict[str, Any]]:
    """The first `n` test rows, as `predict` takes them."""
    splits = load(config)
    rows: list[dict[str, Any]] = splits.test[[*splits.kinds]].head(n).to_dict("records")
    return rows


def main(argv: Sequence[str] | None = None) -> int:
    """Prepares the data and says what it is, or what is wrong with it."""

    def body(args: Any) -> None:
        facts = prepare(load_config(args.config, args.overrides))
        counts = ", ".join(f"{count} {name}" for name, count in facts["counts"].items())
        print(f'{counts} rows to predict "{facts["target"]}" from {len(facts["kinds"])} columns')

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())

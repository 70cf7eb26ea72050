"""Kinds of damage for tests/machinery/planted_damage.py: each changes files in data/raw."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pandas as pd

from churn import data

SETTINGS = (
    "data.source=csv",
    "data.target=Origin",
    "data.group=Name",
    "task=classification",
    "model.max_iter=20",
    "evaluate.folds=3",
)
TABLE = "table.csv"
Change = Callable[[pd.DataFrame, Random], pd.DataFrame]
Plant = Callable[[Path, Random], None]


def write_clean(repository: Path) -> None:
    """Writes the built-in cars as a table of the team."""
    path = repository / "data" / "raw" / TABLE
    path.parent.mkdir(parents=True)
    cars = data.read_cars("Origin")
    cars["Year"] = cars["Year"].astype(str)
    cars.to_csv(path, index=False, lineterminator="\n")


def change_table(change: Change) -> Plant:
    """Returns a function that changes the table; its cells are texts."""

    def plant(folder: Path, random: Random) -> None:
        path = folder / TABLE
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        change(table, random).to_csv(path, index=False, lineterminator="\n")

    return plant


def change_column(name: str, change: Callable[[str, Random], str], share: float = 1) -> Plant:
    """Returns a function that changes the cells of a column, or a share of them."""

    def edit(table: pd.DataFrame, random: Random) -> pd.DataFrame:
        chosen = [random.random() < share for _ in range(len(table))]
        pairs = zip(table[name], chosen, strict=True)
        table[name] = [change(cell, random) if is_chosen else cell for cell, is_chosen in pairs]
        return table

    return change_table(edit)


def change_content(change: Callable[[bytes], bytes]) -> Plant:
    """Returns a function that changes the bytes of the file."""

    def plant(folder: Path, _random: Random) -> None:
        path = folder / TABLE
        path.write_bytes(change(path.read_bytes()))

    return plant


def multiply(factor: float) -> Callable[[str, Random], str]:
    """Returns a function that changes the unit of a number."""
    return lambda cell, _random: f"{float(cell) * factor:.6g}" if cell else cell


def swap_columns(table: pd.DataFrame, _random: Random) -> pd.DataFrame:
    """Puts the values of two columns under each other's names."""
    weight = table["Weight_in_lbs"].copy()
    table["Weight_in_lbs"] = table["Displacement"]
    table["Displacement"] = weight
    return table


def shift_labels(table: pd.DataFrame, _random: Random) -> pd.DataFrame:
    """Moves the target down by one row, as a join by position does."""
    labels = table["Origin"].tolist()
    table["Origin"] = [labels[-1], *labels[:-1]]
    return table


def shuffle_labels(table: pd.DataFrame, random: Random) -> pd.DataFrame:
    """Gives each row the target of another one."""
    labels = table["Origin"].tolist()
    random.shuffle(labels)
    table["Origin"] = labels
    return table


def shuffle_column(table: pd.DataFrame, random: Random) -> pd.DataFrame:
    """Gives each row the displacement of another one."""
    values = table["Displacement"].tolist()
    random.shuffle(values)
    table["Displacement"] = values
    return table


def flip(cell: str, random: Random) -> str:
    """Returns another class."""
    return random.choice([name for name in ("USA", "Europe", "Japan") if name != cell])


def repeat_rows(table: pd.DataFrame, _random: Random) -> pd.DataFrame:
    """Delivers a quarter of the rows twice."""
    return pd.concat([table, table.iloc[: len(table) // 4]])


def copy_target(table: pd.DataFrame, _random: Random) -> pd.DataFrame:
    """Adds a column that is known only after the target."""
    codes = {"USA": "1", "Europe": "2", "Japan": "3"}
    table["Plant"] = [codes[label] for label in table["Origin"]]
    return table


def shift_cells(table: pd.DataFrame, _random: Random) -> pd.DataFrame:
    """Moves the numbers of ten rows by one column, as a lost separator does."""
    names = list(table.columns[1:7])
    table.loc[table.index[:10], names[1:]] = table.loc[table.index[:10], names[:-1]].to_numpy()
    return table


KINDS: dict[str, Plant] = {
    "two columns are swapped": change_table(swap_columns),
    "pounds became kilograms": change_column("Weight_in_lbs", multiply(0.4536)),
    "a tenth of the weights is in kilograms": change_column(
        "Weight_in_lbs", multiply(0.4536), share=0.1
    ),
    "a number is 10 % larger": change_column("Weight_in_lbs", multiply(1.1)),
    "a column has one value": change_column("Horsepower", lambda *_: "100"),
    "a column is empty": change_column("Horsepower", lambda *_: ""),
    "a fifth of a column is missing": change_column("Horsepower", lambda *_: "", share=0.2),
    "missing numbers are -999": change_column("Horsepower", lambda *_: "-999", share=0.05),
    "missing numbers are 0": change_column("Horsepower", lambda *_: "0", share=0.05),
    "some numbers are text": change_column("Horsepower", lambda *_: "high", share=0.02),
    "decimal commas in some rows": change_column(
        "Miles_per_Gallon", lambda cell, _: cell.replace(".", ","), share=0.3
    ),
    "dates are in the future": change_column("Year", lambda cell, _: f"2{cell[1:]}"),
    "dates are in another format": change_column(
        "Year", lambda cell, _: f"{cell[8:10]}.{cell[5:7]}.{cell[:4]}"
    ),
    "a day that does not exist": change_column("Year", lambda *_: "1975-02-30", share=0.05),
    "a new class": change_column("Origin", lambda *_: "Korea", share=0.05),
    "a class in another spelling": change_column("Origin", lambda cell, _: cell.lower(), share=0.1),
    "a class is gone": change_table(lambda table, _: table[table["Origin"] != "Japan"]),
    "one class is left": change_table(lambda table, _: table[table["Origin"] == "USA"]),
    "a class is rare": change_table(
        lambda table, _: table.drop(table.index[table["Origin"] == "Japan"][:55])
    ),
    "targets are missing": change_column("Origin", lambda *_: "", share=0.05),
    "targets are shifted by a row": change_table(shift_labels),
    "targets are shuffled": change_table(shuffle_labels),
    "a tenth of the targets is another class": change_column("Origin", flip, share=0.1),
    "a column is shuffled": change_table(shuffle_column),
    "a quarter of the rows is there twice": change_table(repeat_rows),
    "a column is missing": change_table(lambda table, _: table.drop(columns="Horsepower")),
    "a column has another name": change_table(
        lambda table, _: table.rename(columns={"Horsepower": "hp"})
    ),
    "the target has another name": change_table(
        lambda table, _: table.rename(columns={"Origin": "origin"})
    ),
    "a new column copies the target": change_table(copy_target),
    "ten rows are shifted by a column": change_table(shift_cells),
    "only the first rows arrived": change_table(lambda table, _: table.iloc[:120]),
    "nine rows in ten are lost": change_table(lambda table, _: table.iloc[::10]),
    "the file is cut in a row": change_content(lambda content: content[: len(content) // 2 - 9]),
    "the file is empty": change_content(lambda _: b""),
    "only the header arrived": change_content(lambda content: content[: content.index(b"\n") + 1]),
    "the header is lost": change_content(lambda content: content[content.index(b"\n") + 1 :]),
    "the file is binary": change_content(lambda content: bytes(255 - byte for byte in content)),
    "zero bytes after the rows": change_content(lambda content: content + bytes(512)),
    "an error page instead of the table": change_content(
        lambda _: b"<html><body>503 Service Unavailable</body></html>\n" * 40
    ),
}

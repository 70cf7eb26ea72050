"""`python foreign.py DIR [regression]`: a table unlike the built-in one, and its settings, one a line.

Classification (CSV): four classes, a header in other languages, categories with rare levels, dates, flags,
gaps, ids; customers with several rows each. Regression (Parquet): real dates, the newest rows as the test.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd


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


def main(folder: Path, task: str) -> None:
    """Writes the table into `folder`."""
    table = orders(700)
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"task": task, "data.drop": "[Bestellung Nr.]", "evaluate.min_score": "0.3"}
    if task == "regression":
        path = folder / "orders.parquet"
        table.drop(columns="客户").to_parquet(path)
        settings |= {"data.source": "parquet", "data.target": "umsatz", "data.time": "Datum"}
    else:
        path = folder / "orders.csv"
        names = ["Frühling", "лето", "秋", "inverno"]
        season = pd.qcut(table.pop("umsatz"), 4, labels=names)
        table.assign(**{"Saison": season}).to_csv(path, index=False, encoding="utf-8")
        settings |= {"data.source": "csv", "data.target": "Saison", "data.group": "客户"}
    settings["data.path"] = path.as_posix()
    sys.stdout.reconfigure(encoding="utf-8")  # Windows would print in its own code page
    for key, value in settings.items():
        print(f"{key}={value}")


if __name__ == "__main__" and len(sys.argv) > 1:
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "classification")

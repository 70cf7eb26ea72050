"""The table and the settings of the tests; they need nothing of the team's config.yaml.

`python tests/small_data.py FOLDER` writes them into a folder.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

CONFIG = """\
experiment: test
task: classification # for a regression: data.target=hours, data.drop=[inspection, state]
data:
  source: csv
  path: data/raw/inspections.csv
  target: state
  drop: [inspection, hours]
  group: machine
  test_size: 0.25
model:
  max_iter: 20
evaluate:
  folds: 3
  min_score: 0.5
runtime:
  seed: 0
  threads: 1
  track: false
"""
COLUMNS = [
    "inspection",
    "machine",
    "inspected on",
    "temperature (°C)",
    "vibration",
    "material",
    "covered",
    "state",
    "hours",
]
MATERIALS = {"steel": 0.0, "fonte": 0.6, "алюминий": 1.2}  # name -> how much faster it wears
MACHINES = 60
INSPECTIONS = 4  # of each machine


def write(folder: Path) -> None:
    """Writes config.yaml and the table into a folder."""
    path = folder / "data" / "raw" / "inspections.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        random = Random(0)  # noqa: S311 - not for cryptography
        writer.writerows(make_rows(random))
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")


def make_rows(random: Random) -> Iterator[list[object]]:
    """Yields inspections of machines; vibration, heat and material say how worn one is."""
    for machine in range(MACHINES):
        material = random.choice(list(MATERIALS))
        for number in range(INSPECTIONS):
            day = date(2024, 1, 1) + timedelta(days=random.randrange(700))
            temperature = random.gauss(60, 10)
            vibration = random.gauss(2, 1)
            wear = vibration + (temperature - 60) / 20 + MATERIALS[material]
            wear += random.gauss(0, 0.3)
            yield [
                f"I-{machine:03}-{number}",
                f"M-{machine:03}",
                day.isoformat(),
                with_gaps(random, round(temperature, 1)),
                round(vibration, 2),
                with_gaps(random, material),
                random.random() < 0.5,
                describe(wear),
                round(1000 - 200 * wear, 1),
            ]


def describe(wear: float) -> str:
    """Returns the class of a machine."""
    if wear < 2:
        return "good"
    return "worn" if wear < 3.2 else "broken"


def with_gaps(random: Random, value: object) -> object:
    """Returns the value, or nothing for one in twenty."""
    return "" if random.random() < 0.05 else value


if __name__ == "__main__":
    write(Path(sys.argv[1]))

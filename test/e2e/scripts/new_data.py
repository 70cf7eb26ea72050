"""`python new_data.py FOLDER`, in a trained clone: writes clean and changed inputs, prints JSON.

`clean` and `changed` are the arguments of `poe drift`, `cleanFiles` and `changedFiles` those of
`poe predict-batch`, `feature` is what the changed inputs differ in.
"""

import json
import random
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd

ROWS = 120
sys.path.append("src")  # also where the package is not installed
PACKAGE = next(Path("src").glob("*/project.py")).parent.name
PROJECT = import_module(f"{PACKAGE}.project").PROJECT
PREPARED = import_module(f"{PACKAGE}.mlops.project").PREPARED


def change_rows(rows: list) -> tuple[list, str]:
    """A number of a table by a half of itself."""
    kinds = PROJECT.signature(PROJECT.load_model(Path("models/current"))).inputs
    name = next(field.name for field in kinds if field.kind == "number")
    return [{**row, name: row[name] * 1.5} for row in rows], name


def change_images(images: list) -> tuple[list, str]:
    return [image // 2 + 110 for image in images], "brightness"


def change_texts(texts: list) -> tuple[list, str]:
    return [f"{text} {text} {text}" for text in texts], "words"


def change_clips(clips: list) -> tuple[list, str]:
    return [clip * 0.2 for clip in clips], "level"


def change_questions(questions: list) -> tuple[list, str]:
    unknown = "zyxwvut qqqqrst wwwwxyz jjjjkkk vvvvbbb"
    return [f"{question} {unknown}" for question in questions], "share of words in the documents"


CHANGES = {
    "tabular": change_rows,
    "vision": change_images,
    "nlp": change_texts,
    "speech": change_clips,
    "llm": change_questions,
}


def write(config: object, inputs: list, folder: Path) -> list[str]:
    """Returns the arguments for these inputs: a folder, a table or the texts."""
    folder.mkdir(parents=True)
    if PROJECT.example_table is None:
        return inputs
    # A table has the rows themselves: `example_table` would take the first rows of the source.
    is_table = PROJECT.modality == "tabular"
    table = pd.DataFrame(inputs) if is_table else PROJECT.example_table(config, inputs, folder)
    if "path" in table:
        return [str(folder.absolute())]
    path = folder / "new.csv"
    table.to_csv(path, index=False)
    return [str(path.absolute())]


def write_files(config: object, inputs: list, arguments: list[str], folder: Path) -> list[str]:
    """Returns files and folders with these inputs; texts go into a file of their own."""
    if arguments != inputs:
        return arguments
    column = getattr(config.data, "text", "question")
    path = folder / "inputs.jsonl"
    path.write_text("".join(f"{json.dumps({column: text})}\n" for text in inputs), encoding="utf-8")
    return [str(path.absolute())]


def main(folder: Path) -> None:
    """Draws from the test split, which no training has fitted."""
    config = PROJECT.load_config(Path("config.yaml"), [])
    splits = PROJECT.load(config, PREPARED)
    inputs = list(PROJECT.inputs(splits.test))
    if PROJECT.modality in ("tabular", "llm"):
        inputs += list(PROJECT.inputs(splits.train))
    generator = random.Random(0)
    clean = generator.choices(inputs, k=ROWS)
    changed, feature = CHANGES[PROJECT.modality](clean)
    found = {"feature": feature}
    for name, chosen in (("clean", clean), ("changed", changed)):
        arguments = write(config, chosen, folder / name)
        found[name] = arguments
        found[f"{name}Files"] = write_files(config, chosen, arguments, folder / name)
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

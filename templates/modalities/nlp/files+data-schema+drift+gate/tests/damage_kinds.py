"""Kinds of damage for tests/machinery/planted_damage.py: each changes files in data/raw."""

import csv
from collections.abc import Callable
from pathlib import Path
from random import Random

from nimble_package.mlops.nlp import text_files

SETTINGS = (
    "data.source=data/raw/texts.csv",
    "data.group=group",
    "train.epochs=3",
    "evaluate.seeds=1",
    "evaluate.min_score=0.5",
)
TABLE = "texts.csv"
Row = dict[str, str]  # text, label, group
Plant = Callable[[Path, Random], None]
Change = Callable[[list[Row], Random], list[Row]]


def write_clean(repository: Path) -> None:
    """Writes the built-in texts as a file of the team."""
    rows = [cells for _, cells in text_files.read(text_files.write_builtin())]
    folder = repository / "data" / "raw"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, [{name: str(row[name]) for name in ("text", "label", "group")} for row in rows])


def write(folder: Path, rows: list[Row]) -> None:
    """Writes the table."""
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        names = list(rows[0]) if rows else ["text", "label", "group"]
        table = csv.DictWriter(file, names, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def change_rows(change: Change) -> Plant:
    """Returns a function that changes the rows."""

    def plant(folder: Path, random: Random) -> None:
        with (folder / TABLE).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        write(folder, change(rows, random))

    return plant


def change_texts(change: Callable[[str], str], share: float = 1) -> Plant:
    """Returns a function that changes the texts, or a share of them."""

    def edit(rows: list[Row], random: Random) -> list[Row]:
        for row in rows:
            if random.random() < share:
                row["text"] = change(row["text"])
        return rows

    return change_rows(edit)


def change_labels(change: Callable[[str, Random], str], share: float) -> Plant:
    """Returns a function that changes a share of the labels."""

    def edit(rows: list[Row], random: Random) -> list[Row]:
        for row in rows:
            if random.random() < share:
                row["label"] = change(row["label"], random)
        return rows

    return change_rows(edit)


def change_content(change: Callable[[bytes], bytes]) -> Plant:
    """Returns a function that changes the bytes of the file."""

    def plant(folder: Path, _random: Random) -> None:
        path = folder / TABLE
        path.write_bytes(change(path.read_bytes()))

    return plant


def list_labels(rows: list[Row]) -> list[str]:
    """Returns the labels, the most frequent one first."""
    labels = [row["label"] for row in rows]
    return sorted(set(labels), key=lambda label: (-labels.count(label), label))


def swap_columns(rows: list[Row], _random: Random) -> list[Row]:
    """Puts texts and labels under each other's names."""
    return [{**row, "text": row["label"], "label": row["text"]} for row in rows]


def shift_labels(rows: list[Row], _random: Random) -> list[Row]:
    """Moves the labels down by 40 rows, as a join of two files by position does."""
    labels = [row["label"] for row in rows]
    moved = [*labels[-40:], *labels[:-40]]
    return [{**row, "label": label} for row, label in zip(rows, moved, strict=True)]


def shuffle_labels(rows: list[Row], random: Random) -> list[Row]:
    """Gives each text the label of another one."""
    labels = [row["label"] for row in rows]
    random.shuffle(labels)
    return [{**row, "label": label} for row, label in zip(rows, labels, strict=True)]


def flip_labels(rows: list[Row], random: Random) -> list[Row]:
    """Gives a tenth of the texts another label."""
    labels = list_labels(rows)
    for row in rows:
        if random.random() < 0.1:
            row["label"] = random.choice([label for label in labels if label != row["label"]])
    return rows


def swap_labels(rows: list[Row], _random: Random) -> list[Row]:
    """Exchanges the two most frequent labels."""
    one, other = list_labels(rows)[:2]
    names = {one: other, other: one}
    return [{**row, "label": names.get(row["label"], row["label"])} for row in rows]


def keep_labels(count: int) -> Change:
    """Returns a function that keeps the most frequent labels."""

    def edit(rows: list[Row], _random: Random) -> list[Row]:
        kept = list_labels(rows)[:count]
        return [row for row in rows if row["label"] in kept]

    return edit


def drop_label(rows: list[Row], _random: Random) -> list[Row]:
    """Drops the rarest label."""
    rarest = list_labels(rows)[-1]
    return [row for row in rows if row["label"] != rarest]


def thin_label(rows: list[Row], _random: Random) -> list[Row]:
    """Keeps a quarter of the rarest label."""
    rarest = list_labels(rows)[-1]
    of_label = [row for row in rows if row["label"] == rarest]
    dropped = of_label[len(of_label) // 4 :]
    return [row for row in rows if row not in dropped]


def relabel_copies(rows: list[Row], random: Random) -> list[Row]:
    """Adds some texts again, with another label."""
    labels = list_labels(rows)
    copies = random.sample(rows, 20)
    added = [{**row, "label": labels[labels.index(row["label"]) - 1]} for row in copies]
    return [*rows, *added]


def damage_encoding(text: str) -> str:
    """Returns a text that was read as Latin-1 and written as UTF-8."""
    marked = text.replace("e", "é").replace(" ", "\u2009")
    return marked.encode().decode("latin-1")


BOILERPLATE = "This page could not be loaded. Please enable JavaScript and cookies to continue."

KINDS: dict[str, Plant] = {
    "texts are empty": change_texts(lambda _: "", 0.05),
    "texts are blanks": change_texts(lambda _: " \t ", 0.05),
    "texts are nan": change_texts(lambda _: "nan", 0.2),
    "boilerplate instead of a third of the texts": change_texts(lambda _: BOILERPLATE, 0.33),
    "boilerplate before every text": change_texts(lambda text: f"{BOILERPLATE} {text}"),
    "texts are cut after 20 letters": change_texts(lambda text: text[:20]),
    "a tenth of the texts is cut after 3 letters": change_texts(lambda text: text[:3], 0.1),
    "texts are repeated 30 times": change_texts(lambda text: f"{text} " * 30, 0.05),
    "texts are in capitals": change_texts(str.upper),
    "blanks between words are lost": change_texts(lambda text: text.replace(" ", "")),
    "letters are in reverse order": change_texts(lambda text: text[::-1]),
    "UTF-8 was read as Latin-1": change_texts(damage_encoding),
    "accented letters were replaced by question marks": change_texts(
        lambda text: text.replace("a", "?").replace("e", "?")
    ),
    "a lost letter in every text": change_texts(lambda text: text.replace("e", "\ufffd")),
    "HTML around the texts": change_texts(lambda text: f"<div class='x'><p>{text}</p></div>"),
    "texts are hexadecimal": change_texts(lambda text: text.encode().hex()),
    "texts in another script": change_texts(
        lambda text: "".join(chr(0x430 + ord(letter) % 32) for letter in text), 0.3
    ),
    "texts are numbers": change_texts(lambda text: str(len(text)), 0.5),
    "a new label": change_labels(lambda *_: "other", 0.1),
    "a label in another spelling": change_labels(lambda label, _: label.upper(), 0.1),
    "labels are missing": change_labels(lambda *_: "", 0.05),
    "labels are numbers": change_labels(lambda label, _: str(len(label)), 1),
    "a label is gone": change_rows(drop_label),
    "a label is rare": change_rows(thin_label),
    "one label is left": change_rows(keep_labels(1)),
    "texts and labels are swapped": change_rows(swap_columns),
    "labels are shifted by 40 rows": change_rows(shift_labels),
    "labels are shuffled": change_rows(shuffle_labels),
    "a tenth of the labels is wrong": change_rows(flip_labels),
    "two labels are exchanged": change_rows(swap_labels),
    "the same text under two labels": change_rows(relabel_copies),
    "a third of the rows is there twice": change_rows(
        lambda rows, _: [*rows, *rows[: len(rows) // 3]]
    ),
    "two thirds of the rows are lost": change_rows(lambda rows, _: rows[::3]),
    "the column with the texts has another name": change_content(
        lambda content: content.replace(b"text,", b"body,", 1)
    ),
    "the header is lost": change_content(lambda content: content[content.index(b"\n") + 1 :]),
    "only the header arrived": change_rows(lambda *_: []),
    "the file is empty": change_content(lambda _: b""),
    "the file is cut in a row": change_content(lambda content: content[: len(content) // 2]),
    "the file is UTF-16": change_content(lambda content: content.decode().encode("utf-16-le")),
    "the file is binary": change_content(lambda content: bytes(255 - byte for byte in content)),
}

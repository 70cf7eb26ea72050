"""Reads a CSV file as it was meant: names in their places, numbers as numbers, true lines."""

import io
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UserError
from . import csv_text
from .csv_text import SEPARATORS, Scan

if TYPE_CHECKING:
    import pandas as pd

LINE = "line of the file"  # the name of the index
NOTES = "notes"  # the key of DataFrame.attrs for what a user should know about the reading
# What pandas takes for a missing value.
MISSING = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("\\N", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)
UNNAMED = "Unnamed: "  # pandas names a column without a name so
# 1,5 and 1.234,5: a comma before the decimals
DECIMAL_COMMA = r"\s*[+-]?(?:\d+|\d{1,3}(?:[. ]\d{3})+)(?:,\d+)?(?:[eE][+-]?\d+)?\s*"
MOST = 0.8  # of the values of a column
LEADING_ZERO = r"\s*[+-]?0\d+\s*"


def read(
    path: Path,
    texts: Collection[str] = (),
    codes: Collection[str] = (),
    numbers: Collection[str] = (),
) -> "pd.DataFrame":
    """Returns the table in a file; its index is the line of each row, counted from 1.

    `texts` and `codes` are read as text, the others as what their values are; in `codes` only an
    empty cell is a missing value; `numbers` are known to be numbers.
    Raises UserError for a file that is not a table, with the line.
    """
    import pandas as pd

    text = csv_text.decode(path)
    given = re.match(r"sep=(.)\r?\n", text)  # the first line of some files that Excel writes
    if given:
        text = text[given.end() :]
    separator = given[1] if given else csv_text.find_separator(text)
    notes: list[str] = []
    try:
        found = csv_text.scan(text, separator)
        names = fit_names(found, notes, first_line=2 if given else 1)
    except UserError as error:
        raise UserError(f'"{path}": {error}') from None
    texts = [*texts, *codes]
    known = {name: str for name in texts if name in names}
    missing = {name: [""] if name in codes else list(MISSING) for name in names}
    table = parse(found, names, dtype=known, na_values=missing, keep_default_na=False)
    if len(table) == len(found.lines):
        lines = np.asarray(found.lines) + (1 if given else 0)
        table.index = pd.Index(lines, name=LINE)
    _refuse_names_without_header(path, table, found)
    table = _drop_empty(table)
    if separator != ",":
        notes.append(f"cells are separated by {SEPARATORS.get(separator, separator)}s")
        _convert_decimals(table, texts, numbers, notes)
        _note_thousands(table, found, names, notes)
    _note_leading_zeros(table, found, names, notes)
    table.attrs[NOTES] = notes
    return table


def parse(found: Scan, names: list[str], **options: Any) -> "pd.DataFrame":
    """Returns the records of a text, without its header, as pandas reads them."""
    import pandas as pd

    return pd.read_csv(
        io.StringIO(found.content),
        sep=found.separator,
        names=names,
        header=0,
        index_col=False,
        low_memory=False,
        **options,
    )


def fit_names(found: Scan, notes: list[str], first_line: int) -> list[str]:
    """Returns a name for each cell of a row; raises UserError for rows that are wider or shorter.

    A file may end each row with a separator, or begin it with a name that the header leaves out.
    """
    header = [name.strip() for name in found.header]
    if not header:
        raise UserError("the file is empty: a table needs a line with the names of its columns")
    if found.note:
        notes.append(found.note)
    width = len(header)
    widths = set(found.widths)
    if not header[-1] and widths == {width - 1}:
        pass  # only the header ends with a separator
    elif width + 1 in widths and widths <= {width, width + 1} and found.has_empty_end:
        notes.append("rows end with a separator, after which nothing follows")
        header = [*header, ""]
    elif widths == {width + 1}:
        header = ["", *header]
    elif widths - {width}:
        number = next(n for n, cells in enumerate(found.widths) if cells != width)
        odd = sum(cells != width for cells in found.widths)
        line, cells = found.lines[number] + first_line - 1, found.widths[number]
        others = f" (and {odd - 1} other lines do not fit)" if odd > 1 else ""
        if odd == len(found.widths) and len(widths) == 1:
            raise UserError(
                f"line {line} and all others have {cells} cells, but line {first_line} has {width} "
                f'("{found.header[0]:.40}"): delete the lines above the names of the columns'
            )
        raise UserError(
            f"line {line} has {cells} cells, but the header names {width} columns{others}: put "
            f'a cell that holds the separator "{found.separator}" in quotes, and write empty cells'
        )
    return number_names(header, notes)


def number_names(header: list[str], notes: list[str]) -> list[str]:
    """Returns names as pandas makes them: none is empty, and none is there twice."""
    names: list[str] = []
    for position, name in enumerate(header):
        unique = name or f"{UNNAMED}{position}"
        number = 0
        while unique in names:
            number += 1
            unique = f"{name}.{number}"
        if number == 1:
            notes.append(f'the header has "{name}" twice: the second is called "{unique}"')
        names.append(unique)
    return names


def _refuse_names_without_header(path: Path, table: "pd.DataFrame", found: Scan) -> None:
    """Raises UserError when the first cells, which no header names, are no names of rows."""
    is_wider = bool(found.widths) and min(found.widths) > len(found.header)
    if is_wider and not found.has_empty_end and table.iloc[:, 0].duplicated().any():
        raise UserError(
            f'"{path}": its rows have {found.widths[0]} cells, but the header names '
            f"{len(found.header)} columns: name each column"
        )


def _drop_empty(table: "pd.DataFrame") -> "pd.DataFrame":
    """Returns the table without columns that have neither a name nor a value."""
    unnamed = [name for name in table.columns if name.startswith(UNNAMED)]
    is_empty = table[unnamed].isna().all()
    return table.drop(columns=is_empty.index[is_empty])


def _convert_decimals(
    table: "pd.DataFrame", texts: Collection[str], numbers: Collection[str], notes: list[str]
) -> None:
    """Makes numbers of columns in which the values are written like 1,5 or 1.234,5.

    A column with few other values stays text, in which they can be found.
    """
    import pandas as pd

    for name in table.columns:
        column = table[name]
        if name in texts or pd.api.types.is_numeric_dtype(column) or column.isna().all():
            continue
        text = column.dropna().astype(str)
        fits = text.str.fullmatch(DECIMAL_COMMA)
        has_comma = fits & text.str.contains(",", regex=False)
        if not has_comma.any() or (fits.mean() < MOST and name not in numbers):
            continue
        plain = write_point(text[fits])
        found = column.astype(object)
        found[plain.index] = plain
        table[name] = pd.to_numeric(found) if fits.all() else found
        first = has_comma.idxmax()
        number = float(plain[first])
        notes.append(f'"{name}" has decimal commas: "{text[first]}" is read as {number:g}')


def write_point(text: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns numbers like 1.234,5 as 1234.5."""
    return text.str.replace(r"[. ]", "", regex=True).str.replace(",", ".")


def _note_thousands(table: "pd.DataFrame", found: Scan, names: list[str], notes: list[str]) -> None:
    """Says which numbers are small where 13.000 means 13,000; 850 next to it shows that it may."""
    import pandas as pd

    if not re.search(r"(?<!\d)[1-9]\d{0,2}\.\d{3}(?!\d)", found.content):
        return
    numbers = [name for name in table.columns if pd.api.types.is_float_dtype(table[name])]
    written = parse(found, names, dtype=str, usecols=numbers)
    for name in numbers:
        texts = written[name].dropna().str.strip()
        has_dot = texts.str.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}")
        is_whole = texts.str.fullmatch(r"[+-]?\d{1,3}")
        if has_dot.any() and is_whole.any() and (has_dot | is_whole).all():
            first = texts[has_dot].iloc[0]
            notes.append(
                f'"{name}": "{first}" is read as {float(first):g}, and "{texts[is_whole].iloc[0]}" '
                "as it is: if the dot separates thousands, write the numbers without it"
            )


def _note_leading_zeros(
    table: "pd.DataFrame", found: Scan, names: list[str], notes: list[str]
) -> None:
    """Says which numbers lose the zeros that they begin with."""
    import pandas as pd

    cut = re.escape(found.separator)
    if not re.search(rf'(?:^|{cut}|")\s*[+-]?0\d', found.content, re.MULTILINE):
        return
    numbers = [name for name in table.columns if pd.api.types.is_numeric_dtype(table[name])]
    written = parse(found, names, dtype=str, usecols=numbers)
    for name in numbers:
        begins = written[name].str.fullmatch(LEADING_ZERO, na=False)
        if begins.any():
            first = written[name][begins].iloc[0]
            notes.append(
                f'"{name}" is read as numbers, but "{first}" begins with 0: add the column to '
                "data.categories if these are codes"
            )

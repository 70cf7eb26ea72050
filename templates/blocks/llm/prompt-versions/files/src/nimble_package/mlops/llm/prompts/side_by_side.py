"""Two texts next to each other: as text for the terminal, and as a page."""

import difflib
import html
import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from ....adapters.prompts import Prompt
from ... import html_page

WIDTH = 58  # characters of a column in the terminal
PAGE_WIDTH = 70  # characters of a column in the page
MARKS = {"equal": " ", "replace": "|", "delete": "<", "insert": ">"}
HASH_LENGTH = 12  # characters of a hash that are shown
STYLE = """\
body { max-width: none; margin: 2rem; }
td, th { padding: 0 1rem 0 0; border: 0; }
.diff td { white-space: pre-wrap; font: 13px/1.4 monospace; }
.diff_add { background: #d8f5d8; }
.diff_sub { background: #f9d9d9; }
.diff_chg { background: #fff3c4; }
.diff_next, td.diff_header { display: none; }
"""
NOT_SHOWN = re.compile(' nowrap="nowrap"| colspan="2"')


def format_columns(left: str, right: str) -> Iterator[str]:
    """Yields lines with both texts; `|` changed, `<` only left, `>` only right."""
    left_lines = left.splitlines()
    right_lines = right.splitlines()
    matcher = difflib.SequenceMatcher(None, left_lines, right_lines, autojunk=False)
    for change, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        left_part = left_lines[left_start:left_end]
        right_part = right_lines[right_start:right_end]
        for one, two in zip_longest(left_part, right_part, fillvalue=""):
            yield from _format_row(one, MARKS[change], two)


def _format_row(left: str, mark: str, right: str) -> Iterator[str]:
    left_lines = textwrap.wrap(left, WIDTH) or [""]
    right_lines = textwrap.wrap(right, WIDTH) or [""]
    for one, two in zip_longest(left_lines, right_lines, fillvalue=""):
        yield f"{one:{WIDTH}} {mark} {two}".rstrip()


def make_page(names: Sequence[str], prompts: Sequence[Prompt], metrics: str) -> str:
    """Returns both prompts and the comparison as HTML that needs no other file."""
    left, right = prompts
    table = difflib.HtmlDiff(wrapcolumn=PAGE_WIDTH).make_table(
        left.text.splitlines(),
        right.text.splitlines(),
        format_title(names[0], left),
        format_title(names[1], right),
    )
    table = NOT_SHOWN.sub("", table).replace("&nbsp;", " ")
    title = " and ".join(names)
    parts = [f"<h1>{html.escape(title)}</h1>", table, f"<pre>{html.escape(metrics)}</pre>"]
    return html_page.make_page(title, parts, STYLE)


def format_title(name: str, prompt: Prompt) -> str:
    """Returns the title of a column, as HTML."""
    return html.escape(f"{name} ({prompt.sha256[:HASH_LENGTH]})")

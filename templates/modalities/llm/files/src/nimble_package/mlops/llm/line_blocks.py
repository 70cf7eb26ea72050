"""Finds the parts of a document whose lines stay whole: tables, logs and code."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FENCE = re.compile(r"\s*(`{3,}|~{3,})")
RULE = re.compile(r"[\s|:+=-]*-{2,}[\s|:+=-]*")  # below the head of a table
BLANK = re.compile(r"\n[^\S\n]*\n\s*\n*")
DELIMITERS = (r"\|", r"\t", r";(?=\S)", r",(?=\S)")
# A time, a date, a level, an address, JSON or key=value at the start of a line.
RECORD = re.compile(
    r"[\[(<{\"]?(\d+[-/.:]\d+|\d{9,}|[A-Z][a-z]{2} +\d+ \d+:|[A-Z]{4,8}\b|\w+=\S|\{|\[)"
)
MIN_LINES = 3  # fewer lines may be alike by chance
MIN_SHARE = 0.8  # of the lines that are alike
MIN_RAGGED = 20  # lines; fewer are prose where nothing else is known
LONG_LINE = 0.7  # of the longest one: lines of wrapped prose are at least so long


@dataclass(frozen=True, eq=False)
class LineBlock:
    """A table, a log or code; `header` and `footer` belong to every part of it."""

    header: str = ""
    lines: tuple[str, ...] = ()
    footer: str = ""


NO_BLOCK = LineBlock()  # prose
Blocks = Iterator[tuple[LineBlock, str]]


def read_blocks(text: str) -> Blocks:
    """Yields the parts of a text in their order: blocks of lines, and prose with NO_BLOCK."""
    prose: list[str] = []
    for paragraph in _split_paragraphs(text):
        block = _find_block(paragraph)
        if block is NO_BLOCK:
            prose.append("\n".join(paragraph))
            continue
        if prose:
            yield NO_BLOCK, "\n\n".join(prose)
            prose = []
        yield block, ""
    if prose:
        yield NO_BLOCK, "\n\n".join(prose)


def _split_paragraphs(text: str) -> Iterator[list[str]]:
    """Lines without blank ones between them; code is one paragraph, and so are rows of a table."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if fence:
            lines.append(line)
            if mark and mark[1].startswith(fence):
                yield lines
                lines, fence = [], ""
            continue
        is_row = line.lstrip().startswith("|")
        was_row = bool(lines) and lines[-1].lstrip().startswith("|")
        if lines and (mark or not line.strip() or is_row != was_row):
            yield lines
            lines = []
        if mark:
            fence = mark[1]
        if line.strip():
            lines.append(line)
    if lines:
        yield lines


def _find_block(lines: Sequence[str]) -> LineBlock:
    kept = [line.rstrip() for line in lines]
    if FENCE.match(kept[0]):
        has_end = len(kept) > 1 and FENCE.fullmatch(kept[-1]) is not None
        body = kept[1:-1] if has_end else kept[1:]
        return _make(kept[:1], body, kept[0].split("\n")[0].strip()[:3])
    is_piped = all(line.lstrip().startswith("|") for line in kept)
    if len(kept) > 1 and (is_piped or ("|" in kept[0] and RULE.fullmatch(kept[1]))):
        has_rule = RULE.fullmatch(kept[1]) is not None
        head = 2 if has_rule else 0
        return _make(kept[:head], kept[head:])
    if len(kept) < MIN_LINES:
        return NO_BLOCK
    if _is_delimited(kept):
        has_head = not re.search(r"\d", kept[0])
        return _make(kept[:has_head], kept[has_head:])
    records = [RECORD.match(line) is not None for line in kept]
    if sum(records) >= MIN_SHARE * len(kept):
        head = records.index(True)
        return _make(kept[:head], kept[head:])
    if _is_ragged(kept):
        return _make([], kept)
    return NO_BLOCK


def _make(head: Sequence[str], body: Sequence[str], footer: str = "") -> LineBlock:
    lines = tuple(line for line in body if line.strip())
    if not lines:
        return LineBlock("", tuple(head) or (footer,))
    return LineBlock("\n".join(head), lines, footer)


def _is_delimited(lines: Sequence[str]) -> bool:
    """Whether nearly all lines have the same number of the same delimiter."""
    for delimiter in DELIMITERS:
        counts = [len(re.findall(delimiter, line)) for line in lines]
        usual = max(set(counts), key=counts.count)
        if usual and counts.count(usual) >= MIN_SHARE * len(counts):
            return True
    return False


def _is_ragged(lines: Sequence[str]) -> bool:
    """Whether many lines end earlier than those of wrapped prose would."""
    if len(lines) < MIN_RAGGED:
        return False
    longest = max(map(len, lines))
    full = sum(len(line) >= LONG_LINE * longest for line in lines)
    return full < len(lines) / 2

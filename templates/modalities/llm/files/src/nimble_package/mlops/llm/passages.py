"""Cuts documents into passages of whole sentences and whole lines."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import ceil
from typing import NamedTuple

from .line_blocks import NO_BLOCK, LineBlock, read_blocks

SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f\u0964])|\n{2,}")
# Characters of scripts without spaces: two of them count as a word.
WITHOUT_SPACES = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
MAX_SENTENCE = 200  # words; a longer one is cut at its line ends, else between words
MAX_TITLE = 40  # words; a longer first sentence is no title
MAX_WORD = 24  # characters; a longer one counts as several words


class Passage(NamedTuple):
    """A part of a document, under the document's name."""

    document: str
    text: str


class Piece(NamedTuple):
    """A sentence, or a line of a table, a log or code."""

    text: str
    block: LineBlock


def split_sentences(text: str) -> list[str]:
    """Returns the sentences of a text; a heading counts as one, and so does a line of a table."""
    return [piece.text for piece in split_pieces(text)]


def split_pieces(text: str) -> list[Piece]:
    """Returns sentences and lines; only a sentence of more than MAX_SENTENCE words is cut."""
    pieces: list[Piece] = []
    for block, part in read_blocks(text):
        lines = block.lines if block.lines else _split_prose(part)
        pieces.extend(Piece(line, block) for line in lines)
    return pieces


def _split_prose(text: str) -> Iterator[str]:
    for part in SENTENCE.split(text):
        if not part.strip("# \n\ufeff\u200b"):
            continue
        is_long = count_words(part) > MAX_SENTENCE
        for line in part.split("\n") if is_long else [part]:
            if line.strip():
                yield " ".join(line.split())


def count_words(text: str) -> int:
    """Returns how many words a text has, about, in any script."""
    words = sum(ceil(len(word) / MAX_WORD) for word in text.split())
    return words + len(WITHOUT_SPACES.findall(text)) // 2


def cut_passages(documents: Mapping[str, str], words: int) -> list[Passage]:
    """Returns passages, about `words` long, each under its document's title.

    A table is cut between its rows and a log between its lines; their header is repeated.
    """
    passages: list[Passage] = []
    for name, text in documents.items():
        title, rest = _find_title(name, split_pieces(text))
        if not rest:
            passages.append(Passage(name, title))
        pieces = [part for piece in rest for part in _cut(piece, words)]
        while pieces:
            count = _count_pieces(pieces, words)
            passages.append(Passage(name, _join(title, pieces[:count])))
            pieces = pieces[count:]
    return passages


def _find_title(name: str, pieces: Sequence[Piece]) -> tuple[str, list[Piece]]:
    """The first sentence and the rest; the document's name where it begins otherwise."""
    if pieces:
        first = pieces[0]
        if first.block is NO_BLOCK and count_words(first.text) <= MAX_TITLE:
            return first.text, list(pieces[1:])
    return name.rpartition("/")[2], list(pieces)


def _cut(piece: Piece, words: int) -> Iterator[Piece]:
    """The piece, or parts of about `words` words where it has more than MAX_SENTENCE."""
    if count_words(piece.text) <= max(words, MAX_SENTENCE):
        yield piece
        return
    part = ""
    for word in re.findall(rf"\s*\S{{1,{MAX_WORD}}}", piece.text):
        if part and count_words(part + word) > words:
            yield Piece(part.strip(), piece.block)
            part = ""
        part += word
    yield Piece(part.strip(), piece.block)


def _count_pieces(pieces: Sequence[Piece], words: int) -> int:
    """How many of the first pieces have at most so many words with headers; at least one."""
    length = 0
    block = NO_BLOCK
    for count, piece in enumerate(pieces):
        if piece.block is not block:
            length += count_words(piece.block.header)
            block = piece.block
        length += count_words(piece.text)
        if count and length > words:
            return count
    return len(pieces)


def _join(title: str, pieces: Sequence[Piece]) -> str:
    parts = [title]
    for _, group in groupby(pieces, key=lambda piece: id(piece.block)):
        members = list(group)
        block = members[0].block
        texts = [piece.text for piece in members]
        if block is NO_BLOCK:
            parts.extend(texts)
        else:
            lines = [block.header, *texts, block.footer]
            parts.append("\n".join(line for line in lines if line))
    return "\n\n".join(parts)

"""Finds texts that are nearly the same, so that they stay in one split.

MinHash (Broder 1997): the share of 240 equal minima is close to the share of common n-grams, and
two texts are only compared when one of 40 bands of 6 minima is equal: that finds 99 in 100 pairs
at a share of 0.7.
"""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...features import split_words

BANDS = 40
ROWS_IN_A_BAND = 6
HASHES = BANDS * ROWS_IN_A_BAND
NGRAM = 5  # letters
PART = 4096  # n-grams that are hashed at once


class Links:
    """Rows that belong together, as a union-find structure."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def find(self, row: int) -> int:
        """Returns the number of the group that a row is in."""
        while self._parents[row] != row:
            self._parents[row] = self._parents[self._parents[row]]
            row = self._parents[row]
        return row

    def join(self, row: int, other: int) -> None:
        """Puts two rows into one group."""
        self._parents[self.find(row)] = self.find(other)


def find_groups(
    texts: Sequence[str], groups: Sequence[str] = (), min_share: float = 0.7
) -> list[int]:
    """Returns a number for each text, equal for texts of one group and for near duplicates."""
    return join(len(texts), find_links(texts, min_share), groups)


def find_links(texts: Sequence[str], min_share: float = 0.7) -> list[tuple[int, int]]:
    """Returns pairs of texts that are nearly the same; the later one comes first."""
    links: dict[tuple[int, int], None] = {}
    seen: dict[tuple[int, bytes], int] = {}
    minima = np.zeros((len(texts), HASHES), np.uint32)
    for row, text in enumerate(texts):
        minima[row] = _min_hashes(text)
        for band, part in enumerate(minima[row].reshape(BANDS, ROWS_IN_A_BAND)):
            other = seen.setdefault((band, part.tobytes()), row)
            if other != row and (minima[other] == minima[row]).mean() >= min_share:
                links[row, other] = None
    return list(links)


def join(count: int, links: Sequence[tuple[int, int]], groups: Sequence[str] = ()) -> list[int]:
    """Returns a number for each of `count` rows, equal where they are linked or in one group."""
    joined = Links(count)
    for row, other in links:
        joined.join(row, other)
    first: dict[str, int] = {}
    for row, group in enumerate(groups):
        joined.join(row, first.setdefault(group, row))
    return [joined.find(row) for row in range(count)]


def simplify(text: str) -> str:
    """Returns the words without numbers, one space apart."""
    return re.sub(r"\d", "", " ".join(split_words(text)))


def identify(text: str) -> str:
    """Returns the words without numbers; with them, or the text itself, where nothing is left."""
    words = simplify(text)
    return words if words.strip() else " ".join(split_words(text)) or text


def _min_hashes(text: str) -> NDArray[np.uint64]:
    """The smallest hash of the text's n-grams, for each of the hash functions."""
    factors = np.cumprod(np.full(HASHES, 0x9E3779B97F4A7C15, np.uint64))
    plain = identify(text)
    starts = range(max(1, len(plain) - NGRAM + 1))
    ngrams = {plain[start : start + NGRAM].encode(errors="surrogatepass") for start in starts}
    hashes = np.array([zlib.crc32(ngram) + 1 for ngram in ngrams], np.uint64)
    smallest = np.full(HASHES, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, len(hashes), PART):  # a long text has millions of n-grams
        products = hashes[start : start + PART, None] * factors
        np.minimum(smallest, (products >> np.uint64(32)).min(axis=0), out=smallest)
    return smallest

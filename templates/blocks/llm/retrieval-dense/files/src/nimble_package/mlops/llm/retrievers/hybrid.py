"""BM25 and dense search together: the sum of 1 / (60 + rank) (Cormack and others, 2009)."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from ....retrieval import BM25, Passage
from . import dense

DAMP, DEPTH = 60, 100  # the paper's constant; how far down each list counts


class Hybrid:
    """Two ways to search that vote."""

    def __init__(self, words: BM25, vectors: dense.Dense) -> None:
        self.words, self.vectors = words, vectors
        self.places = {id(passage): at for at, passage in enumerate(words.passages)}

    def search(self, question: str, k: int) -> list[Passage]:
        """The k passages with the most votes, best first."""
        votes: defaultdict[int, float] = defaultdict(float)
        for rank, passage in enumerate(self.words.search(question, DEPTH), 1):
            votes[self.places[id(passage)]] += 1 / (DAMP + rank)
        for rank, place in enumerate(self.vectors.rank(question)[:DEPTH], 1):
            votes[place] += 1 / (DAMP + rank)
        best = sorted(votes, key=lambda place: (-votes[place], place))[:k]
        return [self.words.passages[place] for place in best]


def build(name: str, passages: Sequence[Passage], folder: Path | None) -> Hybrid:
    """Both over the same passages; the folder keeps the index of the vectors."""
    return Hybrid(BM25(passages), dense.build(name, passages, folder))

"""BM25 and dense search together by reciprocal rank fusion (Cormack and others, 2009)."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from ..embeddings import Array
from ..retrieval import BM25, Passage
from . import dense

RANK_CONSTANT = 60  # of the paper: a passage scores 1 / (60 + rank) in each list
DEPTH = 100  # passages of each list that count


class Hybrid:
    """Two retrievers over the same passages, with their ranks combined."""

    def __init__(self, bm25: BM25, vectors: dense.Dense) -> None:
        """Both must have the same passages in the same order."""
        self.bm25 = bm25
        self.vectors = vectors
        # By identity: two passages may have the same text.
        self.numbers = {id(passage): number for number, passage in enumerate(bm25.passages)}

    def search(self, question: str, k: int) -> list[Passage]:
        """Returns the k passages with the highest sum, best first."""
        by_words = [self.numbers[id(passage)] for passage in self.bm25.search(question, DEPTH)]
        by_vectors = self.vectors.rank(question)[:DEPTH]
        scores: defaultdict[int, float] = defaultdict(float)
        for ranking in (by_words, by_vectors):
            for rank, number in enumerate(ranking, start=1):
                scores[number] += 1 / (RANK_CONSTANT + rank)
        best = sorted(scores, key=lambda number: (-scores[number], number))[:k]
        return [self.bm25.passages[number] for number in best]

    def embed(self, questions: Sequence[str]) -> Array:
        """Returns the vectors of questions, shape (questions, dimensions)."""
        return self.vectors.embed(questions)


def build(name: str, passages: Sequence[Passage], folder: Path | None) -> Hybrid:
    """Returns both over the same passages; the folder has the index of the vectors."""
    return Hybrid(BM25(passages), dense.build(name, passages, folder))

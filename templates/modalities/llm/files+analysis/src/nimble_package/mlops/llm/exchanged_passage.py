"""A retriever with one wrong passage, which shows what the passage at that place is worth."""

from collections.abc import Mapping

from .retrieval import Passage, Retriever


class ExchangedPassage:
    """Replaces the passage at one place by that of another question."""

    def __init__(self, retriever: Retriever, place: int, others: Mapping[str, str]) -> None:
        """`place` counts from 1; `others` has the other question of each question."""
        self.retriever = retriever
        self.place = place
        self.others = others

    def search(self, question: str, k: int) -> list[Passage]:
        """Returns the passages of the question; unchanged where either has too few of them."""
        passages = list(self.retriever.search(question, k))
        others = self.retriever.search(self.others[question], k)
        index = self.place - 1
        if index < len(passages) and index < len(others):
            passages[index] = others[index]
        return passages

"""What a bundle is compared with: the best sentence of the documents, and declining everything."""

from collections.abc import Sequence
from typing import Any

from .retrieval import BM25, Passage, Retriever, split_sentences


class Extractive:
    """The baseline: the best sentence of the best passage; no prompt, no model, no refusal."""

    def __init__(self, retriever: Retriever) -> None:
        """`retriever` is that of the bundle."""
        self.retriever = retriever

    def ask(self, question: str) -> dict[str, Any]:
        """Returns the same keys as a bundle's reply."""
        documents: list[str] = []
        text = ""
        for document, passage in self.retriever.search(question, 1):
            lines = split_sentences(passage)
            sentences = [Passage(document, line) for line in lines]
            best = BM25(sentences).search(question, 1)
            documents = [document]
            text = best[0].text if best else lines[0]
        reply: dict[str, Any] = {"question": question, "answer": text, "sources": documents}
        reply["answered"] = True
        reply["retrieved"] = documents
        reply["cost_usd"] = 0.0
        reply["form"] = True
        return reply


def decline_all(questions: Sequence[str]) -> list[dict[str, Any]]:
    """Returns the replies of a bundle that declines every question."""
    reply: dict[str, Any] = {"answer": "", "sources": [], "answered": False}
    reply |= {"retrieved": [], "cost_usd": 0.0, "form": True}
    return [{"question": question, **reply} for question in questions]

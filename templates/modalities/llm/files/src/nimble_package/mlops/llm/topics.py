"""What questions are about, as vectors: the embedding of this project."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .retrieval import BM25, split_terms

if TYPE_CHECKING:
    from ...bundle import Model


def embed(model: "Model", questions: Sequence[str]) -> NDArray[np.float32]:
    """Returns the vectors of the dense retriever, or how well each document fits a question.

    Shape (questions, dimensions), or (questions, documents): BM25's best score of the passages of
    each document. An embedding at a provider is paid by the question.
    """
    embed_questions = getattr(model.retriever, "embed", None)
    if embed_questions is not None:
        return np.asarray(embed_questions(questions), np.float32)
    return score_documents(model, questions)


def score_documents(model: "Model", questions: Sequence[str]) -> NDArray[np.float32]:
    """Returns the best score of each document, shape (questions, documents), in their order."""
    passages = model.bundle.passages
    documents = list(dict.fromkeys(passage.document for passage in passages))
    numbers = {document: number for number, document in enumerate(documents)}
    columns = [numbers[passage.document] for passage in passages]
    bm25 = BM25(passages)
    found = np.zeros((len(questions), len(documents)), np.float32)
    for row, question in zip(found, questions, strict=True):
        np.maximum.at(row, columns, np.asarray(bm25.score(question), np.float32))
    return found


def measure_known_terms(model: "Model", questions: Sequence[str]) -> list[float]:
    """Returns the share of each question's terms that any passage has; 1 for one without terms."""
    known: set[str] = set()
    for passage in model.bundle.passages:
        known.update(split_terms(passage.text))
    shares = []
    for question in questions:
        terms = set(split_terms(question))
        shares.append(len(terms & known) / len(terms) if terms else 1.0)
    return shares

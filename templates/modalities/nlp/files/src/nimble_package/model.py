"""The model, an embedding of words and n-grams (Joulin et al. 2016), and its baseline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from torch import Tensor, nn
from torch.nn.functional import embedding

from .config import Model
from .features import Ids, pad, split_words
from .mlops.training_loop import count_batches, split_batches


class TextClassifier(nn.Module):
    """Ids (batch, any length; 0 is padding) -> logits (batch, classes)."""

    def __init__(self, classes: int, settings: Model) -> None:
        """The first row of the embedding is for padding."""
        super().__init__()
        rows = settings.num_embeddings + 1
        self.embedding = nn.EmbeddingBag(rows, settings.embedding_dim, mode="sum", padding_idx=0)
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(settings.embedding_dim, classes)
        nn.init.normal_(self.embedding.weight, std=0.05)

    def forward(self, ids: Tensor) -> Tensor:
        """Returns logits (batch, classes)."""
        return self.classify(self.embedding(ids), ids)

    def classify(self, sums: Tensor, ids: Tensor) -> Tensor:
        """Returns logits for the summed embeddings (batch, embedding_dim) of `ids`."""
        length = (ids > 0).sum(1, keepdim=True)
        vectors = sums / length.clamp(min=1).sqrt()
        logits: Tensor = self.head(self.dropout(vectors))
        return logits


class ExportedClassifier(nn.Module):
    """Ids -> probabilities. An EmbeddingBag becomes loops in ONNX, other ones in each run."""

    def __init__(self, network: TextClassifier) -> None:
        """`network` is the trained one."""
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor) -> Tensor:
        """Returns probabilities (batch, classes)."""
        is_text = (ids > 0)[:, :, None]
        weight = self.network.embedding.weight
        vectors = embedding(ids, weight) * is_text
        sums = vectors.sum(1)
        logits = self.network.classify(sums, ids)
        return logits.softmax(1)


@dataclass(frozen=True)
class PaddedBatches:
    """Batches of texts in random order, each batch padded to its longest text."""

    rows: Sequence[Ids]
    targets: Tensor
    batch_size: int

    def __len__(self) -> int:
        """Returns the number of batches."""
        return count_batches(len(self.rows), self.batch_size)

    def __call__(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
        """Yields ids and targets of one epoch."""
        count = len(self.rows)
        order = torch.randperm(count, generator=generator)
        for chosen in split_batches(order, self.batch_size):
            rows = [self.rows[row] for row in chosen]
            ids = torch.from_numpy(pad(rows))
            yield ids, self.targets[chosen]


def make_baseline(class_weight: str | None = None) -> Pipeline:
    """TF-IDF of words and pairs of words, then logistic regression."""
    vectorizer = TfidfVectorizer(
        tokenizer=split_words,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        sublinear_tf=True,
    )
    logistic = LogisticRegression(C=10, max_iter=1000, class_weight=class_weight)
    return make_pipeline(vectorizer, logistic)

"""The model, an embedding of words and pieces of words (Joulin et al. 2016), and its baseline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import embedding

from .config import Model
from .features import Ids, pad, words
from .mlops.settings import UserError
from .mlops.weights import export_onnx, save_model

Chances = NDArray[np.floating]  # (texts, classes)


class TextNet(nn.Module):
    """Ids (batch, any length; 0 is padding) -> logits (batch, classes)."""

    def __init__(self, classes: int, how: Model) -> None:
        super().__init__()
        self.embed = nn.EmbeddingBag(how.buckets + 1, how.width, mode="sum", padding_idx=0)
        self.drop = nn.Dropout(how.dropout)
        self.out = nn.Linear(how.width, classes)
        nn.init.normal_(self.embed.weight, std=0.05)

    def forward(self, ids: Tensor) -> Tensor:
        return self.answer(self.embed(ids), ids)

    def answer(self, summed: Tensor, ids: Tensor) -> Tensor:
        length = (ids > 0).sum(1, keepdim=True).clamp(min=1)
        logits: Tensor = self.out(self.drop(summed / length.sqrt()))
        return logits


class Served(nn.Module):
    """Ids -> chances. An EmbeddingBag becomes loops in ONNX, written differently in each run."""

    def __init__(self, network: TextNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor) -> Tensor:
        vectors = embedding(ids, self.network.embed.weight) * (ids > 0)[:, :, None]
        return self.network.answer(vectors.sum(1), ids).softmax(1)


@dataclass(frozen=True)
class Bags:
    """Batches of texts, each batch padded to its longest."""

    rows: Sequence[Ids]
    targets: Tensor
    size: int

    def __len__(self) -> int:
        return -(-len(self.rows) // self.size)

    def __call__(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
        order = torch.randperm(len(self.rows), generator=generator)
        for chosen in torch.split(order, self.size):
            yield torch.from_numpy(pad([self.rows[i] for i in chosen])), self.targets[chosen]


def logits(network: nn.Module, rows: Sequence[Ids]) -> Tensor:
    """What the network says to all rows, wherever it is."""
    device = next(network.parameters()).device
    parts = [torch.from_numpy(pad(rows[start : start + 64])) for start in range(0, len(rows), 64)]
    with torch.inference_mode():
        return torch.cat([network(part.to(device)).cpu() for part in parts])


def save(directory: Path, network: TextNet, card: dict[str, Any], rows: Sequence[Ids]) -> Chances:
    """Writes weights, card and ONNX; the answers to a few rows."""
    save_model(network, directory, card)
    served, ids = Served(network), torch.from_numpy(pad(rows))
    free = [{0: "batch", 1: "length"}]
    apart = export_onnx(served, (ids,), directory / "model.onnx", ["ids"], "chances", free)
    with torch.inference_mode():
        answers = network(ids).softmax(1)
        apart += float((served(ids) - answers).abs().max())
    if apart > 1e-4:
        raise UserError(f'"{directory}/model.onnx" differs from the model by {apart:.1g}')
    return answers.numpy()  # type: ignore[no-any-return]


def baseline(texts: Sequence[str], labels: NDArray[np.int64], held: Sequence[str]) -> Chances:
    """TF-IDF of words and pairs of words, then logistic regression: what the model has to beat."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    tfidf = TfidfVectorizer(
        tokenizer=words, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True
    )
    regression = LogisticRegression(C=10, max_iter=1000).fit(tfidf.fit_transform(texts), labels)
    chances: Chances = regression.predict_proba(tfidf.transform(held))
    return chances

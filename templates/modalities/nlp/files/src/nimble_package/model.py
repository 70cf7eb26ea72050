"""The model, an embedding of words and pieces of words (Joulin et al. 2016), and its baseline."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from . import data
from .config import Model
from .features import Ids, hash_text, pad, words
from .settings import UserError
from .weights import export_onnx, save_model

Chances = NDArray[np.float32]  # (texts, classes)


class TextNet(nn.Module):
    """Ids (batch, any length; 0 is padding) -> logits (batch, classes)."""

    def __init__(self, classes: int, how: Model) -> None:
        super().__init__()
        self.embed = nn.EmbeddingBag(how.buckets + 1, how.width, mode="sum", padding_idx=0)
        self.drop = nn.Dropout(how.dropout)
        self.out = nn.Linear(how.width, classes)
        nn.init.normal_(self.embed.weight, std=0.05)

    def forward(self, ids: Tensor) -> Tensor:
        length = (ids > 0).sum(1, keepdim=True).clamp(min=1)
        logits: Tensor = self.out(self.drop(self.embed(ids) / length.sqrt()))
        return logits


@dataclass(frozen=True)
class Bags:
    """Batches of texts, each batch padded to its longest."""

    rows: Sequence[Ids]
    targets: Tensor
    size: int

    def __len__(self) -> int:
        return -(-len(self.rows) // self.size)

    def __call__(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
        for chosen in torch.randperm(len(self.rows), generator=generator).split(self.size):
            yield torch.from_numpy(pad([self.rows[i] for i in chosen])), self.targets[chosen]


def logits(network: nn.Module, rows: Sequence[Ids]) -> Tensor:
    """What the network says to all rows, wherever it is."""
    device = next(network.parameters()).device
    parts = [torch.from_numpy(pad(rows[start : start + 64])) for start in range(0, len(rows), 64)]
    with torch.inference_mode():
        return torch.cat([network(part.to(device)).cpu() for part in parts])


def save(
    directory: Path, network: TextNet, splits: data.Splits, how: Model
) -> tuple[Ids, Chances]:
    """Writes the weights, the card and ONNX; ids of a few texts, and the answers to them."""
    save_model(network, directory, {"classes": splits.classes, "model": asdict(how)})
    ids = torch.from_numpy(pad([hash_text(text, how) for text in splits.valid.texts[:8]]))
    served = nn.Sequential(network, nn.Softmax(1))
    free = [{0: "batch", 1: "length"}]
    apart = export_onnx(served, (ids,), directory / "model.onnx", ["ids"], "chances", free)
    if apart > 1e-4:
        raise UserError(f'"{directory}/model.onnx" differs from the model by {apart:.1g}')
    return ids.numpy(), served(ids).detach().numpy()


class Baseline:
    """TF-IDF of words and pairs of words, then logistic regression: what the model has to beat."""

    def __init__(self, splits: data.Splits, how: Model) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        self.pipeline = make_pipeline(
            TfidfVectorizer(analyzer=terms, sublinear_tf=True),
            LogisticRegression(C=how.baseline_c, max_iter=1000),
        )
        self.pipeline.fit(splits.train.texts, splits.train.labels)
        self.classes = len(splits.classes)

    def __call__(self, texts: Sequence[str]) -> Chances:
        """The probability of each class for each text."""
        chances = np.zeros((len(texts), self.classes), np.float32)
        chances[:, self.pipeline.classes_] = self.pipeline.predict_proba(texts)
        return chances


def terms(text: str) -> list[str]:
    """The words of a text and its pairs of words."""
    found = words(text)
    return found + [" ".join(pair) for pair in zip(found, found[1:], strict=False)]

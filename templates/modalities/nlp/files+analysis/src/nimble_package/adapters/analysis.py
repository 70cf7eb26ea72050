"""What the analysis must know about texts: features are words."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from .. import data, predict
from ..config import Config
from ..features import hash_text, pad, split_words
from ..mlops.analysis.adapter import Adapter
from ..mlops.nlp.words import exchange_word, format_words, frequent_words, remove_each_word
from ..predict import Model, Outputs


def list_features(config: Config, _model: Model) -> list[str]:
    """Returns frequent words of the training texts; the model's n-grams have no names."""
    return frequent_words(data.load(config).train.texts)


def exchange_feature(
    model: Model, texts: Sequence[str], feature: str, others: Sequence[str]
) -> Outputs:
    """Returns the outputs for texts that have a word if the other text has it."""
    mixed = exchange_word(texts, feature, others)
    return predict.outputs(model, mixed)


def list_steps(model: Model, texts: Sequence[str]) -> Mapping[str, Callable[[], object]]:
    """Returns splitting into words, hashing (which splits too), and the model."""
    rows = [hash_text(text, model.settings) for text in texts]
    return {
        "split words": lambda: [split_words(text) for text in texts],
        "split and hash": lambda: [hash_text(text, model.settings) for text in texts],
        "(model)": partial(model.session.run, None, {"ids": pad(rows)}),
    }


def describe_input(
    model: Model, text: str, _contributions: Mapping[str, float], _folder: Path
) -> list[str]:
    """Returns what single words of the text add to the highest probability, and what is read."""
    without = remove_each_word(text)
    probabilities = predict.outputs(model, [text])[0]
    best = int(probabilities.argmax())
    drops = probabilities[best] - predict.outputs(model, list(without.values()))[:, best]
    added = dict(zip(without, drops, strict=True))
    title = f"what each word of the text adds to the probability of {model.classes[best]}:"
    words = split_words(text)
    count = len(hash_text(text, model.settings))
    read = f"as the model reads it: {count} numbers of the words {' '.join(words)}"
    return [title, *format_words(added), "", read]


ADAPTER = Adapter(
    features=list_features,
    exchange_feature=exchange_feature,
    steps=list_steps,
    describe_input=describe_input,
)

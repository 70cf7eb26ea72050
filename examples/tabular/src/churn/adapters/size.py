"""What the memory of a training on a table depends on: rows, encoded columns, trees."""

from contextlib import AbstractContextManager, nullcontext

from ..features import make_features
from ..mlops.project import PREPARED
from ..mlops.resources.adapter import Config, Parts, SizeAdapter
from ..mlops.resources.memory import count_bytes
from ..project import PROJECT

ITERATIONS = 5  # of the trial
NODE_BYTES = 700  # of a node in the model, its copy for ONNX and the exported one, measured


def count(config: Config) -> Parts:
    """Returns the bytes of the table, of its columns as numbers, and of all trees."""
    from ..model import make_model

    splits = PROJECT.load(config, PREPARED)
    X = make_features(splits.train.rows, splits.train.kinds)
    parts = {"table": count_bytes(splits), "features": count_bytes(X)}
    encoder = getattr(make_model(config, X), "named_steps", {}).get("encoder")
    if encoder is not None:
        parts["encoded matrix"] = count_bytes(encoder.fit_transform(X))
    settings = config.model
    if hasattr(settings, "max_iter") and hasattr(settings, "max_leaf_nodes"):
        classes = len(splits.train.classes)
        trees = settings.max_iter * (classes if classes > 2 else 1)
        parts["trees"] = trees * (2 * settings.max_leaf_nodes - 1) * NODE_BYTES
    return parts


def shorten(config: Config) -> list[str]:
    """A few trees; the memory of further ones is known."""
    if getattr(config.model, "max_iter", 0) > ITERATIONS:
        return [f"model.max_iter={ITERATIONS}"]
    return []


def watch(_: Parts) -> AbstractContextManager[None]:
    """All parts are counted before."""
    return nullcontext()


def count_left_out(config: Config, parts: Parts) -> int:
    """Returns the bytes of the trees that the trial did not make."""
    if "trees" not in parts or not shorten(config):
        return 0
    iterations = int(config.model.max_iter)
    return parts["trees"] * (iterations - ITERATIONS) // iterations


SIZE = SizeAdapter(shorten, watch, count, count_left_out)

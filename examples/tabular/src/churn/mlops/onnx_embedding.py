"""The embedding of an input: what the last linear layer of a network reads.

`mark_embedding` makes it the second output of model.onnx when a network is saved, so that neither
torch nor the code of the network is needed to compute it.
"""

import dataclasses
import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

EMBEDDING = "last_linear_input"
LINEAR = ("Gemm", "MatMul")
AFTER_LINEAR = ("Add", "Cast", "Identity", "LogSoftmax", "Sigmoid", "Softmax")
FLOAT = 1  # of onnx.TensorProto.DataType
SMALLEST = 1e-7  # of a probability: its logarithm is finite

Embed = Callable[[Any, Sequence[Any]], NDArray[np.float32]]


def mark_embedding(exported: Any, add_output: Callable[[str, int, list[Any]], Any]) -> None:
    """Adds the output "last_linear_input" of shape (n, width), where there is a linear layer.

    `add_output` is `onnx.helper.make_tensor_value_info`. A network with another end stays as it is.
    """
    graph = exported.graph
    node = _find_linear(graph)
    shapes = {tensor.name: len(tensor.dims) for tensor in graph.initializer}
    values = [*graph.input, *graph.value_info]
    known = {value.name: value.type.tensor_type.shape.dim for value in values}
    if node is None or shapes.get(node.input[1]) != 2 or len(known.get(node.input[0], [])) != 2:
        return
    source = node.input[0]
    dimensions = [_read_dimension(dimension) for dimension in known[source]]
    copy = type(node)(op_type="Identity", name=EMBEDDING, input=[source], output=[EMBEDDING])
    graph.node.append(copy)
    graph.output.append(add_output(EMBEDDING, FLOAT, dimensions))


def make_embed(compute_outputs: Callable[[Any, Sequence[Any]], Any]) -> Embed:
    """Returns the function `embed` of a project whose model has an ONNX Runtime `session`.

    `compute_outputs` is that of predict.py, which reads the first result of the session. A model
    without an embedding has the logarithms of its probabilities instead, and says so once.
    """

    def embed(model: Any, inputs: Sequence[Any]) -> NDArray[np.float32]:
        session = getattr(model, "session", None)
        names = [output.name for output in session.get_outputs()] if session else []
        if EMBEDDING in names:
            model = dataclasses.replace(model, session=_EmbeddingSession(session))
            return np.asarray(compute_outputs(model, inputs), np.float32)
        _say_once()
        outputs = np.asarray(compute_outputs(model, inputs), np.float32)
        return np.log(np.maximum(outputs, SMALLEST))

    return embed


class _EmbeddingSession:
    """Runs a session for its embedding alone."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def run(self, _names: Any, feeds: Any, *options: Any) -> Any:
        """Returns a list with the embedding (n, width)."""
        return self.session.run([EMBEDDING], feeds, *options)


def _find_linear(graph: Any) -> Any | None:
    """The last linear layer before the output; None when something else comes after it."""
    made_by = {name: node for node in graph.node for name in node.output}
    name = graph.output[0].name
    while name in made_by:
        node = made_by[name]
        if node.op_type in LINEAR:
            return node
        if node.op_type not in AFTER_LINEAR:
            return None
        computed = [source for source in node.input if source in made_by]
        if len(computed) != 1:
            return None
        name = computed[0]
    return None


def _read_dimension(dimension: Any) -> Any:
    return dimension.dim_value or dimension.dim_param or None


@cache
def _say_once() -> None:
    log.info(
        'This model has no output "%s" (its last layer is not linear, or it was trained by an '
        "earlier version): the logarithms of its outputs are its embedding.",
        EMBEDDING,
    )

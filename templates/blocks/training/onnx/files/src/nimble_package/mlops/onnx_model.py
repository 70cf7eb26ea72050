"""Opens model.onnx and the JSON file next to it: all that a prediction needs."""

from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from .errors import UserError
from .files import load_json

PARAMETERS = "parameters"  # the key in the metadata of model.onnx


class HasSession(Protocol):
    """A model that ONNX Runtime computes."""

    @property
    def session(self) -> Any:
        """The session of ONNX Runtime."""


def open_model(directory: Path) -> tuple[Any, dict[str, Any]]:
    """Returns the ONNX Runtime session of a saved model and the content of its model.json."""
    path = directory / "model.onnx"
    if not path.is_file():
        raise UserError(f'"{directory}" has no model: run "uv run poe train" first')
    return open_session(path), load_json(directory / "model.json")


def open_session(path: Path) -> Any:
    """Returns an ONNX Runtime session with one thread: small models are no faster with more."""
    onnxruntime = import_module("onnxruntime")  # slow to import, and without types
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def count_parameters(model: HasSession) -> int | None:
    """Returns the number of weights, as the training wrote it into model.onnx.

    None: the model was trained before trainings wrote it.
    """
    written = model.session.get_modelmeta().custom_metadata_map.get(PARAMETERS)
    return None if written is None else int(written)

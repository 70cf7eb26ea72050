"""model.onnx and the JSON card beside it: all that answering needs."""

from importlib import import_module
from pathlib import Path
from typing import Any

from .manifest import load_json
from .settings import UserError


def open_model(directory: Path) -> tuple[Any, dict[str, Any]]:
    """The session of the model that training saved, and its card."""
    if not (directory / "model.onnx").is_file():
        raise UserError(f'"{directory}" holds no model: run "uv run poe train" first')
    return open_session(directory / "model.onnx"), load_json(directory / "model.json")


def open_session(path: Path) -> Any:
    """ONNX Runtime on one thread: small models are no quicker on more."""
    onnxruntime = import_module("onnxruntime")  # slow to load, and without types
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

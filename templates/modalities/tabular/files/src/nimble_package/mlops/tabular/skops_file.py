"""Saves a fitted model without ONNX and without pickle: model.skops, of types that are named here.

skops writes a zip file of arrays and of a schema.json that names every class. Loading imports these
classes, so only the types below and the classes of this package's own modules are allowed.
"""

import json
import zipfile
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UserError
from .estimators import list_steps

PACKAGE = __name__.partition(".")[0]
NAME = "model.skops"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip file can hold
# What skops itself does not trust: tree structures and imputers of scikit-learn, the libraries that
# docs/own-model.md shows.
TRUSTED = frozenset(
    {
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.tree._tree.Tree",
        "numpy.dtype",
        "collections.OrderedDict",
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
        "lightgbm.sklearn.LGBMRegressor",
        "xgboost.core.Booster",
        "xgboost.sklearn.XGBClassifier",
        "xgboost.sklearn.XGBRegressor",
        "catboost.core.CatBoostClassifier",
        "catboost.core.CatBoostRegressor",
    }
)


def save(model: Any, path: Path) -> None:
    """Writes a model, the same bytes for the same model; raises UserError for a foreign type."""
    from skops.io import dumps

    remove_times(model)
    try:
        content = dumps(model)
    except Exception as error:  # skops has an exception of its own for each kind of object
        reason = " ".join(str(error).split())[:200]
        hint = "keep numbers, texts, lists and NumPy arrays in its attributes after fit"
        raise UserError(f'"{path.name}" cannot be written: {reason}. {hint}') from error
    path.write_bytes(normalise(content))
    find_trusted(path)


def load(path: Path) -> Any:
    """Returns the model in a file; raises UserError when it holds a type that is not allowed."""
    from skops import io

    return io.load(path, trusted=find_trusted(path))


def find_trusted(path: Path) -> list[str]:
    """Returns the types in a file for the argument `trusted` of skops; refuses all others."""
    from skops.io import get_untrusted_types

    from ...predict import TRUSTED_TYPES

    allowed = TRUSTED.union(TRUSTED_TYPES)
    found: list[str] = get_untrusted_types(file=path)
    for name in found:
        if name not in allowed and not is_own_class(name):
            raise UserError(
                f'"{path.as_posix()}" holds the type "{name}", which is not trusted: add it to '
                "TRUSTED_TYPES in predict.py when you trust the package that it comes from"
            )
    return found


def is_own_class(name: str) -> bool:
    """Whether a name is a class that a module of the team defines, outside mlops/."""
    module_name, _, class_name = name.rpartition(".")
    if not module_name.startswith(f"{PACKAGE}.") or module_name.startswith(f"{PACKAGE}.mlops"):
        return False
    found = getattr(import_module(module_name), class_name, None)
    return isinstance(found, type) and found.__module__ == module_name


def remove_times(model: Any) -> None:
    """Removes what CatBoost notes about a training, such as its time: it differs in every run."""
    for step in list_steps(model):
        if type(step).__module__.startswith("catboost."):
            metadata = step.get_metadata()
            for key in ("model_guid", "train_finish_time"):
                if key in metadata.keys():  # noqa: SIM118 - metadata has no other way to ask
                    del metadata[key]


def normalise(content: bytes) -> bytes:
    """Returns a file of skops without what differs between runs.

    skops numbers objects by their addresses in memory and notes the time; NumPy leaves the gaps
    between the fields of a structured array as they were in memory.
    """
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(written, "w") as target:
        schema = json.loads(source.read("schema.json"))
        names: dict[str, str] = {}
        renumber(schema, {}, names)
        for old, new in names.items():
            part = source.read(old)
            add(target, new, fill_gaps(part) if new.endswith(".npy") else part)
        add(target, "schema.json", json.dumps(schema).encode())
    return written.getvalue()


def renumber(node: Any, numbers: dict[int, int], names: dict[str, str]) -> None:
    """Numbers objects and files in the order in which the schema names them, in place."""
    if isinstance(node, list):
        for item in node:
            renumber(item, numbers, names)
    if not isinstance(node, dict):
        return
    if "__id__" in node:
        node["__id__"] = numbers.setdefault(node["__id__"], len(numbers) + 1)
    if isinstance(node.get("file"), str):
        new = f"{len(names) + 1}{Path(node['file']).suffix}"
        node["file"] = names.setdefault(node["file"], new)
    for value in node.values():
        renumber(value, numbers, names)


def fill_gaps(content: bytes) -> bytes:
    """Returns an array file with zeros between the fields of a structured array."""
    array = np.load(BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    written = BytesIO()
    np.save(written, clean, allow_pickle=False)
    return written.getvalue()


def add(target: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Adds a compressed part without its time."""
    info = zipfile.ZipInfo(name, EPOCH)
    target.writestr(info, content, zipfile.ZIP_DEFLATED)

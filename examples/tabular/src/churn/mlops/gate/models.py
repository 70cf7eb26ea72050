"""The two models: found in a directory or in the registry, and run by their own saved code."""

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ...project import PROJECT
from .. import user_paths
from ..errors import UserError
from ..files import load_json
from ..project import MODEL, Evaluation
from ..run_manifest import hash_model
from ..saved_code import CODE, compute_outputs, find_package, start, write_values
from ..saved_signature import read_signature, refuse_other_target
from .decision import Check, ModelFacts
from .settings import GateSettings

REGISTRY = f"{__package__.rpartition('.')[0]}.registry"
MEGABYTE = 1e6
ERROR_NAME = re.compile(r"\b[\w.]+\.errors\.UserError: ")
TIMES = 5  # measurements of one prediction; a hosted model is paid for each

# Runs with the code that was saved with the model, so it uses the contract of project.py only.
TIMING = """
import json, statistics, sys, time
from importlib import import_module
from pathlib import Path
package, directory, folder, times = sys.argv[1:]
project = import_module(package + ".project").PROJECT
saved_code = import_module(package + ".mlops.saved_code")
model = project.load_model(Path(directory))
inputs = saved_code.read_values(Path(folder) / "inputs")
seconds = []
for _ in range(int(times)):
    started = time.perf_counter()
    project.outputs(model, inputs)
    seconds.append(time.perf_counter() - started)
(Path(folder) / "latency.json").write_text(json.dumps(1000 * statistics.median(seconds)))
"""


class ModelError(UserError):
    """A model that cannot be read, loaded or compared."""


@dataclass(frozen=True)
class Model:
    """A model that is here and loads."""

    directory: Path
    facts: ModelFacts
    signature: str  # as JSON


def find_registry() -> Any | None:
    """Returns the module of the registry; None where this repository has none."""
    if find_spec(REGISTRY) is None:
        return None
    return import_module(f"{REGISTRY}.versions")


def find_challenger(config: Any, named: str | None) -> Any:
    """Returns a directory or a version; without a name the model of the last training."""
    return MODEL if named is None else find_reference(config, named)


def find_champion(config: Any, settings: GateSettings, named: str | None) -> Any | None:
    """Returns the directory or the version of the champion; None when there is none yet."""
    if named is not None:
        return find_reference(config, named)
    registry = find_registry()
    if registry is not None and config.runtime.track:
        return registry.champion(config)
    directory = Path(settings.champion)
    return directory if directory.exists() else None


def find_reference(config: Any, named: str) -> Any:
    """Returns what the user named: a directory, or an alias or number in the registry."""
    directory = user_paths.find(named)
    registry = find_registry()
    if directory.is_dir():
        return directory
    if registry is None or "/" in named:
        raise UserError(f'"{named}" is not a directory of a model: name one such as {MODEL}')
    return registry.find(config, named)


def describe(reference: Any) -> ModelFacts:
    """Returns what is known of a model without loading it."""
    if isinstance(reference, Path):
        sha = hash_model(reference) if reference.is_dir() else None
        return ModelFacts(name=reference.as_posix(), sha256=sha)
    return ModelFacts(
        name=str(reference),
        sha256=reference.facts.model_sha256,
        version=str(reference.number),
        run_id=reference.run_id,
    )


@contextmanager
def open_model(config: Any, reference: Any) -> Iterator[Model]:
    """Gives the model in a directory; raises ModelError when it cannot be loaded."""
    facts = describe(reference)
    if isinstance(reference, Path):
        yield Model(reference, facts, _read_signature(reference))
        return
    registry = find_registry()
    if registry is None:
        raise ModelError(f'"{facts.name}" needs the registry: "uv run poe register" first')
    with ExitStack() as stack:
        try:
            directory = stack.enter_context(registry.open_model(config, reference))
        except UserError as error:
            raise ModelError(str(error)) from None
        yield Model(directory, facts, _read_signature(directory))


def _read_signature(directory: Path) -> str:
    try:
        return read_signature(directory)
    except UserError as error:
        raise ModelError(_shorten(error)) from None


def _shorten(error: UserError) -> str:
    """Without the name of the exception that the saved code raised."""
    return ERROR_NAME.sub("", str(error))


def refuse_other_signature(champion: Model, challenger: Model) -> None:
    """Raises ModelError when callers of the champion could not call the challenger."""
    old = json.loads(champion.signature)
    new = json.loads(challenger.signature)
    for part in ("inputs", "outputs"):
        before = {field["name"]: field for field in old[part]}
        after = {field["name"]: field for field in new[part]}
        for name in sorted({*before, *after}):
            if name not in after:
                raise ModelError(f'the challenger has no "{name}" in its {part}, the champion has')
            if name not in before:
                raise ModelError(f'the challenger has "{name}" in its {part}, the champion has not')
            for key in ("kind", "shape"):
                if before[name][key] != after[name][key]:
                    raise ModelError(
                        f'"{name}" in the {part} of the challenger has the {key} '
                        f"{after[name][key]}, that of the champion {before[name][key]}"
                    )
            if part == "outputs" and before[name]["allowed"] != after[name]["allowed"]:
                raise ModelError(
                    f'the challenger predicts other classes of "{name}" '
                    f"({', '.join(after[name]['allowed'])}) than the champion "
                    f"({', '.join(before[name]['allowed'])})"
                )


def refuse_other_data(model: Model, examples: Any, what: str) -> None:
    """Raises ModelError when a model does not predict what the examples have."""
    try:
        refuse_other_target(model.signature, PROJECT.target(examples), what)
    except UserError as error:
        raise ModelError(str(error)) from None


def evaluate(config: Any, model: Model, examples: Any, repeats: int) -> Evaluation:
    """Evaluates a model now, by its own code; `repeats` times where it answers with texts.

    A model of numbers or classes gives the same outputs each time; a language model may not.
    """
    inputs = PROJECT.inputs(examples)
    first = _evaluate_once(config, model, examples, inputs)
    answers_texts = json.loads(model.signature)["outputs"][0]["kind"] == "text"
    if not answers_texts or first.scores is None:
        return first
    scores = [first.scores]
    while len(scores) < repeats:
        again = _evaluate_once(config, model, examples, inputs)
        if again.scores is None or np.array_equal(again.scores, scores[0]):
            break  # this model gives the same output each time
        scores.append(again.scores)
    mean = np.mean(scores, axis=0)
    metrics = {**first.metrics, first.primary_metric: float(mean.mean())}
    return replace(first, scores=mean, metrics=metrics)


def _evaluate_once(config: Any, model: Model, examples: Any, inputs: Sequence[Any]) -> Evaluation:
    try:
        outputs = compute_outputs(model.directory, inputs)
    except UserError as error:
        raise ModelError(str(error)) from None
    return PROJECT.evaluate(config, examples, outputs, model.directory)


def check_budget(model: Model, settings: GateSettings, inputs: Sequence[Any]) -> list[Check]:
    """Returns whether one prediction and the files of the model are within the budget."""
    latency = _measure_latency(model, inputs[:1])
    allowed = settings.budget.latency_ms
    word = "within" if latency <= allowed else "above"
    sentence = f"one prediction takes {latency:.1f} ms, {word} budget.latency_ms {allowed:g}"
    files = [file for file in model.directory.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files if file.name != CODE) / MEGABYTE
    limit = settings.budget.model_mb
    word = "within" if size <= limit else "above"
    size_sentence = f"the model has {size:.2f} MB, {word} budget.model_mb {limit:g}"
    return [
        Check(name="latency", passed=latency <= allowed, sentence=sentence),
        Check(name="size", passed=size <= limit, sentence=size_sentence),
    ]


def _measure_latency(model: Model, inputs: Sequence[Any]) -> float:
    """The median of several calls in milliseconds, without loading the model."""
    with tempfile.TemporaryDirectory() as name:
        write_values(Path(name) / "inputs", inputs)
        package = find_package(model.directory)
        arguments = [package, str(model.directory), name, str(TIMES)]
        try:
            start(model.directory, ["-c", TIMING, *arguments])
        except UserError as error:
            raise ModelError(str(error)) from None
        return float(load_json(Path(name) / "latency.json"))

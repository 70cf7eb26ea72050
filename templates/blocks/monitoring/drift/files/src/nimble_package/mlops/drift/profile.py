"""The profile of the training data: what new data is compared with, next to the model.

A sample of the rows and not only statistics, since the tests need the values. It has no targets.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...adapters.drift import ADAPTER
from ...project import PROJECT
from ..array_file import write_arrays
from ..errors import UserError
from ..files import load_json, save_json, sha256
from ..project import MODEL, PREPARED, REPORTS
from . import settings
from .sample import Column, Sample, category
from .season import is_complete

log = logging.getLogger(__name__)

VERSION = 1
FACTS = "drift.json"
ARRAYS = "drift.npz"
LATE = REPORTS / "drift"  # the profile of a model that was trained without one
MAX_ROWS = 20_000
MAX_VALUES = 1_000_000  # in all columns together: 8 MB
MAX_EMBEDDINGS = 2000
SEED = 0


@dataclass(frozen=True)
class Profile:
    """The reference sample, and what the features need to be computed again."""

    sample: Sample
    facts: Mapping[str, Any] = field(default_factory=dict)
    data: str = ""  # hash of the prepared data
    sha256: str = ""  # of the saved profile


def make(config: Any, model: Any, data: str) -> Profile:
    """Returns the profile of the prepared data, all splits together.

    The embeddings are those of the test split: a network can tell inputs that
    it was fitted on from other ones, which would be an alarm on clean data.
    """
    learnt_from, chosen = draw_inputs(config)
    facts = ADAPTER.learn(model, learnt_from) if ADAPTER.learn else {}
    sample = describe_prepared(config, model, chosen, facts)
    seasons = sample.seasons
    if not is_complete(seasons, settings.read()):
        seasons = None
    return Profile(Sample(sample.columns, sample.embeddings, seasons), facts, data)


def describe_prepared(
    config: Any, model: Any, chosen: Sequence[Any], facts: Mapping[str, Any]
) -> Sample:
    """Returns the features of inputs that `draw_inputs` gave.

    The embeddings are those of the test split: a network can tell inputs that it was fitted on from
    other ones, which would be an alarm on clean data.
    """
    sample = _limit(describe(config, model, chosen, facts, embeds=False))
    test_inputs = PROJECT.inputs(PROJECT.load(config, PREPARED).test)
    embeddings = _embed(model, list(test_inputs[:MAX_EMBEDDINGS]))
    return Sample(sample.columns, embeddings, sample.seasons)


def draw_inputs(config: Any) -> tuple[list[Any], list[Any]]:
    """Returns the inputs to learn facts from, if the modality does, and those to describe.

    Facts are learnt from one half of the training split, and the other half with the test split is
    described: in what they were learnt from, nothing would be new.
    """
    splits = PROJECT.load(config, PREPARED)
    train_inputs, test_inputs = PROJECT.inputs(splits.train), PROJECT.inputs(splits.test)
    generator = np.random.default_rng(SEED)
    order = generator.permutation(len(train_inputs))
    half = len(order) // 2 if ADAPTER.learn else 0
    learnt_from = [train_inputs[row] for row in order[:half][:MAX_ROWS]]
    inputs = [*[train_inputs[row] for row in order[half:][:MAX_ROWS]], *test_inputs]
    rows = generator.permutation(len(inputs))[:MAX_ROWS]
    return learnt_from, [inputs[row] for row in rows]


def describe(
    config: Any, model: Any, inputs: Sequence[Any], facts: Mapping[str, Any], *, embeds: bool = True
) -> Sample:
    """Returns the features of any inputs: files now, requests of a service later."""
    columns = ADAPTER.columns(model, inputs, facts)
    embeddings = _embed(model, inputs) if embeds else None
    seasons = ADAPTER.weekdays(config, model, inputs) if ADAPTER.weekdays else None
    return Sample(columns, embeddings, seasons)


def _limit(sample: Sample) -> Sample:
    """Returns fewer rows where there are many columns; the rows are in random order."""
    rows = MAX_VALUES // max(1, len(sample.columns))
    return sample.take(np.arange(rows)) if len(sample) > rows else sample


def save(profile: Profile, directory: Path) -> None:
    """Writes drift.json and drift.npz."""
    arrays: dict[str, Any] = {}
    columns = []
    for number, (name, column) in enumerate(profile.sample.columns.items()):
        levels: list[str] = []
        values = column.values
        if column.kind == "category":
            levels = sorted(set(column.known))
            codes = {level: code for code, level in enumerate(levels)}
            values = np.array([codes.get(value, -1) for value in column.values], np.int32)
        arrays[f"column_{number}"] = values
        columns.append({"name": name, "kind": column.kind, "levels": levels})
    if profile.sample.embeddings is not None:
        arrays["embeddings"] = profile.sample.embeddings
    if profile.sample.seasons is not None:
        arrays["seasons"] = profile.sample.seasons
    directory.mkdir(parents=True, exist_ok=True)
    write_arrays(directory / ARRAYS, arrays)
    content = {"columns": columns, "facts": dict(profile.facts), "data": profile.data}
    digest = _hash(content, directory)
    save_json(directory / FACTS, {"version": VERSION, "sha256": digest, **content})


def load(directory: Path) -> Profile:
    """Returns the profile in a folder; raises UserError for one that cannot be read."""
    path = directory / FACTS
    where = path.as_posix()
    try:
        content = load_json(path)
        version = content.pop("version")
        if version > VERSION:
            raise UserError(
                f'"{where}" has version {version}, and this code reads up to {VERSION}: run '
                '"nimble-ml update", or use the code that the model was trained with'
            )
        digest = content.pop("sha256")
        sample = _read_sample(content["columns"], directory)
        facts, data = content["facts"], content["data"]
        is_whole = digest == _hash(content, directory)
    except UserError:
        raise
    except Exception as error:  # whatever a damaged file raises
        raise UserError(f'"{where}" is damaged ({type(error).__name__}): train again') from error
    if not is_whole:
        raise UserError(f'"{where}" was changed by hand: train again')
    return Profile(sample, facts, data, digest)


def find(config: Any, model: Any) -> Profile:
    """Returns the profile next to the model, or makes one where the model has none.

    Raises UserError when the data of its training is no longer there.
    """
    if (MODEL / FACTS).is_file():
        return load(MODEL)
    data = _read_trained_data()
    if (LATE / FACTS).is_file():
        profile = load(LATE)
        if profile.data == data:
            return profile
    prepared = PROJECT.prepare(config, PREPARED)["hash"]
    if prepared != data:
        raise UserError(
            f'"{MODEL.as_posix()}" has no profile of its training data, and the data is another '
            'one now: run "uv run poe train"'
        )
    save(make(config, model, prepared), LATE)
    print(f'The model had no profile: it was made from its data, in "{LATE.as_posix()}".')
    return load(LATE)


def _read_trained_data() -> str:
    path = REPORTS / "manifest.json"
    if not path.is_file():
        return ""
    return str(load_json(path)["data"]["hash"])


def _hash(content: Mapping[str, Any], directory: Path) -> str:
    text = json.dumps(content, sort_keys=True)
    return sha256(text.encode() + (directory / ARRAYS).read_bytes())


def _read_sample(described: Sequence[Mapping[str, Any]], directory: Path) -> Sample:
    columns = {}
    with np.load(directory / ARRAYS, allow_pickle=False) as arrays:
        for number, facts in enumerate(described):
            values = arrays[f"column_{number}"]
            if facts["kind"] == "category":
                levels = facts["levels"]
                texts = [levels[code] if code >= 0 else None for code in values]
                columns[facts["name"]] = category(texts)
            else:
                columns[facts["name"]] = Column("number", values)
        embeddings = arrays.get("embeddings")
        seasons = arrays.get("seasons")
    return Sample(columns, embeddings, seasons)


def _embed(model: Any, inputs: Sequence[Any]) -> Any:
    """The embeddings; None where the modality or the model of the team has none."""
    if not ADAPTER.embeds or PROJECT.embed is None or len(inputs) == 0:
        return None
    try:
        return PROJECT.embed(model, inputs)
    except UserError:
        raise
    except Exception as error:  # a model of the team's own may lack what the embedding reads
        log.info("The features are compared without an embedding: %s", error)
        return None

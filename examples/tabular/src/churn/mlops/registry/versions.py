"""Registers models, finds versions, and evaluates any version in a process of its own."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...project import PROJECT
from .. import saved_signature
from ..errors import UserError, suggest
from ..file_lock import hold
from ..project import MODEL, Evaluation
from ..saved_code import compute_outputs
from . import candidate, model_files
from .model_card import make_card
from .store import Store
from .version import ALIASES, CHALLENGER, CHAMPION, Version

log = logging.getLogger(__name__)
LOCK = ".registry.lock"  # next to the model: held while it is registered
ROLLED_BACK = "rolled_back"  # a tag: why this version is not the champion any more

Reference = str | int | Path | Version


@dataclass(frozen=True)
class Registration:
    """What `register` did."""

    version: Version
    is_new: bool
    note: str  # a sentence for the user


def register(config: Any, model_directory: Path = MODEL) -> Registration:
    """Makes the model in a directory a version with the alias `challenger`.

    A model with the same bytes as a version is not registered again. Raises UserError when the
    model is not the one of its manifest, or the tracker has no whole copy of it.
    """
    found = candidate.read(model_directory)
    with hold(model_directory.parent / LOCK, "Another command is registering: this one waits."):
        store = Store(config.experiment)
        known = [
            version
            for version in store.list_versions()
            if version.facts.model_sha256 == found.model_sha256
        ]
        if known:
            return _use_known(store, known)
        number = _add(config, store, found)
        store.set_alias(CHALLENGER, number)
        version = find(config, number)
        return Registration(version, True, f'Registered {version} as "{CHALLENGER}".')


def _add(config: Any, store: Store, found: candidate.Candidate) -> int:
    model_id = store.find_logged_model(found.run_id)
    with tempfile.TemporaryDirectory() as name:
        logged = store.download_logged(model_id, Path(name))
        kept = model_files.find_model(logged)
        what = f'"{found.directory.as_posix()}" in the tracker'
        model_files.verify(kept, found.model_sha256, what)
        path = kept.relative_to(logged).as_posix()
    facts = candidate.describe(config, found, path)
    card = make_card(found, facts)
    return store.create(model_id, found.run_id, facts, card)


def _use_known(store: Store, known: list[Version]) -> Registration:
    """The version that has the same bytes; it becomes the challenger unless there is a reason."""
    named = [version for version in known if version.aliases]
    version = (named or known)[-1]
    same = f"Nothing to register: {version} has the same bytes"
    for alias in (CHAMPION, CHALLENGER):
        if alias in version.aliases:
            return Registration(version, False, f'{same} and is the "{alias}".')
    reason = version.tags.get(ROLLED_BACK)
    if reason:
        return Registration(version, False, f"{same} and was rolled back ({reason}).")
    store.set_alias(CHALLENGER, version.number)
    return Registration(version, False, f'{same}, so it is the "{CHALLENGER}" again.')


def list_all(config: Any) -> list[Version]:
    """Returns every version, oldest first."""
    return Store(config.experiment).list_versions()


def champion(config: Any) -> Version | None:
    """Returns the version that is in use; None when none was promoted yet."""
    return _find_alias(config, CHAMPION)


def challenger(config: Any) -> Version | None:
    """Returns the version that was registered last and is not decided on; None: there is none."""
    return _find_alias(config, CHALLENGER)


def _find_alias(config: Any, alias: str) -> Version | None:
    for version in list_all(config):
        if alias in version.aliases:
            return version
    return None


def find(config: Any, reference: str | int) -> Version:
    """Returns the version with an alias or a number; raises UserError when there is none."""
    versions = list_all(config)
    wanted = str(reference).strip()
    for version in versions:
        if wanted in (str(version.number), f"v{version.number}", *version.aliases):
            return version
    if not versions:
        raise UserError('no model is registered: run "uv run poe register" first')
    known = [str(version.number) for version in versions]
    hint = suggest(wanted, [*ALIASES, *known])
    if wanted in ALIASES:
        hint = f'"uv run poe models" shows every version. Numbers: {", ".join(known)}'
    raise UserError(f'no version of the model has the alias or number "{wanted}". {hint}')


@contextmanager
def open_model(config: Any, reference: Reference) -> Iterator[Path]:
    """Gives a directory with the verified files of a version, or the directory that was named.

    `reference` is an alias, a number, a directory (Path) or a version. Raises UserError when a
    file is not as it was when the version was registered.
    """
    if isinstance(reference, Path):
        yield reference
        return
    version = reference if isinstance(reference, Version) else find(config, reference)
    with tempfile.TemporaryDirectory() as name:
        directory = Store(config.experiment).download(version, Path(name))
        model_files.verify(directory, version.facts.model_sha256, f"{version} of the model")
        yield directory


def evaluate_version(config: Any, reference: Reference, examples: Any) -> Evaluation:
    """Evaluates a version (alias, number, directory or version) on any examples, now.

    Its own saved code computes the outputs in a process of its own; the code that is here now
    compares them with the targets. Raises UserError when the version does not load, was changed
    since it was registered, or predicts something else than the examples have.
    """
    if not isinstance(reference, (Path, Version)):
        reference = find(config, reference)
    with open_model(config, reference) as directory:
        if isinstance(reference, Version):
            what, signature = str(reference), reference.facts.signature
        else:
            what = f'"{reference.as_posix()}"'
            signature = saved_signature.read_signature(directory)
        expected = PROJECT.target(examples)
        saved_signature.refuse_other_target(signature, expected, what)
        outputs = compute_outputs(directory, PROJECT.inputs(examples))
        return PROJECT.evaluate(config, examples, outputs, directory)

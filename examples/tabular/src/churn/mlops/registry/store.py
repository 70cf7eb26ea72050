"""Versions, aliases and promotions in MLflow; no other module knows how it keeps them.

MLflow sets one alias at a time and has no lock. So a promotion first claims the next number in a
list that only grows: parameters of a run, which MLflow never changes once they are set. Of two
promotions at once, one gets the number. A promotion that was killed is in the list, so the next
command finishes it.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from .. import runs
from ..errors import UserError
from ..tracking import connect, tracker_errors
from .version import CHAMPION, PREVIOUS, Facts, Version

PAGE_SIZE = 200
CLAIM = "registry.change."  # and its number: a parameter of the run of the first version
DONE = "registry.done."  # and its number: a tag of the same run
MODEL_NAME = "model"  # of the logged model, see logged_model.py


@dataclass(frozen=True)
class Change:
    """A promotion or a rollback that was begun: which version becomes the champion."""

    number: int
    kind: str  # promotion or rollback
    champion: int  # the new one
    replaced: int | None  # the champion before
    previous: int | None  # the version that the alias `previous` names afterwards
    by: str
    reason: str
    at: str  # ISO 8601, in UTC
    decision: str  # the id of the gate's decision; "": there is no gate
    id: str  # no two are alike, so that MLflow tells two claims of one number apart

    def to_text(self) -> str:
        """Returns what MLflow keeps."""
        return json.dumps(vars(self), sort_keys=True)


@dataclass(frozen=True)
class Changes:
    """Every promotion and rollback of a model, oldest first."""

    run_id: str  # of the run that keeps them
    all: Sequence[Change]
    unfinished: Change | None  # the last one, when it was interrupted or is being done now


class Store:
    """The registered model of one experiment."""

    def __init__(self, experiment: str) -> None:
        """Connects to the tracker; raises UserError when it does not answer."""
        self.experiment = experiment
        self.name = make_name(experiment)
        self._client = runs.make_client()
        # The address of a model, "models:/…", has no server: MLflow takes that of the process.
        connect(import_module("mlflow"), runs.find_address())

    def list_versions(self) -> list[Version]:
        """Returns every version, oldest first; none when nothing is registered."""
        model = self._find_model()
        if model is None:
            return []
        owner = model.tags.get("experiment", self.experiment)
        if owner != self.experiment:
            raise UserError(
                f'the registered model "{self.name}" belongs to the experiment "{owner}": '
                'give this repository another "experiment" in config.yaml'
            )
        aliases: dict[int, list[str]] = {}
        for alias, number in model.aliases.items():
            aliases.setdefault(int(number), []).append(alias)
        found = [_convert(each, aliases.get(int(each.version), [])) for each in self._search()]
        known = [version for version in found if version]
        return sorted(known, key=lambda version: version.number)

    def _find_model(self) -> Any:
        """The registered model; None when there is none."""
        from mlflow.exceptions import MlflowException

        def get() -> Any:
            try:
                return self._client.get_registered_model(self.name)
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    return None
                raise

        return self._read(get)

    def _search(self) -> list[Any]:
        found: list[Any] = []
        token: str | None = None
        condition = f"name = '{self.name}'"
        while True:
            page = self._read(
                self._client.search_model_versions, condition, PAGE_SIZE, page_token=token
            )
            found.extend(page)
            token = page.token
            if not token:
                return found

    def find_logged_model(self, run_id: str) -> str:
        """Returns the id of the model that a run logged; raises UserError without a whole one."""
        run = runs.find(run_id)
        experiment = runs.find_experiment(run.experiment)
        condition = f"source_run_id = '{run_id}'"
        found = self._read(self._client.search_logged_models, [experiment], condition)
        ready = [model for model in found if str(model.status) == "READY"]
        if not ready:
            raise UserError(
                f'the run "{run_id}" has no whole model in the tracker, so its training was '
                'interrupted: run "uv run poe train" again'
            )
        return str(ready[-1].model_id)

    def create(self, model_id: str, run_id: str, facts: Facts, description: str) -> int:
        """Adds a version with all its tags in one step, and returns its number."""
        from mlflow.exceptions import MlflowException

        def create_name() -> None:
            try:
                tags = {"experiment": self.experiment, "modality": facts.modality}
                self._client.create_registered_model(self.name, tags)
            except MlflowException as error:
                if error.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise

        self._write(create_name)
        made = self._write(
            self._client.create_model_version,
            self.name,
            f"models:/{model_id}",
            run_id,
            facts.to_tags(),
            description=description,
            await_creation_for=0,  # it is there at once, except on Databricks
            model_id=model_id,
        )
        return int(made.version)

    def set_alias(self, alias: str, number: int) -> None:
        """Makes the alias name that version, and no other."""
        self._write(self._client.set_registered_model_alias, self.name, alias, str(number))

    def delete_alias(self, alias: str) -> None:
        """Removes the alias, if it is there."""
        self._write(self._client.delete_registered_model_alias, self.name, alias)

    def tag(self, version: Version, **tags: str) -> None:
        """Sets tags of a version."""
        for key, value in tags.items():
            self._write(
                self._client.set_model_version_tag, self.name, str(version.number), key, value
            )

    def keep_file(self, version: Version, path: Path) -> None:
        """Keeps a file with the run that trained the version."""
        self._write(self._client.log_artifact, version.run_id, str(path), path.parent.name)

    def download(self, version: Version, folder: Path) -> Path:
        """Copies the files of the model into the folder, and returns where they are."""
        from mlflow.artifacts import download_artifacts

        number = str(version.number)
        with tracker_errors(f'the files of {version} of "{self.name}" cannot be read from'):
            address = self._client.get_model_version_download_uri(self.name, number)
            address = f"{address.rstrip('/')}/{version.facts.model_path}"
            return Path(download_artifacts(artifact_uri=address, dst_path=str(folder)))

    def download_logged(self, model_id: str, folder: Path) -> Path:
        """Copies everything that MLflow keeps of a logged model into the folder."""
        from mlflow.artifacts import download_artifacts

        with tracker_errors(f'the model "{model_id}" cannot be read from'):
            address = f"models:/{model_id}"
            return Path(download_artifacts(artifact_uri=address, dst_path=str(folder)))

    def read_changes(self, versions: Sequence[Version]) -> "Changes":
        """Returns every promotion and rollback that was begun."""
        run = self._find_run(versions)
        claims = [value for key, value in run.data.params.items() if key.startswith(CLAIM)]
        changes = [Change(**json.loads(claim)) for claim in claims]
        changes.sort(key=lambda change: change.number)
        is_open = bool(changes) and f"{DONE}{changes[-1].number}" not in run.data.tags
        return Changes(run.info.run_id, changes, changes[-1] if is_open else None)

    def _find_run(self, versions: Sequence[Version]) -> Any:
        """The run of the first version; of a later one when that run was deleted."""
        from mlflow.exceptions import MlflowException

        for version in versions:
            try:
                run = self._client.get_run(version.run_id)
            except MlflowException as error:
                if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                    self._read(self._client.get_run, version.run_id)  # raises it as one line
                continue
            if run.info.lifecycle_stage == "active":
                return run
        raise UserError(
            f'the runs of every version of "{self.name}" were deleted from the tracker, so no '
            'version can be promoted: run "uv run poe train" and "uv run poe register"'
        )

    def claim(self, changes: "Changes", change: Change) -> None:
        """Writes down what is going to change; raises UserError when another one came first."""
        from mlflow.exceptions import MlflowException

        key = f"{CLAIM}{change.number}"
        with tracker_errors(f"the {change.kind} cannot be written to"):
            try:
                self._client.log_param(changes.run_id, key, change.to_text())
            except MlflowException:
                run = self._client.get_run(changes.run_id)
                taken = run.data.params.get(key)
                if taken is not None and taken != change.to_text():
                    raise UserError(_describe_lost(Change(**json.loads(taken)))) from None
                raise

    def apply(self, change: Change) -> None:
        """Moves the aliases; doing it again changes nothing. The alias `champion` decides."""
        if change.previous is None:
            self.delete_alias(PREVIOUS)
        else:
            self.set_alias(PREVIOUS, change.previous)
        self.set_alias(CHAMPION, change.champion)

    def finish(self, changes: "Changes", change: Change) -> None:
        """Writes down that nothing is left to do."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._write(self._client.set_tag, changes.run_id, f"{DONE}{change.number}", now)

    def _read(self, question: Callable[..., Any], *values: Any, **named: Any) -> Any:
        with tracker_errors(f'the registered model "{self.name}" cannot be read from'):
            return question(*values, **named)

    def _write(self, action: Callable[..., Any], *values: Any, **named: Any) -> Any:
        with tracker_errors(f'the registered model "{self.name}" cannot be written to'):
            return action(*values, **named)


def make_name(experiment: str) -> str:
    """Returns the name of the registered model: MLflow takes no slash, colon or percent sign."""
    return re.sub(r"[/:%'\"\\.\s]+", "-", experiment)


def _describe_lost(change: Change) -> str:
    return (
        f"another {change.kind} came first: {change.by} made version {change.champion} the "
        'champion; "uv run poe models" shows what is left to do'
    )


def _convert(found: Any, aliases: Sequence[str]) -> Version | None:
    """The version; None for one that `poe register` did not make."""
    try:
        facts = Facts.from_tags(found.tags)
    except (KeyError, ValueError, TypeError):
        return None
    return Version(
        name=found.name,
        number=int(found.version),
        aliases=tuple(sorted(aliases)),
        created=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
        run_id=found.run_id,
        source=found.source,
        tags=dict(found.tags),
        facts=facts,
    )

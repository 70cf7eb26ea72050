"""A version of the model as the registry keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"
ALIASES = (CHAMPION, CHALLENGER, PREVIOUS)
COMMIT_LENGTH, HASH_LENGTH = 7, 12  # characters that a message shows
PERCENT = 100


@dataclass(frozen=True)
class Interval:
    """A metric on the test split, with a 95 % interval of its examples."""

    value: float
    low: float
    high: float
    examples: int

    def __str__(self) -> str:
        """The value, with what it may be on other examples of the same kind."""
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


@dataclass(frozen=True)
class Facts:
    """What is known of a model when it is registered: the tags of its version."""

    experiment: str
    modality: str
    commit: str  # "": not known
    is_dirty: bool  # whether files differed from the commit
    data_hash: str
    model_sha256: str  # of every file of the model and its name, see model_files.py
    model_path: str  # where the model is in what MLflow keeps
    signature: str  # as JSON
    signature_sha256: str
    metrics: Mapping[str, float]  # on the test split, when it was registered
    primary_metric: str
    interval: Interval

    def to_tags(self) -> dict[str, str]:
        """Returns the tags; a value is text or JSON."""
        interval = self.interval
        return {
            "experiment": self.experiment,
            "modality": self.modality,
            "git.commit": self.commit,
            "git.dirty": str(self.is_dirty).lower(),
            "data.hash": self.data_hash,
            "model.sha256": self.model_sha256,
            "model.path": self.model_path,
            "signature": self.signature,
            "signature.sha256": self.signature_sha256,
            "metrics": json.dumps(dict(self.metrics)),
            "primary_metric": self.primary_metric,
            "interval": json.dumps(vars(interval)),
        }

    @classmethod
    def from_tags(cls, tags: Mapping[str, str]) -> "Facts":
        """Raises KeyError or ValueError for a version that `poe register` did not make."""
        return cls(
            experiment=tags["experiment"],
            modality=tags["modality"],
            commit=tags["git.commit"],
            is_dirty=tags["git.dirty"] == "true",
            data_hash=tags["data.hash"],
            model_sha256=tags["model.sha256"],
            model_path=tags["model.path"],
            signature=tags["signature"],
            signature_sha256=tags["signature.sha256"],
            metrics=json.loads(tags["metrics"]),
            primary_metric=tags["primary_metric"],
            interval=Interval(**json.loads(tags["interval"])),
        )


@dataclass(frozen=True)
class Version:
    """A registered version of the model; numbers grow by one and are never used again."""

    name: str  # of the registered model
    number: int
    aliases: tuple[str, ...]
    created: datetime  # in UTC, by the clock of the tracker
    run_id: str  # the training that made it
    source: str  # where MLflow keeps its files
    tags: Mapping[str, str]
    facts: Facts

    def __str__(self) -> str:
        """How a message names it."""
        return f"version {self.number}"

    @property
    def commit(self) -> str:
        """The commit in short; "+" says that files differed from it."""
        if not self.facts.commit:
            return "unknown"
        return self.facts.commit[:COMMIT_LENGTH] + ("+" if self.facts.is_dirty else "")

    def describe_age(self, now: datetime | None = None) -> str:
        """Returns the age in the largest unit; 0 min also where the clock went backwards."""
        passed = ((now or datetime.now(UTC)) - self.created).total_seconds()
        minutes = max(0, int(passed // 60))
        if minutes < 60:
            return f"{minutes} min"
        hours = minutes // 60
        return f"{hours} h" if hours < 48 else f"{hours // 24} days"

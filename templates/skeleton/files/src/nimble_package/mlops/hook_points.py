"""Where later capabilities join in: the types of the hooks that hooks.py registers."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import UserError
from .project import Evaluation

AddArguments = Callable[[str, argparse.ArgumentParser], None]
BeforeCommand = Callable[["Command"], None]
AfterCommand = Callable[["Command", int], int]
BeforeTraining = Callable[[Any], None]  # gets the configuration
OnModel = Callable[[Any, Path], None]  # configuration, folder of the model
OnRunManifest = Callable[[dict[str, Any], Path], Sequence[Path]]  # manifest, its folder
OnEvaluation = Callable[[Any, Evaluation], dict[str, float]]
BeforeReproduction = Callable[["Reproduction"], "Preparation"]
BatchCheck = Callable[["Batch"], Sequence["BatchFinding"]]
SendAlarm = Callable[[str, str, Mapping[str, Any]], bool]  # title, text, facts -> sent?
BeforePromotion = Callable[["Promotion"], "Approval"]


@dataclass(frozen=True)
class Command:
    """A command that is about to run, or has run."""

    name: str  # data, train, evaluate or predict
    config: Any  # the configuration of the project, see ProjectConfig
    arguments: argparse.Namespace


@dataclass(frozen=True)
class Reproduction:
    """A run that is about to be made again."""

    manifest: Mapping[str, Any]  # of the original run
    fetch: Callable[[str], Path]  # returns a file that the tracker keeps with it, or raises
    folder: Path  # temporary: code, data and environment of the new run are below it


@dataclass(frozen=True)
class Preparation:
    """What a hook prepared for a run that is made again."""

    variables: Mapping[str, str] = field(default_factory=dict)  # of the environment of the run
    difference: str = ""  # why metrics may differ although nothing changed here


@dataclass(frozen=True)
class PipelineStep:
    """A step of `poe pipeline`: it runs again when something that it read or wrote has changed.

    Each step runs in a process of its own, in the root of the repository. `run` gets the
    configuration and returns 0 or None for success; it refuses by raising UserError.
    """

    name: str
    order: int  # data 10, validate 20, drift 25, train 30, evaluate 40, gate 50, register 60
    run: Callable[[Any], int | None]
    inputs: Sequence[Path]  # files and folders that it reads; they may be missing
    outputs: Sequence[Path]  # files and folders that it writes: at least one
    code: str = ""  # its module below this package, such as "mlops.gate.step": an input too
    # What it depends on besides files, such as the version of the champion: name -> value.
    facts: Callable[[Any], Mapping[str, str]] | None = None
    side_effects: bool = False  # it changes something outside of this repository
    stage: str = ""  # the stage of dvc.yaml that it is; "": none


@dataclass(frozen=True)
class Promotion:
    """A registered version of the model that is about to become the champion."""

    version: int
    sha256: str  # of the files of its model
    champion_version: int | None  # that it replaces; None: it is the first champion
    champion_sha256: str | None
    approved_by: str | None  # None: no person asked for it


@dataclass(frozen=True)
class Approval:
    """Why a promotion may happen."""

    by: str  # a person, or the setting that makes it automatic
    reason: str
    id: str = ""  # of the decision: each is good for one promotion
    # Notes in the decision who approved it, and returns its file; called after the promotion.
    confirm: Callable[[], Path] | None = None


@dataclass(frozen=True)
class Batch:
    """What a check of a batch prediction may look at."""

    config: Any
    model: Any
    inputs: Sequence[Any]  # a sample of what PROJECT.predict got


@dataclass(frozen=True)
class BatchFinding:
    """One check of a batch prediction and what it found."""

    name: str
    passed: bool
    message: str  # what was found and what is allowed


class NotApprovedError(UserError):
    """Why a promotion may not happen."""


class NotProposedError(NotApprovedError):
    """Why there is nothing to promote: no failure for a job that asks after every merge."""


@dataclass
class Hooks:
    """The functions that hooks.py registers; a hook refuses by raising UserError."""

    add_arguments: list[AddArguments] = field(default_factory=list)  # options of a command
    before_command: list[BeforeCommand] = field(default_factory=list)
    after_command: list[AfterCommand] = field(default_factory=list)  # returns the exit status
    before_training: list[BeforeTraining] = field(default_factory=list)  # also without a command
    on_validation: list[BeforeTraining] = field(default_factory=list)  # `poe validate`, `pipeline`
    before_evaluation: list[BeforeTraining] = field(default_factory=list)
    on_model: list[OnModel] = field(default_factory=list)  # trained: may add files to its folder
    on_run_manifest: list[OnRunManifest] = field(default_factory=list)  # returns files to keep
    on_evaluation: list[OnEvaluation] = field(default_factory=list)  # returns more metrics
    before_reproduction: list[BeforeReproduction] = field(default_factory=list)
    pipeline_steps: list[PipelineStep] = field(default_factory=list)  # of `poe pipeline`
    before_promotion: list[BeforePromotion] = field(default_factory=list)
    batch_checks: dict[str, BatchCheck] = field(default_factory=dict)  # of a batch prediction
    batch_alarms: list[SendAlarm] = field(default_factory=list)  # ways to send one

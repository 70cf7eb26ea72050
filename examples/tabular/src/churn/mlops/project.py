"""The contract between the code of the team and the machinery in this folder.

`src/<package>/project.py` fills in one `Project`. Pipelines, gates, batch prediction and serving
call nothing else, so a function may be renamed or moved as long as project.py names it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

MODEL = Path("models/current")
PREPARED = Path("data/prepared")
REPORTS = Path("reports")

FieldKind = Literal["number", "category", "date", "text", "image", "audio"]
FILE_KINDS = ("image", "audio")  # an input of these kinds is a file


class RuntimeSettings(Protocol):
    """The section `runtime` of config.yaml, as far as the machinery reads it."""

    @property
    def seed(self) -> int:
        """The seed of the first run."""

    @property
    def threads(self) -> int:
        """Threads of numerical libraries."""

    @property
    def track(self) -> bool:
        """Whether runs are kept by the tracker."""


class EvaluateSettings(Protocol):
    """The section `evaluate` of config.yaml, as far as the machinery reads it."""

    @property
    def min_score(self) -> float:
        """The lowest primary metric with which `poe evaluate` passes."""


class ProjectConfig(Protocol):
    """What the machinery reads of config.yaml."""

    @property
    def experiment(self) -> str:
        """The name of the experiment in the tracker."""

    @property
    def evaluate(self) -> EvaluateSettings:
        """How a model is evaluated."""

    @property
    def runtime(self) -> RuntimeSettings:
        """Seed, threads and tracking."""


@dataclass(frozen=True)
class TrainingPaths:
    """Where a training writes."""

    model: Path = MODEL
    plots: Path = REPORTS / "plots"
    checkpoints: Path = Path("models/checkpoints")
    reports: Path = REPORTS  # train.json and manifest.json

    @classmethod
    def inside(cls, folder: Path) -> "TrainingPaths":
        """Returns paths below one folder, for a training that leaves the repository as it is."""
        return cls(folder / "model", folder / "plots", folder / "checkpoints", folder / "reports")


@dataclass(frozen=True)
class Step:
    """A part of how an answer was made: a search, a call of a model."""

    name: str
    kind: Literal["retriever", "llm"]
    inputs: Any
    outputs: Any
    started: float  # seconds since 1970
    seconds: float
    facts: Mapping[str, Any] = field(default_factory=dict)  # such as tokens and cost


@dataclass(frozen=True)
class Trace:
    """An answer, and the steps that made it; times as in its steps."""

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    steps: Sequence[Step]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Prompt:
    """A prompt as a registry keeps it; a variable is `{{name}}`."""

    name: str
    messages: Sequence[Mapping[str, str]]  # role and content
    facts: Mapping[str, str] = field(default_factory=dict)  # such as its version in the repository


@dataclass(frozen=True)
class RunDetails:
    """What a tracker shows of a run besides its settings, metrics and files."""

    chosen: Mapping[str, Any] = field(default_factory=dict)  # what the training chose, as settings
    prompts: Sequence[Prompt] = ()  # the first one is that of the model
    traces: Sequence[Trace] = ()
    settings: Sequence[Path] = ()  # files besides config.yaml that a saved model reads


@dataclass(frozen=True)
class TrainResult:
    """What a training returns; the model itself is in `TrainingPaths.model`."""

    metrics: Mapping[str, float]  # `model.<metric>`, `baseline.<metric>`; spreads end in `_std`
    primary_metric: str  # `<metric>`, without dots; higher is better
    seeds: Sequence[int]
    curves: Sequence[Mapping[str, float]] = ()  # one row for each epoch or iteration
    files: Sequence[Path] = ()  # further files to keep with the run, besides model and plots
    # Every baseline: the prefix of its metrics -> how a sentence names it (`always answering "no"`)
    baselines: Mapping[str, str] = field(default_factory=lambda: {"baseline": "the baseline"})
    details: RunDetails = field(default_factory=RunDetails)


@dataclass(frozen=True)
class BaselineScore:
    """What a baseline reaches on the test split."""

    score: float  # the primary metric; NaN where it is undefined
    description: str  # how a sentence names it: the baseline, always answering "no"


Values = Sequence[Any] | NDArray[Any]


@dataclass(frozen=True)
class Evaluation:
    """The outputs of a model compared with the targets; sequences have one entry per example."""

    metrics: Mapping[str, float]
    primary_metric: str  # a key of `metrics`, without dots; higher is better
    compute: Callable[
        [Any, Any], float
    ]  # the primary metric of targets and outputs; NaN: undefined
    y_true: Values
    outputs: Values
    scores: NDArray[np.float64] | None = (
        None  # whose mean is the primary metric; None: it is no mean
    )
    slices: Mapping[str, Sequence[Any]] = field(default_factory=dict)  # column -> values

    def score_part(self, rows: NDArray[np.intp]) -> float:
        """Returns the primary metric of some examples, by their numbers; NaN: undefined."""
        if self.scores is not None:
            return float(self.scores[rows].mean())
        y_true = _take(self.y_true, rows)
        outputs = _take(self.outputs, rows)
        return self.compute(y_true, outputs)


def _take(values: Values, rows: NDArray[np.intp]) -> Values:
    """Some of the values, by their numbers."""
    if isinstance(values, np.ndarray):
        return np.asarray(values[rows])
    return [values[row] for row in rows]


@dataclass(frozen=True)
class Field:
    """One input or output of a model."""

    name: str
    kind: FieldKind
    shape: tuple[int | None, ...] = ()  # of one example; None: any size
    allowed: tuple[str, ...] = ()  # known values of a category


@dataclass(frozen=True)
class Signature:
    """What a model takes and returns."""

    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]


class Splits(Protocol):
    """Prepared data; both parts have the same type, which the team chooses."""

    @property
    def train(self) -> Any:
        """The examples to fit on."""

    @property
    def test(self) -> Any:
        """The examples that no training sees."""


ConfigT = TypeVar("ConfigT", bound=ProjectConfig)
SplitsT = TypeVar("SplitsT", bound=Splits)
ExamplesT = TypeVar("ExamplesT")
InputT = TypeVar("InputT")
ModelT = TypeVar("ModelT")
OutputsT = TypeVar("OutputsT")


@dataclass(frozen=True)
class Project(Generic[ConfigT, SplitsT, ExamplesT, InputT, ModelT, OutputsT]):
    """The functions of the team that the machinery calls.

    Examples are rows with targets, as `load` returns them in `train` and `test`. Inputs are what a
    user of the model sends: one entry per example, without the target. Outputs are what the model
    returns for them, before they are put into words: for classes an array of probabilities
    (n, classes), for a regression an array (n,), for an llm a list of replies.
    """

    modality: str
    load_config: Callable[[Path, Sequence[str]], ConfigT]
    prepare: Callable[[ConfigT, Path], Mapping[str, Any]]  # writes the folder, returns its manifest
    check: Callable[[ConfigT], list[str]]  # what is wrong with the data, one sentence each
    # Files and folders that the configured data is read from; none where it is built in.
    sources: Callable[[ConfigT], Sequence[Path]]
    load: Callable[[ConfigT, Path], SplitsT]
    inputs: Callable[[ExamplesT], Sequence[InputT]]
    target: Callable[[ExamplesT], Field]  # what is to be predicted; compared with the signature
    train: Callable[[ConfigT, TrainingPaths, bool], TrainResult]  # True: resume from checkpoints
    load_model: Callable[[Path], ModelT]
    # The inputs of `poe predict`, each with a name to print: the file, or the text itself.
    read_inputs: Callable[[ModelT, Sequence[str]], Sequence[tuple[str, InputT]]]
    outputs: Callable[[ModelT, Sequence[InputT]], OutputsT]
    predict: Callable[[ModelT, Sequence[InputT]], list[dict[str, Any]]]  # outputs, as JSON
    # The path is the directory of the model: a threshold that was chosen for it is there.
    evaluate: Callable[[ConfigT, ExamplesT, OutputsT, Path], Evaluation]
    signature: Callable[[ModelT], Signature]
    embed: Callable[[ModelT, Sequence[InputT]], NDArray[np.float32]] | None = None  # (n, width)
    # Weights of a network, coefficients or nodes of trees; None: the model does not say.
    count_parameters: Callable[[ModelT], int | None] | None = None
    logs: Sequence[Path] = ()  # kept with a run, also when the training fails
    # The primary metric of each baseline on the test split, for the model in the directory.
    score_baselines: Callable[[ConfigT, SplitsT, Path], Mapping[str, BaselineScore]] | None = None
    # Further examples to evaluate on, by name: adds the metric `<name>_<primary metric>`.
    extra_test_sets: Callable[[SplitsT], Mapping[str, ExamplesT]] | None = None
    # Inputs as a pandas.DataFrame that `read_inputs` can read: the columns of the source, or a
    # column `path` with files that are written to the folder. None: a column of texts.
    example_table: Callable[[ConfigT, Sequence[InputT], Path], Any] | None = None

    def sample(self, config: ConfigT, count: int) -> Sequence[InputT]:
        """Returns the first `count` inputs of the test split."""
        splits = self.load(config, PREPARED)
        return self.inputs(splits.test)[:count]

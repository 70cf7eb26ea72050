"""What the analysis must know about clips: features are mel bands and spans of time."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from .. import data, predict
from ..config import Config
from ..mlops.analysis.adapter import Adapter
from ..mlops.speech import input_report
from ..mlops.speech.joined_examples import join_examples
from ..mlops.speech.regions import exchange_region, list_regions
from ..predict import Clip, Model, Outputs


def list_features(_config: Config, model: Model) -> list[str]:
    """Returns the names of the mel bands and spans of time."""
    return list(list_regions(model.features))


def exchange_feature(
    model: Model, clips: Sequence[Clip], feature: str, others: Sequence[Clip]
) -> Outputs:
    """Returns the outputs for clips that have one region of another clip's spectrogram."""
    region = list_regions(model.features)[feature]
    x = predict.to_spectrograms(model, clips)
    exchange_region(x, region, predict.to_spectrograms(model, others))
    return predict.run_network(model, x)


def list_steps(model: Model, clips: Sequence[Clip]) -> Mapping[str, Callable[[], object]]:
    """Returns log-mel and network; how long it takes to read a file depends on its format."""
    x = predict.to_spectrograms(model, clips)
    steps: dict[str, Callable[[], object]] = {}
    steps["log-mel"] = partial(predict.to_spectrograms, model, clips)
    steps["(model)"] = partial(predict.run_network, model, x)
    return steps


def describe_input(
    model: Model, clip: Clip, contributions: Mapping[str, float], folder: Path
) -> list[str]:
    """Returns peak and noise of a clip; plots its spectrogram with what each region adds."""
    return input_report.describe(clip, model.features, contributions, folder)


def load_examples(config: Config) -> data.Examples:
    """Returns the test clips and the voices of another kind, which no training sees."""
    splits = data.load(config)
    return join_examples(splits.test, splits.held_out)


ADAPTER = Adapter(
    features=list_features,
    exchange_feature=exchange_feature,
    steps=list_steps,
    describe_input=describe_input,
    examples=load_examples,
)

"""What the analysis must know about an llm: features are the retrieved passages."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from .. import bundle, predict
from ..bundle import Model
from ..config import Config
from ..mlops.analysis.adapter import Adapter
from ..mlops.llm.exchanged_passage import ExchangedPassage
from ..predict import Outputs


def list_features(_config: Config, model: Model) -> list[str]:
    """Returns the places in the list of passages that the model is given."""
    return [f"passage {place}" for place in range(1, model.bundle.top_k + 1)]


def exchange_feature(
    model: Model, questions: Sequence[str], feature: str, others: Sequence[str]
) -> Outputs:
    """Returns the replies when one passage is what was retrieved for another question."""
    place = int(feature.removeprefix("passage "))
    pairs = dict(zip(questions, others, strict=True))
    mixed = ExchangedPassage(model.retriever, place, pairs)
    return predict.outputs(bundle.Model(model.bundle, mixed, model.calls), questions)


def list_steps(model: Model, questions: Sequence[str]) -> Mapping[str, Callable[[], object]]:
    """Returns the search, and the whole answer."""
    return {
        "search": partial(search_all, model, questions),
        "(whole answer)": partial(predict.outputs, model, questions),
    }


def search_all(model: Model, questions: Sequence[str]) -> None:
    """Retrieves the passages of each question."""
    for question in questions:
        model.retriever.search(question, model.bundle.top_k)


def describe_input(
    model: Model, question: str, _contributions: Mapping[str, float], _folder: Path
) -> list[str]:
    """Returns the question, the passages, and the messages that the language model gets."""
    passages = model.retriever.search(question, model.bundle.top_k)
    lines = [f"question: {question}", f"bundle: {model.bundle}"]
    for place, passage in enumerate(passages, start=1):
        lines += ["", f"passage {place}, {passage.document}:", passage.text]
    for message in model.make_request(passages, question).messages:
        lines += ["", f"sent as {message['role']}:", message["content"].strip()]
    return lines


ADAPTER = Adapter(list_features, exchange_feature, list_steps, describe_input, timed_inputs=3)

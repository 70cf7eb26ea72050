"""What the tracker shows of a bundle: its parts, its prompt, and how it answered the questions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from ..project import Prompt, RunDetails, Step, Trace
from .providers import call_log
from .providers.prices import PRICES
from .providers.stub import PASSAGE

MAX_TRACES = 100  # each takes MLflow some milliseconds
FACTS = ("model", "input_tokens", "output_tokens", "cost_usd", "attempt", "error")


class PromptFile(Protocol):
    """A file in prompts/."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def version(self) -> int:
        """The version that its head says."""

    @property
    def sha256(self) -> str:
        """The hash of its text."""

    @property
    def text(self) -> str:
        """The whole file."""


class Bundle(Protocol):
    """What is chosen, as far as a tracker shows it."""

    @property
    def prompt(self) -> PromptFile:
        """The instructions of the model."""

    @property
    def model(self) -> str:
        """`provider:model`."""

    @property
    def chunk_words(self) -> int:
        """Words of a passage."""

    @property
    def top_k(self) -> int:
        """Passages for each question."""

    @property
    def max_tokens(self) -> int:
        """The longest answer."""

    @property
    def retriever(self) -> str:
        """What finds passages."""


class Trial(Protocol):
    """A bundle that was tried."""

    @property
    def bundle(self) -> Bundle:
        """What was tried."""


def describe_run(
    best: Trial, trials: Iterable[Trial], replies: Sequence[Mapping[str, Any]]
) -> RunDetails:
    """Returns the parts of the best bundle, the prompts that were tried, and traces of replies."""
    chosen = best.bundle
    prompt = chosen.prompt
    settings = {
        "prompt": prompt.id,
        "prompt_version": prompt.version,
        "prompt_sha256": prompt.sha256,
        "model": chosen.model,
        "retriever": chosen.retriever,
        "top_k": chosen.top_k,
        "chunk_words": chosen.chunk_words,
        "max_tokens": chosen.max_tokens,
    }
    prompts = {prompt.id: describe_prompt(prompt)}  # that of the model is the first one
    for trial in trials:
        other = trial.bundle.prompt
        prompts.setdefault(other.id, describe_prompt(other))
    traces = make_traces(replies, prompt.sha256, chosen.model, call_log.LOG)
    return RunDetails(settings, list(prompts.values()), traces, [PRICES])


def describe_prompt(prompt: PromptFile) -> Prompt:
    """Returns the prompt as a registry keeps it."""
    facts = {"version": str(prompt.version), "sha256": prompt.sha256}
    return Prompt(prompt.id, make_messages(prompt.text), facts)


def make_messages(text: str) -> list[dict[str, str]]:
    """Returns the messages of a prompt file, with variables as `{{name}}`."""
    _, _, body = text.partition("\n---\n")
    system, _, user = body.partition("=== user\n")
    for name in ("passages", "question"):
        user = user.replace(f"{{{name}}}", f"{{{{{name}}}}}")
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def make_traces(
    replies: Sequence[Mapping[str, Any]], prompt: str, model: str, log: Path
) -> list[Trace]:
    """Returns a trace for each reply whose calls are in the log, the newest calls of each."""
    if not log.is_file():
        return []
    lines = call_log.read(log)
    calls = [call for call in lines if (call.get("sha256"), call["model"]) == (prompt, model)]
    traces = []
    for reply in replies[:MAX_TRACES]:
        own = find_calls(calls, reply["question"])
        if own:
            traces.append(make_trace(reply, own))
    return traces


def find_calls(calls: Sequence[Mapping[str, Any]], question: str) -> list[Mapping[str, Any]]:
    """Returns the tries of the last time that the question was asked."""
    own: list[Mapping[str, Any]] = []
    for call in calls:
        if question not in call["messages"][-1]["content"]:
            continue
        if call["attempt"] == 0:
            own = []
        own.append(call)
    return own


def make_trace(reply: Mapping[str, Any], calls: Sequence[Mapping[str, Any]]) -> Trace:
    """Returns the search and the calls behind a reply."""
    first_call = _make_call(calls[0])
    question = reply["question"]
    search = Step(
        name="retrieve",
        kind="retriever",
        inputs={"question": question},
        outputs=[
            {"page_content": "", "metadata": {"doc_uri": name}} for name in reply["retrieved"]
        ],
        started=first_call.started,
        seconds=0.0,
    )
    steps = [search, *[_make_call(call) for call in calls]]
    answer = {name: reply[name] for name in ("answer", "sources", "answered")}
    facts = {"cost_usd": f"{reply['cost_usd']:.6f}"}
    return Trace({"question": question}, answer, steps, facts)


def _list_passages(message: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """The passages that a message has, as MLflow shows documents; else only their names."""
    found = PASSAGE.findall(message) or [(name, "") for name in names]
    return [{"page_content": text, "metadata": {"doc_uri": name}} for name, text in found]


def _make_call(call: Mapping[str, Any]) -> Step:
    ended = datetime.fromisoformat(call["time"]).timestamp()
    facts = {name: call[name] for name in FACTS if call.get(name) is not None}
    return Step(
        name=call["model"],
        kind="llm",
        inputs={"messages": call["messages"]},
        outputs=call["response"],
        started=ended - call["seconds"],
        seconds=call["seconds"],
        facts=facts,
    )

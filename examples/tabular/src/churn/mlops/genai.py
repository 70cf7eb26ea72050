"""Prompts and traces in MLflow: what its pages for language models show."""

from collections.abc import Sequence
from typing import Any

from .project import Prompt, Step, Trace

NANOSECONDS = 1_000_000_000


def register_prompts(mlflow: Any, prompts: Sequence[Prompt], experiment: str) -> list[str]:
    """Registers each text that is new, and returns the addresses of the versions."""
    addresses = []
    for prompt in prompts:
        name = _make_name(f"{experiment}-{prompt.name}")
        messages = [dict(message) for message in prompt.messages]
        known = mlflow.genai.load_prompt(name, allow_missing=True)
        if known is None or known.template != messages:
            facts = dict(prompt.facts)
            known = mlflow.genai.register_prompt(name, messages, tags=facts)
        addresses.append(f"prompts:/{name}/{known.version}")
    return addresses


def _make_name(text: str) -> str:
    """The name as the registry takes it: letters, digits, hyphens, underscores and dots."""
    allowed = [sign if sign.isalnum() or sign in "-_." else "-" for sign in text]
    return "".join(allowed)


def log_traces(mlflow: Any, traces: Sequence[Trace], run_id: str) -> None:
    """Logs each answer with its steps, as traces of the run."""
    for trace in traces:
        _log_trace(mlflow, trace, run_id)
    mlflow.flush_trace_async_logging()


def _log_trace(mlflow: Any, trace: Trace, run_id: str) -> None:
    started = min(step.started for step in trace.steps)
    ended = max(step.started + step.seconds for step in trace.steps)
    root = mlflow.start_span_no_context(
        "answer",
        span_type="CHAIN",
        inputs=dict(trace.inputs),
        metadata={"mlflow.sourceRun": run_id},
        tags=dict(trace.facts),
        start_time_ns=_to_nanoseconds(started),
    )
    for step in trace.steps:
        _log_step(mlflow, root, step)
    root.end(outputs=dict(trace.outputs), end_time_ns=_to_nanoseconds(ended))


def _log_step(mlflow: Any, root: Any, step: Step) -> None:
    span = mlflow.start_span_no_context(
        step.name,
        span_type=step.kind.upper(),
        parent_span=root,
        inputs=step.inputs,
        attributes=_name_facts(step),
        start_time_ns=_to_nanoseconds(step.started),
    )
    span.end(outputs=step.outputs, end_time_ns=_to_nanoseconds(step.started + step.seconds))


def _name_facts(step: Step) -> dict[str, Any]:
    """The facts of a step, the tokens also where MLflow adds them up."""
    facts = dict(step.facts)
    if "input_tokens" in facts and "output_tokens" in facts:
        tokens = {name: facts[name] for name in ("input_tokens", "output_tokens")}
        tokens["total_tokens"] = sum(tokens.values())
        facts["mlflow.chat.tokenUsage"] = tokens
    return facts


def _to_nanoseconds(seconds: float) -> int:
    return int(seconds * NANOSECONDS)

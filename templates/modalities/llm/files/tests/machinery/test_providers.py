"""Each SDK against a server on this machine; one that is not installed is skipped."""

import dataclasses
import importlib
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_server
import pytest
from pydantic import TypeAdapter

from nimble_package import bundle
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.llm.providers import call_log, calls
from nimble_package.mlops.llm.providers.prices import read_price
from nimble_package.mlops.llm.providers.sdk import open_client
from nimble_package.mlops.llm.retrieval import BM25, cut_passages

KEY = "canary-0123456789"
MODELS = {
    "openai": ("openai", "gpt-6-luna", "OPENAI_API_KEY", "OPENAI_BASE_URL", "/v1"),
    "compatible": ("openai", "llama", "LLM_API_KEY", "LLM_BASE_URL", "/v1"),
    "anthropic": ("anthropic", "claude-haiku-5-5", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", ""),
    "cohere": ("cohere", "command-r-08-2024", "CO_API_KEY", "CO_API_URL", ""),
}
HANDBOOK = {"fares": "# Fares\n\nA day return costs 22 euros.\n\nA dog costs 3 euros."}
QUESTION = "What does a day return cost?"


@pytest.fixture(scope="module")
def server() -> Iterator[fake_server.Server]:
    with fake_server.running() as running:
        yield running


@pytest.fixture(params=MODELS)
def name(
    request: pytest.FixtureRequest, server: fake_server.Server, monkeypatch: pytest.MonkeyPatch
) -> str:
    sdk, model, key, url, path = MODELS[request.param]
    if not importlib.util.find_spec(sdk):
        pytest.skip(f"the {sdk} SDK is not installed: uv sync --extra {sdk}")
    monkeypatch.setenv(key, KEY)
    monkeypatch.setenv(url, server.url + path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    open_client.cache_clear()
    server.script.clear()
    server.seen.clear()
    return f"{request.param}:{model}"


@pytest.fixture
def limits(settings: Any) -> Any:
    return dataclasses.replace(settings.runtime, timeout_s=0.5, retries=2, retry_budget_s=2.0)


@pytest.fixture
def model(name: str, limits: Any) -> bundle.Model:
    Path("reports").mkdir(exist_ok=True)
    prompt = bundle.read_prompt(Path("prompts/grounded.md"))
    passages = cut_passages(HANDBOOK, 60)
    chosen = bundle.Bundle(prompt, name, 60, 2, 200, passages)
    return bundle.Model(chosen, BM25(passages), calls.Calls(name, limits))


def last_call() -> dict[str, Any]:
    lines = call_log.LOG.read_text(encoding="utf-8").splitlines()
    return dict(json.loads(lines[-1]))


def test_an_answer_streams_in_with_its_tokens_and_its_cost(model: bundle.Model) -> None:
    heard: list[str] = []
    reply = model.ask(QUESTION, heard.append)
    assert "22 euros" in reply["answer"]
    assert (reply["sources"], reply["answered"], reply["form"]) == (["fares"], True, True)
    assert len(heard) > 3
    assert heard == sorted(heard, key=len)
    call = last_call()
    assert (call["input_tokens"], call["output_tokens"], call["error"]) == (100, 20, None)
    price = read_price(model.calls.name)
    assert reply["cost_usd"] == (100 * price[0] + 20 * price[1]) / 1e6 == call["cost_usd"]


def test_the_request_holds_prompt_schema_and_limit(
    model: bundle.Model, server: fake_server.Server
) -> None:
    model.ask(QUESTION)
    sent = json.dumps(server.seen[-1])
    assert QUESTION in sent
    assert "A day return costs 22 euros." in sent
    assert '"additionalProperties": false' in sent
    assert 200 in (server.seen[-1].get("max_tokens"), server.seen[-1].get("max_completion_tokens"))


@pytest.mark.parametrize("trouble", ["429", "500", "529", "cut", "slow", "malformed"])
def test_passing_trouble_is_tried_again_and_logged(
    model: bundle.Model, server: fake_server.Server, trouble: str
) -> None:
    server.script[:] = [trouble]
    before = len(call_log.LOG.read_bytes().splitlines()) if call_log.LOG.is_file() else 0
    assert model.ask(QUESTION)["form"]
    tries = [json.loads(line) for line in call_log.LOG.read_text("utf-8").splitlines()[before:]]
    assert [bool(one["error"]) for one in tries] == [True, False]
    assert len(server.seen) == 2


def test_a_wrong_key_is_not_tried_again_and_not_shown(
    model: bundle.Model, server: fake_server.Server
) -> None:
    server.script[:] = ["401"]
    with pytest.raises(UserError) as error:
        model.ask(QUESTION)
    assert len(server.seen) == 1
    assert "401" in str(error.value)
    assert KEY in json.dumps(server.headers_seen[-1])  # it did reach the server
    shown = f"{error.value!r} {model!r} {model.calls!r} {vars(model.calls)} {model.bundle!r}"
    assert KEY not in shown + call_log.LOG.read_text(encoding="utf-8")
    assert error.value.__cause__ is None


def test_a_server_that_stays_away_ends_in_one_sentence(
    model: bundle.Model, server: fake_server.Server
) -> None:
    server.script[:] = ["503"] * 9
    with pytest.raises(UserError, match="tried 3 times"):
        model.ask(QUESTION)


def test_a_model_that_never_keeps_the_form_is_graded_not_crashed(
    model: bundle.Model, server: fake_server.Server
) -> None:
    server.script[:] = ["malformed"] * 9
    reply = model.ask(QUESTION)
    assert (reply["form"], reply["answer"]) == (False, "")
    assert reply["cost_usd"] == pytest.approx(3 * last_call()["cost_usd"])


TEXT = "some text that is longer than a piece"


@pytest.mark.parametrize(
    ("module", "kind", "bodies"),
    [
        ("openai.types.chat", "ChatCompletionChunk", fake_server.openai_chunks("m", TEXT)),
        ("anthropic.types", "RawMessageStreamEvent", fake_server.anthropic_bodies("m", TEXT)),
        ("cohere.v2.types", "V2ChatStreamResponse", fake_server.cohere_bodies("m", TEXT)),
    ],
)
def test_the_server_sends_what_the_sdk_accepts_strictly(
    module: str, kind: str, bodies: list[dict[str, Any]]
) -> None:
    sdk = module.split(".")[0]
    if not importlib.util.find_spec(sdk):
        pytest.skip(f"the {sdk} SDK is not installed: uv sync --extra {sdk}")
    accepts = TypeAdapter(getattr(importlib.import_module(module), kind))
    for body in bodies:
        accepts.validate_json(json.dumps(body), strict=True)

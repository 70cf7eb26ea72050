"""Recorded answers are the answers: same text, same cost, no network, no key in the file."""

import dataclasses
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_server
import pytest

from nimble_package import bundle
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.llm.providers import (
    Request,
    Usage,
    call_log,
    calls,
    cassettes,
    record,
)
from nimble_package.mlops.llm.providers.registry import find_provider
from nimble_package.mlops.llm.providers.sdk import open_client
from nimble_package.mlops.llm.retrieval import BM25, Passage

KEY = "canary-0123456789"
PASSAGES = [Passage("fares", "# Fares\n\nA day return costs 22 euros.\n\nA dog costs 3.")]
QUESTIONS = [
    "What does a day return cost?",
    "What does a dog cost?",
    "What does a day return cost?",
]


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A log of its own for each test."""
    monkeypatch.setattr(call_log, "LOG", tmp_path / "calls.jsonl")
    monkeypatch.setenv("LLM_API_KEY", KEY)
    monkeypatch.delenv(cassettes.VARIABLE, raising=False)
    cassettes.open_cassette.cache_clear()
    yield
    cassettes.open_cassette.cache_clear()


def model(settings: Any, name: str = "compatible:llama") -> bundle.Model:
    limits = dataclasses.replace(settings.runtime, retries=2, retry_budget_s=2.0)
    prompt = bundle.read_prompt(Path("prompts/grounded.md"))
    chosen = bundle.Bundle(prompt, name, 60, 2, 200, PASSAGES)
    return bundle.Model(chosen, BM25(PASSAGES), calls.Calls(name, limits))


def line(name: str, text: str, question: str, tokens: int = 9) -> str:
    messages = [{"role": "user", "content": question}]
    held = {"model": name, "messages": messages, "response": text}
    return json.dumps(held | {"input_tokens": tokens, "output_tokens": tokens}) + "\n"


def ask(name: str, question: str) -> str:
    provider, _, model = name.partition(":")
    messages = [{"role": "user", "content": question}]
    pieces = list(find_provider(provider)(Request(model, messages, {}, 9, 9.0)))
    assert isinstance(pieces[-1], Usage)
    return "".join(map(str, pieces[:-1]))


def test_a_replay_is_the_recording_without_the_server(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not importlib.util.find_spec("openai"):
        pytest.skip("the openai SDK is not installed: uv sync --extra openai")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    open_client.cache_clear()
    with fake_server.running() as server:
        monkeypatch.setenv("LLM_BASE_URL", server.url + "/v1")
        server.script[:] = ["malformed", "answer", "500", "answer", "answer"]
        asked = model(settings)
        recorded = [asked.ask(question) for question in QUESTIONS]
    assert KEY in json.dumps(server.headers_seen)  # it did reach the server
    cassettes.write(call_log.LOG, tmp_path / "cassette.jsonl")
    assert KEY not in (tmp_path / "cassette.jsonl").read_text(encoding="utf-8")
    monkeypatch.setenv(cassettes.VARIABLE, str(tmp_path / "cassette.jsonl"))
    monkeypatch.delenv("LLM_BASE_URL")
    monkeypatch.delenv("LLM_API_KEY")
    replayed = model(settings)
    assert [replayed.ask(question) for question in QUESTIONS] == recorded
    with pytest.raises(UserError, match=r'no answer of "compatible:llama" to "Question: Who\?"'):
        replayed.ask("Who?")


def test_the_second_answer_to_a_request_is_the_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line("compatible:x", "one\u2028\ntwo", "?"), line("compatible:x", "three", "?")]
    lines += [line("compatible:x", "lost", "?", tokens=0), line("compatible:y", "four", "?")]
    call_log.LOG.write_text("".join(lines), encoding="utf-8")
    assert cassettes.write(call_log.LOG, tmp_path / "cassette.jsonl")["answers"] == 3
    monkeypatch.setenv(cassettes.VARIABLE, str(tmp_path / "cassette.jsonl"))
    answers = [ask("compatible:x", "?") for _ in range(3)]
    assert answers == ["one\u2028\ntwo", "three", "three"]
    assert ask("compatible:y", "?") == "four"


def test_equal_calls_give_equal_files_whose_first_line_is_their_hash(tmp_path: Path) -> None:
    call_log.LOG.write_text(line("compatible:x", "one", "?"), encoding="utf-8")
    head = cassettes.write(call_log.LOG, tmp_path / "a.jsonl")
    cassettes.write(call_log.LOG, tmp_path / "b.jsonl")
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert len(head["sha256"]) == 64


def test_a_key_that_an_answer_repeats_is_taken_out(tmp_path: Path) -> None:
    call_log.LOG.write_text(line("compatible:x", f"the key {KEY}", "?"), encoding="utf-8")
    cassettes.write(call_log.LOG, tmp_path / "cassette.jsonl")
    text = (tmp_path / "cassette.jsonl").read_text(encoding="utf-8")
    assert "the key <LLM_API_KEY>" in text


@pytest.mark.parametrize("damage", ["change", "cut", "empty", "newer", "missing"])
def test_a_damaged_cassette_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    path = tmp_path / "cassette.jsonl"
    call_log.LOG.write_text(line("compatible:x", "22 euros", "?"), encoding="utf-8")
    cassettes.write(call_log.LOG, path)
    text = path.read_text(encoding="utf-8")
    changes = {
        "change": text.replace("22", "23"),
        "cut": text[:-9],
        "empty": "",
        "newer": text.replace('"cassette": 1', '"cassette": 2'),
        "missing": text,
    }
    path.write_text(changes[damage], encoding="utf-8", newline="\n")
    if damage == "missing":
        path.unlink()
    monkeypatch.setenv(cassettes.VARIABLE, str(path))
    with pytest.raises(UserError, match=r"cassette\.jsonl"):
        find_provider("compatible")


def test_code_of_this_repository_is_neither_recorded_nor_replayed(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = model(settings, "stub:large").ask(QUESTIONS[0])
    with pytest.raises(UserError, match="no answer of a hosted model"):
        cassettes.write(call_log.LOG, tmp_path / "cassette.jsonl")
    monkeypatch.setenv(cassettes.VARIABLE, str(tmp_path / "nothing"))
    assert model(settings, "stub:large").ask(QUESTIONS[0]) == expected


@pytest.mark.parametrize("name", ["../x", "a b", ""])
def test_a_cassette_stays_in_its_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert record.main([name]) == 2
    assert "letters" in capsys.readouterr().err

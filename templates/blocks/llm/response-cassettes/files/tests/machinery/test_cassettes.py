"""Recorded answers are the answers: same text, same cost, no network, no key in the file."""

import dataclasses
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import server as loopback

from nimble_package import bundle, config, retrieval
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.hook_points import Preparation, Reproduction
from nimble_package.mlops.llm import providers
from nimble_package.mlops.llm.providers import Request, Usage, calls, cassettes
from nimble_package.mlops.reproducibility import outside

KEY = "canary-0123456789"
PASSAGES = [retrieval.Passage("fares", "# Fares\n\nA day return costs 22 euros.\n\nA dog costs 3.")]
QUESTIONS = [
    "What does a day return cost?",
    "What does a dog cost?",
    "What does a day return cost?",
]


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A log and a tape of its own for each test."""
    monkeypatch.setattr(calls, "LOG", tmp_path / "calls.jsonl")
    monkeypatch.setenv("LLM_API_KEY", KEY)
    monkeypatch.delenv(cassettes.SETTING, raising=False)
    cassettes._tape.cache_clear()
    yield
    cassettes._tape.cache_clear()


def model(settings: config.Config, name: str = "compatible:llama") -> bundle.Model:
    limits = dataclasses.replace(settings.runtime, retries=2, retry_budget_s=2.0)
    prompt = bundle.read_prompt(Path("prompts/grounded.md"))
    held = bundle.Bundle(prompt, name, 60, 2, 200, PASSAGES)
    return bundle.Model(held, retrieval.BM25(PASSAGES), calls.Calls(name, limits))


def line(name: str, text: str, question: str, tokens: int = 9) -> str:
    messages = [{"role": "user", "content": question}]
    held = {"model": name, "messages": messages, "response": text}
    return json.dumps(held | {"input_tokens": tokens, "output_tokens": tokens}) + "\n"


def ask(name: str, question: str) -> str:
    provider, _, model = name.partition(":")
    messages = [{"role": "user", "content": question}]
    pieces = list(providers.find(provider)(Request(model, messages, {}, 9, 9.0)))
    assert isinstance(pieces[-1], Usage)
    return "".join(map(str, pieces[:-1]))


def test_a_replay_is_the_recording_without_the_server(
    settings: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not importlib.util.find_spec("openai"):
        pytest.skip("the openai SDK is not installed: uv sync --extra openai")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    providers.client.cache_clear()
    with loopback.running() as server:
        monkeypatch.setenv("LLM_BASE_URL", server.url + "/v1")
        server.script[:] = ["malformed", "answer", "500", "answer", "answer"]
        asked = model(settings)
        recorded = [asked.ask(question) for question in QUESTIONS]
    assert KEY in json.dumps(server.headers_seen)  # it did reach the server
    cassettes.make(calls.LOG, tmp_path / "tape.jsonl")
    assert KEY not in (tmp_path / "tape.jsonl").read_text(encoding="utf-8")
    monkeypatch.setenv(cassettes.SETTING, str(tmp_path / "tape.jsonl"))
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
    calls.LOG.write_text("".join(lines), encoding="utf-8")
    assert cassettes.make(calls.LOG, tmp_path / "tape.jsonl")["answers"] == 3
    monkeypatch.setenv(cassettes.SETTING, str(tmp_path / "tape.jsonl"))
    said = [ask("compatible:x", "?") for _ in range(3)]
    assert said == ["one\u2028\ntwo", "three", "three"]
    assert ask("compatible:y", "?") == "four"


def test_equal_calls_give_equal_files_whose_first_line_is_their_hash(tmp_path: Path) -> None:
    calls.LOG.write_text(line("compatible:x", "one", "?"), encoding="utf-8")
    head = cassettes.make(calls.LOG, tmp_path / "a.jsonl")
    cassettes.make(calls.LOG, tmp_path / "b.jsonl")
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert len(head["sha256"]) == 64


def test_a_key_that_an_answer_repeats_is_taken_out(tmp_path: Path) -> None:
    calls.LOG.write_text(line("compatible:x", f"the key {KEY}", "?"), encoding="utf-8")
    cassettes.make(calls.LOG, tmp_path / "tape.jsonl")
    text = (tmp_path / "tape.jsonl").read_text(encoding="utf-8")
    assert "the key <LLM_API_KEY>" in text


@pytest.mark.parametrize("spoil", ["change", "cut", "empty", "newer", "missing"])
def test_a_spoilt_cassette_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    path = tmp_path / "tape.jsonl"
    calls.LOG.write_text(line("compatible:x", "22 euros", "?"), encoding="utf-8")
    cassettes.make(calls.LOG, path)
    text = path.read_text(encoding="utf-8")
    changes = {
        "change": text.replace("22", "23"),
        "cut": text[:-9],
        "empty": "",
        "newer": text.replace('"cassette": 1', '"cassette": 2'),
        "missing": text,
    }
    path.write_text(changes[spoil], encoding="utf-8", newline="\n")
    if spoil == "missing":
        path.unlink()
    monkeypatch.setenv(cassettes.SETTING, str(path))
    with pytest.raises(UserError, match=r"tape\.jsonl"):
        providers.find("compatible")


def test_code_of_this_repository_is_neither_recorded_nor_replayed(
    settings: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = model(settings, "stub:large").ask(QUESTIONS[0])
    with pytest.raises(UserError, match="no answer of an outside model"):
        cassettes.make(calls.LOG, tmp_path / "tape.jsonl")
    monkeypatch.setenv(cassettes.SETTING, str(tmp_path / "nothing"))
    assert model(settings, "stub:large").ask(QUESTIONS[0]) == expected


@pytest.mark.parametrize("name", ["../x", "a b", ""])
def test_a_cassette_stays_in_its_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cassettes.main([name]) == 2
    assert "letters" in capsys.readouterr().err


def prepare(models: list[str], retrievers: list[str], fetch: Any, folder: Path) -> Preparation:
    manifest = {"config": {"model": {"models": models, "retrievers": retrievers}}}
    return outside.replay_answers(Reproduction(manifest, fetch, folder))


def test_reproduce_replays_the_answers_of_a_hosted_model(tmp_path: Path) -> None:
    calls.LOG.write_text(line("openai:x", "one", "?"), encoding="utf-8")
    code = tmp_path / "tree" / "src" / "package" / "mlops" / "llm" / "providers" / "cassettes.py"
    models, retrievers = ["openai:x", "stub:small"], ["bm25", "dense:lsa"]
    found = prepare(models, retrievers, lambda _: calls.LOG, tmp_path)
    assert (found.variables, "cannot replay" in found.difference) == ({}, True)
    code.parent.mkdir(parents=True)
    code.touch()
    found = prepare(models, retrievers, lambda _: calls.LOG, tmp_path)
    assert not found.difference
    assert cassettes.Tape(Path(found.variables[cassettes.SETTING])).answers


def test_reproduce_says_when_a_hosted_model_can_differ(tmp_path: Path) -> None:
    def gone(name: str) -> Path:
        raise UserError(f'"{name}" is gone')

    assert prepare(["stub:small"], ["hybrid:lsa"], gone, tmp_path) == Preparation()
    for models, retrievers in ((["openai:x"], ["bm25"]), (["stub:small"], ["dense:openai:x"])):
        found = prepare(models, retrievers, gone, tmp_path)
        assert not found.variables
        assert '"openai:x" may answer differently' in found.difference

"""Calls: retries, budget, rate limit, price, form and log, with a fake provider."""

import dataclasses
import json
import time
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest

from nimble_package import providers
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.llm.providers import Request, Usage, call_log, calls
from nimble_package.mlops.llm.providers.prices import read_price
from nimble_package.mlops.llm.providers.registry import find_provider
from nimble_package.mlops.llm.providers.sdk import read_variable

GOOD = '{"answer": "22 euros", "sources": ["fares"], "answered": true}'
ASKED = Request("large", [{"role": "user", "content": "?"}], {}, 10, 1.0)


class RefusedError(Exception):
    """What an SDK raises: a status and headers."""

    def __init__(self, status: int, **headers: str) -> None:
        super().__init__(f"status {status}")
        self.status_code = status
        self.headers = {key.replace("_", "-"): value for key, value in headers.items()}


@pytest.fixture
def limits(settings: Any) -> Any:
    Path("reports").mkdir(exist_ok=True)
    call_log.LOG.write_bytes(b"")
    return dataclasses.replace(settings.runtime, retries=3, retry_budget_s=5.0)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def scripted(way: calls.Calls, *steps: str | Exception) -> calls.Calls:
    """A way whose provider does what the steps say, one a call."""
    left = list(steps)

    def provider(_: Request) -> Iterator[str | Usage]:
        step = left.pop(0)
        if isinstance(step, Exception):
            raise step
        yield step
        yield Usage(1000, 100)

    way.provider = provider
    return way


def logged() -> list[dict[str, Any]]:
    return [json.loads(line) for line in call_log.LOG.read_text("utf-8").splitlines()]


def test_retry_after_is_obeyed_and_else_the_wait_doubles(limits: Any, waits: list[float]) -> None:
    way = scripted(
        calls.Calls("stub:large", limits),
        RefusedError(429, Retry_After="1.5"),
        RefusedError(503),
        TimeoutError("slow"),
        GOOD,
    )
    answer, _ = way.ask(ASKED, {})
    assert answer is not None
    assert waits == [1.5, 1.0, 2.0]
    assert [bool(line["error"]) for line in logged()] == [True, True, True, False]


def test_the_wait_stays_within_the_budget(limits: Any, waits: list[float]) -> None:
    way = scripted(
        calls.Calls("stub:large", limits),
        RefusedError(429, retry_after="3"),
        RefusedError(429, retry_after="3"),
    )
    with pytest.raises(UserError, match="tried 2 times"):
        way.ask(ASKED, {})
    assert waits == [3.0]


def test_an_error_of_urllib_is_tried_again_by_its_status(limits: Any, waits: list[float]) -> None:
    headers = Message()
    headers["Retry-After"] = "1.5"
    busy = HTTPError("http://x", 429, "busy", headers, None)
    answer, _ = scripted(calls.Calls("stub:large", limits), busy, URLError("gone"), GOOD).ask(
        ASKED, {}
    )
    assert answer is not None
    assert waits == [1.5, 1.0]
    wrong = HTTPError("http://x", 401, "who are you", Message(), None)
    with pytest.raises(UserError, match="tried 1 times"):
        scripted(calls.Calls("stub:large", limits), wrong).ask(ASKED, {})


def test_a_provider_of_the_team_is_asked_and_free_without_a_price(
    limits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Request] = []

    def ask(request: Request) -> Iterator[str | Usage]:
        asked.append(request)
        yield GOOD
        yield Usage(1000, 100)

    monkeypatch.setitem(providers.PROVIDERS, "mine", ask)
    answer, cost = calls.Calls("mine:v1", limits).ask(ASKED, {})
    assert answer is not None
    assert cost == 0
    assert asked == [ASKED]
    with pytest.raises(UserError, match=r'"mein" is not a provider\. Did you mean "mine"'):
        find_provider("mein")


@pytest.mark.parametrize(
    "hopeless", [RefusedError(400), RefusedError(401), RefusedError(404), TypeError("a bug")]
)
def test_what_cannot_get_better_is_not_tried_again(
    limits: Any, waits: list[float], hopeless: Exception
) -> None:
    with pytest.raises(UserError, match="tried 1 times"):
        scripted(calls.Calls("stub:large", limits), hopeless).ask(ASKED, {})
    assert waits == []


@pytest.mark.parametrize(
    "wrong",
    ["no JSON", '{"answer": "x"}', GOOD.replace("true", '"yes, it is"'), GOOD[:-1] + ', "x": 1}'],
)
def test_an_answer_in_another_form_is_asked_for_again(limits: Any, wrong: str) -> None:
    answer, cost = scripted(calls.Calls("stub:large", limits), wrong, GOOD).ask(ASKED, {})
    assert answer is not None
    assert answer.sources == ["fares"]
    assert cost == pytest.approx(2 * logged()[0]["cost_usd"])
    assert "ValidationError" in logged()[0]["error"]


def test_a_stream_without_an_end_is_no_answer(limits: Any) -> None:
    way = calls.Calls("stub:large", dataclasses.replace(limits, retries=0))
    way.provider = lambda _: iter([GOOD])
    with pytest.raises(UserError, match="stream ended"):
        way.ask(ASKED, {})


def test_the_rate_limit_spreads_the_calls(limits: Any, waits: list[float]) -> None:
    way = calls.Calls("stub:large", dataclasses.replace(limits, per_minute=60))
    for _ in range(3):
        scripted(way, GOOD).ask(ASKED, {})
    assert waits == pytest.approx([0.0, 1.0, 2.0], abs=0.5)


def test_a_call_is_logged_with_all_that_explains_it(limits: Any) -> None:
    scripted(calls.Calls("stub:large", limits), GOOD).ask(ASKED, {"prompt": "cited", "version": 1})
    line = logged()[0]
    assert line["model"] == "stub:large"
    assert (line["prompt"], line["version"]) == ("cited", 1)
    assert line["messages"] == ASKED.messages
    assert line["response"] == GOOD
    assert (line["input_tokens"], line["output_tokens"]) == (1000, 100)
    assert line["cost_usd"] == pytest.approx((1000 * 2.0 + 100 * 10.0) / 1e6)
    assert line.keys() >= {"attempt", "error", "seconds", "time"}


def test_a_key_never_reaches_the_log_or_an_error(
    limits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789")
    way = scripted(calls.Calls("stub:large", limits), KeyError("canary-0123456789 is wrong"))
    request = ASKED._replace(messages=[{"role": "user", "content": "my key is canary-0123456789"}])
    with pytest.raises(UserError) as error:
        way.ask(request, {})
    assert "canary" not in f"{error.value} {error.value!r}" + call_log.LOG.read_text("utf-8")
    assert "<OPENAI_API_KEY>" in str(error.value)


def test_a_model_without_a_price_is_refused_by_name() -> None:
    assert read_price("stub:small") == read_price("openai:gpt-6-luna")
    assert read_price("compatible:anything") == (0.0, 0.0)
    with pytest.raises(UserError, match=r"openai:gpt-6-lun.*Did you mean \"openai:gpt-6-luna\""):
        read_price("openai:gpt-6-lun")


def test_an_unknown_provider_or_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r'"opnai" is not a provider\. Did you mean "openai"'):
        find_provider("opnai")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UserError, match=r"OPENAI_API_KEY.*\.env"):
        read_variable("OPENAI_API_KEY")

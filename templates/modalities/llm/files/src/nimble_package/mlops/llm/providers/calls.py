"""Asks a model: retries inside a budget, a rate limit, a price, and a log of every try."""

import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from .... import config
from ...errors import UserError, suggest
from . import Request, Usage, find

LOG, PRICES = Path("reports/calls.jsonl"), Path("prices.yaml")
Listener = Callable[[str], None]  # is told the text so far, again and again


class Answer(BaseModel):
    """What a model has to send, as JSON."""

    model_config = ConfigDict(extra="forbid")
    answer: str
    sources: list[str]
    answered: bool


class Calls:
    """The way to one model, named `provider:model`."""

    def __init__(self, name: str, limits: config.Runtime) -> None:
        provider, _, self.model = name.partition(":")
        self.name, self.limits, self.lock, self.turn = name, limits, Lock(), 0.0
        self.provider, self.price = find(provider), price(name)
        self.seconds: list[float] = []  # that each question took, waiting included
        LOG.parent.mkdir(parents=True, exist_ok=True)

    def ask(
        self,
        request: Request,
        tags: Mapping[str, Any],
        listen: Listener | None = None,
        form: type[BaseModel] = Answer,
    ) -> tuple[Any, float]:
        """The answer in that form (None: it was not kept) and its cost, failed tries included."""
        cost, waited, begin = 0.0, 0.0, time.perf_counter()
        for attempt in range(self.limits.retries + 1):
            self._wait_for_turn()
            start, text, usage, error = time.perf_counter(), "", Usage(0, 0), None
            try:
                for piece in self.provider(request):
                    if isinstance(piece, Usage):
                        usage = piece
                    else:
                        text += piece
                        if listen:
                            listen(text)
                if not usage.input_tokens:
                    raise ConnectionError("the stream ended before the answer did")
                answer = form.model_validate_json(text)
            except UserError:
                raise
            except Exception as failure:
                error = failure
            spent = (usage[0] * self.price[0] + usage[1] * self.price[1]) / 1e6
            cost += spent
            why = error and " ".join(f"{type(error).__name__}: {error}".split())[:300]
            line = {"time": f"{datetime.now(UTC)}", "model": self.name, **tags, "attempt": attempt}
            line |= {"messages": request.messages, "response": text, "error": why}
            line |= {**usage._asdict(), "cost_usd": spent, "seconds": time.perf_counter() - start}
            with self.lock, LOG.open("a", encoding="utf-8", newline="\n") as log:
                log.write(scrub(json.dumps(line, ensure_ascii=False)) + "\n")
            if error is None:
                break
            wait = delay(error, attempt)
            if wait is None or waited + wait > self.limits.retry_budget_s:
                break
            time.sleep(wait)
            waited += wait
        self.seconds.append(time.perf_counter() - begin)
        if error is None or isinstance(error, ValidationError):
            return (None if error else answer), cost
        raise UserError(scrub(f'"{self.name}" gave no answer, tried {attempt + 1} times: {why}'))

    def _wait_for_turn(self) -> None:
        if self.limits.per_minute:
            with self.lock:
                now = time.monotonic()
                wait = max(self.turn - now, 0.0)
                self.turn = now + wait + 60 / self.limits.per_minute
            time.sleep(wait)


def delay(error: Exception, attempt: int) -> float | None:
    """Seconds until the next try, as the server asks or doubling; None when no try can help."""
    status, name = getattr(error, "status_code", None), type(error).__name__
    if isinstance(error, ValidationError):
        return 0.0
    broken = ("APIError", "Connect", "Protocol", "Read", "Timeout", "Write")
    if status is None and not any(word in name for word in broken):
        return None  # a mistake on this side
    if status and 400 <= status < 500 and status not in (408, 409, 429):
        return None
    held = getattr(getattr(error, "response", error), "headers", None) or {}
    wish = {key.lower(): value for key, value in held.items()}.get("retry-after", "")
    return float(wish) if wish.replace(".", "", 1).isdecimal() else 0.5 * 2.0**attempt


def price(name: str) -> tuple[float, float]:
    """USD per million tokens, in and out; the stub is priced as if, though it bills nothing."""
    if not PRICES.is_file():
        raise UserError(f'"{PRICES}" is missing here: it says what the tokens of a model cost')
    rows = yaml.safe_load(PRICES.read_text(encoding="utf-8"))["models"]
    if name not in rows and name.startswith(("compatible:", "offline:")):
        return 0.0, 0.0  # your own server or rule; give it a row if its tokens cost something
    if name not in rows:
        raise UserError(f'"{name}" has no row in {PRICES}. {suggest(name, rows)}')
    row = rows[rows[name].get("as", name)]
    return row["input"], row["output"]


def scrub(text: str) -> str:
    """The text without any key of the environment, whoever put it there."""
    for variable, value in os.environ.items():
        if variable.endswith("_KEY") and len(value) > 7:
            text = text.replace(value, f"<{variable}>")
    return text

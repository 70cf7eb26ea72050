"""Asks a model: retries within a time budget, a rate limit, a cost, and a log of every try."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from ...errors import UserError
from . import call_log
from .budget import Budget, find_worst_case
from .prices import read_price
from .registry import find_provider
from .request import Request, Usage
from .retries import find_delay

MAX_MESSAGE = 300  # characters of an error that are kept
NO_TOKENS = Usage(0, 0)
Listener = Callable[[str], None]  # gets the text so far, again and again


class CallLimits(Protocol):
    """The section `runtime` of config.yaml, as far as calls need it."""

    @property
    def timeout_s(self) -> float:
        """Seconds that one try may take."""

    @property
    def retries(self) -> int:
        """Tries after the first one."""

    @property
    def retry_budget_s(self) -> float:
        """Seconds that one question may wait between its tries."""

    @property
    def per_minute(self) -> int:
        """Calls in a minute; 0: no limit."""

    @property
    def parallel(self) -> int:
        """Questions that are asked at the same time."""


class Answer(BaseModel):
    """What a model has to send, as JSON."""

    model_config = ConfigDict(extra="forbid")
    answer: str
    sources: list[str]
    answered: bool


@dataclass
class Attempt:
    """One try: what came back, or why nothing did."""

    text: str = ""
    usage: Usage = NO_TOKENS
    answer: BaseModel | None = None
    error: Exception | None = None
    seconds: float = 0.0

    @property
    def message(self) -> str | None:
        """The error in one line."""
        if self.error is None:
            return None
        text = f"{type(self.error).__name__}: {self.error}"
        return " ".join(text.split())[:MAX_MESSAGE]


class Calls:
    """The calls to one model, named `provider:model`."""

    def __init__(self, name: str, limits: CallLimits) -> None:
        provider, _, model = name.partition(":")
        self.name = name
        self.model = model
        self.limits = limits
        self.provider = find_provider(provider)
        self.price = read_price(name)
        self.budget: Budget | None = None  # of a batch
        self._lock = Lock()
        self._next_start = 0.0  # of time.monotonic(), by the rate limit

    def ask(
        self,
        request: Request,
        tags: Mapping[str, Any],
        listen: Listener | None = None,
        form: type[BaseModel] = Answer,
    ) -> tuple[Any, float]:
        """Returns the answer and its cost in USD, failed tries included.

        The answer is None when no try had the form. Raises UserError when the model did not answer.
        """
        cost = 0.0
        waited = 0.0
        start = time.perf_counter()
        for number in range(self.limits.retries + 1):
            self._wait_for_rate_limit()
            attempt = self._try_within_budget(request, listen, form)
            cost += self.price.cost(attempt.usage)
            delay = self._find_delay(attempt, number, waited)
            elapsed = time.perf_counter() - start
            is_last = delay is None
            facts = {"attempt": number, "last": is_last, "elapsed_s": elapsed}
            self._log(request, attempt, {**tags, **facts})
            if delay is None:
                break
            time.sleep(delay)
            waited += delay
        if attempt.error is None or isinstance(attempt.error, ValidationError):
            return attempt.answer, cost
        message = f'"{self.name}" gave no answer, tried {number + 1} times: {attempt.message}'
        raise UserError(call_log.remove_keys(message))

    def _try_within_budget(
        self, request: Request, listen: Listener | None, form: type[BaseModel]
    ) -> Attempt:
        if self.budget is None:
            return self._try(request, listen, form)
        with self.budget.reserve(find_worst_case(request, self.price)) as reservation:
            attempt = self._try(request, listen, form)
            if attempt.usage != NO_TOKENS:  # else no one knows what the provider charges
                reservation.settle(self.price.cost(attempt.usage))
        return attempt

    def _try(self, request: Request, listen: Listener | None, form: type[BaseModel]) -> Attempt:
        attempt = Attempt()
        start = time.perf_counter()
        try:
            for piece in self.provider(request):
                if isinstance(piece, Usage):
                    attempt.usage = piece
                    continue
                attempt.text += piece
                if listen:
                    listen(attempt.text)
            if attempt.usage.input_tokens == 0:
                raise ConnectionError("the stream ended before the answer did")
            attempt.answer = form.model_validate_json(attempt.text)
        except UserError:
            raise
        except Exception as error:  # an SDK raises errors of its own
            attempt.error = error
        attempt.seconds = time.perf_counter() - start
        return attempt

    def _find_delay(self, attempt: Attempt, number: int, waited: float) -> float | None:
        """Seconds until the next try; None: this was the last one."""
        if attempt.error is None or number == self.limits.retries:
            return None
        delay = find_delay(attempt.error, number)
        if delay is None or waited + delay > self.limits.retry_budget_s:
            return None
        return delay

    def _log(self, request: Request, attempt: Attempt, tags: Mapping[str, Any]) -> None:
        line = {
            "time": str(datetime.now(UTC)),
            "model": self.name,
            **tags,
            "messages": request.messages,
            "response": attempt.text,
            "error": attempt.message,
            **attempt.usage._asdict(),
            "cost_usd": self.price.cost(attempt.usage),
            "seconds": attempt.seconds,
        }
        call_log.append(line)

    def _wait_for_rate_limit(self) -> None:
        if self.limits.per_minute == 0:
            return
        with self._lock:
            now = time.monotonic()
            wait = max(self._next_start - now, 0.0)
            self._next_start = now + wait + 60 / self.limits.per_minute
        time.sleep(wait)

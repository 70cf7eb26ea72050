"""A budget cannot be overrun: what a call may cost is reserved before it is made."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest

from nimble_package.mlops.errors import UserError
from nimble_package.mlops.llm.providers.budget import Budget, find_worst_case
from nimble_package.mlops.llm.providers.prices import Price
from nimble_package.mlops.llm.providers.request import Request, Usage

PRICE = Price(1.0, 10.0)


def test_calls_in_flight_never_exceed_the_budget_together() -> None:
    budget = Budget(limit=10.0)
    spent = 0.0
    in_flight = 0
    most = 0
    lock = Lock()

    def call(number: int) -> bool:
        nonlocal spent, in_flight, most
        try:
            with budget.reserve(1.0) as reservation:
                with lock:
                    in_flight += 1
                    most = max(most, in_flight)
                    assert spent + in_flight * 1.0 <= budget.limit + 1e-9
                time.sleep(0.002)
                cost = 0.3 + 0.01 * (number % 5)
                with lock:
                    in_flight -= 1
                    spent += cost
                    reservation.settle(cost)
        except UserError:
            return False
        return True

    with ThreadPoolExecutor(32) as pool:
        answered = list(pool.map(call, range(128)))
    assert spent <= budget.limit
    assert budget.spent == pytest.approx(spent)
    assert most > 1
    assert sum(answered) > 20  # not only as many as their worst cases allow
    assert not all(answered)


def test_a_call_of_unknown_cost_counts_with_its_worst_case() -> None:
    budget = Budget(limit=2.5)
    for _ in range(2):
        with pytest.raises(ConnectionError), budget.reserve(1.0):
            raise ConnectionError("the stream ended")
    assert budget.spent == pytest.approx(2.0)
    with pytest.raises(UserError, match=r"2\.5 USD has 0\.500000 USD left"), budget.reserve(1.0):
        pass


def test_what_was_spent_before_counts_when_a_run_is_continued(tmp_path: Path) -> None:
    record = tmp_path / "spending.txt"
    with Budget(1.0, record).reserve(0.5) as reservation:
        reservation.settle(0.25)
    with pytest.raises(ConnectionError), Budget(1.0, record).reserve(0.65):
        raise ConnectionError("the stream ended")
    continued = Budget(1.0, record)
    assert continued.spent == pytest.approx(0.9)
    with pytest.raises(UserError, match="budget"), continued.reserve(0.2):
        pass


def test_a_call_in_which_the_program_was_killed_counts_with_its_worst_case(tmp_path: Path) -> None:
    record = tmp_path / "spending.txt"
    with Budget(1.0, record).reserve(0.7):
        assert Budget(1.0, record).spent == pytest.approx(0.7)  # what is there after kill -9


def test_the_worst_case_covers_every_tokenizer() -> None:
    """No tokenizer makes more tokens than a text has bytes."""
    messages = [{"role": "user", "content": "Wie weit ist es? 👍"}]
    request = Request("m", messages, {"type": "object"}, max_tokens=50, timeout=1.0)
    worst = find_worst_case(request, PRICE)
    size = len(messages[0]["content"].encode())
    assert worst > PRICE.cost(Usage(size, 50))

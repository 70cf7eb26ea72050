"""A limit that calls cannot overrun: each reserves its worst case before it is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

from ...errors import UserError
from .prices import Price
from .request import Request, Usage

TOKENS_OF_FORM = 64  # what a provider adds to each message, at most


class Reservation:
    """What a call may cost, until it is known what it did cost."""

    def __init__(self, amount: float) -> None:
        self.amount = amount  # USD; without a cost that is known, all of it counts as spent

    def settle(self, cost: float) -> None:
        """Sets what the call did cost."""
        self.amount = cost


class Budget:
    """What may be spent, in USD; used by many threads at once."""

    def __init__(self, limit: float, record: Path | None = None) -> None:
        """`record` keeps what was spent, for a program that is stopped and continued.

        It has an amount on each line: the worst case of a call before the call is made, and after
        it the difference to the cost. So a call in which the program was stopped counts in full.
        """
        self.limit = limit
        self.record = record
        self.spent = 0.0
        if record is not None and record.is_file():
            self.spent = sum(map(float, record.read_text(encoding="utf-8").split()))
        self._reserved = 0.0
        self._changed = Condition()

    @contextmanager
    def reserve(self, worst_case: float) -> Iterator[Reservation]:
        """Waits until the worst case fits next to the calls in flight, and takes it.

        Raises UserError when it does not fit although no call is in flight.
        """
        with self._changed:
            while self.spent + self._reserved + worst_case > self.limit:
                if self._reserved == 0:
                    raise UserError(
                        f"the budget of {self.limit:g} USD has {self.limit - self.spent:.6f} USD "
                        f"left, and the next call may cost {worst_case:.6f} USD: continue with a "
                        "larger budget"
                    )
                self._changed.wait()
            self._write(worst_case)
            self._reserved += worst_case
        reservation = Reservation(worst_case)
        try:
            yield reservation
        finally:
            with self._changed:
                self._reserved -= worst_case
                if self._reserved < 1e-12:  # rounding
                    self._reserved = 0.0
                self.spent += reservation.amount
                self._changed.notify_all()
                if reservation.amount != worst_case:
                    self._write(reservation.amount - worst_case)

    def _write(self, amount: float) -> None:
        """Adds an amount to the record, at once."""
        if self.record is not None:
            with self.record.open("a", encoding="utf-8") as file:
                file.write(f"{amount!r}\n")


def find_worst_case(request: Request, price: Price) -> float:
    """Returns the most that one try can cost, in USD: no token is shorter than a byte."""
    parts = [*(message["content"] for message in request.messages), str(request.schema)]
    size = sum(len(part.encode()) + TOKENS_OF_FORM for part in parts)
    return price.cost(Usage(size, request.max_tokens))

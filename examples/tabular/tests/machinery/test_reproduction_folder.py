"""The temporary folder in which a run is made again is removed however that ends."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from churn.mlops.reproducibility import workspace as reproduction


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """A shell ignores Ctrl-C for what it starts in the background, such as these tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_does_not_end_the_removal(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    remove = reproduction._remove

    def remove_interrupted(folder: Path) -> None:
        signal.raise_signal(number)
        remove(folder)

    monkeypatch.setattr(reproduction, "_remove", remove_interrupted)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), reproduction.temporary_folder() as folder:
        signal.raise_signal(number)
    assert not folder.exists()
    assert signal.getsignal(signal.SIGTERM) is before
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

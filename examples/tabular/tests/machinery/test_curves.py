"""The learning curve counts whole epochs, beginning with one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from churn.mlops import plots


@pytest.mark.parametrize("epochs", [1, 2, 3, 5, 40])
def test_the_ticks_of_a_learning_curve_are_whole_epochs(
    epochs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []
    plot = plots.plot

    @contextmanager
    def keep_axes(*arguments: Any) -> Iterator[Any]:
        with plot(*arguments) as axes:
            yield axes
            drawn.append(axes)

    monkeypatch.setattr(plots, "plot", keep_axes)
    run = [{"train_loss": 1 / epoch, "valid_loss": 2 / epoch} for epoch in range(1, epochs + 1)]
    plots.plot_curves(tmp_path / "curve.png", [run])
    ticks = drawn[0].get_xticks()
    assert all(tick == round(tick) for tick in ticks)
    assert list(drawn[0].lines[0].get_xdata()) == list(range(1, epochs + 1))
    assert (tmp_path / "curve.png").is_file()

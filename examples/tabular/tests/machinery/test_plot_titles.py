"""A page with plots of two sets of examples says which plot is of which."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from churn.mlops import plots, scoring
from churn.mlops.metric_settings import MetricSettings


def test_the_titles_of_plots_say_which_examples_they_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    y_true = np.array([0, 1] * 20)
    y_prob = np.tile([[0.7, 0.3], [0.2, 0.8]], (20, 1))
    titles: list[str] = []
    draw = plots.plot

    def note(path: Path, title: str, *arguments: Any) -> Any:
        titles.append(title)
        return draw(path, title, *arguments)

    monkeypatch.setattr(plots, "plot", note)
    chosen = scoring.make(MetricSettings(), ["no", "yes"], y_true)
    plots.plot_outputs(tmp_path, y_true, y_prob, chosen, "_held_out", examples="held-out clips")
    assert titles == ["Confusion of held-out clips", "Calibration of held-out clips"]
    plots.plot_outputs(tmp_path, y_true, y_prob, chosen)
    assert titles[2:] == ["Confusion", "Calibration"]

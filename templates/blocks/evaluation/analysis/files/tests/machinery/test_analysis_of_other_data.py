"""An analysis.yaml that was written about other data says so, and shows nothing of that data."""

from typing import Any

import pytest

from nimble_package.mlops import configured_source
from nimble_package.mlops.analysis.other_source import adapt
from nimble_package.mlops.analysis.settings import (
    AnalysisSettings,
    Group,
    SliceSettings,
)
from nimble_package.mlops.errors import UserError

COLUMNS = {"town": ["A", "B"], "age": [1, 2]}
TOWN_AND_YEAR = {"town": SliceSettings(), "Year": SliceSettings(bins=3)}


def test_settings_about_the_configured_data_stay_as_they_are(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    name = configured_source.get_name(settings)
    for about in ("", name):
        wanted = AnalysisSettings(about, slices=TOWN_AND_YEAR, group=Group("town"))
        assert adapt(wanted, settings, COLUMNS) is wanted
    assert capsys.readouterr().out == ""


def test_columns_and_group_of_other_data_are_left_out_with_one_line(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = AnalysisSettings("cars", slices=TOWN_AND_YEAR, group=Group("Year"))
    adapted = adapt(wanted, settings, COLUMNS)
    assert adapted.slices == {"town": SliceSettings()}
    assert adapted.group == Group()
    [line, empty] = capsys.readouterr().out.splitlines()
    assert line.startswith('analysis.yaml is about "cars", not about "')
    assert "without Year" in line
    assert f'about: "{configured_source.get_name(settings)}"' in line
    assert empty == ""


def test_settings_that_name_only_columns_of_other_data_are_refused_with_the_columns(
    settings: Any,
) -> None:
    wanted = AnalysisSettings("cars", slices={"Horsepower": SliceSettings()})
    with pytest.raises(UserError, match=r"none of its columns \(Horsepower\).*\(age, town\)"):
        adapt(wanted, settings, COLUMNS)

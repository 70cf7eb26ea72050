"""What counts as drift, and how often that is wrong."""

from functools import partial

import numpy as np
import pytest

from nimble_package.mlops.drift.compare import compare
from nimble_package.mlops.drift.error_rates import (
    CHANGES,
    World,
    count_false_alarms,
    measure_detection,
    shift_number,
)
from nimble_package.mlops.drift.sample import Column, Sample, category, number
from nimble_package.mlops.drift.season import match_season
from nimble_package.mlops.drift.settings import DriftSettings
from nimble_package.mlops.errors import UserError

pytestmark = pytest.mark.slow

SETTINGS = DriftSettings()


def draw(rows: int, seed: int, **changes: Column) -> Sample:
    generator = np.random.default_rng(seed)
    columns = {
        "age": number(generator.normal(40, 10, rows)),
        "town": category(generator.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1])),
        "constant": number(np.ones(rows)),
    }
    return Sample(columns | changes)


REFERENCE = draw(5000, 0)


def find_drifted(window: Sample) -> list[str]:
    return [finding.name for finding in compare(REFERENCE, window, SETTINGS).drifted]


def test_clean_data_is_no_alarm() -> None:
    found = compare(REFERENCE, draw(1000, 1), SETTINGS)
    assert not found.drifted
    assert found.untested == ("constant",)


def test_a_shifted_number_is_named_with_its_size() -> None:
    age = number(np.random.default_rng(2).normal(45, 10, 1000))
    found = compare(REFERENCE, draw(1000, 1, age=age), SETTINGS)
    first = found.drifted[0]
    assert first.name == "age"
    assert first.test.effect == pytest.approx(0.5, abs=0.12)
    assert first.test.p < first.p_limit


def test_an_alarm_closes_when_its_cause_is_gone() -> None:
    age = number(np.random.default_rng(2).normal(45, 10, 1000))
    assert find_drifted(draw(1000, 1, age=age))
    assert find_drifted(draw(1000, 3)) == []


def test_another_share_of_a_category_is_drift() -> None:
    town = category(np.random.default_rng(2).choice(["a", "b", "c"], 1000, p=[0.5, 0.3, 0.2]))
    assert "town" in find_drifted(draw(1000, 1, town=town))


def test_missing_values_are_a_feature_of_their_own() -> None:
    values = np.random.default_rng(2).normal(40, 10, 1000)
    values[:100] = np.nan
    assert "age (missing values)" in find_drifted(draw(1000, 1, age=number(values)))
    nothing = number(np.full(1000, np.nan))
    assert "age (missing values)" in find_drifted(draw(1000, 1, age=nothing))


def test_a_new_category_is_a_feature_of_its_own() -> None:
    towns = np.random.default_rng(2).choice(["a", "b", "c"], 1000, p=[0.6, 0.3, 0.1]).tolist()
    towns[:40] = ["d"] * 40
    found = compare(REFERENCE, draw(1000, 1, town=category(towns)), SETTINGS)
    new = next(finding for finding in found.drifted if finding.name == "town (new values)")
    assert new.test.value == "d"


def test_values_that_occur_once_are_no_new_category() -> None:
    generator = np.random.default_rng(3)
    before = category([f"id {value}" for value in generator.integers(10**9, size=5000)])
    after = category([f"id {value}" for value in generator.integers(10**9, size=1000)])
    found = compare(Sample({"id": before}), Sample({"id": after}), SETTINGS)
    assert not found.drifted


def test_a_changed_correlation_is_found_by_all_features_together() -> None:
    generator = np.random.default_rng(4)
    one, noise = generator.normal(size=(2, 6000))
    before = Sample({"x": number(one[:5000]), "y": number(one[:5000] + noise[:5000] / 2)})
    after = Sample({"x": number(one[5000:]), "y": number(-one[5000:] + noise[5000:] / 2)})
    assert [finding.name for finding in compare(before, after, SETTINGS).drifted] == [
        "(all together)"
    ]


def test_embeddings_are_tested_together() -> None:
    generator = np.random.default_rng(5)
    before = generator.normal(size=(1000, 8)).astype(np.float32)
    after = generator.normal(size=(1000, 8)).astype(np.float32)
    x = number(np.ones(1000))
    reference = Sample({"x": x}, before)
    assert not compare(reference, Sample({"x": x}, after), SETTINGS).drifted
    moved = after + np.float32(0.5)
    assert compare(reference, Sample({"x": x}, moved), SETTINGS).drifted


@pytest.mark.parametrize("values", [[5.0] * 200, [float("inf")] * 200, [0.0, 1.0] * 100])
def test_numbers_of_any_kind_are_compared(values: list[float]) -> None:
    assert find_drifted(draw(200, 1, age=number(values)))


def test_a_window_of_one_weekday_is_compared_with_that_weekday() -> None:
    generator = np.random.default_rng(6)
    days = generator.integers(7, size=20_000)
    sales = number(generator.normal(10 * days, 1))
    reference = Sample({"sales": sales}, seasons=days)
    sunday = np.full(500, 6)
    window = Sample({"sales": number(generator.normal(60, 1, 500))}, seasons=sunday)
    assert not compare(reference, window, SETTINGS).drifted
    without = Sample({"sales": sales})
    assert compare(without, window, SETTINGS).drifted
    with pytest.raises(UserError, match="0 rows of a Sunday"):
        match_season(reference.take(np.flatnonzero(days < 6)), window, 50)


@pytest.mark.parametrize(
    ("window", "message"),
    [
        (draw(49, 1), "49 rows are too few to compare: at least 50"),
        (Sample({"ages": number([1.0] * 60)}), 'no feature "age".*Did you mean "ages"'),
        (draw(60, 1, age=category(["x"] * 60)), '"age" is a category, and a number in the profile'),
    ],
)
def test_a_window_that_cannot_be_compared_is_one_line(window: Sample, message: str) -> None:
    with pytest.raises(UserError, match=message):
        compare(REFERENCE, window, SETTINGS)


def test_daily_windows_of_half_a_month_raise_almost_no_false_alarm() -> None:
    world = World(0.5, weekly=True)
    assert count_false_alarms(world, 100, quarters=1, days=15).ours <= 91 / 15


def test_a_harmless_shift_in_many_rows_is_no_alarm() -> None:
    harmless = partial(shift_number, size=0.03)
    assert count_false_alarms(World(), 20_000, quarters=1, days=3, change=harmless).ours == 0


@pytest.mark.parametrize("change", list(CHANGES)[:2])
def test_a_planted_change_is_found_in_a_thousand_rows(change: str) -> None:
    assert measure_detection(World(0.5), 1000, change, trials=10).ours >= 0.9

"""Dates and times in many spellings: the time of the day is kept, or the spelling is named."""

from pathlib import Path

import pandas as pd
import pytest
import small_data

from nimble_package import data, predict
from nimble_package.config import Config
from nimble_package.features import make_features
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.tabular import columns, number_values, table_files
from nimble_package.mlops.training import run_training

MOMENTS = pd.date_range("2024-03-01 00:30", periods=60, freq="7h31min")
HOURS = [0.5, 8 + 1 / 60, 15 + 32 / 60]
SECONDS = MOMENTS.as_unit("s").astype("int64")


@pytest.fixture
def table(settings: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """The small table, in a folder of its own."""
    small_data.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return data.read_source(settings)


@pytest.mark.parametrize(
    "spelling",
    [
        "%I:%M %p",
        "%I:%M%p",
        "%I:%M:%S %p",
        "%Y-%m-%d %I:%M:%S %p",
        "%Y%m%dT%H%M%S",
        "%Y%m%dT%H%M",
        "%Y%m%dT%H%M%SZ",
        "%Y%m%dT%H%M%S+0530",
        "%Y-%m-%dT%H:%M:%S+0200",
        "%Y-%m-%d %H:%M:%S -03",
    ],
)
@pytest.mark.parametrize("in_small_letters", [False, True])
def test_the_time_of_the_day_is_that_of_the_text(spelling: str, in_small_letters: bool) -> None:
    texts = pd.Series(MOMENTS.strftime(spelling), name="at")
    if in_small_letters and "%p" in spelling:
        texts = texts.str.lower().str.replace("m", ".m.")
    assert columns.find_kind(texts) == "date"
    features = make_features(texts.to_frame(), {"at": "date"})
    assert features["at hour"].head(3).tolist() == pytest.approx(HOURS, abs=0.02)


def test_noon_and_midnight_are_not_mixed_up() -> None:
    texts = pd.Series(["12:00 AM", "12:30 PM", "1:00 am", "11:59 p.m."], name="at")
    features = make_features(texts.to_frame(), {"at": "date"})
    assert features["at hour"].tolist() == pytest.approx([0, 12.5, 1, 23.98], abs=0.01)


@pytest.mark.parametrize("text", ["13:30 PM", "0:30 AM", "20241301T103000", "20240301T256000"])
def test_an_impossible_moment_is_not_a_date(text: str) -> None:
    assert columns.find_kind(pd.Series([text, "10:30"], name="at")) == "category"


@pytest.mark.parametrize(
    "spelling", ["%d.%m.%Y %H:%M", "%Y-%m-%d_%H:%M:%S", "%m/%d/%Y %I:%M %p", "%Hh%M"]
)
def test_another_spelling_is_named(
    spelling: str, table: pd.DataFrame, settings: Config, tmp_path: Path
) -> None:
    texts = [moment.strftime(spelling) for moment in MOMENTS]
    rows = table.head(len(texts)).assign(at=texts)
    path = tmp_path / "moments.csv"
    rows.to_csv(path, index=False)
    problems = columns.find_problems(table_files.read(path, "csv"), settings)
    about = [problem for problem in problems if problem.startswith('"at":')]
    assert len(about) == 1
    assert texts[0] in about[0]


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        (SECONDS, 'unit="s"'),
        (SECONDS * 1000, 'unit="ms"'),
        (SECONDS * 1_000_000, 'unit="us"'),
        (SECONDS + 0.25, 'unit="s"'),
        (MOMENTS.strftime("%Y%m%d").astype(int), 'format="%Y%m%d"'),
        (MOMENTS.strftime("%Y%m%d%H%M%S").astype(int), 'format="%Y%m%d%H%M%S"'),
    ],
)
def test_a_moment_that_is_written_as_a_number_is_named_with_its_cure(
    values: pd.Index, advice: str
) -> None:
    notes = list(number_values.explain(pd.Series(values, name="at")))
    assert len(notes) == 1
    assert f'pandas.to_datetime(table["at"], {advice})' in notes[0]


@pytest.mark.parametrize("values", [range(60), [1970.5, 2024, 1999], [20241399, 20249999, 1]])
def test_other_numbers_are_not_called_dates(values: list[float]) -> None:
    assert not list(number_values.explain(pd.Series(values, name="at")))


def test_numbers_that_32_bits_cannot_tell_apart_are_named() -> None:
    column = pd.Series(range(4_000_000_000, 4_000_000_500), name="account")
    notes = list(number_values.explain(column))
    assert len(notes) == 1
    assert '"account" has 500 different numbers' in notes[0]
    assert not list(number_values.explain(column - 4_000_000_000))
    measured = pd.Series([1 + row * 1e-7 for row in range(3)] + list(range(2, 90)), name="size")
    assert not list(number_values.explain(measured))


def test_a_date_in_another_spelling_is_refused_in_a_file_to_predict(
    table: pd.DataFrame, settings: Config, tmp_path: Path
) -> None:
    run_training(settings)
    model = predict.load()
    assert model.kinds["inspected on"] == "date"
    path = tmp_path / "german.csv"
    table.head(3).assign(**{"inspected on": "31.12.2024"}).to_csv(path, index=False)
    with pytest.raises(UserError, match=r'"inspected on" has the value "31.12.2024" \(line 2'):
        predict.read_inputs(model, [str(path)])

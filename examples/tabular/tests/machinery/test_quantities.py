"""Quantities that are written as text: named with what to do, also where there are few of them."""

import pandas as pd
import pytest

from churn.mlops.tabular import text_values


def make_column(values: list[str]) -> pd.Series:
    return pd.Series(values, name="x")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([f"{row / 2} °C" for row in range(60)], 'numbers with the unit "°C"'),
        ([f"{row}°" for row in range(60)], 'numbers with the unit "°"'),
        ([f"~{row}" for row in range(60)], "approximate or limited numbers"),
        ([f"<= {row}.5" for row in range(60)], "approximate or limited numbers"),
        ([f"{10 + row},27,700" for row in range(60)], "numbers with a decimal comma or"),
        ([f"2024-{row:03}" for row in range(1, 60)], "dates or months"),
    ],
)
def test_a_quantity_in_another_spelling_is_named(values: list[str], reason: str) -> None:
    assert text_values.explain(make_column(values)).startswith(reason)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["5%", "10%", "20%"], ["3 percentages", '"5%"', "make numbers"]),
        (["$10", "$20", "$5"], ["amounts of money"]),
        (["10 kg", "20 kg", "5 kg"], ['numbers with the unit "kg"']),
        (["<1", ">5", "<2"], ["approximate or limited numbers"]),
        (["2024-01", "2024-02", "2024-03"], ["dates or months", "make dates like 2026-01-31"]),
    ],
)
def test_few_quantities_are_said_to_be_categories(values: list[str], words: list[str]) -> None:
    found = text_values.describe_few(make_column(values * 10))
    assert len(found) == 1
    assert all(word in found[0] for word in ["categories without an order", *words]), found


@pytest.mark.parametrize(
    "values",
    [
        ["0-10 %", "10-20 %", "20-30 %", ">30 %"],
        ["1", "2", "3"],
        ["S", "M", "L"],
        ["10%", "none", "low", "high"],
        ["yes", "no"],
        ["Mar", "May", "Jun"],
    ],
)
def test_ranges_and_names_are_categories_without_a_remark(values: list[str]) -> None:
    assert text_values.describe_few(make_column(values * 10)) == []


def test_a_few_limits_among_many_numbers_are_found() -> None:
    values = [f">{row}" if row % 9 == 0 else str(row % 50) for row in range(300)]
    assert text_values.has_most_numbers(make_column(values))
    assert not text_values.has_most_numbers(make_column(["2", "4", "unknown"] * 20))

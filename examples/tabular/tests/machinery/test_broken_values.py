"""A file lists each value that breaks a rule, with its place, and each problem of the reader."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from churn.mlops import validation_report
from churn.mlops.errors import UserError
from churn.mlops.hooks import HOOKS
from churn.mlops.schema import acceptance, schema_file
from churn.mlops.schema.adapter import Column
from churn.mlops.schema.rules import find_violations, infer_rules
from churn.mlops.schema.schema_file import Accepted, DataSchema
from churn.mlops.schema.whole_data import (
    describe_doubles,
    describe_labels,
    describe_size,
)
from churn.project import PROJECT

ACCEPTED = Accepted(files=1, sha256="0" * 64, prepared="0" * 64)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the test runs in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_report() -> list[dict[str, Any]]:
    text = validation_report.FILE.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("column", "rule", "limit", "row", "value"),
    [
        (Column("number", [1, 9, 2], places=["line 2", "line 3", "line 4"]), "max", 5, 2, 9),
        (Column("number", [1, 9, 0], places=["line 2", "line 3", "line 4"]), "min", 1, 3, 0),
        (Column("number", [1, None], places=["a.wav", "b.wav"]), "missing", 0.0, 2, None),
        (Column("category", ["a", "b"], places=["a.png", "b.png"]), "allowed", ["a"], 2, "b"),
        (
            Column("date", ["2026-01-01", "2999-01-01"], places=["row 1", "row 2"]),
            "max",
            "2026-12-31",
            2,
            "2999-01-01",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_each_value_that_breaks_a_rule_is_listed_with_its_place(
    column: Column, rule: str, limit: Any, row: int, value: Any
) -> None:
    schema = DataSchema("a source", ACCEPTED, {"x": {"kind": column.kind, rule: limit}})
    lines = acceptance.describe_violations(schema, {"x": column})
    place = column.places[row - 1]
    assert place in lines[0]
    assert validation_report.FILE.as_posix() in lines[-1]
    expected = {"column": "x", "row": row, "value": value, "place": place, "check": rule}
    assert read_report() == [{**expected, "limit": limit}]


@pytest.mark.usefixtures("folder")
def test_a_message_names_the_first_places_and_the_file_has_all_of_them() -> None:
    places = [f"line {number}" for number in range(2, 42)]
    column = Column("number", range(40), places=places)
    schema = DataSchema("a source", ACCEPTED, {"x": {"kind": "number", "max": 9}})
    lines = acceptance.describe_violations(schema, {"x": column})
    assert "(line 12, line 13, line 14 and 27 more)" in lines[0]
    assert len(read_report()) == 30


@pytest.mark.usefixtures("folder")
def test_a_column_that_is_missing_is_listed_too() -> None:
    schema = DataSchema("a source", ACCEPTED, {"x": {"kind": "number", "max": 9}})
    acceptance.describe_violations(schema, {"y": Column("number", [1])})
    assert read_report() == [{"problem": '"x" is missing'}, {"problem": '"y" is new'}]


@pytest.mark.usefixtures("folder")
def test_a_schema_of_a_newer_version_is_refused_with_what_to_do() -> None:
    schema_file.write(DataSchema("a source", ACCEPTED, {}))
    text = schema_file.SCHEMA.read_text(encoding="utf-8")
    assert "version: 1" in text
    newer = text.replace("version: 1", "version: 2\nunknown_key: 3")
    schema_file.SCHEMA.write_text(newer, encoding="utf-8")
    with pytest.raises(UserError, match=r"version 2, and this code reads up to 1: run .* update"):
        schema_file.read()


@pytest.mark.usefixtures("folder")
def test_a_delivery_that_is_cut_lost_a_label_or_came_twice_breaks_a_rule() -> None:
    def describe(labels: list[str], values: list[int]) -> dict[str, Column]:
        facts = {**describe_size(len(labels)), **describe_labels(labels)}
        return {**facts, **describe_doubles(values)}

    clean = ["a"] * 60 + ["b"] * 40
    rules = {name: infer_rules(column) for name, column in describe(clean, [*range(100)]).items()}
    assert find_violations(rules, describe(clean, [*range(100)])) == {}
    assert find_violations(rules, describe(clean[::2], [*range(50)])) == {}
    cut = find_violations(rules, describe(clean[::3], [*range(34)]))
    assert set(cut) == {("number of examples", "min")}
    lost = find_violations(rules, describe(["a"] * 90, [*range(90)]))
    assert ("number of labels", "min") in lost
    rare = find_violations(rules, describe(["a"] * 90 + ["b"] * 10, [*range(100)]))
    assert set(rare) == {("share of the rarest label", "min")}
    twice = find_violations(rules, describe(clean * 2, [*range(100)] * 2))
    assert set(twice) == {("share of doubled examples", "max")}


@pytest.mark.usefixtures("prepared")
def test_a_rule_that_was_narrowed_after_accepting_refuses_the_validation(settings: Any) -> None:
    acceptance.accept(settings, None)
    try:
        schema = schema_file.read()
        assert schema
        name = next(name for name, rules in schema.fields.items() if rules["kind"] == "number")
        schema.fields[name] = {"kind": "number", "max": -1e9}
        schema_file.write(schema)
        with pytest.raises(UserError, match="breaks rules"):
            run_checks(HOOKS.on_validation, settings)
        assert {line["column"] for line in read_report()} == {name}
    finally:
        schema_file.SCHEMA.unlink()
        validation_report.clear()


def run_checks(checks: list[Callable[[Any], None]], settings: Any) -> None:
    for check in checks:
        check(settings)


@pytest.mark.usefixtures("folder")
def test_every_problem_of_the_reader_is_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [f"line {number} has no label" for number in range(50)]

    def refuse(*_: Any) -> None:
        raise UserError("the first problems")

    monkeypatch.setitem(PROJECT.__dict__, "prepare", refuse)
    monkeypatch.setitem(PROJECT.__dict__, "check", lambda _: problems)
    with pytest.raises(UserError, match="and 47 more of this kind") as error:
        validation_report.prepare(None, Path("data/prepared"))
    assert validation_report.FILE.as_posix() in str(error.value)
    assert [line["problem"] for line in read_report()] == problems

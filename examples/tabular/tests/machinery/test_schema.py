"""data/schema.yaml describes the data; data that changed and was not accepted is refused."""

import dataclasses
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from churn.mlops import configured_source
from churn.mlops.commands import data, evaluate, predict, train
from churn.mlops.errors import UserError
from churn.mlops.project import PREPARED
from churn.mlops.schema import acceptance, rules, schema_file, source
from churn.mlops.schema.adapter import Column
from churn.mlops.schema.schema_file import SCHEMA, DataSchema

Main = Callable[[list[str]], int]


class FakeFiles:
    """The files of a source: another hash means other content."""

    sha256 = "1" * 64

    def identify(self, settings: Any) -> source.Source:
        return source.Source(configured_source.get_name(settings), 3, 1000, self.sha256)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> FakeFiles:
    """The configured data as if it came from three files."""
    fake = FakeFiles()
    monkeypatch.setattr(source, "identify", fake.identify)
    return fake


@pytest.fixture
def no_schema(workspace: Path) -> Iterator[Path]:
    """No data/schema.yaml before and after the test: the path where it is written."""
    path = workspace / SCHEMA
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def accepted(no_schema: Path, settings: Any, prepared: dict[str, Any]) -> DataSchema:
    """The schema of the small data of the tests, as the first `poe data` writes it."""
    assert prepared["counts"]
    assert acceptance.accept(settings, None) == []
    assert no_schema.is_file()
    return read_schema()


def read_schema() -> DataSchema:
    schema = schema_file.read()
    assert schema is not None
    return schema


def list_times() -> dict[Path, int]:
    """When the schema and the prepared data were changed; built-in raw data may be made again."""
    paths = [SCHEMA, *(path for path in PREPARED.rglob("*") if path.is_file())]
    return {path: path.stat().st_mtime_ns for path in paths}


@pytest.mark.usefixtures("files", "prepared", "no_schema")
def test_the_first_poe_data_accepts_the_data() -> None:
    assert data.main([]) == 0
    first = SCHEMA.read_bytes()
    assert data.main([]) == 0
    assert SCHEMA.read_bytes() == first
    assert data.main(["--accept"]) == 0
    assert SCHEMA.read_bytes() == first


@pytest.mark.parametrize("main", [data.main, train.main, evaluate.main])
@pytest.mark.usefixtures("accepted", "trained")
def test_a_changed_source_is_refused_before_anything_is_written(
    main: Main, files: FakeFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    before = list_times()
    files.sha256 = "2" * 64
    capsys.readouterr()
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert "changed since it was accepted" in err
    assert "poe data --accept" in err
    assert not out
    assert list_times() == before


@pytest.mark.usefixtures("accepted")
def test_accepted_data_is_not_refused(files: FakeFiles, settings: Any) -> None:
    files.sha256 = "2" * 64
    assert data.main(["--accept"]) == 0
    schema = read_schema()
    assert schema.accepted.sha256 == files.sha256
    acceptance.refuse_changed_source(settings, schema)


def test_data_without_files_is_compared_by_its_prepared_rows(
    accepted: DataSchema, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_files = source.Source(accepted.source, 0, 0, None)
    monkeypatch.setattr(source, "identify", lambda _: no_files)
    acceptance.accept(settings, None)
    schema = read_schema()
    acceptance.refuse_changed_source(settings, schema)
    changed = dataclasses.replace(schema.accepted, prepared="0" * 64)
    with pytest.raises(UserError, match=r"other data .* than was accepted"):
        acceptance.refuse_changed_source(settings, dataclasses.replace(schema, accepted=changed))
    of_other_settings = dataclasses.replace(changed, settings="0" * 64)
    schema = dataclasses.replace(schema, accepted=of_other_settings)
    acceptance.refuse_changed_source(settings, schema)


def test_another_source_is_reported_and_not_refused(
    accepted: DataSchema, caplog: pytest.LogCaptureFixture
) -> None:
    schema_file.write(dataclasses.replace(accepted, source="somewhere else"))
    with caplog.at_level(logging.WARNING):
        assert data.main([]) == 0
    assert 'describes "somewhere else"' in caplog.text


def test_a_narrowed_rule_is_enforced_and_widened_only_by_accepting(
    accepted: DataSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = accepted.fields
    name, rule = find_rule(fields)
    other = next(field for field in fields if field != name)
    before: Any = fields[name][rule]
    fields[name][rule] = before[1:] if rule == "allowed" else before + 1_000_000
    fields[name]["note"] = "ours"
    fields[other]["note"] = "theirs"
    schema_file.write(accepted)
    assert data.main([]) == 2
    assert f'"{name}"' in capsys.readouterr().err
    assert data.main(["--accept"]) == 0
    fields = read_schema().fields
    assert fields[name][rule] == before
    assert fields[name]["note"] == "ours"
    assert fields[other]["note"] == "theirs"


def find_rule(fields: dict[str, rules.Rules]) -> tuple[str, str]:
    """A field and a rule of it that can be made narrower."""
    for name, of_field in fields.items():
        for rule in ("allowed", "min"):
            if rule in of_field:
                return name, rule
    raise AssertionError(fields)


@pytest.mark.parametrize(
    ("column", "rule", "limit", "message"),
    [
        (Column("number", [0, 5]), "min", 1, "0 is less than 1"),
        (Column("number", [2.5, 3, 0]), "max", 1, "3 is more than 1 (2 values)"),
        (Column("number", [0.1234567891]), "min", 0.98765432, "0.123457 is less than 0.987654"),
        (Column("number", [1.00000001]), "max", 1, "1.00000001 is more than 1"),
        (Column("number", [1, None, 2, 3, 4]), "missing", 0.1, "20% are missing, more than 10%"),
        (Column("category", ["a", "b", "b"]), "allowed", ["a"], "not allowed: b"),
        (Column("date", ["2025-12-31"]), "min", "2026-01-01", "2025-12-31 is less than 2026-01-01"),
    ],
)
def test_a_broken_rule_is_reported_with_the_value_that_breaks_it(
    column: Column, rule: str, limit: Any, message: str
) -> None:
    expected: dict[str, rules.Rules] = {"x": {"kind": column.kind, rule: limit}}
    violations = rules.find_violations(expected, {"x": column})
    assert violations == {("x", rule): f'"x": {message}'}


def test_a_column_of_another_kind_breaks_one_rule() -> None:
    expected: dict[str, rules.Rules] = {"x": {"kind": "number", "min": 0}}
    found = {"x": Column("date", ["2026-01-01"])}
    violations = rules.find_violations(expected, found)
    assert violations == {("x", "kind"): '"x": kind is date, and was number'}
    inferred = {"x": rules.infer_rules(found["x"])}
    assert rules.update_rules(expected, inferred, violations) == inferred


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column("number", [1.0, 2.5, None, 4.0]), {"missing": 0.25, "min": 1, "max": 4}),
        (Column("category", ["b", "a", "b"]), {"missing": 0.0, "allowed": ["a", "b"]}),
        (
            Column("date", ["2026-01-02", "2025-01-01"]),
            {"missing": 0.0, "min": "2025-01-01", "max": "2026-01-02"},
        ),
        (Column("category", [f"level {n}" for n in range(99)]), {"missing": 0.0}),
        (Column("number", [None, None]), {"missing": 1.0}),
        (Column("number", [8.0], rules=("min",), margin=0.5), {"min": 4.0}),
    ],
)
def test_rules_are_inferred_that_the_same_data_keeps(
    column: Column, expected: dict[str, Any]
) -> None:
    inferred = rules.infer_rules(column)
    assert inferred == {"kind": column.kind, **expected}
    assert rules.find_violations({"x": inferred}, {"x": column}) == {}


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        ("maxx", 1, r'"maxx" .* is not a rule for "x".*Did you mean "max"'),
        ("allowed", ["a"], r'"allowed" .* is not a rule for "x", a number'),
        ("min", "a", r'"min" of "x" .* is "a", which is not a number'),
    ],
)
def test_a_rule_that_does_not_exist_is_refused_by_name(rule: str, value: Any, message: str) -> None:
    expected: dict[str, rules.Rules] = {"x": {"kind": "number", rule: value}}
    with pytest.raises(UserError, match=message):
        rules.find_violations(expected, {"x": Column("number", [1])})


def test_new_and_missing_columns_are_named() -> None:
    expected: dict[str, rules.Rules] = {"a": {"kind": "number"}, "b": {"kind": "number"}}
    found = {"b": Column("number", [1]), "c": Column("number", [1])}
    violations = rules.find_violations(expected, found)
    assert list(violations.values()) == ['"a" is missing', '"c" is new']
    inferred = {name: rules.infer_rules(column) for name, column in found.items()}
    assert set(rules.update_rules(expected, inferred, violations)) == {"b", "c"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source: [", "not valid YAML"),
        ("source: builtin\n", "accepted"),
        ("sourse: builtin\n", 'Did you mean "source"'),
    ],
)
@pytest.mark.usefixtures("no_schema")
def test_a_schema_file_that_cannot_be_read_says_how_to_restore_it(text: str, message: str) -> None:
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as error:
        schema_file.read()
    assert "take it from git again" in str(error.value)


def test_the_hash_of_a_source_depends_on_names_and_bytes_of_its_files(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "find_paths", lambda _: [Path("own")])
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    hashes = []
    for name, content in (("a", "1"), ("b", "2"), (".hidden", "3"), ("b", "4"), ("b", "2")):
        Path("own", name).write_text(content, encoding="utf-8")
        hashes.append(source.identify(settings).sha256)
    assert hashes[1] == hashes[2] == hashes[4]
    assert len(set(hashes)) == 3


@pytest.mark.usefixtures("accepted", "trained")
def test_a_prediction_is_not_refused_when_the_data_changed(
    files: FakeFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.sha256 = "2" * 64
    predict.main(["missing.csv"])
    assert "accepted" not in capsys.readouterr().err


def test_only_poe_data_takes_the_option_accept(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        train.main(["--accept"])
    assert "--accept" in capsys.readouterr().err

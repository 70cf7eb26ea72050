"""The data is what data/schema.yaml says; what was not accepted stops before anything changes."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from nimble_package import config, data, evaluate, train
from nimble_package.mlops.schema import SCHEMA, gate, rules, source, store
from nimble_package.mlops.settings import UserError

ROOT = Path(__file__).parents[2]


def test_the_configured_data_is_what_the_schema_says(monkeypatch: pytest.MonkeyPatch) -> None:
    if not (ROOT / SCHEMA).is_file():
        pytest.skip('data/schema.yaml is not there yet: "uv run poe data" writes it')
    configured = config.load(ROOT / "config.yaml")
    if configured.data.source != "builtin":
        monkeypatch.chdir(ROOT)
    monkeypatch.setattr(store, "SCHEMA", ROOT / SCHEMA)
    known = store.read()
    assert known
    pinned = configured.data.source == "builtin" or configured.data.source.startswith("hf:")
    if not pinned and not source.places(configured):
        pytest.skip('the data is not here: "uv run poe data-pull" or its owner brings it')
    with store.aside():
        assert store.refuse_changed(configured, known) == ""
        store.refuse_broken(configured, known)


class Files:
    """Stands for the files of a source: another hash is another content."""

    sha256 = "1" * 64

    def identify(self, settings: config.Config) -> source.Source:
        return source.Source(f"{settings.data.source} files", 3, 1000, self.sha256)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """The configured data as if it came from three files."""
    fake = Files()
    monkeypatch.setattr(source, "identify", fake.identify)
    return fake


@pytest.fixture
def accepted(
    room: Path, settings: config.Config, prepared: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The schema of the small data of the tests, as the first `poe data` writes it."""
    assert prepared
    store.accept(settings, None)
    yield yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    (room / SCHEMA).unlink()


def save(known: dict[str, Any]) -> None:
    SCHEMA.write_text(yaml.safe_dump(known), encoding="utf-8")


def overrides(small: list[str]) -> list[str]:
    return [part for line in small for part in ("--set", line)]


def folder() -> dict[Path, int]:
    files = [SCHEMA, *(path for path in Path("data/prepared").rglob("*") if path.is_file())]
    return {path: path.stat().st_mtime_ns for path in files}


@pytest.mark.usefixtures("files", "prepared")
def test_the_first_look_at_the_data_accepts_it(room: Path, small: list[str]) -> None:
    assert data.main(overrides(small)) == 0
    before = SCHEMA.read_bytes()
    assert data.main(overrides(small)) == 0
    assert SCHEMA.read_bytes() == before
    assert data.main([*overrides(small), "--accept"]) == 0
    assert SCHEMA.read_bytes() == before
    (room / SCHEMA).unlink()


@pytest.mark.parametrize("module", [data, train, evaluate])
@pytest.mark.usefixtures("files", "accepted")
def test_a_changed_source_stops_before_anything_is_touched(
    module: Any, files: Files, small: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = folder()
    files.sha256 = "2" * 64
    assert module.main(overrides(small)) == 2
    out, err = capsys.readouterr()
    assert "changed since it was accepted" in err
    assert "poe data --accept" in err
    assert not out
    assert folder() == before


@pytest.mark.usefixtures("files", "accepted")
def test_what_was_accepted_goes_on(files: Files, settings: config.Config, small: list[str]) -> None:
    files.sha256 = "2" * 64
    assert data.main([*overrides(small), "--accept"]) == 0
    known = store.read()
    assert known
    assert known["accepted"]["sha256"] == files.sha256
    assert store.refuse_changed(settings, known) == ""


def test_data_without_files_is_known_by_what_it_gives(
    accepted: dict[str, Any], settings: config.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = source.Source(accepted["source"], 0, 0, "")
    monkeypatch.setattr(source, "identify", lambda _: nothing)
    store.accept(settings, None)
    known = store.read()
    assert known
    assert store.refuse_changed(settings, known) == ""
    known["accepted"]["prepared"] = "0" * 64
    with pytest.raises(UserError, match="other data than what was accepted"):
        store.refuse_changed(settings, known)
    known["accepted"]["settings"] = "of another run"
    assert store.refuse_changed(settings, known) == ""


def test_another_source_goes_on_and_says_so(
    accepted: dict[str, Any], small: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    save({**accepted, "source": "somewhere else"})
    assert data.main(overrides(small)) == 0
    assert 'describes "somewhere else"' in capsys.readouterr().out


def test_a_narrowed_rule_is_enforced_and_widened_only_by_accepting(
    accepted: dict[str, Any], small: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    name, rule = next(
        (name, rule)
        for name, known in accepted["fields"].items()
        for rule in ("allowed", "least")
        if rule in known
    )
    other = next(each for each in accepted["fields"] if each != name)
    was = accepted["fields"][name][rule]
    accepted["fields"][name][rule] = was[1:] if rule == "allowed" else was + 1
    accepted["fields"][name]["note"] = "ours"
    accepted["fields"][other]["note"] = "theirs"
    save(accepted)
    assert data.main(overrides(small)) == 2
    assert f'"{name}"' in capsys.readouterr().err
    assert data.main([*overrides(small), "--accept"]) == 0
    now = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["fields"]
    assert now[name][rule] == was
    assert (now[name]["note"], now[other]["note"]) == ("ours", "theirs")


@pytest.mark.parametrize("content", ["fields: {a: [", "[]", "{}", "accepted: 1", "\x00"])
@pytest.mark.parametrize("module", [data, train])
def test_a_broken_file_is_one_line(
    module: Any, content: str, small: list[str], room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (room / SCHEMA).parent.mkdir(exist_ok=True)
    (room / SCHEMA).write_text(content, encoding="utf-8")
    try:
        assert module.main(overrides(small)) == 2
    finally:
        (room / SCHEMA).unlink()
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert '"data/schema.yaml"' in err


@pytest.mark.parametrize(
    ("expected", "found", "words"),
    [
        ({"least": 1}, {"least": 0}, "0 is less than 1"),
        ({"most": 1}, {"most": 2.5}, "2.5 is more than 1"),
        ({"missing": 0.1}, {"missing": 0.2}, "20% are missing, more than 10%"),
        ({"allowed": ["a"]}, {"allowed": ["a", "b"]}, "not known before: b"),
        ({"kind": "number"}, {"kind": "date"}, "kind is date, and was number"),
        ({"least": "a"}, {"least": 0}, "least is 'a', but the data has 0"),
    ],
)
def test_a_broken_rule_says_how(
    expected: dict[str, Any], found: dict[str, Any], words: str
) -> None:
    assert rules.broken({"x": expected}, {"x": found}) == {
        ("x", next(iter(expected))): f'"x": {words}'
    }
    assert rules.broken({"x": found}, {"x": found}) == {}


def test_a_rule_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(UserError, match=r'"mosst" is no rule for "x".*Did you mean "most"'):
        rules.broken({"x": {"mosst": 1}}, {"x": {"most": 1}})


def test_fields_that_come_and_go_are_named() -> None:
    wrong = rules.broken({"a": {}, "b": {}}, {"b": {}, "c": {}})
    assert list(wrong.values()) == ['"a" is not there any more', '"c" is new']
    assert set(rules.widened({"a": {}, "b": {}}, {"b": {}, "c": {"kind": "text"}})) == {"b", "c"}


def test_the_hash_of_a_source_is_that_of_its_names_and_bytes(
    settings: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "places", lambda _: [Path("own")])
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    hashes = []
    for name, content in (("a", "1"), ("b", "2"), (".hidden", "3"), ("b", "4"), ("b", "2")):
        Path("own", name).write_text(content, encoding="utf-8")
        hashes.append(source.identify(settings).sha256)
    assert hashes[1] == hashes[2] == hashes[4]
    assert len(set(hashes)) == 3


def test_only_what_reads_data_is_guarded() -> None:
    def body(_: Any) -> int:
        return 0

    for name in ("predict", "storage.push", "factory.reproduce"):
        doc = f"`python -m nimble_package.{name}`: does something."
        assert gate.around(doc, argparse.ArgumentParser(), body) is body

"""The dataset card has the facts of the schema and the answers of the team."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
import yaml

from churn.mlops.dataset_card import card, hooks
from churn.mlops.errors import UserError
from churn.mlops.hook_points import Command
from churn.mlops.schema import schema_file
from churn.mlops.schema.schema_file import Accepted, DataSchema

ANSWERS = {key: f"About {key}." for key in ("about", *card.SECTIONS)}
DATA = DataSchema(
    source="builtin",
    accepted=Accepted(
        files=2,
        bytes=1234,
        sha256="f" * 64,
        prepared="a" * 64,
        licence="CC BY 4.0",
        counts={"train": 1000, "test": 200},
    ),
    fields={
        "a|b": {"kind": "number", "min": 8, "max": 9.5, "missing": 0.02},
        "size": {"kind": "category", "allowed": ["s", "m"], "note": "of the shirt"},
        "seconds": {"kind": "number", "min": 1},
    },
)


@pytest.mark.parametrize(
    "row",
    [
        "| licence | CC BY 4.0 |",
        "| files | 2 (1,234 bytes) |",
        "| counts | 1,000 train, 200 test |",
        "| a\\|b | number, 8 to 9.5, at most 2% missing |",
        "| size | category, one of s, m, of the shirt |",
        "| seconds | number, at least 1 |",
    ],
)
def test_the_card_has_the_facts_and_fields_of_the_schema(row: str) -> None:
    assert row in card.render("churn", DATA, ANSWERS)


def test_the_card_has_every_section_with_its_answer() -> None:
    text = card.render("churn", DATA, {**ANSWERS, "about": "builtin"})
    for section in card.SECTIONS:
        assert f"## {section.capitalize()}\n\nAbout {section}." in text
    assert "Not answered" not in text


def test_answers_about_another_source_are_not_in_the_card_and_it_says_so() -> None:
    text = card.render("churn", DATA, ANSWERS)
    for section in card.SECTIONS:
        assert f"About {section}." not in text
        assert f"## {section.capitalize()}\n\n*Not answered yet: docs/dataset-card.yaml" in text
    assert "is about `About about.`, not about this data" in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (yaml.safe_dump({**ANSWERS, "uses": " "}), '"uses".*is empty'),
        (yaml.safe_dump({**ANSWERS, "usage": "x"}), '"usage".*Did you mean "uses"'),
        ("[]", "has no answers"),
        ("a: [", "cannot be read"),
    ],
)
def test_an_incomplete_file_of_answers_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "answers.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        card.read_answers(tmp_path / "answers.yaml")


def test_the_card_is_written_after_poe_data_and_only_when_it_differs(
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    card.ANSWERS.parent.mkdir()
    card.ANSWERS.write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    schema_file.write(DATA)
    command = Command("data", settings, Namespace())
    assert hooks.write_card(command, 2) == 2
    assert not card.CARD.exists()
    assert hooks.write_card(command, 0) == 0
    printed = capsys.readouterr().out
    assert "was written" in printed
    assert 'is about "About about.", so the card leaves its answers out' in printed
    assert 'then about: "builtin"' in printed
    assert card.CARD.read_text(encoding="utf-8").startswith("# Dataset card")
    assert hooks.write_card(command, 0) == 0
    assert "was written" not in capsys.readouterr().out


def test_no_card_is_written_by_another_command(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    schema_file.write(DATA)
    assert hooks.write_card(Command("train", settings, Namespace()), 0) == 0
    assert not card.CARD.exists()

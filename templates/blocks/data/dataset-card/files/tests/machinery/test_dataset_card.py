"""The dataset card: complete, true, and about the data that is used."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from nimble_package import config
from nimble_package.mlops.dataset_card import card, gate
from nimble_package.mlops.schema import SCHEMA, store
from nimble_package.mlops.settings import UserError

ROOT = Path(__file__).parents[2]
SAID = {key: f"About {key}." for key in ("about", *card.PARTS)}
KNOWN: dict[str, Any] = {
    "source": "builtin",
    "accepted": {
        "files": 2,
        "bytes": 1234,
        "sha256": "f" * 64,
        "prepared": "a" * 64,
        "licence": "CC BY 4.0",
        "counts": {"train": 1000, "test": 200},
    },
    "fields": {
        "a|b": {"kind": "number", "least": 8, "most": 9.5, "missing": 0.02},
        "size": {"kind": "category", "allowed": ["s", "m"], "note": "of the shirt"},
        "clip": {"kind": "sound", "rate": 16000, "least": 1},
    },
}


def test_people_have_answered_every_question() -> None:
    assert card.read_answers(ROOT / card.ANSWERS).keys() == SAID.keys()


def test_the_card_says_what_its_two_sources_say(monkeypatch: pytest.MonkeyPatch) -> None:
    if not (ROOT / SCHEMA).is_file():
        pytest.skip('data/schema.yaml is not there yet: "uv run poe data" writes it and the card')
    monkeypatch.setattr(store, "SCHEMA", ROOT / SCHEMA)
    known, said = store.read(), card.read_answers(ROOT / card.ANSWERS)
    assert known
    expected = card.render(config.load(ROOT / "config.yaml").experiment, known, said)
    found = (ROOT / card.CARD).read_text(encoding="utf-8")
    assert found == expected, 'docs/dataset-card.md is outdated: run "uv run poe data"'


def test_a_card_holds_the_facts_the_fields_and_every_part() -> None:
    text = card.render("churn", KNOWN, SAID)
    for part in card.PARTS:
        assert f"## {part.capitalize()}\n\nAbout {part}." in text
    for row in (
        "| licence | CC BY 4.0 |",
        "| files | 2 (1,234 bytes) |",
        "| counts | 1,000 train, 200 test |",
        "| a\\|b | number, 8 to 9.5, at most 2% missing |",
        "| size | category, one of s, m, of the shirt |",
        "| clip | sound, from 1, rate 16000 |",
    ):
        assert row in text
    assert "written about `About about.`, not about `builtin`" in text
    assert "written about" not in card.render("churn", KNOWN, {**SAID, "about": "builtin"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (yaml.safe_dump({**SAID, "uses": " "}), '"uses".*is empty'),
        (yaml.safe_dump({**SAID, "usage": "x"}), '"usage".*Did you mean "uses"'),
        ("[]", "holds no answers"),
        ("a: [", "cannot be read"),
    ],
)
def test_answers_that_are_none_are_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "answers.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=words):
        card.read_answers(tmp_path / "answers.yaml")


def test_the_card_is_written_after_a_look_at_the_data_and_only_when_it_differs(
    room: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(SAID), encoding="utf-8")
    said = card.read_answers(tmp_path / "answers.yaml")
    monkeypatch.setattr(card, "read_answers", lambda: said)
    monkeypatch.setattr(card, "ANSWERS", tmp_path / "answers.yaml")
    monkeypatch.setattr(card, "CARD", tmp_path / "card.md")
    monkeypatch.setattr(store, "read", lambda: KNOWN)

    class Args:
        config = room / "config.yaml"

    assert gate.write_after(Args, lambda _: 2) == 2
    assert not card.CARD.exists()
    assert not gate.write_after(Args, lambda _: 0)
    assert "written anew" in capsys.readouterr().out
    assert card.CARD.read_text(encoding="utf-8").startswith("# Dataset card")
    gate.write_after(Args, lambda _: 0)
    assert "written anew" not in capsys.readouterr().out

"""A prompt changes with a version and a reason, and two versions can be told apart."""

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from nimble_package.bundle import read_prompt
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.llm.golden_set import Item
from nimble_package.mlops.llm.prompts import (
    comparison,
    diff,
    history,
    log,
    side_by_side,
)
from nimble_package.mlops.project import PREPARED
from nimble_package.project import PROJECT

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The prompts of the tests, with their log, in a folder of their own."""
    shutil.copytree(workspace / "prompts", tmp_path / "prompts")
    monkeypatch.chdir(tmp_path)
    assert log.main(["--write", "first"]) == 0
    return tmp_path / "prompts"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def test_the_log_of_the_repository_holds_every_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert log.compare(log.read_prompts(), log.read_changes()) == ([], [])


@pytest.mark.usefixtures("folder")
def test_a_changed_text_needs_a_version_and_a_version_a_reason(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "plain.md"
    version = read_prompt(path).version
    assert log.main([]) == 0
    change(path, "You answer", "You kindly answer")
    assert log.main([]) == 1
    assert "raise its version" in capsys.readouterr().out
    assert log.main(["--write", "kinder"]) == 1  # not before the version is raised
    change(path, f"version: {version}", f"version: {version + 1}")
    assert log.main([]) == 1
    assert f'"plain@{version + 1}" has no line' in capsys.readouterr().out
    assert log.main(["--write", " "]) == 2
    assert log.main(["--write"]) == 2
    assert log.main(["--write", "kinder"]) == 0
    assert log.main([]) == 0
    last = log.read_changes()[-1]
    assert (last.id, last.version, last.why) == ("plain", version + 1, "kinder")
    change(path, f"version: {version + 1}", f"version: {version}")
    assert log.main([]) == 1  # not backwards


def test_a_new_prompt_needs_a_line_and_its_own_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(folder / "plain.md", folder / "other.md")
    assert log.main([]) == 2
    assert '"plain"' in capsys.readouterr().err
    change(folder / "other.md", "id: plain", "id: other")
    assert log.main([]) == 1
    assert '"other@' in capsys.readouterr().out


@pytest.mark.parametrize("line", ["{", '{"id": "plain"}', '{"id": "a", "version": "x"}'])
def test_a_broken_log_is_named_by_line(
    folder: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    with (folder / "changes.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    number = len((folder / "changes.jsonl").read_text(encoding="utf-8").splitlines())
    assert log.main([]) == 2
    assert f"prompts/changes.jsonl:{number}:" in capsys.readouterr().err


def git(*words: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.mark.skipif(not shutil.which("git"), reason="git is not on the PATH")
def test_earlier_versions_come_out_of_git(folder: Path) -> None:
    path = folder / "plain.md"
    first = read_prompt(path)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    change(path, f"version: {first.version}", f"version: {first.version + 1}")
    change(path, "You answer", "You kindly answer")
    git("commit", "-qam", "second")
    change(path, "kindly", "very kindly")
    now = read_prompt(path)
    assert history.find("plain") == now == history.find(f"plain@{now.version}")
    assert history.find(f"plain@{first.version}") == first == history.find("HEAD~1:plain")
    assert "You kindly answer" in history.find("HEAD:plain").text
    for name, words in (
        ("plain@99", '"plain@99" is in no commit'),
        ("plain@x", "write plain@1"),
        ("nowhere:plain", '"nowhere" is not a revision'),
        ("--help:plain", "is not a revision"),
        ("HEAD:moon", '"HEAD" has no "prompts/moon.md"'),
        ("plan", 'Did you mean "plain"'),
    ):
        with pytest.raises(UserError, match=words):
            history.find(name)


def test_two_texts_are_shown_side_by_side() -> None:
    lines = list(side_by_side.format_columns("same\nold\ngone\n", "same\nnew\n"))
    assert [line.split() for line in lines] == [
        ["same", "same"],
        ["old", "|", "new"],
        ["gone", "|"],
    ]
    assert list(side_by_side.format_columns("a\nb", "a"))[1].split() == ["b", "<"]
    longer = list(side_by_side.format_columns("a", "a\n" + "word " * 20))
    assert [line.lstrip()[0] for line in longer[1:]] == [">", ">"]


def reply(answer: str) -> dict[str, Any]:
    found = {"answer": answer, "sources": ["pets"], "answered": True, "retrieved": ["pets"]}
    return {**found, "cost_usd": 0.5, "form": True}


def test_the_difference_is_that_of_the_pairs() -> None:
    items = [
        Item(str(at), "dev", "answerable", f"{at}?", ("3 euros",), ("pets",)) for at in range(4)
    ]
    a = [reply("3 euros"), reply("no"), reply("no"), reply("3 euros")]
    b = [reply("3 euros"), reply("3 euros"), reply("3 euros"), reply("no")]
    found = comparison.compare(items, a, b, 60)
    assert found.difference == pytest.approx(0.25)  # of 0, 1, 1, -1
    assert found.standard_error == pytest.approx(0.4787, abs=1e-4)
    assert [row.id for row in found.changed] == ["3", "1", "2"]
    assert found.cost_usd == 4.0
    assert "within the noise" in comparison.format_comparison(("a", "b"), found)


@pytest.mark.usefixtures("trained")
def test_the_command_shows_text_and_score(capsys: pytest.CaptureFixture[str]) -> None:
    assert diff.main(["plain", "grounded"]) == 0
    out = capsys.readouterr().out
    assert "You answer questions" in out
    assert "refusals" in out
    tree = json.loads(diff.REPORT.read_text(encoding="utf-8"))
    assert tree["b"]["score"] - tree["a"]["score"] == pytest.approx(tree["difference"])
    assert tree["difference"] > 0
    assert tree["sha256"][1] == read_prompt(Path("prompts/grounded.md")).sha256
    page = diff.PAGE.read_text(encoding="utf-8")
    assert tree["changed"][0]["question"] in page
    assert "nbsp" not in page
    assert diff.main(["plain", "grounded", "--no-score"]) == 0
    assert "refusals" not in capsys.readouterr().out


@pytest.mark.usefixtures("prepared")
def test_a_comparison_needs_no_trained_model(settings: Any, tmp_path: Path) -> None:
    prompt = read_prompt(Path("prompts/grounded.md"))
    cheap = dataclasses.replace(settings.model, models=("stub:large",))
    changed = dataclasses.replace(settings, model=cheap)
    replies = diff.answer_dev_questions(changed, prompt, tmp_path)
    assert len(replies) == len(PROJECT.load(settings, PREPARED).train.items)

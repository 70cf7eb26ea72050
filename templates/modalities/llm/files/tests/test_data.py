"""The golden set keeps its promises, and a broken one is explained by file and line."""

import dataclasses
import importlib.util
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from nimble_package import config, data, predict
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.llm.golden_set import examine


@pytest.fixture(scope="module")
def splits(settings: config.Config, prepared: dict[str, Any]) -> data.Splits:
    assert prepared
    return data.load(settings)


def with_source(settings: config.Config, source: Path | str) -> config.Config:
    return dataclasses.replace(
        settings, data=dataclasses.replace(settings.data, source=str(source))
    )


def test_no_document_answers_questions_of_both_splits(splits: data.Splits) -> None:
    dev = {name for item in splits.train.items for name in item.sources}
    test = {name for item in splits.test.items for name in item.sources}
    assert dev
    assert test
    assert not dev & test


def test_no_question_is_in_both_splits(splits: data.Splits) -> None:
    assert not set(data.inputs(splits.train)) & set(data.inputs(splits.test))


def test_no_two_documents_share_a_paragraph(splits: data.Splits) -> None:
    counts: Counter[str] = Counter()
    for text in splits.test.documents.values():
        counts.update(set(text.split("\n\n")))
    assert counts.most_common(1)[0][1] == 1


@pytest.mark.parametrize("split", ["train", "test"])
def test_each_split_asks_every_kind_of_question(splits: data.Splits, split: str) -> None:
    items = getattr(splits, split).items
    kinds = {item.kind for item in items}
    assert kinds == {"answerable", "multi", "unanswerable", "misleading"}
    assert all(len(item.sources) > 1 for item in items if item.kind == "multi")


GOOD: dict[str, Any] = {"id": "q", "split": "dev", "kind": "answerable", "question": "?"}
GOOD |= {"facts": ["25 euros"], "sources": ["library"]}
LINE = "golden.jsonl:23"  # the one after the last


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("{", [LINE, "JSON"]),
        ({"kind": "easy"}, [LINE, "kind", "answerable"]),
        ({"id": None}, [LINE, "id"]),
        ({"id": "dev-01"}, [LINE, "dev-01", "second"]),
        ({"sources": ["libary"]}, [LINE, '"libary"', 'Did you mean "library"']),
        ({"sources": []}, [LINE, "facts and sources"]),
        ({"kind": "unanswerable"}, [LINE, "no facts and no sources"]),
        ({"facts": ["26 euros"]}, [LINE, "26 euros", "none of its sources"]),
        ({"split": "test"}, [LINE, "library", "dev-04"]),
        ({"split": "train"}, [LINE, '"train"', "'dev' or 'test'"]),
        ({"question": " "}, [LINE, "the question is empty"]),
        ("[1]", [LINE, "write one question on each line"]),
        (
            {"split": "test", "kind": "unanswerable", "facts": [], "sources": []}
            | {"question": "what does a lost CHART cost"},
            [LINE, '"dev-05" of dev asks the same'],
        ),
    ],
)
def test_a_wrong_question_is_explained(
    settings: config.Config, tmp_path: Path, change: Any, words: list[str]
) -> None:
    shutil.copytree(settings.data.source, tmp_path, dirs_exist_ok=True)
    line = change if isinstance(change, str) else json.dumps(GOOD | change)
    with (tmp_path / "golden.jsonl").open("a", encoding="utf-8") as golden:
        golden.write(line + "\n")
    problems = "\n".join(data.check(with_source(settings, tmp_path)))
    assert all(word in problems for word in words), problems
    with pytest.raises(UserError):
        data.prepare(with_source(settings, tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.md", b" \n", ["empty.md", "empty"]),
        ("latin.txt", "Größe".encode("latin-1"), ["latin.txt", "line 1 is not UTF-8", "ö"]),
        ("wide.txt", "Größe".encode("utf-16-le"), ["wide.txt", "UTF-16 without its mark"]),
        ("zero.txt", b"One line.\nAnd \0 another line.", ["zero.txt", "line 2", "NUL"]),
        ("heading.md", b"# \n\n---\n", ["heading.md", "empty"]),
        ("library.txt", b"Books again.", ["library.txt", "second", '"library"']),
    ],
)
def test_a_wrong_document_is_explained(
    settings: config.Config, tmp_path: Path, name: str, content: bytes, words: list[str]
) -> None:
    shutil.copytree(settings.data.source, tmp_path, dirs_exist_ok=True)
    (tmp_path / "documents" / name).write_bytes(content)
    problems = "\n".join(data.check(with_source(settings, tmp_path)))
    assert all(word in problems for word in words), problems


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lost.md", "A lost \ufffd letter.".encode()),
        ("wide.md", "# Größe\n\nEin Satz.".encode("utf-16")),
        ("mark.txt", "\ufeff# Größe".encode()),
        ("UPPER.MD", b"# Upper"),
        ("old.txt", b"One line.\r\rAnother line."),
    ],
)
def test_a_document_that_is_text_is_read(
    settings: config.Config, tmp_path: Path, name: str, content: bytes
) -> None:
    shutil.copytree(settings.data.source, tmp_path, dirs_exist_ok=True)
    (tmp_path / "documents" / name).write_bytes(content)
    golden, problems = examine(str(tmp_path))
    assert problems == []
    assert "\ufeff" not in golden.documents[Path(name).stem]


def test_a_file_that_is_no_document_is_named(settings: config.Config, tmp_path: Path) -> None:
    shutil.copytree(settings.data.source, tmp_path, dirs_exist_ok=True)
    (tmp_path / "documents" / "price list.pdf").write_bytes(b"%PDF")
    manifest = data.prepare(with_source(settings, tmp_path), tmp_path / "prepared")
    assert "1 files are not read" in manifest["summary"]
    assert "price list.pdf" in manifest["summary"]


def test_a_document_with_accents_is_found_however_they_are_encoded(
    settings: config.Config, tmp_path: Path
) -> None:
    shutil.copytree(settings.data.source, tmp_path, dirs_exist_ok=True)
    documents = tmp_path / "documents"
    (documents / "café.md").rename(documents / "cafe\u0301.md")
    assert data.check(with_source(settings, tmp_path)) == []


def test_a_folder_without_documents_is_refused(settings: config.Config, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"documents/\*\.md.*golden\.jsonl"):
        data.check(with_source(settings, tmp_path))


def test_a_hub_data_set_needs_a_commit(settings: config.Config) -> None:
    if not importlib.util.find_spec("datasets"):
        pytest.skip("datasets is not installed: uv sync --extra hf")
    with pytest.raises(UserError, match="hf:someone/handbook@<commit>"):
        data.check(with_source(settings, "hf:someone/handbook"))


def test_a_hub_data_set_gives_the_same_splits(
    settings: config.Config, splits: data.Splits, tmp_path: Path
) -> None:
    if not importlib.util.find_spec("datasets"):
        pytest.skip("datasets is not installed: uv sync --extra hf")
    rows = [{"name": name, "text": text} for name, text in splits.test.documents.items()]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "documents.jsonl").write_text(lines, encoding="utf-8")
    shutil.copy(Path(settings.data.source, "golden.jsonl"), tmp_path)
    found, problems = examine(f"hf:{tmp_path}")
    assert not problems
    assert (found.documents, found.dev) == (splits.train.documents, splits.train.items)
    assert found.test == splits.test.items


@pytest.mark.parametrize(("kept", "enough"), [("known", True), ("two", False), ("silent", False)])
def test_a_split_needs_three_questions_and_one_with_sources(
    settings: config.Config, tmp_path: Path, kept: str, enough: bool
) -> None:
    shutil.copytree(settings.data.source, tmp_path, dirs_exist_ok=True)
    golden = tmp_path / "golden.jsonl"
    rows = [json.loads(line) for line in golden.read_text(encoding="utf-8").splitlines()]
    dev = [row for row in rows if row["split"] == "dev"]
    known, silent = ([row for row in dev if bool(row["sources"]) is has] for has in (True, False))
    few = {"known": [*silent[:2], known[0]], "two": known[:2], "silent": silent[:3]}[kept]
    lines = [json.dumps(row) for row in few + [row for row in rows if row["split"] == "test"]]
    golden.write_text("\n\n".join(lines), encoding="utf-8")
    problems = data.check(with_source(settings, tmp_path))
    assert any("dev needs at least 3 questions" in problem for problem in problems) is not enough
    assert len(problems) == (0 if enough else 1)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("new.txt", "Größe?\n".encode("latin-1"), '"new.txt" line 1 is not UTF-8'),
        ("new.txt", b"\n \n", '"new.txt" has no questions'),
        ("new.csv", b"Why?\n", '"new.csv" is a file of another kind'),
    ],
)
def test_bad_input_of_predict_is_one_line_with_its_file(
    tmp_path: Path,
    monkeypatch: Any,
    name: str,
    content: bytes,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)
    with pytest.raises(UserError) as error:
        predict.read_inputs(None, [name])  # type: ignore[arg-type] - no model is needed to read
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_predict_reads_questions_without_marks_and_with_any_line_end(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("q.TXT").write_bytes("\ufeffOne?\r\n\r\nTwo\u2028lines?\r".encode())
    found = predict.read_inputs(None, ["q.TXT"])  # type: ignore[arg-type] - no model is needed
    assert [question for question, _ in found] == ["One?", "Two\u2028lines?"]

"""Texts that users bring: odd files, symbols, scripts, groups and duplicates."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nimble_package import config
from nimble_package.features import split_words
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.nlp import text_files
from nimble_package.mlops.nlp.collect import Collected, collect
from nimble_package.mlops.nlp.near_duplicates import find_groups

HEAD = ("text", "label", "who")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts without data/split.yaml."""
    monkeypatch.chdir(tmp_path)


def make_rows(count: int = 60) -> list[Sequence[str]]:
    random = Random(0)  # noqa: S311 - not for cryptography
    rows = []
    for number in range(count):
        words = ["".join(random.choices("abcdefghij", k=6)) for _ in range(8)]
        rows.append((" ".join(words), ["sun", "rain"][number % 2], f"author {number % 20}"))
    return rows


def read(content: bytes, name: str = "texts.csv", group: str = "") -> Collected:
    Path(name).write_bytes(content)
    return collect(config.Data(source=name, group=group))


def read_rows(*more: Sequence[str], group: str = "") -> Collected:
    file = io.StringIO()
    csv.writer(file).writerows([HEAD, *make_rows(), *more])
    return read(file.getvalue().encode(), group=group)


def plain(separator: str = ",") -> str:
    return "".join(separator.join(row) + "\n" for row in [HEAD, *make_rows()])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("great 👍", "great 👎"),
        ("C++", "C#"),
        ("5 €", "5 $"),
        ("so glad :)", "so glad :("),
        ("You did it?", "You did it."),
        ("👩\u200d💻", "👩\u200d🔬"),
    ],
)
def test_texts_that_differ_in_symbols_may_have_two_labels(one: str, other: str) -> None:
    assert read_rows((one, "sun", "a"), (other, "rain", "b")).problems == []


def test_symbols_and_emoji_are_words() -> None:
    assert split_words("great 👍!") == ["great", "👍"]
    assert split_words("C++ and C#") == ["c", "+", "+", "and", "c", "#"]
    assert split_words("❤\ufe0f 👩\u200d💻") == ["❤", "👩", "💻"]
    assert split_words("क्\u200dष Donau\u00addampf") == ["क्ष", "donaudampf"]


def test_texts_of_symbols_or_numbers_only_are_no_near_duplicates_of_each_other() -> None:
    texts = ["👍", "👎", "😀😀", "4711 12", "0815 99", "?!", ":-)"]
    assert len(set(find_groups(texts))) == len(texts)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_with_a_mark_is_read_whatever_ends_its_lines(encoding: str, end: str) -> None:
    found = read(plain().replace("\n", end).encode(encoding))
    assert found.problems == []
    assert [row["text"] for row in found.rows] == [row[0] for row in make_rows()]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (plain().encode("utf-16-le"), "UTF-16 without its mark"),
        (plain().encode() + "Größe,sun,x\n".encode("latin-1"), "line 62 is not UTF-8"),
        (plain().encode() + b"a\0b,sun,x\n", "line 62 has a NUL character"),
        (b"", "has no rows"),
        (b"text,label,who\n", "has no rows"),
        (plain().replace("text", "label", 1).encode(), 'the column "label" more than once'),
        (plain().replace(",who", "").encode(), "every line has 1 cells more"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_with_what_to_do(
    content: bytes, message: str
) -> None:
    with pytest.raises(UserError) as error:
        read(content)
    assert message in str(error.value)
    assert '"texts.csv"' in str(error.value)
    assert "\n" not in str(error.value)


def test_a_quote_that_is_not_closed_swallows_no_rows() -> None:
    lines = plain().splitlines()
    lines[10] = f'"{lines[10]}'
    with pytest.raises(UserError, match="line 11 has a quote that is not closed"):
        read("\n".join(lines).encode())
    lines[20] = lines[20].replace(" ", ' "', 1)  # a second one, so that the first seems closed
    with pytest.raises(UserError, match="line 11 has a quote that is not closed"):
        read("\n".join(lines).encode())


def test_a_quote_in_a_tsv_file_is_a_letter() -> None:
    lines = plain("\t").splitlines()
    lines[10] = f'"{lines[10]}'
    lines[11] = '"quoted ""so"""\tsun\tx'
    found = read("\n".join(lines).encode(), "texts.tsv")
    assert len(found.rows) == 60
    assert found.rows[9]["text"].startswith('"')
    assert found.rows[10]["text"] == 'quoted "so"'


def test_long_texts_of_several_lines_and_commas_at_the_end_are_read() -> None:
    lines = [f"{line}," for line in plain().splitlines()]
    lines[0] = "text,label,who"
    long = "word " * 50_000
    lines += ["", f'"{long}",sun,x,', '"two\nlines, and a ""quote""",rain,y', ",sun,z"]
    found = read("\n".join(lines).encode())
    assert found.problems == ['"texts.csv" line 66 has no text']
    assert found.rows[60]["text"] == long.strip()
    assert found.rows[61]["text"] == 'two\nlines, and a "quote"'


@pytest.mark.parametrize(
    ("value", "label"),
    [("NA", "NA"), ("None", "None"), ("null", "null"), (True, "true"), (1.0, "1"), (7, "7")],
)
def test_a_label_is_what_the_file_says(value: Any, label: str) -> None:
    rows = [
        {"text": text, "label": value if name == "sun" else "x"} for text, name, _ in make_rows()
    ]
    found = read("".join(json.dumps(row) + "\n" for row in rows).encode(), "texts.jsonl")
    assert found.problems == []
    assert {row["label"] for row in found.rows} == {label, "x"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('[{"text": "a", "label": "b"}]', "line 1 is a list"),
        ('"a"', "line 1 is a str"),
        ('{"text": ["a"], "label": "b"}', 'line 1 has a list as "text"'),
        ('{"text": "a", "label": {"b": 1}}', 'line 1 has a object as "label"'),
        ('{"text": "a", "lable": "b"}', 'line 1 has no column "label". Did you mean "lable"'),
    ],
)
def test_a_line_of_json_that_is_no_row_is_named(line: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        read(line.encode(), "texts.jsonl")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\u200b \u00a0", "line 62 has no text"),
        ("half \ud83d", "line 62 has half a character"),
        ("a \0 b", "line 62 has a NUL character"),
    ],
)
def test_a_text_that_cannot_be_used_is_named(text: str, message: str) -> None:
    rows = [*make_rows(61), (text, "sun", "x")]
    lines = [json.dumps(dict(zip(HEAD, row, strict=True))) for row in rows]
    found = read("\n".join(lines).encode(), "texts.jsonl")
    assert [problem for problem in found.problems if message in problem]


def test_a_missing_group_is_a_group_of_its_own() -> None:
    rows = [(text, label, "" if number % 2 else who) for number, (text, label, who) in
            enumerate(make_rows())]  # fmt: skip
    file = io.StringIO()
    csv.writer(file).writerows([HEAD, *rows])
    found = read(file.getvalue().encode(), group="who")
    assert found.problems == []
    missing = [row for row, (_, _, who) in zip(found.rows, rows, strict=True) if not who]
    assert len({row["group"] for row in missing}) == len(missing)
    assert {row["split"] for row in missing} == {"train", "valid", "test"}


def test_near_duplicates_are_shown_two_by_two_with_what_to_do() -> None:
    before = read_rows(group="who")
    row = next(row for row in before.rows if row["split"] == "test")
    copies = [(f"{row['text']} {n}", row["label"], f"new {n}") for n in range(12)]
    found = read_rows(*copies, group="who")
    notes = "\n".join(found.notes)
    number = before.rows.index(row) + 2
    assert "delete one of the two" in notes
    assert f'"texts.csv" line {number} "{row["text"][:40]}…" and "texts.csv" line' in notes
    assert "(test has it)" in notes


def test_the_same_text_in_two_groups_and_near_duplicates_with_two_labels_are_named() -> None:
    text, _, who = make_rows()[0]
    notes = "\n".join(read_rows((text.upper(), "sun", "new"), group="who").notes)
    assert f'"texts.csv" line 62 "{text.upper()[:40]}…" are in "{who}" and "new"' in notes
    notes = "\n".join(read_rows((f"{text} 7", "rain", "x")).notes)
    assert "line 62" in notes
    assert 'are "sun" and "rain"' in notes


def test_labels_that_differ_in_case_only_are_named() -> None:
    more = [(f"text number {word}", "Sun ", "x") for word in ("aaaa", "bbbbbb", "cccccccc")]
    notes = "\n".join(read_rows(*more).notes)
    assert "labels are alike" in notes
    assert '"Sun" and "sun"' in notes


def test_a_very_long_text_is_compared_in_parts() -> None:
    letters = Random(0).choices("abcdefghijklmnopqrstuvwxyz ", k=200_000)  # noqa: S311 - no secret
    text = "".join(letters)
    assert len(set(find_groups([text, text.upper(), "other"]))) == 2


def test_predict_reads_a_training_text_as_training_saw_it() -> None:
    odd = [("  Größe\u00a0東京 👍 \n two lines ", "sun", "x"), ('say ""so"", now', "rain", "y")]
    found = read_rows(*odd)
    assert text_files.read_entry("texts.csv", "text") == [row["text"] for row in found.rows]
    for row in found.rows[-2:]:
        assert text_files.read_entry(row["text"], "text") == [row["text"]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("new.csv", "text\nfine\n\n  ,\n", '"new.csv" line 4 has no text'),
        ("new.csv", "text\n", '"new.csv" has no rows'),
        ("new.csv", "txt\nfine\n", '"new.csv" line 2 has no column "text"'),
        ("new.JSONL", '{"text": null}\n', '"new.JSONL" line 1 has no text'),
        ("notes.txt", "fine\n", '"notes.txt" is a file of another kind'),
    ],
)
def test_bad_input_of_predict_is_one_line_with_file_and_line(
    name: str, content: str, message: str
) -> None:
    Path(name).write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as error:
        text_files.read_entry(name, "text")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_predict_refuses_no_text_and_a_file_that_is_missing() -> None:
    with pytest.raises(UserError, match="has no text"):
        text_files.read_entry(" ", "text")
    with pytest.raises(UserError, match=r'"none\.csv" cannot be read'):
        text_files.read_entry("none.csv", "text")

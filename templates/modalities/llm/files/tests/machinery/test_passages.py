"""Tables, logs and code are cut between their lines, and no passage is far too long."""

import pytest

from nimble_package.mlops.llm.passages import (
    count_words,
    cut_passages,
    split_sentences,
)

TITLE = "# Prices"
HEAD = "| item | price |\n|---|---|"
ROWS = [f"| ticket no. {number}. A | {number} euros |" for number in range(2000)]
LOG = [f"2026-01-02 03:04:{n % 60:02} INFO job {n}. Done in {n} s" for n in range(2000)]


def cut(text: str, words: int = 30) -> list[str]:
    return [passage.text for passage in cut_passages({"folder/name": text}, words)]


@pytest.mark.parametrize("words", [30, 60])
@pytest.mark.parametrize("rule", ["\n\n", "\n"])
def test_a_long_table_is_cut_between_its_rows_and_repeats_its_head(rule: str, words: int) -> None:
    passages = cut("\n".join([f"{TITLE}{rule}{HEAD}", *ROWS]), words)
    found = []
    for passage in passages:
        title, _, table = passage.partition("\n\n")
        assert title == TITLE
        assert table.startswith(HEAD)
        found.extend(table.removeprefix(HEAD).strip("\n").split("\n"))
    assert found == ROWS
    assert max(map(count_words, passages)) <= words + count_words(TITLE)


@pytest.mark.parametrize(("delimiter", "size"), [(",", 3), (";", 2), ("\t", 2), ("|", 4)])
def test_a_table_with_delimiters_keeps_its_rows_and_repeats_its_names(
    delimiter: str, size: int
) -> None:
    names = delimiter.join(["name", "price", "from", "to"][:size])
    rows = [delimiter.join([f"ticket {n}", f"{n}", "A", "B"][:size]) for n in range(500)]
    passages = cut("\n".join([names, *rows]))
    found = []
    for passage in passages:
        title, head, *lines = [line for line in passage.split("\n") if line]
        assert (title, head) == ("name", names)
        found.extend(lines)
    assert found == rows


def test_a_log_is_cut_at_its_line_ends_under_its_heading() -> None:
    passages = cut("\n".join(["time level message", *LOG]))
    assert all(passage.startswith("name\n\ntime level message\n2026") for passage in passages)
    lines = [line for passage in passages for line in passage.split("\n")[3:]]
    assert lines == LOG
    headed = cut("\n".join(["# Log of Monday", "", *LOG]))
    assert all(passage.startswith("# Log of Monday\n\n2026") for passage in headed)
    assert [line for passage in headed for line in passage.split("\n")[2:]] == LOG


@pytest.mark.parametrize(
    "line",
    [
        "Jan  2 03:04:05 host app[{n}]: job {n}. Done",
        "[2026-01-02T03:04:05] job {n}. Done",
        "WARN worker {n}. It waits",
        '{{"level": "info", "text": "job {n}. Done"}}',
        "level=info msg=job. n={n}",
        "192.168.0.{n} GET /a. {n}",
    ],
)
def test_lines_of_logs_of_every_kind_stay_whole(line: str) -> None:
    lines = [line.format(n=number) for number in range(60)]
    passages = cut("# Log\n\n" + "\n".join(lines))
    assert [part for passage in passages for part in passage.split("\n")[2:]] == lines


def test_code_keeps_its_lines_and_every_part_of_it_its_fences() -> None:
    body = [f"    value_{number} = call({number}). more" for number in range(100)]
    text = "\n".join(["# Use", "", "Call it:", "", "```python", *body[:50], "", *body[50:], "```"])
    passages = cut(text)
    found = []
    for passage in passages:
        assert passage.count("```") == 2
        code = passage.partition("```python\n")[2].removesuffix("\n```")
        found.extend(code.split("\n"))
    assert found == body


def test_a_row_is_found_by_the_sentence_splitter() -> None:
    text = f"{TITLE}\n\nSee below. Or not.\n\n{HEAD}\n{ROWS[0]}\n{ROWS[1]}\n\nThat is all."
    sentences = [TITLE, "See below.", "Or not.", *ROWS[:2], "That is all."]
    assert split_sentences(text) == sentences
    assert cut(text, 100) == [text.replace("below. Or", "below.\n\nOr")]


@pytest.mark.parametrize(
    "line", ["word " * 20_000, "x" * 100_000, "東京" * 50_000, "ค่า" * 33_000, "a\n" * 50_000]
)
def test_a_document_of_one_very_long_line_is_cut(line: str) -> None:
    assert max(map(len, cut(line, 60))) < 2000
    passages = cut(f"{TITLE}\n\n{line}", 60)
    assert max(map(len, passages)) < 2000
    joined = "".join("".join(passage.partition("\n\n")[2].split()) for passage in passages)
    assert joined == "".join(line.split())


def test_chinese_sentences_fill_a_passage_by_their_characters() -> None:
    passages = cut("# 船\n\n" + "船は毎日九時に港を出ます。" * 200, 30)
    assert max(map(len, passages)) < 100


def test_prose_that_is_wrapped_is_no_table() -> None:
    text = (
        "# A\n\nOne sentence, that goes on\nfor two, or three lines, and\nends here, at last. Two."
    )
    assert cut(text, 100) == [
        "# A\n\nOne sentence, that goes on for two, or three lines, and ends here, at last.\n\nTwo."
    ]


@pytest.mark.parametrize("text", ["", "#", "---\n\n---", "\ufeff\n"])
def test_a_document_without_words_is_a_passage_with_its_name(text: str) -> None:
    assert cut(text)[0].startswith(("name", "---"))

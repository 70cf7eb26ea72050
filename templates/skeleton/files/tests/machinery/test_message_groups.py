"""A rare problem is printed, however many there are of another kind."""

import pytest

from nimble_package.mlops.message_groups import find_kind, shorten

SIZES = [
    f'"cats/{number}.png" is {number} x 9 L, but data.size asks for 8 x 8' for number in range(40)
]


def test_few_messages_are_printed_as_they_are() -> None:
    messages = SIZES[:20]
    assert shorten(messages, 20) == messages


def test_rare_problems_are_printed_after_many_of_one_kind() -> None:
    rare = ['"cats/a.png" cannot be read', '"b.png" is in no folder', '"c.png" has 16 bits']
    lines = shorten([*SIZES, *rare], 20)
    assert lines == [*SIZES[:3], "… and 37 more of this kind", *rare]


def test_each_kind_is_printed_once_when_there_are_many_kinds() -> None:
    kinds = [f"reason {chr(97 + number)} of" for number in range(26)]
    messages = [f'"file {number}": {kind} 7' for kind in kinds for number in range(2)]
    lines = shorten(messages, 20)
    assert lines[:2] == ['"file 0": reason a of 7', "… and 1 more of this kind"]
    assert '"file 0": reason t of 7' in lines
    assert lines[-1] == "… and 12 more of 6 other kinds"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('line 7: "a" has 2 rows', 'line 1,024: "b, c" has 31 rows'),
        ('"x": 3 values (line 5)', '"y": 40 values (line 5, 6, 7 and 37 more)'),
        ('"a" and "b" are alike', '"a", "b" and "c" are alike'),
        ("2024-01-31 is after 2023-12-01", "2020-02-29 is after 1999-01-01"),
    ],
)
def test_names_numbers_and_places_make_no_kind(one: str, other: str) -> None:
    assert find_kind(one) == find_kind(other)


def test_other_words_make_another_kind() -> None:
    assert find_kind('"a.wav" has no samples') != find_kind('"a.wav" has no header')

"""Words, numbers and codes of every script are found whole."""

import pytest

from nimble_package.mlops.llm.golden_set import has_fact
from nimble_package.mlops.llm.retrieval import BM25, Passage, split_terms
from nimble_package.mlops.llm.words import normalise, split_words


def find(question: str, *texts: str) -> int:
    """Returns the number of the best text."""
    passages = [Passage(str(number), text) for number, text in enumerate(texts)]
    return int(BM25(passages).search(question, 1)[0].document)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी में किराया", ["हिन्दी", "में", "किराया"]),
        ("தமிழ் மொழி", ["தமிழ்", "மொழி"]),
        ("ภาษาไทย ง่าย", ["ภาษาไทย", "ง่าย"]),
        ("العربيَّة لغة", ["العربيَّة", "لغة"]),
        ("e\u0301te\u0301", ["été"]),
        ("ZWJ: क्\u200dष", ["zwj", "क्ष"]),
        ("Donau\u00addampf", ["donaudampf"]),
        ("運賃は", ["運", "賃", "は"]),
    ],
)
def test_letters_with_marks_stay_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_a_term_ends_after_six_letters_whatever_marks_they_have() -> None:
    assert split_terms("किरायेदार") == ["किरायेदार"]
    assert split_terms("अंतरराष्ट्रीय") == ["अंतरराष्ट्"]


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("What is order 4711002345?", ["Order 4711009999 is late.", "Order 4711002345 is here."]),
        ("Wo ist AB1234567?", ["AB1234568 ist da.", "AB1234567 ist dort."]),
        ("error 0x8007000E", ["Error 0x8007000D: file.", "Error 0x8007000E: memory."]),
        ("बिल्ली", ["बल्ला यहाँ है।", "बिल्ली यहाँ है।"]),
        ("ค่าตั๋วราคาเท่าไร", ["อาหารเช้าอร่อยมาก", "ตั๋วเดินทางราคาห้าสิบบาท"]),
        ("運賃", ["天気は晴れ", "運賃は14ユーロです"]),
    ],
)
def test_the_right_text_is_found_by_its_number_code_or_script(
    question: str, texts: list[str]
) -> None:
    assert find(question, *texts) == 1
    assert find(question, *reversed(texts)) == 0


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("運賃は14ユーロです。", "14ユーロ"),
        ("ราคาห้าสิบบาทต่อคน", "ห้าสิบบาท"),
        ("किराया ₹50 है", "₹50"),
        ("It costs 50 %.", "50%"),
    ],
)
def test_a_fact_is_found_in_a_sentence_of_its_script(text: str, fact: str) -> None:
    assert has_fact(text, fact)


def test_words_that_differ_in_a_vowel_sign_are_different_facts() -> None:
    assert not has_fact("यह की है", "कि")
    assert normalise("कि") != normalise("की")

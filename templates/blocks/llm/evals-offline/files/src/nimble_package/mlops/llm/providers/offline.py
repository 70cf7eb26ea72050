"""A rule in place of a grading model: no key, no network, the same verdict every time.

An answer passes when its numbers and nearly all of its words are in the passages. The rule finds
made-up numbers and names. It misses a negated condition, and a wrong choice among true statements:
`poe agreement` measures how well it agrees with human labels.
"""

import json
import re

from ..retrieval import split_terms
from .request import Pieces, Request, Usage
from .stub import CHARACTERS_PER_TOKEN, COMMON_TERMS, PASSAGE

MIN_SHARE = 0.8  # of an answer's words that must be in the passages
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def ask(request: Request) -> Pieces:
    """Gives a verdict about the text behind `Answer:`."""
    user = request.messages[-1]["content"]
    text = json.dumps(grade(user), ensure_ascii=False)
    yield text
    yield Usage(len(user) // CHARACTERS_PER_TOKEN, len(text) // CHARACTERS_PER_TOKEN)


def grade(user: str) -> dict[str, object]:
    """Returns whether the passages of the message support its answer, and what is missing."""
    passages = " ".join(text for _source, text in PASSAGE.findall(user))
    end = user.rpartition("Question:")[2]
    question, _, answer = end.partition("Answer:")
    terms = set(split_terms(answer)) - COMMON_TERMS - set(split_terms(question))
    missing = sorted(terms - set(split_terms(passages)))
    numbers = set(NUMBER.findall(passages))
    made_up = sorted(set(NUMBER.findall(answer)) - numbers)
    is_good = not made_up and len(missing) <= (1 - MIN_SHARE) * len(terms)
    if is_good:
        return {"good": True, "why": "the passages have all of it"}
    return {"good": False, "why": f"not in the passages: {', '.join(made_up + missing)}"}

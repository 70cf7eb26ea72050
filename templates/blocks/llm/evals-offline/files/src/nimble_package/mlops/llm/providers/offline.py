"""A rule in place of a grading model: no key, no network, the same verdict every time.

An answer passes when its numbers and nearly all of its words stand in the passages. That finds made
up figures and names, and neither turned conditions nor a wrong choice among true statements: the
agreement with human labels says how far it goes.
"""

import json
import re

from ....retrieval import terms
from . import Pieces, Request, Usage
from .stub import COMMON, PASSAGE

ENOUGH = 0.8  # the share of an answer's words that must stand in one sentence's neighbourhood
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def ask(request: Request) -> Pieces:
    """A verdict about the text behind `Answer:`; four letters count as a token."""
    user = request.messages[-1]["content"]
    text = json.dumps(grade(user), ensure_ascii=False)
    yield text
    yield Usage(len(user) // 4, len(text) // 4)


def grade(user: str) -> dict[str, object]:
    """Whether the passages of the message support its answer, and what is missing if not."""
    passages = " ".join(text for _, text in PASSAGE.findall(user))
    asked, _, answer = user.rpartition("Question:")[2].partition("Answer:")
    known = {*terms(passages)}
    words = {*terms(answer)} - {*terms(COMMON)} - {*terms(asked)}
    made_up = sorted({*NUMBER.findall(answer)} - {*NUMBER.findall(passages)})
    missing = sorted(words - known)
    good = not made_up and len(missing) <= (1 - ENOUGH) * len(words)
    why = f"not in the passages: {', '.join(made_up + missing)}" if not good else "all of it stands"
    return {"good": good, "why": why}

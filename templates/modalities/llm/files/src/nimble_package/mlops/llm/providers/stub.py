"""An offline stand-in for a model: no key, no network, no cost, the same answer every time.

It sees what a model would see, and answers with sentences of the prompt's passages that share rare
words with the question. It obeys the prompt in simple ways: it cites when told to cite, declines
when told how, and answers every part when asked to. "small" reads two passages and gives one
sentence a part, "large" reads all and gives up to two.
"""

import json
import re
from collections import Counter
from math import log

from ..retrieval import split_sentences, split_terms
from . import Pieces, Request, Usage

PASSAGE = re.compile(r'<passage source="(.*?)">\n(.*?)\n</passage>', re.DOTALL)
PART = re.compile(r"[,;] (?=\w+ )")
ENOUGH = 0.4  # the share of a question's rare words that an answer must hold
NEAR = 0.6  # how close the second sentence must come to the first
COMMON = "a an and are as at be by can do does for from how i in is it long many may me much must"
COMMON += " my of on or per than that the this to what when where which who why with"


def ask(request: Request) -> Pieces:
    """Answers line by line; four letters count as a token."""
    system, user = (message["content"] for message in request.messages)
    text = answer(request.model, system, user)
    yield from text.splitlines(keepends=True)
    yield Usage((len(system) + len(user)) // 4, len(text) // 4)


def answer(model: str, system: str, user: str) -> str:
    """The answer as JSON, from the two messages alone."""
    lines = []  # source, sentence, its words with those of its heading
    for source, text in PASSAGE.findall(user)[: 2 if model == "small" else None]:
        title, *rest = split_sentences(text)
        lines += [
            (source, line, {*split_terms(line), *split_terms(title)}) for line in rest or [title]
        ]
    seen = Counter(word for *_, held in lines for word in held)
    question, may_decline = user.rpartition("Question:")[2], '"answered" to false' in system
    best = []
    for part in PART.split(question) if "every part" in system else [question]:
        words = sorted({*split_terms(part)} - {*split_terms(COMMON)})
        rare = {word: log(1 + len(lines) / (1 + seen[word])) for word in words}
        shares = [sum(rare[word] for word in words if word in held) for *_, held in lines]
        top = max(shares, default=0.0)
        if top >= ENOUGH * sum(rare.values()) or not may_decline:
            ranked = sorted(range(len(lines)), key=lambda at: -shares[at])
            kept = ranked[: 1 if model == "small" else 2]
            best += [lines[at] for at in kept if shares[at] >= NEAR * top]
    text = " ".join(dict.fromkeys(line for _, line, _ in best)) or "The passages do not say."
    cited = sorted({source for source, *_ in best}) if "Cite" in system else []
    reply = {"answer": text, "sources": cited, "answered": bool(best)}
    return json.dumps(reply, ensure_ascii=False, indent=0)

"""An offline substitute for a model: no key, no network, no cost, the same answer every time.

It sees what a model would see, and answers with sentences of the prompt's passages that share rare
words with the question. It follows some instructions of the prompt: it cites when told to cite,
declines when told how, and answers every part when asked to. "small" reads two passages and gives
one sentence for each part, "large" reads all and gives up to two.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from math import log
from typing import NamedTuple

from ..retrieval import split_sentences, split_terms
from .request import Pieces, Request, Usage

PASSAGE = re.compile(r'<passage source="(.*?)">\n(.*?)\n</passage>', re.DOTALL)
PART = re.compile(r"[,;] (?=\w+ )")
COMMON = (
    "a an and are as at be by can do does for from how i in is it long many may me much must "
    "my of on or per than that the this to what when where which who why with"
)
COMMON_TERMS = frozenset(split_terms(COMMON))
MIN_SHARE = 0.4  # of the weight of the question's words: with less the stub declines
MIN_OF_BEST = 0.6  # of the best sentence's score: a second sentence needs as much
CHARACTERS_PER_TOKEN = 4


class Sentence(NamedTuple):
    """A sentence of a passage."""

    source: str
    text: str
    terms: frozenset[str]  # with those of its heading


def ask(request: Request) -> Pieces:
    """Answers line by line."""
    system = request.messages[0]["content"]
    user = request.messages[1]["content"]
    text = answer(request.model, system, user)
    yield from text.splitlines(keepends=True)
    input_tokens = (len(system) + len(user)) // CHARACTERS_PER_TOKEN
    yield Usage(input_tokens, len(text) // CHARACTERS_PER_TOKEN)


def answer(model: str, system: str, user: str) -> str:
    """Returns the answer as JSON, from the two messages alone."""
    is_small = model == "small"
    sentences = read_sentences(user, max_passages=2 if is_small else None)
    question = user.rpartition("Question:")[2]
    parts = PART.split(question) if "every part" in system else [question]
    min_share = MIN_SHARE if '"answered" to false' in system else 0.0
    chosen: list[Sentence] = []
    for part in parts:
        found = find_sentences(part, sentences, min_share)
        chosen.extend(found[:1] if is_small else found)
    texts = dict.fromkeys(sentence.text for sentence in chosen)
    sources = {sentence.source for sentence in chosen}
    reply = {
        "answer": " ".join(texts) or "The passages do not say.",
        "sources": sorted(sources) if "Cite" in system else [],
        "answered": bool(chosen),
    }
    return json.dumps(reply, ensure_ascii=False, indent=0)


def read_sentences(user: str, max_passages: int | None) -> list[Sentence]:
    """Returns the sentences of the first passages; a heading counts where it is all there is."""
    found = []
    for source, text in PASSAGE.findall(user)[:max_passages]:
        title, *rest = split_sentences(text)
        title_terms = split_terms(title)
        for line in rest or [title]:
            terms = frozenset([*split_terms(line), *title_terms])
            found.append(Sentence(source, line, terms))
    return found


def find_sentences(
    question: str, sentences: Sequence[Sentence], min_share: float
) -> list[Sentence]:
    """Returns the best sentence and a second one that is nearly as good; none: it declines."""
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(sentence.terms)
    wanted = sorted(set(split_terms(question)) - COMMON_TERMS)
    weights = {term: log(1 + len(sentences) / (1 + counts[term])) for term in wanted}
    scores = []
    for sentence in sentences:
        shared = [weights[term] for term in wanted if term in sentence.terms]
        scores.append(sum(shared))
    best = max(scores, default=0.0)
    if best < min_share * sum(weights.values()):
        return []
    ranked = sorted(range(len(sentences)), key=lambda index: -scores[index])
    return [sentences[index] for index in ranked[:2] if scores[index] >= MIN_OF_BEST * best]

"""The model of this repository: a prompt, passages to search and a language model, as one."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter

from .config import Runtime
from .mlops.errors import UserError
from .mlops.files import load_json, save_json, sha256
from .mlops.llm import prompt_files
from .mlops.llm.providers import Request
from .mlops.llm.providers.calls import Answer, Calls, Listener
from .mlops.llm.retrieval import Passage, Retriever, find_retriever


@dataclass(frozen=True)
class Prompt:
    """A file in prompts/; the hash names this text, whatever the version says."""

    id: str
    version: int
    sha256: str
    text: str

    def fill(
        self, passages: Sequence[Passage], question: str, **others: str
    ) -> list[dict[str, str]]:
        """Returns the system message and the user message; `others` are further variables."""
        _, _, body = self.text.partition("\n---\n")
        system, _, user = body.partition("=== user\n")
        parts = [format_passage(passage) for passage in passages]
        values = {"passages": "\n".join(parts), "question": question, **others}
        filled = prompt_files.fill(user, values)
        return [{"role": "system", "content": system}, {"role": "user", "content": filled}]


def format_passage(passage: Passage) -> str:
    """Returns a passage with its document's name, as a model reads it."""
    return f'<passage source="{passage.document}">\n{passage.text}\n</passage>'


def read_prompt(path: Path, *more: str) -> Prompt:
    """Returns the prompt in a file: a head with id and version, the system and the user text.

    `more` names the variables that it may have besides passages and question.
    """
    variables = [*prompt_files.VARIABLES, *more]
    prompt_id, version, text = prompt_files.read(path, variables)
    return Prompt(prompt_id, version, sha256(text.encode()), text)


@dataclass(frozen=True)
class Bundle:
    """What is chosen, saved and served together."""

    prompt: Prompt
    model: str
    chunk_words: int
    top_k: int
    max_tokens: int
    passages: list[Passage]
    retriever: str = "bm25"

    def __str__(self) -> str:
        """Returns a short description."""
        prompt = self.prompt.id
        passages = f"{self.top_k} x {self.chunk_words} words"
        retrieval = f"{passages} by {self.retriever}"
        return f"{prompt}, {retrieval}, {self.model}"


class Model:
    """A bundle that answers questions."""

    def __init__(self, bundle: Bundle, retriever: Retriever, calls: Calls) -> None:
        """`calls` sends requests to the language model of the bundle."""
        self.bundle = bundle
        self.retriever = retriever
        self.calls = calls

    def ask(self, question: str, listen: Listener | None = None) -> dict[str, Any]:
        """Returns the answer, its sources, what was retrieved, and the cost in USD."""
        prompt = self.bundle.prompt
        top_k = self.bundle.top_k
        passages = self.retriever.search(question, top_k)
        request = self.make_request(passages, question)
        tags = {"prompt": prompt.id, "version": prompt.version, "sha256": prompt.sha256}
        result = self.calls.ask(request, tags, listen)
        answer, cost = result
        has_form = answer is not None
        if answer is None:
            answer = Answer(answer="", sources=[], answered=True)
        documents = [passage.document for passage in passages]
        reply = {"question": question, **answer.model_dump()}
        reply["retrieved"] = list(dict.fromkeys(documents))
        reply["cost_usd"] = cost
        reply["form"] = has_form
        return reply

    def make_request(self, passages: Sequence[Passage], question: str) -> Request:
        """Returns what is sent to the language model."""
        messages = self.bundle.prompt.fill(passages, question)
        schema = Answer.model_json_schema()
        timeout = self.calls.limits.timeout_s
        model = self.calls.model
        max_tokens = self.bundle.max_tokens
        return Request(model, messages, schema, max_tokens, timeout)


class Answerer(Protocol):
    """A bundle, or the baseline."""

    def ask(self, question: str) -> dict[str, Any]:
        """Returns a reply."""


def ask_all(model: Answerer, questions: Sequence[str], parallel: int) -> list[dict[str, Any]]:
    """Returns the replies in the order of the questions, however many are asked at once."""
    with ThreadPoolExecutor(max(parallel, 1)) as pool:
        return list(pool.map(model.ask, questions))


def save(bundle: Bundle, directory: Path) -> None:
    """Writes all that an answer needs into bundle.json, with its hash."""
    content = asdict(bundle)
    (directory / "index.npz").unlink(missing_ok=True)  # of the bundle that was here before
    content_hash = hash_content(content)
    save_json(directory / "bundle.json", {"sha256": content_hash, **content})


def load(directory: Path, limits: Runtime) -> Model:
    """Returns the saved bundle, ready to answer."""
    path = directory / "bundle.json"
    if not path.is_file():
        raise UserError(f'"{path.as_posix()}" is missing: run "uv run poe train" first')
    content = load_json(path)
    if content.pop("sha256") != hash_content(content):
        raise UserError(f'"{path.as_posix()}" was changed by hand: train again')
    bundle = TypeAdapter(Bundle).validate_python(content)
    build = find_retriever(bundle.retriever)
    retriever = build(bundle.passages, directory)
    calls = Calls(bundle.model, limits)
    return Model(bundle, retriever, calls)


def hash_content(content: dict[str, Any]) -> str:
    """Returns a hash that does not depend on the order of the keys."""
    return sha256(json.dumps(content, sort_keys=True).encode())

"""The model of this repository: a prompt, passages to search and a language model, as one."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from . import config
from .mlops import manifest, settings
from .mlops.llm.providers import Request
from .mlops.llm.providers.calls import Answer, Calls, Listener
from .retrieval import BM25, Passage, Retriever, find, sentences

NEEDED = ("---\nid: ", "\nversion: ", "\n---\n", "=== user\n", "{passages}", "{question}")


@dataclass(frozen=True)
class Prompt:
    """A file of prompts/; the hash names these very words, whatever the version says."""

    id: str
    version: int
    sha256: str
    text: str

    def fill(self, passages: Sequence[Passage], question: str) -> list[dict[str, str]]:
        """The system message and the user message."""
        system, _, user = self.text.split("\n---\n", 1)[1].partition("=== user\n")
        found = [f'<passage source="{name}">\n{text}\n</passage>' for name, text in passages]
        user = user.replace("{passages}", "\n".join(found)).replace("{question}", question)
        return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def read_prompt(path: Path) -> Prompt:
    """The prompt in a file: a head with id and version, the system text, the user text."""
    if not path.is_file():
        near = settings.nearest(path.stem, sorted(other.stem for other in path.parent.glob("*.md")))
        raise settings.UserError(f'"{path.stem}" is no prompt. {near}')
    text = path.read_text(encoding="utf-8")
    if missing := [repr(part) for part in NEEDED if part not in text]:
        raise settings.UserError(f'"{path}" lacks {", ".join(missing)}')
    head = yaml.safe_load(text.split("---\n")[1])
    return Prompt(head["id"], head["version"], manifest.sha256(text.encode()), text)


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
        found = f"{self.top_k} x {self.chunk_words} words by {self.retriever}"
        return f"{self.prompt.id}, {found}, {self.model}"


class Model:
    """A bundle at work."""

    def __init__(self, bundle: Bundle, retriever: Retriever, calls: Calls) -> None:
        self.bundle, self.retriever, self.calls = bundle, retriever, calls

    def ask(self, question: str, listen: Listener | None = None) -> dict[str, Any]:
        """Searches, asks, and says what it found and what it cost."""
        prompt = self.bundle.prompt
        passages = self.retriever.search(question, self.bundle.top_k)
        messages, schema = prompt.fill(passages, question), Answer.model_json_schema()
        size, timeout = self.bundle.max_tokens, self.calls.limits.timeout_s
        request = Request(self.calls.model, messages, schema, size, timeout)
        tags = {"prompt": prompt.id, "version": prompt.version, "sha256": prompt.sha256}
        answer, cost = self.calls.ask(request, tags, listen)
        said = answer or Answer(answer="", sources=[], answered=True)
        found = list(dict.fromkeys(passage.document for passage in passages))
        reply = {"question": question, **said.model_dump(), "retrieved": found}
        return reply | {"cost_usd": cost, "form": answer is not None}


class Extractive:
    """The baseline: the best sentence of the best passage; no prompt, no model, no declining."""

    def __init__(self, retriever: Retriever) -> None:
        self.retriever = retriever

    def ask(self, question: str) -> dict[str, Any]:
        """The same fields as a bundle's answer."""
        found, text = [], ""
        for name, passage in self.retriever.search(question, 1):
            lines = BM25([Passage(name, line) for line in sentences(passage)])
            found, text = [name], lines.search(question, 1)[0].text
        reply = {"question": question, "answer": text, "sources": found, "answered": True}
        return reply | {"retrieved": found, "cost_usd": 0.0, "form": True}


def save(bundle: Bundle, directory: Path) -> None:
    """Writes all that an answer needs into bundle.json, under a hash of it."""
    tree = asdict(bundle)
    (directory / "index.npz").unlink(missing_ok=True)  # that of the bundle that was here
    manifest.save_json(directory / "bundle.json", {"sha256": _digest(tree), **tree})


def load(directory: Path, limits: config.Runtime) -> Model:
    """The saved bundle, ready to answer."""
    path = directory / "bundle.json"
    if not path.is_file():
        raise settings.UserError(f'"{path.as_posix()}" is missing: run "uv run poe train" first')
    tree = manifest.load_json(path)
    if tree.pop("sha256") != _digest(tree):
        raise settings.UserError(f'"{path.as_posix()}" was changed by hand: train again')
    bundle = TypeAdapter(Bundle).validate_python(tree)
    index = find(bundle.retriever)(bundle.passages, directory)
    return Model(bundle, index, Calls(bundle.model, limits))


def _digest(tree: dict[str, Any]) -> str:
    return manifest.sha256(json.dumps(tree, sort_keys=True).encode())

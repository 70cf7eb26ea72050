"""Graders: prompts in evals/graders/ whose model gives a verdict about an answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from .... import bundle, config
from ....retrieval import Passage
from ...manifest import load_json, sha256
from ...settings import UserError
from ..providers import Request
from ..providers.calls import Calls

FOLDER = Path("evals/graders")
LABELS, AGREEMENT = Path("evals/labels.jsonl"), Path("evals/agreement.json")
AGAIN = 'run "uv run poe agreement"'


class Verdict(BaseModel):
    """What a grader has to send, as JSON."""

    model_config = ConfigDict(extra="forbid")
    good: bool
    why: str


@dataclass(frozen=True)
class Rule:
    """A grader in thresholds.yaml; without `min` it reports and does not gate."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}
    model: str
    min_kappa: float
    min: float | None = None


class Grader:
    """A prompt and a model that give verdicts."""

    def __init__(self, name: str, rule: Rule, limits: config.Runtime) -> None:
        self.name, self.rule = name, rule
        self.prompt = bundle.read_prompt(FOLDER / f"{name}.md")
        self.calls = Calls(rule.model, limits)

    def good(self, question: str, passages: Iterable[Passage], answer: str) -> tuple[bool, float]:
        """The verdict, and its cost in USD; one that keeps no form is a bad one."""
        messages = self.prompt.fill(list(passages), question)
        messages[1]["content"] = messages[1]["content"].replace("{answer}", answer)
        schema, timeout = Verdict.model_json_schema(), self.calls.limits.timeout_s
        request = Request(self.calls.model, messages, schema, 500, timeout)
        tags = {"grader": self.name, "sha256": self.prompt.sha256}
        verdict, cost = self.calls.ask(request, tags, form=Verdict)
        return bool(verdict and verdict.good), cost

    def fingerprint(self) -> dict[str, str]:
        """What an agreement was measured for: another prompt, model or label needs another."""
        labels = sha256(LABELS.read_bytes()) if LABELS.is_file() else ""
        return {"prompt": self.prompt.sha256, "model": self.rule.model, "labels": labels}

    def earn(self) -> None:
        """Refuses to gate unless the agreement with human labels was measured and is enough."""
        known = load_json(AGREEMENT).get(self.name) if AGREEMENT.is_file() else None
        why, cure = "", AGAIN
        if not known:
            why = "its agreement with human labels was never measured"
        elif {key: known[key] for key in self.fingerprint()} != self.fingerprint():
            why = "its prompt, its model or the labels changed since its agreement was measured"
        elif known["kappa"] < self.rule.min_kappa:
            why = f"kappa {known['kappa']:.2f} is below min_kappa {self.rule.min_kappa}"
            cure = "improve its prompt, take another model, or delete its min"
        if why:
            raise UserError(f'"{self.name}" in evals/thresholds.yaml may not gate: {why}; {cure}')

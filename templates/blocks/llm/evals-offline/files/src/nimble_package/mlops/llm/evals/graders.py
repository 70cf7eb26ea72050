"""Graders: prompts in evals/graders/ that a model answers with a verdict about an answer."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ....adapters.evals import read_prompt
from ...errors import UserError
from ...files import load_json, sha256
from ..providers import Request
from ..providers.calls import CallLimits, Calls
from ..retrieval import Passage
from .settings import GraderSettings

PROMPTS = Path("evals/graders")
LABELS = Path("evals/labels.jsonl")
AGREEMENT = Path("evals/agreement.json")
MAX_TOKENS = 500


class Verdict(BaseModel):
    """What a grader has to send, as JSON."""

    model_config = ConfigDict(extra="forbid")
    good: bool
    why: str


class Grader:
    """A prompt and a model that give verdicts."""

    def __init__(self, name: str, settings: GraderSettings, limits: CallLimits) -> None:
        self.name = name
        self.settings = settings
        self.prompt = read_prompt(PROMPTS / f"{name}.md", "answer")
        self.calls = Calls(settings.model, limits)

    def grade(self, question: str, passages: Sequence[Passage], answer: str) -> tuple[bool, float]:
        """Returns whether the answer is good, and the cost in USD.

        A verdict that is not in the form counts as bad.
        """
        messages = self.prompt.fill(passages, question, answer=answer)
        schema = Verdict.model_json_schema()
        timeout = self.calls.limits.timeout_s
        request = Request(self.calls.model, messages, schema, MAX_TOKENS, timeout)
        tags = {"grader": self.name, "sha256": self.prompt.sha256}
        verdict, cost = self.calls.ask(request, tags, form=Verdict)
        return verdict is not None and verdict.good, cost

    def fingerprint(self) -> dict[str, str]:
        """Returns what an agreement is measured for: when one changes, it has to be measured."""
        labels = sha256(LABELS.read_bytes()) if LABELS.is_file() else ""
        return {"prompt": self.prompt.sha256, "model": self.settings.model, "labels": labels}

    def refuse_unproven(self) -> None:
        """Raises UserError unless the agreement with human labels was measured and is enough."""
        problem = self._find_problem()
        if problem:
            where = f'"graders.{self.name}.min" in evals/thresholds.yaml is not allowed'
            raise UserError(f"{where}: {problem}")

    def _find_problem(self) -> str:
        measured = load_json(AGREEMENT) if AGREEMENT.is_file() else {}
        found = measured.get(self.name)
        measure = 'run "uv run poe agreement"'
        if found is None:
            return f"the agreement with human labels was never measured; {measure}"
        fingerprint = self.fingerprint()
        if any(found[key] != value for key, value in fingerprint.items()):
            return f"its prompt, model or labels changed since the measurement; {measure}"
        min_kappa = self.settings.min_kappa
        if found["kappa"] < min_kappa:
            low = f"kappa {found['kappa']:.2f} is below min_kappa {min_kappa}"
            return f"{low}; improve its prompt, choose another model or remove its min"
        return ""

"""Runs the gate: finds both models, evaluates them now on the frozen holdout, and decides."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ...project import PROJECT
from ..errors import UserError
from ..evaluation import score_baselines
from ..files import sha256
from ..git_output import read_state
from ..hooks import HOOKS
from ..project import PREPARED, Evaluation
from . import decision, holdout, models
from .decide import decide, explain_spent
from .decision import Approval, Budget, DecisionRecord, Holdout, ModelFacts, Verdict
from .examples import select
from .holdout import Frozen
from .models import Model, ModelError
from .settings import SETTINGS, GateSettings

YEAR = timedelta(weeks=52)


@dataclass(frozen=True)
class Request:
    """What a user, or the pipeline, asks the gate."""

    challenger: str | None = None  # a directory or an alias; None: the model of the last training
    champion: str | None = None  # None: that of the registry, or of gate.yaml


@dataclass(frozen=True)
class Outcome:
    """A verdict, and what it is about."""

    verdict: Verdict
    frozen: Frozen | None
    look: str | None = None  # hash of what was compared; None: the holdout was not looked at


def run_gate(config: Any, settings: GateSettings, request: Request) -> DecisionRecord:
    """Decides on a challenger and saves the record."""
    for before_evaluation in HOOKS.before_evaluation:
        before_evaluation(config)
    holdout.refuse_uncommitted(settings)
    frozen = holdout.read(settings)
    challenger = models.find_challenger(config, request.challenger)
    champion = models.find_champion(config, settings, request.champion)
    challenger_facts = models.describe(challenger)
    if challenger_facts.sha256 is None:
        raise UserError(
            f'"{challenger_facts.name}" is missing, so there is no challenger: run '
            '"uv run poe train" first'
        )
    champion_facts = None if champion is None else models.describe(champion)
    budget = read_budget(settings, frozen)
    with ExitStack() as stack:
        outcome = _decide(config, settings, challenger, champion, frozen, budget, stack)
    return _save(settings, outcome, challenger_facts, champion_facts, budget)


def read_budget(settings: GateSettings, frozen: Frozen | None) -> Budget:
    """Returns what is left of the year's significance, by the decision records."""
    records = decision.load_all()
    wanted = frozen.sha256 if frozen else ""
    looks = decision.count_looks(records, wanted, datetime.now(UTC) - YEAR)
    return Budget(
        alpha=settings.primary.alpha_per_year,
        looks_planned=settings.primary.looks_per_year,
        looks_used=looks["at_holdout"],
        looks_this_year=looks["this_year"],
    )


def _decide(
    config: Any,
    settings: GateSettings,
    challenger: Any,
    champion: Any | None,
    frozen: Frozen | None,
    budget: Budget,
    stack: ExitStack,
) -> Outcome:
    same = _explain_same(challenger, champion)
    if same:
        return Outcome(Verdict(name="keep", reason=same), frozen)
    splits = PROJECT.load(config, PREPARED)
    if frozen:
        holdout.refuse_leaks(frozen, PROJECT.inputs(splits.train))
    try:
        new = stack.enter_context(models.open_model(config, challenger))
        models.refuse_other_data(new, splits.test, f"the challenger {new.facts.name}")
    except ModelError as error:
        return Outcome(
            Verdict(name="keep", reason=f"the challenger cannot be used: {error}"), frozen
        )
    try:
        old = _open_champion(config, champion, splits.test, stack)
    except ModelError as error:
        reason = (
            f"the champion cannot be evaluated, so nothing can be compared with it: {error}. "
            "Restore it, go back to the previous one, or name another with --champion"
        )
        return Outcome(Verdict(name="cannot tell", reason=reason), frozen)
    if old:
        try:
            models.refuse_other_signature(old, new)
        except ModelError as error:
            reason = f"callers of the champion could not call the challenger: {error}"
            return Outcome(Verdict(name="keep", reason=reason), frozen)
    checks = models.check_budget(new, settings, PROJECT.inputs(splits.test))
    failed = [check for check in checks if check.passed is False]
    if failed:
        verdict = Verdict(name="keep", reason=failed[0].sentence, checks=tuple(checks))
        return Outcome(verdict, frozen)
    spent = explain_spent(budget)
    if spent:
        return Outcome(Verdict(name="cannot tell", reason=spent), frozen)
    outcome = _look(config, settings, (old, new), splits.test, frozen, budget)
    verdict = outcome.verdict
    return dataclasses.replace(
        outcome, verdict=verdict.model_copy(update={"checks": (*checks, *verdict.checks)})
    )


def _explain_same(challenger: Any, champion: Any | None) -> str:
    if champion is None:
        return ""
    new = models.describe(challenger)
    old = models.describe(champion)
    if new.sha256 != old.sha256:
        return ""
    return f"the challenger is the champion: {new.name} and {old.name} have the same files"


def _open_champion(
    config: Any, champion: Any | None, examples: Any, stack: ExitStack
) -> Model | None:
    if champion is None:
        return None
    model = stack.enter_context(models.open_model(config, champion))
    models.refuse_other_data(model, examples, f"the champion {model.facts.name}")
    return model


def _look(
    config: Any,
    settings: GateSettings,
    pair: tuple[Model | None, Model],
    examples: Any,
    frozen: Frozen | None,
    budget: Budget,
) -> Outcome:
    """Evaluates both models on the frozen holdout; freezes it when none was frozen before."""
    old, new = pair
    challenger = models.evaluate(config, new, examples, settings.repeats)
    champion = None if old is None else models.evaluate(config, old, examples, settings.repeats)
    inputs = PROJECT.inputs(examples)
    if frozen is None:
        frozen = holdout.freeze(inputs, challenger.y_true)
        holdout.save(frozen)
        print(
            f"Froze the {len(frozen.lines)} examples of the test split as the holdout: commit "
            f'"{SETTINGS}" and "{holdout.LIST.as_posix()}".'
        )
    rows = holdout.find_rows(frozen, inputs, challenger.y_true)
    frozen_champion = None if champion is None else select(champion, rows)
    frozen_challenger = select(challenger, rows)
    names = [str(name) for name in _name_cases(inputs, challenger)]
    verdict = decide(
        frozen_champion,
        frozen_challenger,
        settings,
        budget,
        baselines=score_baselines(config, new.directory) if champion is None else {},
        min_score=config.evaluate.min_score,
        metric_pairs=_evaluate_metrics(
            config, settings, (champion, challenger), pair, examples, rows
        ),
        cases=[names[row] for row in rows],
    )
    return Outcome(verdict, frozen, hash_look(frozen_champion, frozen_challenger))


def _name_cases(inputs: Sequence[Any], evaluation: Evaluation) -> Iterator[Any]:
    """The id of each golden question, or the input itself."""
    for value, target in zip(inputs, evaluation.y_true, strict=True):
        yield getattr(target, "id", value)


def _evaluate_metrics(
    config: Any,
    settings: GateSettings,
    evaluations: tuple[Evaluation | None, Evaluation],
    pair: tuple[Model | None, Model],
    examples: Any,
    rows: Any,
) -> Mapping[str, tuple[Evaluation, Evaluation]]:
    """The same outputs by the metrics that guards name."""
    champion, challenger = evaluations
    old, new = pair
    if champion is None or old is None:
        return {}
    found = {}
    for metric in settings.guards.metrics:
        changed = _with_metric(config, metric)
        both = []
        for model, evaluation in ((old, champion), (new, challenger)):
            outputs: Any = evaluation.outputs
            again = PROJECT.evaluate(changed, examples, outputs, model.directory)
            both.append(select(again, rows))
        found[metric] = (both[0], both[1])
    return found


def _with_metric(config: Any, metric: str) -> Any:
    evaluate = config.evaluate
    if not hasattr(evaluate, "metric"):
        raise UserError(
            f'"{metric}" in {SETTINGS}, guards.metrics, is not allowed: this project has one '
            "metric. Remove it"
        )
    return dataclasses.replace(config, evaluate=dataclasses.replace(evaluate, metric=metric))


def hash_look(champion: Evaluation | None, challenger: Evaluation) -> str:
    """Returns a hash of what was compared: the same outputs again are no new look."""
    parts = []
    for evaluation in (champion, challenger):
        if evaluation is None:
            parts.append("none")
        elif evaluation.scores is not None:
            parts.append(holdout.hash_value(evaluation.scores))
        else:
            parts.extend(holdout.hash_value(output) for output in evaluation.outputs)
    return sha256("\n".join(parts).encode())


def _save(
    settings: GateSettings,
    outcome: Outcome,
    challenger: ModelFacts,
    champion: ModelFacts | None,
    budget: Budget,
) -> DecisionRecord:
    created = decision.now()
    commit, _ = read_state()
    frozen = outcome.frozen
    content = SETTINGS.read_bytes()
    if outcome.look is not None:
        budget = read_budget(settings, frozen)  # the holdout may have been frozen just now
        budget = budget.spend() if _is_new(outcome.look) else budget
    record = DecisionRecord(
        id=decision.make_id(created, challenger.sha256, outcome.look),
        created=created,
        verdict=outcome.verdict,
        challenger=challenger,
        champion=champion,
        holdout=frozen.facts if frozen else Holdout(sha256="", examples=0),
        look=outcome.look,
        budget=budget,
        settings_sha256=sha256(content),
        commit=commit,
        approval=Approval(rule=settings.approval),
    )
    decision.save(record)
    return record


def _is_new(look: str) -> bool:
    return all(record.look != look for record in decision.load_all())

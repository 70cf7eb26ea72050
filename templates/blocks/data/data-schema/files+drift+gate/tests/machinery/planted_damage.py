"""Plants damage into a copy of the built-in data and says which step of the pipeline finds it.

`uv run python tests/machinery/planted_damage.py` prints a table: every kind of damage that
tests/damage_kinds.py plants, and the first step that finds it. Steps: the reader, the rules of the
schema, drift (the rows that a profile describes are one window), the lowest score of `poe
evaluate`, and the frozen holdout of the gate. That the hash of the source changes, which `poe data`
refuses too, is not counted: every change of a file has that effect. With --data-only nothing is
trained: reader and rules only.
"""

# ruff: noqa: E402 - the number of threads and the search path are set before other imports

import argparse
import contextlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import damage_kinds

from nimble_package.adapters.schema import read_columns
from nimble_package.mlops.drift import compare, profile, settings
from nimble_package.mlops.drift.sample import Sample
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.evaluation import evaluate_examples
from nimble_package.mlops.gate import holdout
from nimble_package.mlops.project import TrainingPaths
from nimble_package.mlops.schema.rules import Rules, find_violations, infer_rules
from nimble_package.project import PROJECT

STEPS = ("read", "validate", "drift", "evaluate", "gate")
DATA_STEPS = ("read", "validate")
NONE = "none"
IGNORED = shutil.ignore_patterns(".git", ".venv", "data", "models", "reports", "pipeline", "src")
MAX_REASON = 110  # characters of a reason in the table


@dataclass(frozen=True)
class Finding:
    """Which step found a kind of damage, and what it said."""

    kind: str
    step: str
    reason: str = ""


@dataclass(frozen=True)
class Clean:
    """What is known of the data before it is damaged."""

    rules: dict[str, Rules]
    steps: Sequence[str]  # that look for damage
    model: Any = None
    reference: profile.Profile = field(default_factory=lambda: profile.Profile(Sample({})))
    frozen: holdout.Frozen = field(default_factory=lambda: holdout.Frozen(()))


def main() -> int:
    """Prints the table; status 1 when fewer than 20 kinds are found, or the clean data is."""
    arguments = argparse.ArgumentParser(description="Which step finds which damage?")
    arguments.add_argument("--data-only", action="store_true", help="only the reader and the rules")
    findings = find_all(DATA_STEPS if arguments.parse_args().data_only else STEPS)
    print(format_table(findings))
    clean, *others = findings
    found = [finding for finding in others if finding.step != NONE]
    print(f"\n{len(found)} of {len(others)} kinds are found.")
    return int(clean.step != NONE or len(found) < min(20, len(others)))


def find_all(steps: Sequence[str] = STEPS) -> list[Finding]:
    """Returns the finding of the clean data, and of each kind of damage, by these steps."""
    kinds = {"nothing: the clean data": lambda _folder, _random: None, **damage_kinds.KINDS}
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        repository = Path(name)
        shutil.copytree(ROOT, repository, ignore=IGNORED, dirs_exist_ok=True)
        damage_kinds.write_clean(repository)
        known = describe_clean(repository, steps)
        keep = Path(name, "clean")
        shutil.copytree("data/raw", keep)
        findings: list[Finding] = []
        for kind, plant in kinds.items():
            findings.append(find(kind, plant, known, keep))
            print(f"{kind}: {findings[-1].step}", file=sys.stderr, flush=True)
    return findings


def load_config() -> Any:
    """Returns the settings of the copy."""
    return PROJECT.load_config(Path("config.yaml"), damage_kinds.SETTINGS)


def describe_clean(repository: Path, steps: Sequence[str]) -> Clean:
    """Trains on the clean data where a step needs it; returns what the steps compare with."""
    config = load_config()
    prepared = Path("data/prepared")
    digest = str(PROJECT.prepare(config, prepared)["hash"])
    columns = read_columns(config, prepared)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    if set(steps) <= set(DATA_STEPS):
        return Clean(rules, steps)
    paths = TrainingPaths.inside(repository / "champion")
    PROJECT.train(config, paths, False)
    model = PROJECT.load_model(paths.model)
    reference = profile.make(config, model, digest)
    splits = PROJECT.load(config, prepared)
    evaluation = evaluate_examples(config, paths.model, splits.test)
    frozen = holdout.freeze(PROJECT.inputs(splits.test), evaluation.y_true)
    return Clean(rules, steps, model, reference, frozen)


def find(kind: str, plant: Callable[[Path, Random], None], known: Clean, keep: Path) -> Finding:
    """Returns the first step that finds a kind of damage."""
    for folder in ("data/raw", "data/prepared", "challenger"):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(keep, "data/raw")
    plant(Path("data/raw"), Random(0))  # noqa: S311 - not for cryptography
    for step in known.steps:
        reason = CHECKS[step](known)
        if reason:
            first = " ".join(reason.split())[:MAX_REASON]
            return Finding(kind, step, first)
    return Finding(kind, NONE)


def check_reading(_known: Clean) -> str:
    """Returns what the reader refuses, or warns of."""
    try:
        manifest = PROJECT.prepare(load_config(), Path("data/prepared"))
    except (UserError, OSError) as error:
        return str(error)
    return "; ".join(manifest.get("warnings", []))


def check_rules(known: Clean) -> str:
    """Returns the rules of the schema that are broken."""
    columns = read_columns(load_config(), Path("data/prepared"))
    return "; ".join(find_violations(known.rules, columns).values())


def check_drift(known: Clean) -> str:
    """Returns the features that drifted."""
    config = load_config()
    _, inputs = profile.draw_inputs(config)
    window = profile.describe_prepared(config, known.model, inputs, known.reference.facts)
    try:
        found = compare.compare(known.reference.sample, window, settings.read())
    except UserError as error:
        return str(error)
    return ", ".join(finding.name for finding in found.drifted)


def check_score(_known: Clean) -> str:
    """Returns the score of a model that was trained on the damaged data, when it is too low."""
    config = load_config()
    paths = TrainingPaths.inside(Path("challenger"))
    try:
        PROJECT.train(config, paths, False)
        splits = PROJECT.load(config, Path("data/prepared"))
        evaluation = evaluate_examples(config, paths.model, splits.test)
    except UserError as error:
        return str(error)
    score = evaluation.metrics[evaluation.primary_metric]
    if score >= config.evaluate.min_score:
        return ""
    return f"{evaluation.primary_metric} {score:.2f} is below {config.evaluate.min_score}"


def check_holdout(known: Clean) -> str:
    """Returns what the gate says when frozen examples changed, or are in the training data."""
    config = load_config()
    splits = PROJECT.load(config, Path("data/prepared"))
    evaluation = evaluate_examples(config, Path("challenger/model"), splits.test)
    try:
        holdout.find_rows(known.frozen, PROJECT.inputs(splits.test), evaluation.y_true)
        holdout.refuse_leaks(known.frozen, PROJECT.inputs(splits.train))
    except UserError as error:
        return str(error)
    return ""


CHECKS: dict[str, Callable[[Clean], str]] = dict(
    zip(STEPS, (check_reading, check_rules, check_drift, check_score, check_holdout), strict=True)
)


def format_table(findings: list[Finding]) -> str:
    """Returns a table in Markdown."""
    lines = ["| damage | found by | what it says |", "|---|---|---|"]
    for finding in findings:
        reason = finding.reason.replace("|", "\\|")
        lines.append(f"| {finding.kind} | {finding.step} | {reason} |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())

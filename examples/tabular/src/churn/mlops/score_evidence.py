"""Looks for the evidence that the rows of docs/ml-test-score.md name.

A kind of evidence is a word, a word with an argument (`changed:PATH`), or the path of a file.
Everything is looked up in the current folder, which is that of the repository.
"""

import functools
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import score_records
from .files import load_json
from .git_output import read_git
from .project import REPORTS
from .score_records import Evidence

MANIFEST = REPORTS / "manifest.json"
METRICS = REPORTS / "metrics.json"
SLICES = REPORTS / "slices" / "slices.json"
PYTEST = Path(".pytest_cache/v/cache")
UNANSWERED = "Not answered yet"  # of a dataset card
GH_SECONDS = 15


def find(name: str) -> Evidence:
    """Returns what is here of one kind of evidence; raises ValueError for an unknown kind."""
    word, _, argument = name.partition(":")
    if word in WORDS and not argument:
        return WORDS[word]()
    if word in WORDS_WITH_ARGUMENT and argument:
        return WORDS_WITH_ARGUMENT[word](argument)
    path = Path(name)
    if len(path.parts) == 1 and path.suffix == ".yml":
        return find_green_workflow(name)
    if path.parts[0] == "tests":
        return find_passed_tests(name)
    if path.parts[0] in ("data", "docs"):
        return find_accepted(path)
    if path.parts[0] in ("reports", "tuning"):
        return find_file(path)
    raise ValueError(f'"{name}" is not a kind of evidence')


def find_file(path: Path) -> Evidence:
    """A file that a task writes."""
    name = path.as_posix()
    return Evidence(path.is_file(), name if path.is_file() else f'"{name}" is missing')


def find_run() -> Evidence:
    """The last training."""
    if not MANIFEST.is_file():
        return Evidence(False, 'no training yet: "uv run poe train"')
    return Evidence(True, f"the training of {load_json(MANIFEST)['created']}")


def find_evaluation() -> Evidence:
    """The last evaluation of the saved model."""
    if not METRICS.is_file():
        return Evidence(False, 'no evaluation yet: "uv run poe evaluate"')
    return Evidence(True, METRICS.as_posix())


def find_committed_run() -> Evidence:
    """A training from a commit, without changes that were not committed."""
    if not MANIFEST.is_file():
        return find_run()
    git = load_json(MANIFEST)["git"]
    if not git["commit"] or git["dirty"]:
        return Evidence(False, "the last training had changes that were not committed")
    return Evidence(True, f"the training of commit {git['commit'][:12]}")


def find_setting(name: str) -> Evidence:
    """A setting that the last training had."""
    if not MANIFEST.is_file():
        return find_run()
    value: Any = load_json(MANIFEST)["config"]
    for key in name.split("."):
        value = value[key]
    if not value:
        return Evidence(False, f"the last training was made without {name}")
    return Evidence(True, f"the last training had {name} {value}")


def find_gap() -> Evidence:
    """Groups of examples that `poe slices` compared."""
    if not SLICES.is_file() or load_json(SLICES)["group"] is None:
        return Evidence(False, 'no "poe slices" with a column in "group" of analysis.yaml yet')
    return Evidence(True, f"{SLICES.as_posix()}, group")


def find_accepted(path: Path) -> Evidence:
    """A file about the data that the team completed and committed."""
    name = path.as_posix()
    if not path.is_file():
        return Evidence(False, f'"{name}" is missing: "uv run poe data" writes it')
    if UNANSWERED in path.read_text(encoding="utf-8"):
        return Evidence(False, f'"{name}" has sections that are not answered')
    if not read_git("ls-files", "--", name):
        return Evidence(False, f'"{name}" is not committed')
    return Evidence(True, f"{name} is committed")


def find_passed_tests(name: str) -> Evidence:
    """Tests of one file that passed in the last run of pytest here, or in CI."""
    tests = [test for test in _read_pytest("nodeids") if test.startswith(f"{name}::")]
    failed = [test for test in _read_pytest("lastfailed") if test.startswith(name)]
    if failed:
        return Evidence(False, f"{name} failed here")
    if tests:
        return Evidence(True, f"{name} passed here")
    if find_green_workflow("check.yml").is_here:
        return Evidence(True, f"{name} passed in check.yml")
    task = "test-machinery" if name.startswith("tests/machinery/") else "test"
    return Evidence(False, f'{name} was not run here: "uv run poe {task}"')


def _read_pytest(name: str) -> list[str]:
    path = PYTEST / name
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


@functools.cache
def find_green_workflow(name: str) -> Evidence:
    """A successful run of a workflow, as `gh` knows it."""
    unknown = f"no green run of {name} is known"
    program = shutil.which("gh")
    if program is None or not read_git("remote"):
        return Evidence(False, f"{unknown} (that needs a remote, and gh)")
    command = [program, "run", "list", f"--workflow={name}", "--status=success", "--limit=1"]
    try:
        done = subprocess.run(
            [*command, "--json=createdAt"], capture_output=True, text=True, timeout=GH_SECONDS
        )
        runs = json.loads(done.stdout or "[]")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return Evidence(False, unknown)
    if not runs:
        return Evidence(False, unknown)
    return Evidence(True, f"{name} was green on {runs[0]['createdAt']}")


def find_change(name: str) -> Evidence:
    """A commit that changed a path after the first one that has it."""
    commits = (read_git("log", "--format=%h", "--", name) or "").split()
    if len(commits) < 2:
        return Evidence(False, f"no commit has changed {name} yet")
    return Evidence(True, f"commit {commits[0]} changed {name}")


def find_pull_request() -> Evidence:
    """A commit that came by a pull request."""
    return _find_commit("a pull request", "--grep=(#[0-9][0-9]*)$", "--grep=^Merge pull request")


def find_dependabot() -> Evidence:
    """A commit that Dependabot proposed."""
    return _find_commit("Dependabot", "--author=dependabot")


def _find_commit(origin: str, *options: str) -> Evidence:
    commit = (read_git("log", "-1", "--format=%h", *options) or "").strip()
    if not commit:
        return Evidence(False, f"no commit came by {origin} yet")
    return Evidence(True, f"commit {commit} came by {origin}")


WORDS: dict[str, Callable[[], Evidence]] = {
    "run": find_run,
    "evaluation": find_evaluation,
    "committed-run": find_committed_run,
    "gap": find_gap,
    "pull-request": find_pull_request,
    "dependabot": find_dependabot,
    "drift": score_records.find_drift,
    "later-holdout": score_records.find_later_holdout,
}
WORDS_WITH_ARGUMENT: dict[str, Callable[[str], Evidence]] = {
    "changed": find_change,
    "setting": find_setting,
    "step": score_records.find_step,
    "decision": score_records.find_decision,
    "promotion": score_records.find_promotion,
    "reliability": score_records.find_reliability,
}

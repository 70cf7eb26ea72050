"""`poe compare [OLD] [NEW]`: what two runs differ in."""

import math
import re
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..command_line import run as run_command
from ..config import flatten
from ..project import PREPARED
from . import git_state, stored_run
from .manifest_details import VARIABLES, find_data_paths
from .stored_run import StoredRun

DESCRIPTION = "Compare two runs; status 1 when their results differ."
TOLERANCE = 0.02  # of max(1, |value|), where machines differ
MEASURED_TIME = re.compile(r"second|latency|duration|_ms\b|_s\b")  # no two runs take equally long
MACHINE = ("platform", "cpu", "blas", "threads", "python")  # with these equal, so are the bits
REASONS = {
    "code": "other code gives other metrics",
    "data": "a model depends on its data: metrics of other data cannot be compared",
    "environment": "another version of a package, or other arithmetic, changes metrics",
    "infrastructure": "where it ran decides the cost; metrics change only with the processor",
    "configuration": "another setting is another experiment",
    "seed": "chance alone changes the metrics by this much",
    "metrics": "the result is not the same",
    "artifacts": "the files are not the same bytes",
    "record": "the metrics in the tracker or the manifest were changed after the run",
}


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    name: str
    same: bool
    notes: Sequence[str] = ()  # what differs, or what there is to say although nothing does


@dataclass(frozen=True)
class Comparison:
    """All rows; `equal` decides the exit status."""

    rows: list[Row]
    equal: bool  # metrics, and the files where the same bits are expected
    tolerated: list[str]  # why only a tolerance is expected; empty where bits have to be equal

    def differing(self) -> list[str]:
        """Returns the names of what differs."""
        return [row.name for row in self.rows if not row.same]

    def format(self) -> str:
        """Returns the rows as a table; each difference says why it matters."""
        lines = []
        for row in self.rows:
            lines.append(f"{row.name:15}{'same' if row.same else 'DIFFERS'}")
            lines.extend(f"{'':15}  {note}" for note in row.notes)
            if not row.same:
                lines.append(f"{'':15}  ({REASONS[row.name]})")
        if self.tolerated:
            reasons = "; ".join(self.tolerated)
            lines.append(f"compared within {TOLERANCE} of max(1, |value|): {reasons}")
        return "\n".join(lines)


def compare(old: StoredRun, new: StoredRun, difference: str = "") -> Comparison:
    """Compares two runs; `difference` is a reason why metrics need not be equal to the bit."""
    one, two = old.manifest, new.manifest
    tolerated = _compare_machines(one["environment"], two["environment"])
    if difference:
        tolerated.append(difference)
    metrics = _compare_metrics(one["metrics"], two["metrics"], tolerant=bool(tolerated))
    artifacts = _compare_artifacts(one["artifacts"], two["artifacts"])
    if tolerated and not artifacts.same:
        artifacts = Row("artifacts", True, [f"not compared: {tolerated[0]}"])
    record = _compare_records(old, new)
    rows = [
        *_compare_code(old, new),
        _compare_data(one["data"], two["data"]),
        _compare_environments(one["environment"], two["environment"]),
        _compare_infrastructure(one["infrastructure"], two["infrastructure"]),
        _compare_settings(one["config"], two["config"]),
        _compare_seeds(one["seeds"], two["seeds"]),
        metrics,
        artifacts,
    ]
    if not record.same:
        rows.append(record)
    equal = metrics.same and artifacts.same and record.same
    return Comparison(rows, equal, tolerated)


def _compare_machines(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    """The differences between machines with which equal bits cannot be expected."""
    pairs = [(key, _machine_value(one, key), _machine_value(two, key)) for key in MACHINE]
    variables = [one.get("variables") or {}, two.get("variables") or {}]
    if all(variables):  # OMP_NUM_THREADS and the like
        one, two = variables
        pairs += [(name, str(one.get(name)), str(two.get(name))) for name in VARIABLES]
    return [f"other {key} ({before} → {after})" for key, before, after in pairs if before != after]


def _describe_machine(environment: Mapping[str, Any]) -> dict[str, str]:
    return {key: _machine_value(environment, key) for key in MACHINE}


def _machine_value(environment: Mapping[str, Any], key: str) -> str:
    """A fact about the machine; a new kernel is not another machine."""
    return re.sub(r"^Linux-.*?-(\w+)-with-", r"Linux-\1-", str(environment.get(key)))


def _compare_code(old: StoredRun, new: StoredRun) -> list[Row]:
    """The commits, and the files that differ and belong to no other row."""
    one, two = old.manifest["git"], new.manifest["git"]
    names = [_describe_commit(one), _describe_commit(two)]
    same_tree = one.get("tree") and one.get("tree") == two.get("tree")
    if names[0] == names[1]:
        return [Row("code", True, [names[0]])]
    commits = f"{names[0]} → {names[1]}"
    if same_tree:
        return [Row("code", True, [commits])]
    try:
        changed = _count_changed_lines(old, new)
    except git_state.GitError as error:
        return [Row("code", False, [commits, f"git cannot say which files: {error}"])]
    paths = find_data_paths(old.manifest["config"].get("data") or {})
    data = [path.as_posix() for path in paths]
    elsewhere = [name for name in changed if _has_other_row(name, data)]
    code = [f"{name} ({count})" for name, count in changed.items() if name not in elsewhere]
    notes = [commits, *_shorten(code, "files")]
    if elsewhere:
        notes.append(f"and {', '.join(elsewhere)}: below")
    return [Row("code", not code, notes)]


def _describe_commit(git: Mapping[str, Any]) -> str:
    commit = str(git.get("commit"))[:12]
    patch = git.get("patch")
    if patch:
        return f"commit {commit} and {patch['name']} {patch['sha256'][:12]}"
    if git.get("dirty"):
        return f"commit {commit} with changes that were not kept"
    return f"commit {commit}"


def _count_changed_lines(old: StoredRun, new: StoredRun) -> dict[str, str]:
    """Files that differ between the code of two runs -> lines added and removed."""
    with git_state.temporary_index() as index:
        trees = [_write_tree(index, run) for run in (old, new)]
        flags = ("--numstat", "--no-renames", "--relative")
        output = git_state.read_line("diff", *flags, *trees, env=index.env)
    changed = {}
    for line in output.splitlines():
        added, removed, name = line.split("\t")
        changed[name] = f"+{added} -{removed}"
    return changed


def _write_tree(index: git_state.TemporaryIndex, run: StoredRun) -> str:
    return index.write_tree(run.manifest["git"]["commit"] or "", run.patch)


def _has_other_row(name: str, data: Sequence[str]) -> bool:
    """Whether another row of the comparison is about this file."""
    path = PurePosixPath(name)
    known = name in ("uv.lock", "pyproject.toml", "config.yaml", "dvc.lock")
    inside = any(path.is_relative_to(folder) for folder in ("data", "infra", *data))
    return known or inside or path.suffix == ".dvc"


def _compare_data(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    same_hash = one.get("hash") == two.get("hash")
    contents = [one.get("content_sha256"), two.get("content_sha256")]
    if same_hash and (contents[0] == contents[1] or None in contents):
        return Row("data", True, [f"{str(one.get('hash'))[:12]}, {one.get('source')}"])
    notes = [f"{str(one.get('hash'))[:12]} → {str(two.get('hash'))[:12]}"]
    if same_hash:
        notes = [f'the files in {PREPARED.as_posix()} are not those that "poe data" wrote']
    apart = ("hash", "made_from", "dvc", "content_sha256")
    facts = [flatten({key: one[key] for key in one if key not in apart})]
    facts.append(flatten({key: two[key] for key in two if key not in apart}))
    notes += _list_differences(*facts)
    versions = _list_differences(one.get("dvc") or {}, two.get("dvc") or {})
    notes += [f"DVC: {version}" for version in versions]
    return Row("data", False, notes)


def _compare_environments(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    notes = _list_differences(_describe_machine(one), _describe_machine(two))
    notes += _list_differences(one.get("variables") or {}, two.get("variables") or {})
    packages = [one.get("packages") or {}, two.get("packages") or {}]
    if all(packages):
        notes += _list_differences(*packages)
    locks = [str(one.get("lock_sha256"))[:12], str(two.get("lock_sha256"))[:12]]
    if locks[0] != locks[1]:
        notes.append(f"uv.lock: {locks[0]} → {locks[1]}")
    return Row("environment", not notes, _shorten(notes, "differences"))


def _compare_infrastructure(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    notes = _list_differences(one, two)
    return Row("infrastructure", not notes, notes)


def _compare_settings(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    settings = [flatten(one), flatten(two)]
    for values in settings:
        values.pop("runtime.seed", None)  # has a row of its own
        values.pop("runtime.track", None)  # does not change the result
    notes = _list_differences(*settings)
    return Row("configuration", not notes, notes)


def _compare_seeds(one: Sequence[int], two: Sequence[int]) -> Row:
    if one == two:
        return Row("seed", True)
    return Row("seed", False, [f"{one} → {two}"])


def _compare_metrics(one: Mapping[str, float], two: Mapping[str, float], tolerant: bool) -> Row:
    names = sorted({*one, *two})
    times = [name for name in names if MEASURED_TIME.search(name)]
    different = []
    for name in names:
        before, after = one.get(name), two.get(name)
        if name in times or before == after or (tolerant and _is_near(before, after)):
            continue
        different.append(f"{name}: {before} → {after}")
    notes = _shorten(different, "metrics") or [f"{len(names) - len(times)} metrics"]
    if times:
        notes.append(f"{len(times)} measured times are not compared")
    return Row("metrics", not different, notes)


def _is_near(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return False
    return math.isclose(one, two, rel_tol=0, abs_tol=TOLERANCE * max(1.0, abs(one)))


def _compare_artifacts(one: Mapping[str, str], two: Mapping[str, str]) -> Row:
    different = [name for name in sorted({*one, *two}) if one.get(name) != two.get(name)]
    notes = [f"{name}: {_short(one.get(name))} → {_short(two.get(name))}" for name in different]
    return Row("artifacts", not notes, _shorten(notes, "files") or [f"{len(one)} files, by sha256"])


def _short(hash_: str | None) -> str:
    return str(hash_)[:12]


def _compare_records(*both: StoredRun) -> Row:
    """Whether the tracker still has the metrics of the manifest."""
    notes = []
    for run in both:
        tracked = run.tracked.metrics if run.tracked else {}
        for name, value in run.manifest["metrics"].items():
            if tracked.get(name, value) != value:
                where = f"{tracked[name]} in the tracker, {value} in the manifest"
                notes.append(f"{name} of {run.name}: {where}")
    return Row("record", not notes, _shorten(notes, "metrics"))


def _list_differences(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    """`key: old → new` for each key whose value differs."""
    different = [key for key in sorted({*one, *two}) if one.get(key) != two.get(key)]
    return [f"{key}: {_format(one.get(key))} → {_format(two.get(key))}" for key in different]


def _format(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _shorten(notes: Iterable[str], what: str, most: int = 12) -> list[str]:
    """The first notes, and how many more there are."""
    notes = list(notes)
    more = len(notes) - most
    if more <= 0:
        return notes
    return [*notes[:most], f"… and {more} more {what}"]


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 when the results are equal, 1 when they are not."""
    help_new = "the id of a run, or a manifest (default: the last run)"
    help_old = "the same (default: the run before the last one)"
    arguments = {
        "old": {"nargs": "?", "metavar": "OLD", "help": help_old},
        "new": {"nargs": "?", "metavar": "NEW", "help": help_new},
    }
    return run_command("compare", DESCRIPTION, print_comparison, argv, arguments)


def print_comparison(arguments: Namespace) -> int:
    """Compares the two runs that the command line names."""
    new = stored_run.find(arguments.new)
    old = stored_run.find(arguments.old) if arguments.old else stored_run.find_previous(new)
    print(f"{old.name} → {new.name}\n")
    comparison = compare(old, new)
    print(comparison.format())
    return 0 if comparison.equal else 1


if __name__ == "__main__":
    raise SystemExit(main())

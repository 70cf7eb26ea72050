"""`python -m nimble_package.mlops.reproducibility.compare [OLD [NEW]]`: how two runs differ."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from .. import settings
from . import fill_manifest, read, state

TOLERANCE = 0.02  # of max(1, |value|), where machines differ
MEASURED = re.compile(r"second|latency|duration|_ms\b|_s\b")  # times: no two runs have the same
BASIS = ("platform", "cpu", "blas", "threads", "python")  # with these equal, bits have to be equal
WHY = {
    "code": "other code computes other figures",
    "data": "a model is its data: figures of other data cannot be compared",
    "environment": "another version of a package, or other arithmetic, moves figures",
    "infrastructure": "where it ran says what it costs; figures move only with the processor",
    "configuration": "another setting is another experiment",
    "seed": "chance alone moves the figures this far",
    "metrics": "the result is not the same",
    "artifacts": "the files are not the same bytes",
    "record": "somebody changed the tracker's or the manifest's figures after the run",
}


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    name: str
    same: bool
    notes: list[str]  # what differs, or what there is to say although nothing does


@dataclass(frozen=True)
class Comparison:
    """All rows; `equal` decides the exit status."""

    rows: list[Row]
    equal: bool  # metrics, and the files where the same bits are due
    basis: list[str]  # why only a tolerance is due; nothing where bits have to be equal

    def differing(self) -> list[str]:
        """The names of what differs."""
        return [row.name for row in self.rows if not row.same]

    def text(self) -> str:
        """The rows as a table, each difference with why it matters."""
        lines = []
        for row in self.rows:
            lines.append(f"{row.name:15}{'same' if row.same else 'DIFFERS'}")
            lines += [f"{'':15}  {note}" for note in row.notes]
            lines += [] if row.same else [f"{'':15}  ({WHY[row.name]})"]
        if self.basis:
            lines += [f"compared within {TOLERANCE} of max(1, |value|): {'; '.join(self.basis)}"]
        return "\n".join(lines)


def compare(old: read.Run, new: read.Run, tolerant: str | None = None) -> Comparison:
    """What differs between two runs; `tolerant` is a reason why figures need not be bit-equal."""
    one, two = old.facts, new.facts
    basis = _basis(one["environment"], two["environment"])
    basis += [tolerant] if tolerant else []
    metrics = _metrics(one["metrics"], two["metrics"], loose=bool(basis))
    artifacts = _artifacts(one["artifacts"], two["artifacts"])
    if basis and not artifacts.same:
        artifacts = Row("artifacts", True, [f"not compared: {basis[0]}"])
    record = _record(old, new)
    rows = [
        *_code(old, new),
        _data(one["data"], two["data"]),
        _environment(one["environment"], two["environment"]),
        _infrastructure(one["infrastructure"], two["infrastructure"]),
        _configuration(one["config"], two["config"]),
        _seed(one, two),
        metrics,
        artifacts,
        *([] if record.same else [record]),
    ]
    return Comparison(rows, metrics.same and artifacts.same and record.same, basis)


def _basis(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    """What differs of the machines so that no equal bits can be asked for."""
    pairs = [(key, _place(one, key), _place(two, key)) for key in BASIS]
    known = [each.get("variables") or {} for each in (one, two)]
    names = fill_manifest.VARIABLES if all(known) else ()  # OMP_NUM_THREADS and the like
    pairs += [(key, str(known[0].get(key)), str(known[1].get(key))) for key in names]
    return [f"other {key} ({a} → {b})" for key, a, b in pairs if a != b]


def _place(environment: Mapping[str, Any], key: str) -> str:
    """A fact of the machine; a new kernel is no other machine."""
    return re.sub(r"^Linux-.*?-(\w+)-with-", r"Linux-\1-", str(environment.get(key)))


def _code(old: read.Run, new: read.Run) -> list[Row]:
    """Which commit it was, and which files of it differ that no other row speaks of."""
    one, two = old.facts["git"], new.facts["git"]
    names = [_commit(one), _commit(two)]
    commit = [names[0]] if names[0] == names[1] else [f"{names[0]} → {names[1]}"]
    if names[0] == names[1] or (one.get("tree") and one.get("tree") == two.get("tree")):
        return [Row("code", True, commit)]
    try:
        files = _changed(old, new)
    except state.GitError as error:
        return [Row("code", False, [*commit, f"which files, git cannot say: {error}"])]
    own = [path.as_posix() for path in fill_manifest.inputs(old.facts["config"].get("data") or {})]
    mine = [f"{name} ({count})" for name, count in files.items() if not _elsewhere(name, own)]
    rest = [name for name in files if _elsewhere(name, own)]
    notes = [*commit, *_few(mine, "files"), *([f"and {', '.join(rest)}: below"] if rest else [])]
    return [Row("code", not mine, notes)]


def _commit(git: Mapping[str, Any]) -> str:
    commit = str(git.get("commit"))[:12]
    if patch := git.get("patch"):
        return f"commit {commit} and {patch['name']} {patch['sha256'][:12]}"
    return f"commit {commit}{' with changes that were not kept' if git.get('dirty') else ''}"


def _changed(old: read.Run, new: read.Run) -> dict[str, str]:
    """Files that differ between what the two runs ran, with the lines gone and come."""
    with state.scratch() as scratch:
        trees = [scratch.tree(run.facts["git"]["commit"] or "", run.patch) for run in (old, new)]
        flags = ("--numstat", "--no-renames", "--relative")
        found = state.line("diff", *flags, *trees, env=scratch.env)
    rows = [row.split("\t") for row in found.splitlines()]
    return {name: f"+{plus} -{minus}" for plus, minus, name in rows}


def _elsewhere(name: str, data: Sequence[str]) -> bool:
    """Whether another row of the comparison speaks of this file."""
    path = PurePosixPath(name)
    known = name in ("uv.lock", "pyproject.toml", "config.yaml", "dvc.lock")
    inside = any(path.is_relative_to(folder) for folder in ("data", "infra", *data))
    return known or inside or path.suffix == ".dvc"


def _data(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    bytes_ = [each.get("content_sha256") for each in (one, two)]
    if one.get("hash") == two.get("hash") and (bytes_[0] == bytes_[1] or None in bytes_):
        return Row("data", True, [f"{str(one.get('hash'))[:12]}, {one.get('source')}"])
    notes = [f"{str(one.get('hash'))[:12]} → {str(two.get('hash'))[:12]}"]
    if one.get("hash") == two.get("hash"):
        notes = [f'the files in {fill_manifest.PREPARED} are not those that "poe data" wrote']
    known = ("hash", "made_from", "dvc", "content_sha256")
    notes += _values(
        _flat({k: v for k, v in one.items() if k not in known}),
        _flat({k: v for k, v in two.items() if k not in known}),
    )
    notes += [f"DVC: {note}" for note in _values(one.get("dvc") or {}, two.get("dvc") or {})]
    return Row("data", False, notes)


def _environment(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    keys = ("python", "platform", "cpu", "blas", "threads")
    notes = _values(*({key: _place(each, key) for key in keys} for each in (one, two)))
    notes += _values(one.get("variables") or {}, two.get("variables") or {})
    packages = [one.get("packages") or {}, two.get("packages") or {}]
    if all(packages):
        notes += _values(*packages)
    if one.get("lock_sha256") != two.get("lock_sha256"):
        locks = [str(each.get("lock_sha256"))[:12] for each in (one, two)]
        notes += [f"uv.lock: {locks[0]} → {locks[1]}"]
    return Row("environment", not notes, _few(notes, "differences"))


def _infrastructure(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    notes = _values(one, two)
    return Row("infrastructure", not notes, notes)


def _configuration(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    apart = ("runtime.seed", "runtime.track")  # a row of its own; nothing to do with the result
    flat = [{k: v for k, v in _flat(each).items() if k not in apart} for each in (one, two)]
    notes = _values(*flat)
    return Row("configuration", not notes, notes)


def _seed(one: Mapping[str, Any], two: Mapping[str, Any]) -> Row:
    if one["seeds"] == two["seeds"]:
        return Row("seed", True, [])
    return Row("seed", False, [f"{one['seeds']} → {two['seeds']}"])


def _metrics(one: Mapping[str, float], two: Mapping[str, float], loose: bool) -> Row:
    notes, times = [], 0
    for key in sorted({*one, *two}):
        pair = one.get(key), two.get(key)
        if MEASURED.search(key):
            times += 1
        elif pair[0] != pair[1] and not (loose and _near(*pair)):
            notes.append(f"{key}: {pair[0]} → {pair[1]}")
    said = [f"{times} measured times are not compared"] if times else []
    counted = [f"{len({*one, *two}) - times} figures"] if not notes else []
    return Row("metrics", not notes, [*_few(notes, "figures"), *counted, *said])


def _near(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return False
    return math.isclose(one, two, rel_tol=0, abs_tol=TOLERANCE * max(1.0, abs(one)))


def _artifacts(one: Mapping[str, str], two: Mapping[str, str]) -> Row:
    notes = [
        f"{name}: {str(one.get(name))[:12]} → {str(two.get(name))[:12]}"
        for name in sorted({*one, *two})
        if one.get(name) != two.get(name)
    ]
    return Row("artifacts", not notes, _few(notes, "files") or [f"{len(one)} files, by sha256"])


def _record(*both: read.Run) -> Row:
    """Whether the tracker still says what the manifest says."""
    notes = [
        f"{key} of {run.name}: {run.stored.metrics[key]} in the tracker, {value} in the manifest"
        for run in both
        if run.stored
        for key, value in run.facts["metrics"].items()
        if key in run.stored.metrics and run.stored.metrics[key] != value
    ]
    return Row("record", not notes, _few(notes, "figures"))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings by dotted name."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _values(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    """`key: old → new` for each key whose value differs."""
    return [
        f"{key}: {_word(one, key)} → {_word(two, key)}"
        for key in sorted({*one, *two})
        if one.get(key) != two.get(key)
    ]


def _word(values: Mapping[str, Any], key: str) -> str:
    text = str(values[key]) if values.get(key) is not None else "none"
    return text if len(text) <= 80 else f"{text[:77]}…"


def _few(notes: Iterable[str], what: str, most: int = 12) -> list[str]:
    """The first ones, and how many more there are."""
    notes = list(notes)
    more = len(notes) - most
    return notes if more <= 0 else [*notes[:most], f"… and {more} more {what}"]


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 when the results are equal, 1 when they are not."""

    def body(args: Any) -> int:
        new = read.find(args.new)
        old = read.find(args.old) if args.old else read.before(new)
        print(f"{old.name} → {new.name}\n")
        result = compare(old, new)
        print(result.text())
        return int(not result.equal)

    new = {"nargs": "?", "metavar": "NEW", "help": "an id or a manifest; without: the last run"}
    old = {"nargs": "?", "metavar": "OLD", "help": "the same; without: the run before the last one"}
    return settings.command(__doc__, body, argv, old=old, new=new)


if __name__ == "__main__":
    raise SystemExit(main())

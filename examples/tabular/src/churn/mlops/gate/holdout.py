"""The frozen holdout: which examples of the test split the gate compares models on.

`decisions/holdout.txt` has one line for each example: a hash of its input and one of its target.
gate.yaml has the hash of that file. New data may add examples to the test split; the frozen ones
have to stay as they were.
"""

import dataclasses
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ..files import sha256, write_whole
from ..git_output import read_git
from ..project import Values
from ..saved_code import to_plain
from .decision import FOLDER, Holdout, now
from .settings import SETTINGS, GateSettings, parse

LIST = FOLDER / "holdout.txt"
LENGTH = 16  # characters of each hash: 64 bits
FREEZE = '"uv run poe gate --freeze" freezes the test split as it is now: a new holdout'


@dataclass(frozen=True)
class Frozen:
    """The frozen examples, each as a hash of its input and one of its target."""

    lines: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The hash that gate.yaml has."""
        return sha256(self.text.encode())

    @property
    def text(self) -> str:
        """The content of the file."""
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def facts(self) -> Holdout:
        """What a decision record says about it."""
        return Holdout(sha256=self.sha256, examples=len(self.lines))

    @property
    def inputs(self) -> set[str]:
        """The hashes of the inputs."""
        return {line.partition(" ")[0] for line in self.lines}


def read(settings: GateSettings, path: Path = LIST) -> Frozen | None:
    """Returns the frozen examples; None when none were frozen yet.

    Raises UserError when the file is not the one that gate.yaml names.
    """
    wanted = settings.holdout.sha256
    if not wanted:
        return None
    name = path.as_posix()
    if not path.is_file():
        raise UserError(f'"{name}" is missing, but "{SETTINGS}" names it: restore it from git')
    frozen = Frozen(tuple(path.read_text(encoding="utf-8", errors="replace").splitlines()))
    if frozen.sha256 != wanted:
        raise UserError(
            f'"{name}" is not the holdout that "{SETTINGS}" names (holdout.sha256 '
            f"{wanted[:12]}…, the file has {frozen.sha256[:12]}…): restore both from git"
        )
    return frozen


def refuse_uncommitted(settings: GateSettings) -> None:
    """Raises UserError when gate.yaml names another holdout than its last commit.

    A new holdout gives new looks, so someone has to read that change. The first one may be used
    before it is committed.
    """
    committed = read_git("show", f"HEAD:./{SETTINGS.as_posix()}")
    if committed is None:
        return
    known = parse(committed).holdout.sha256
    if known and known != settings.holdout.sha256:
        raise UserError(
            f'"{SETTINGS}" names another holdout (holdout.sha256 '
            f"{settings.holdout.sha256[:12] or 'empty'}…) than its last commit ({known[:12]}…): "
            f'commit "{SETTINGS}" and "{LIST.as_posix()}" first, or restore them'
        )


def freeze(inputs: Sequence[Any], y_true: Values) -> Frozen:
    """Returns these examples as frozen."""
    return Frozen(tuple(sorted(_make_lines(inputs, y_true))))


def save(frozen: Frozen, settings_path: Path = SETTINGS, path: Path = LIST) -> None:
    """Writes the list of the frozen examples, and their hash to gate.yaml."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, frozen.text.encode())
    content = settings_path.read_text(encoding="utf-8")
    values = {
        "sha256": f'"{frozen.sha256}"',
        "examples": str(len(frozen.lines)),
        "since": f'"{now()[:10]}"',
    }
    write_whole(settings_path, _replace_values(content, values).encode())


def find_rows(frozen: Frozen, inputs: Sequence[Any], y_true: Values) -> NDArray[np.intp]:
    """Returns the numbers of the frozen examples in the test split, in their order there.

    Raises UserError when one is missing or has another target.
    """
    places = defaultdict(list)
    for row, line in enumerate(_make_lines(inputs, y_true)):
        places[line].append(row)
    rows = []
    missing = []
    for line, count in Counter(frozen.lines).items():
        found = places[line][:count]
        rows.extend(found)
        if len(found) < count:
            missing.append(line)
    if missing:
        raise UserError(_explain_missing(missing, frozen, inputs))
    return np.array(sorted(rows), dtype=np.intp)


def _explain_missing(missing: Sequence[str], frozen: Frozen, inputs: Sequence[Any]) -> str:
    here = {hash_value(value) for value in inputs}
    changed = [line for line in missing if line.partition(" ")[0] in here]
    count = f"{len(missing)} of {len(frozen.lines)} frozen examples"
    if len(changed) == len(missing):
        what = f"{count} have another target now"
    else:
        what = f"{count} are not in the test split any more"
    return (
        f"the holdout changed: {what}. Restore the data (data/split.yaml keeps examples on their "
        f"side), or commit a new holdout: {FREEZE}"
    )


def refuse_leaks(frozen: Frozen, train_inputs: Sequence[Any]) -> None:
    """Raises UserError when a frozen example is in the training data too."""
    known = frozen.inputs
    leaks = [row for row, value in enumerate(train_inputs) if hash_value(value) in known]
    if leaks:
        raise UserError(
            f"{len(leaks)} of {len(known)} frozen examples are in the training data, the first "
            f"as example {leaks[0] + 1} of {len(train_inputs)}: a model that was trained on them "
            "cannot be judged by them. Remove them from the training data and train again"
        )


def hash_value(value: Any) -> str:
    """Returns a short hash of an input or a target: an array, a text, a number or an object."""
    return sha256(_to_bytes(value))[:LENGTH]


def _make_lines(inputs: Sequence[Any], y_true: Values) -> list[str]:
    pairs = zip(inputs, y_true, strict=True)
    return [f"{hash_value(value)} {hash_value(target)}" for value, target in pairs]


def _to_bytes(value: Any) -> bytes:
    if isinstance(value, np.ndarray):
        head = f"{value.dtype} {value.shape} ".encode()
        return head + np.ascontiguousarray(value).tobytes()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    return json.dumps(value, sort_keys=True, default=to_plain, ensure_ascii=False).encode()


def _replace_values(content: str, values: Mapping[str, str]) -> str:
    """Changes values of the section `holdout`; comments and order stay."""
    lines = content.splitlines()
    inside = False
    missing = dict(values)
    for number, line in enumerate(lines):
        if re.match(r"\S", line):
            inside = line.startswith("holdout:")
            continue
        found = re.match(r"(\s+)(\w+):\s*(\"[^\"]*\"|'[^']*'|[^\s#]*)(.*)$", line)
        if inside and found and found[2] in missing:
            lines[number] = f"{found[1]}{found[2]}: {missing.pop(found[2])}{found[4]}"
    if missing:
        names = ", ".join(missing)
        raise UserError(
            f'"{SETTINGS}" has no lines for {names} in its section "holdout": write '
            '"holdout:" and below it, indented by two spaces, "sha256:", "examples:", "since:"'
        )
    return "\n".join(lines) + "\n"

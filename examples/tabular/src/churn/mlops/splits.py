"""Which examples are train, validation and test, and data/split.yaml, which keeps it that way.

An example is drawn by the hash of its identity: its group, its id or its content. So another
example, column, feature or label moves no example to another split.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError

from .errors import UserError
from .files import parse_yaml, sha256
from .project import PREPARED

SPLIT_FILE = Path("data/split.yaml")
LEFT_OUT = ""  # the split of an example that is in none
ORDER = ("test", "valid", "train")  # a share that grows takes from the splits after it
MAX_DIFFERENCE = 1 / 3  # of the share: more is said
MAX_PAIRS = 3  # that are named
SEEDS = 50  # that are tried at the first preparation
HEAD = """\
# What keeps an example in its split. Written by `poe data` where something is missing; commit it.
# `forced` names groups that a split got because it lacked a class: add to it as you like.
# Delete a part to draw its splits anew; then examples of the test split may become others.
"""
log = logging.getLogger(__name__)

Column = Sequence[Any] | NDArray[Any]


@dataclass(frozen=True)
class Record:
    """What data/split.yaml keeps of one source."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    source: str
    by: str  # what an example is drawn by; another setting has a record of its own
    columns: list[str] = field(default_factory=list)  # whose values identify a row of a table
    after: str = ""  # rows of a later date are the test split
    seed: int = 0  # of the draws; another one where few groups gave shares far from those asked
    forced: dict[str, list[str]] = field(default_factory=dict)  # split -> groups


def read_records() -> list[Record]:
    """Returns the content of data/split.yaml; nothing before the first `poe data`."""
    if not SPLIT_FILE.is_file():
        return []
    try:
        content = parse_yaml(SPLIT_FILE.read_text(encoding="utf-8"))
        return TypeAdapter(list[Record]).validate_python(content or [])
    except (UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        reason = " ".join(str(error).split())[:200]
        hint = "take it from git again, or delete it to draw all splits anew"
        raise UserError(f'"{SPLIT_FILE.as_posix()}" cannot be read: {reason} ({hint})') from None


def find_record(source: str, by: str, fits: Callable[[Record], bool]) -> Record | None:
    """Returns what is kept of a source; None when its splits are drawn for the first time.

    A file that was renamed keeps its splits: where the source is new, a record of another source
    is taken that `fits`.
    """
    records = [record for record in read_records() if record.by == by]
    for record in records:
        if record.source == source:
            return record
    for record in records:
        if fits(record):
            return replace(record, source=source)
    return None


def has_forced(record: Record, groups: Column) -> bool:
    """Whether a record names groups, and all of them are among these."""
    names = {name for forced in record.forced.values() for name in forced}
    return bool(names) and names <= set(map(str, groups))


def save_record(record: Record, folder: Path) -> None:
    """Keeps a record in data/split.yaml; data prepared in another folder than ours changes nothing.

    Raises UserError when the file cannot be written.
    """
    records = read_records()
    if record in records or folder.resolve() != PREPARED.resolve():
        return
    others = [known for known in records if (known.source, known.by) != (record.source, record.by)]
    was_deleted = not SPLIT_FILE.is_file() and (folder / "manifest.json").is_file()
    parts = [_without_empty(one) for one in [*others, record]]
    content = yaml.safe_dump(parts, sort_keys=False, allow_unicode=True, width=100)
    temporary = SPLIT_FILE.with_suffix(".tmp")
    try:
        SPLIT_FILE.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(HEAD + content, encoding="utf-8", newline="\n")
        temporary.replace(SPLIT_FILE)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        message = f'"{SPLIT_FILE.as_posix()}" cannot be written: {error.strerror}'
        raise UserError(message) from None
    message = '%s keeps how "%s" is split (by %s): commit it.'
    log.info(message, SPLIT_FILE.as_posix(), record.source, record.by)
    if was_deleted:
        log.info("It was missing, so all splits are drawn anew: test examples may be others now.")


def _without_empty(record: Record) -> dict[str, Any]:
    return {name: value for name, value in asdict(record).items() if value}


def hash_records() -> str:
    """Returns a hash of data/split.yaml; of nothing when it is missing."""
    if not SPLIT_FILE.is_file():
        return ""
    return sha256(SPLIT_FILE.read_text(encoding="utf-8").encode())


@dataclass(frozen=True)
class Drawn:
    """The split of each example, and what to say about it."""

    homes: list[str]  # LEFT_OUT where a copy is in another split
    record: Record
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def draw_groups(
    labels: Column,
    groups: Column,
    copies: Column,
    shares: Mapping[str, float],
    record: Record,
) -> Drawn:
    """Draws the split of each example by its group.

    Examples with the same value in `copies` are the same, or nearly: where their groups are in
    different splits, those in training give way to validation, and those to test.
    `record` names the source; what is kept of it, if anything, is taken instead.
    """
    known = find_record(record.source, record.by, lambda other: has_forced(other, groups))
    record = known or begin_record(record, labels, groups, shares)
    drawn = assign(groups, shares, record.forced, record.seed)
    homes = leave_out_copies(drawn, copies)
    is_first_time = known is None
    empty = sorted(set(shares) - set(homes))
    hint = f"add some, or delete {SPLIT_FILE.as_posix()}"
    problems = [f"{split} has no examples: {hint}" for split in empty]
    notes = describe_shares(homes, shares)
    rare = find_rare(labels, groups, len(shares))
    for split, label in find_gaps(labels, homes, shares):
        message = f'{split} has no example of "{label}"'
        if split == "train" or (is_first_time and label not in rare):
            hint = f"add some, or name a group below {split} in {SPLIT_FILE.as_posix()}"
            problems.append(f"{message}: {hint}")
        elif label in rare:
            notes.append(f"{message}: only {rare[label]}, so add some of other groups")
        else:
            notes.append(message)
    if count := homes.count(LEFT_OUT):
        notes.append(f"{count} examples are left out: another split has them, or nearly the same")
    return Drawn(homes, record, problems, notes)


def find_rare(labels: Column, groups: Column, count: int) -> dict[str, str]:
    """Returns the labels of fewer than `count` groups, each with a phrase that names the groups.

    No draw can put such a label into every split; training has it.
    """
    groups_of: defaultdict[str, set[str]] = defaultdict(set)
    for label, group in zip(map(str, labels), map(str, groups), strict=True):
        groups_of[label].add(group)
    rare = {}
    for label, names in groups_of.items():
        if len(names) < count:
            listed = " and ".join(f'"{name}"' for name in sorted(names))
            rare[label] = f"{listed} has it" if len(names) == 1 else f"{listed} have it"
    return rare


def begin_record(
    record: Record, labels: Column, groups: Column, shares: Mapping[str, float]
) -> Record:
    """Returns the record of a source that is split for the first time: its seed, forced groups."""
    seed = choose_seed(groups, shares)
    return replace(record, seed=seed, forced=find_forced(labels, groups, shares, seed))


def choose_seed(groups: Column, shares: Mapping[str, float]) -> int:
    """Returns the first seed that gives no split far more or fewer examples than its share.

    With few groups there may be none among those tried: then the one that comes closest.
    """
    sizes = Counter(map(str, groups))
    differences = []
    for seed in range(SEEDS):
        homes = _draw_homes(list(sizes), shares, seed)
        counts: Counter[str] = Counter()
        for group, size in sizes.items():
            counts[homes[group]] += size
        difference = _largest_difference(counts, shares)
        if difference <= MAX_DIFFERENCE:
            return seed
        differences.append(difference)
    return differences.index(min(differences))


def _largest_difference(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """The largest difference between a real share and the one asked, relative to the latter."""
    total = sum(counts.values())
    return max(abs(counts[split] / total - share) / share for split, share in shares.items())


def leave_out_copies(homes: Column, copies: Column) -> list[str]:
    """Returns the splits with LEFT_OUT where test, or validation, has a copy of the example."""
    first: dict[Any, str] = {}
    pairs = list(zip(map(str, homes), copies, strict=True))
    for home, copy in pairs:
        first[copy] = min(first.get(copy, home), home, key=ORDER.index)
    return [home if first[copy] == home else LEFT_OUT for home, copy in pairs]


def draw_validation(
    labels: Column, groups: Column, copies: Column, valid_share: float, seed: int
) -> list[str]:
    """Returns train, valid or LEFT_OUT for each example, drawn by `seed`; nothing is kept of it."""
    shares = {"train": 1 - valid_share, "valid": valid_share}
    forced = find_forced(labels, groups, shares, seed)
    homes = assign(groups, shares, forced, seed)
    return leave_out_copies(homes, copies)


def assign(
    groups: Column,
    shares: Mapping[str, float],
    forced: Mapping[str, Sequence[str]],
    seed: int = 0,
) -> NDArray[np.str_]:
    """Returns the name of a split for each example, shape (n,).

    `groups` identify the examples, `shares` has the share of each split, `seed` draws others.
    """
    homes = _draw_homes(groups, shares, seed)
    for split, names in forced.items():
        homes.update(dict.fromkeys(names, split))
    return np.array([homes[group] for group in map(str, groups)], dtype=np.str_)


def _draw_homes(groups: Column, shares: Mapping[str, float], seed: int) -> dict[str, str]:
    """Group -> split."""
    bounds = _find_bounds(shares)
    return {group: _pick(_draw(group, seed), bounds) for group in set(map(str, groups))}


def _draw(group: str, seed: int) -> float:
    """A number in [0, 1) that depends on the group and the seed alone."""
    key = f"{seed} {group}" if seed else group
    return int(sha256(key.encode())[:8], 16) / 2**32


Bounds = Mapping[str, tuple[float, float]]  # split -> its draws: from, to


def _find_bounds(shares: Mapping[str, float]) -> Bounds:
    bounds = {}
    start = 0.0
    for split in sorted(shares, key=ORDER.index):
        bounds[split] = (start, start + shares[split])
        start += shares[split]
    return bounds


def _pick(draw: float, bounds: Bounds) -> str:
    for split, (_, end) in bounds.items():
        if draw < end:
            return split
    return split  # the shares may add up to a little less than 1


def find_forced(
    labels: Column, groups: Column, shares: Mapping[str, float], seed: int = 0
) -> dict[str, list[str]]:
    """Returns the groups to move so that every split has every label, as far as it is possible.

    The group moves whose draw is nearest, and only when it brings more labels than it takes.
    Training comes first: it gets a label that only one group has, and never gives its last one.
    """
    homes = _draw_homes(groups, shares, seed)
    members: defaultdict[str, set[Any]] = defaultdict(set)
    for label, group in zip(labels, map(str, groups), strict=True):
        members[group].add(label)
    counts = Counter((homes[group], label) for group in members for label in members[group])
    forced: dict[str, list[str]] = {}
    while move := _find_move(members, homes, counts, shares, seed):
        group, split = move
        counts.subtract((homes[group], label) for label in members[group])
        counts.update((split, label) for label in members[group])
        homes[group] = split
        for names in forced.values():
            if group in names:
                names.remove(group)
        forced.setdefault(split, []).append(group)
    return {split: sorted(names) for split, names in forced.items() if names}


def _find_move(
    members: Mapping[str, set[Any]],
    homes: Mapping[str, str],
    counts: Mapping[tuple[str, Any], int],
    shares: Mapping[str, float],
    seed: int,
) -> tuple[str, str] | None:
    """The best group to move, and where to; None when no move helps."""
    bounds = _find_bounds(shares)
    known = set().union(*members.values())
    best: tuple[int, float, str, str] | None = None
    for split, (start, end) in bounds.items():
        lacking = {label for label in known if counts[split, label] == 0}
        if not lacking:
            continue
        for group, labels in members.items():
            home = homes[group]
            gained = len(labels & lacking)
            lost = sum(counts[home, label] == 1 for label in labels)
            is_for_training = split == "train" and gained > 0
            is_from_training = home == "train" and lost > 0
            if is_from_training or (gained <= lost and not is_for_training):
                continue
            draw = _draw(group, seed)
            distance = max(start - draw, draw - end)
            move = (lost - gained, distance, group, split)
            best = move if best is None else min(best, move)
    return best[2:] if best else None


def find_gaps(labels: Column, homes: Column, shares: Iterable[str]) -> list[tuple[str, str]]:
    """Returns each split and label of which there is no example."""
    found = set(zip(map(str, homes), map(str, labels), strict=True))
    known = sorted({str(label) for label in labels})
    return [(split, label) for split in shares for label in known if (split, label) not in found]


def describe_shares(homes: Column, shares: Mapping[str, float]) -> list[str]:
    """Returns a sentence for each split with far more or fewer examples than its share."""
    counts = Counter(map(str, homes))
    total = sum(counts[split] for split in shares)
    lines = []
    for split, share in shares.items():
        real = counts[split] / total
        if abs(real - share) > MAX_DIFFERENCE * share:
            lines.append(f"{split} has {real:.0%} of the examples ({share:.0%} asked)")
    return lines


def describe_doubles(what: str, group: str, pairs: Sequence[str], hint: str) -> list[str]:
    """Returns a sentence on each of the first pairs, and how many more there are."""
    lines = [f"{pair} are the same {what} in two {group}s: {hint}" for pair in pairs[:MAX_PAIRS]]
    if len(pairs) > MAX_PAIRS:
        lines.append(f"so are {len(pairs) - MAX_PAIRS} more pairs")
    return lines

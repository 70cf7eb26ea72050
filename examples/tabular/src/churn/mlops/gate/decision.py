"""The decision record: what the gate decided, from which numbers, and who approved it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import UserError
from ..files import sha256, write_whole

FOLDER = Path("decisions")
SCHEMA_VERSION = 1
ID_LENGTH = 8  # characters of a hash in the name of a file

VerdictName = Literal["promote", "keep", "cannot tell"]
ApprovalRule = Literal["automatic", "person"]


class Facts(BaseModel):
    """A part of a decision record; it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Comparison(Facts):
    """The test of the primary metric on the frozen holdout."""

    metric: str
    test: str  # such as "exact McNemar"
    examples: int
    disagreements: int | None = None  # examples that only one of both models has right
    spread: float | None = None  # standard deviation of the difference of one example
    alpha: float  # one-sided, of this look
    visible_gain: float | None = None  # the gain that is found in 80 of 100 trials
    # None while the test is undecided: numbers that are seen again and again can be climbed.
    champion_score: float | None = None
    challenger_score: float | None = None
    difference: float | None = None  # challenger minus champion
    lowest_difference: float | None = None  # one-sided bound at `alpha`
    p_value: float | None = None


class Check(Facts):
    """A guard, a floor or a budget that a challenger has to keep."""

    name: str  # such as "slice Year: 1970"
    passed: bool | None  # None: this holdout is too small to tell
    sentence: str


class Verdict(Facts):
    """What the gate decided."""

    name: VerdictName
    reason: str  # one sentence
    labels_needed: int | None = None  # labelled examples more that would decide
    comparison: Comparison | None = None  # None: nothing was compared
    checks: tuple[Check, ...] = ()


class ModelFacts(Facts):
    """A model that took part in a decision."""

    name: str  # as the user named it: a directory or an alias
    sha256: str | None  # of its files; None when they cannot be read
    version: str | None = None  # in the registry
    run_id: str | None = None  # of the run that trained it


class Holdout(Facts):
    """The frozen examples."""

    sha256: str
    examples: int


class Budget(Facts):
    """How much of the year's significance is spent; in a record, its own look included."""

    alpha: float  # of a year
    looks_planned: int
    looks_used: int  # at this holdout
    looks_this_year: int  # at all holdouts

    @property
    def looks_left(self) -> int:
        """Looks that may still be taken now."""
        return max(0, self.looks_planned - max(self.looks_used, self.looks_this_year))

    def spend(self) -> "Budget":
        """Returns the budget after one look more."""
        used = {"looks_used": self.looks_used + 1, "looks_this_year": self.looks_this_year + 1}
        return self.model_copy(update=used)


class Approval(Facts):
    """Whether a person has to agree, and who did."""

    rule: ApprovalRule
    by: str | None = None
    at: str | None = None


class DecisionRecord(Facts):
    """A decision of the gate, as JSON in decisions/."""

    schema_version: int = SCHEMA_VERSION
    id: str
    created: str  # ISO 8601, in UTC
    verdict: Verdict
    challenger: ModelFacts
    champion: ModelFacts | None  # before the decision; None: there was none
    holdout: Holdout
    look: str | None  # hash of what was compared; None: the holdout was not looked at
    budget: Budget
    settings_sha256: str  # of gate.yaml
    commit: str | None
    approval: Approval

    @property
    def waits_for_person(self) -> bool:
        """Whether the promotion waits until a person approves it."""
        is_open = self.approval.rule == "person" and self.approval.by is None
        return self.verdict.name == "promote" and is_open


def now() -> str:
    """Returns the time in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def make_id(created: str, *parts: str | None) -> str:
    """Returns the id of a record: its time, and a hash of what it is about."""
    content = "\n".join([created, *(part or "" for part in parts)])
    stamp = created[:19].replace(":", "").replace("-", "")
    return f"{stamp}-{sha256(content.encode())[:ID_LENGTH]}"


def find_path(record_id: str, folder: Path = FOLDER) -> Path:
    """Returns where the record with this id is."""
    return folder / f"{record_id}.json"


def save(record: DecisionRecord, folder: Path = FOLDER) -> Path:
    """Writes the record as a whole, or not at all; returns its path."""
    path = find_path(record.id, folder)
    folder.mkdir(parents=True, exist_ok=True)
    content = record.model_dump_json(indent=2) + "\n"
    write_whole(path, content.encode())
    return path


def load(path: Path) -> DecisionRecord:
    """Returns the record in a file; raises UserError for one that cannot be read."""
    try:
        content = path.read_text(encoding="utf-8")
        return DecisionRecord.model_validate_json(content)
    except UnicodeDecodeError:
        raise UserError(f'"{path.as_posix()}" is not UTF-8: restore it from git') from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UserError(
            f'"{path.as_posix()}" is not a decision record: {key}: {first["msg"]}. Restore it '
            "from git, or update the generator if a newer version wrote it"
        ) from None


def load_all(folder: Path = FOLDER) -> list[DecisionRecord]:
    """Returns all records, oldest first."""
    records = [load(path) for path in folder.glob("*.json")]
    return sorted(records, key=lambda record: (record.created, record.id))


def find_latest(folder: Path = FOLDER) -> DecisionRecord | None:
    """Returns the newest record; None without any."""
    records = load_all(folder)
    return records[-1] if records else None


def approve(record: DecisionRecord, person: str, folder: Path = FOLDER) -> DecisionRecord:
    """Notes who approved a promotion, and returns the record as it is saved now."""
    if record.verdict.name != "promote":
        raise UserError(f'"{record.id}" is not a promotion: its verdict is "{record.verdict.name}"')
    approval = record.approval.model_copy(update={"by": person, "at": now()})
    approved = record.model_copy(update={"approval": approval})
    save(approved, folder)
    return approved


def count_looks(
    records: Sequence[DecisionRecord], holdout_sha256: str, year_ago: datetime
) -> Mapping[str, int]:
    """Returns how often the frozen holdout was looked at, and any holdout since `year_ago`.

    The same outputs compared again tell nothing new, so they count once. A record from the
    future (a clock that was wrong) counts as one of this year.
    """
    at_holdout = set()
    this_year = set()
    for record in records:
        if record.look is None:
            continue
        if record.holdout.sha256 == holdout_sha256:
            at_holdout.add(record.look)
        if datetime.fromisoformat(record.created) >= year_ago:
            this_year.add(record.look)
    return {"at_holdout": len(at_holdout), "this_year": len(this_year)}

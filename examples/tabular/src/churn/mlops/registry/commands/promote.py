"""`poe promote`: makes the challenger the champion; `--rollback` returns to the one before."""

from argparse import Namespace
from collections.abc import Sequence

from ....project import PROJECT
from ...command_line import Arguments, run
from ...errors import UserError
from ...hook_points import NotProposedError
from ..promotion import ROLLBACK, Done, find_person, promote, roll_back

DESCRIPTION = "Make the challenger the champion, or return to the champion before."
ARGUMENTS: Arguments = {
    "--version": {"metavar": "NUMBER", "default": "", "help": "this version, not the challenger"},
    "--rollback": {"action": "store_true", "help": "return to the champion before"},
    "--reason": {"metavar": "TEXT", "default": "", "help": "why; needed where no gate decides"},
    "--proposed": {
        "action": "store_true",
        "help": "after a merge: status 0 also when the gate proposes nothing to promote",
    },
    "--approved-by": {"metavar": "NAME", "help": "who decides (default: the user of git or CI)"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Prints who is the champion now; status 2 when the promotion is refused."""
    return run("promote", DESCRIPTION, change_champion, argv, ARGUMENTS)


def change_champion(arguments: Namespace) -> None:
    """Promotes or rolls back."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    person = arguments.approved_by or find_person()
    reason = " ".join(arguments.reason.split())
    if arguments.rollback:
        if arguments.version:
            raise UserError('"--version" and "--rollback" exclude each other: use one of them')
        print_done(roll_back(config, person, reason))
        return
    try:
        done = promote(config, person, reason, arguments.version)
    except NotProposedError as why:
        if not arguments.proposed:
            raise
        print(f"Nothing was promoted: {why}.")
        return
    print_done(done)


def print_done(done: Done) -> None:
    """Prints which version is the champion, and what to commit."""
    change, facts = done.change, done.version.facts
    if done.was_interrupted:
        print(f"A {change.kind} by {change.by} was begun and not finished: this finished it.")
    word = "again" if change.kind == ROLLBACK else "now"
    before = f"; before: version {change.replaced}" if change.replaced else ""
    print(f"Version {change.champion} is {word} the champion{before}.")
    print(f"{facts.primary_metric} {facts.interval} on {facts.interval.examples} examples.")
    reason = f": {change.reason}" if change.reason else ""
    print(f"Approved by {change.by}{reason}")
    print(f'Commit "{done.record.as_posix()}": it says who decided what.')


if __name__ == "__main__":
    raise SystemExit(main())

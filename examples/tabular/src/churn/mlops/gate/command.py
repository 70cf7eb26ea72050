"""`poe gate`: compares a new model with the champion on the frozen holdout."""

from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from ...project import PROJECT
from ..command_line import Arguments, run
from ..errors import UserError, suggest
from ..project import MODEL, PREPARED
from . import holdout, models, operating_curve, proposal, report, settings, track
from .decision import DecisionRecord, load_all
from .run import Request, run_gate
from .settings import SETTINGS, GateSettings

DESCRIPTION = "Compare a new model with the champion on the frozen holdout."
STATUSES = {"promote": 0, "keep": 3, "cannot tell": 4}
YEARS = 1_000
ARGUMENTS: Arguments = {
    "challenger": {
        "nargs": "?",
        "metavar": "CHALLENGER",
        "help": f"a directory, or an alias of the registry (default: {MODEL})",
    },
    "--champion": {
        "metavar": "MODEL",
        "help": "a directory, or an alias (default: that of the registry, or of gate.yaml)",
    },
    "--exit-code": {
        "action": "store_true",
        "help": "promote 0, keep 3, cannot tell 4; without it 0 for every verdict",
    },
    "--freeze": {
        "action": "store_true",
        "help": "freeze the test split as it is now as a new holdout",
    },
    "--power": {
        "action": "store_true",
        "help": "show which gain the holdout can see, and how many labels would see more",
    },
    "--examples": {
        "type": int,
        "metavar": "N",
        "help": "with --power or --simulate: the size of a holdout",
    },
    "--disagreement": {
        "type": float,
        "metavar": "SHARE",
        "help": "with both: the share of examples that only one of two models has right",
    },
    "--simulate": {
        "action": "store_true",
        "help": "measure the error rates of the gate by simulated years",
    },
    "--years": {
        "type": int,
        "default": YEARS,
        "metavar": "N",
        "help": f"with --simulate: how many (default: {YEARS})",
    },
    "--metric": {
        "metavar": "NAME",
        "help": "with --simulate: one row, such as accuracy, f1 or 'squared error'",
    },
    "--without": {
        "metavar": "RULE",
        "help": "with --simulate: the error rate without one rule: candidates, hidden or year",
    },
}


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the decision; status 0 for every verdict, unless --exit-code asks for others."""
    return run("gate", DESCRIPTION, gate, argv, ARGUMENTS)


def gate(arguments: Namespace) -> int:
    """Decides, or does what an option asks for instead."""
    wanted = settings.read()
    if arguments.simulate:
        return simulate(wanted, arguments)
    if arguments.power:
        subject = operating_curve.find_subject(wanted, arguments.examples, arguments.disagreement)
        print(operating_curve.report(subject, wanted))
        return 0
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    if arguments.freeze:
        return freeze(config, arguments.challenger)
    request = Request(arguments.challenger, arguments.champion)
    record = decide_and_report(config, wanted, request)
    return STATUSES[record.verdict.name] if arguments.exit_code else 0


def decide_and_report(config: Any, wanted: GateSettings, request: Request) -> DecisionRecord:
    """Runs the gate, prints the table and keeps it in reports/gate and in the tracker."""
    known_looks = {record.look for record in load_all() if record.look is not None}
    record = run_gate(config, wanted, request)
    print(report.format_text(record))
    print(_name_next_step(record, wanted))
    report.save(record)
    proposal.write(record, known_looks)
    track.log(config, record)
    return record


def _name_next_step(record: DecisionRecord, wanted: GateSettings) -> str:
    if record.verdict.name != "promote":
        return 'The champion stays. Commit "decisions/": it counts the looks at the holdout.'
    if models.find_registry() is None:
        copy = f'copy "{record.challenger.name}" to "{wanted.champion}"'
        return f'To promote it, {copy}, and commit "decisions/".'
    if record.waits_for_person:
        return 'It waits for a person (approval of gate.yaml): "uv run poe promote" promotes it.'
    return '"uv run poe promote" promotes it; no person has to agree (approval of gate.yaml).'


def freeze(config: Any, challenger: str | None) -> int:
    """Freezes the test split as the holdout; the targets are read by evaluating a model."""
    reference = models.find_challenger(config, challenger)
    if models.describe(reference).sha256 is None:
        raise UserError(f'"{MODEL}" is missing, and it reads the targets: run "uv run poe train"')
    examples = PROJECT.load(config, PREPARED).test
    with models.open_model(config, reference) as model:
        evaluation = models.evaluate(config, model, examples, repeats=1)
    frozen = holdout.freeze(PROJECT.inputs(examples), evaluation.y_true)
    holdout.save(frozen)
    print(
        f"Froze {len(frozen.lines)} examples, {frozen.sha256[:12]}…. A holdout decides who is "
        f'promoted, so let someone review it: commit "{SETTINGS}" and '
        f'"{holdout.LIST.as_posix()}".'
    )
    return 0


def simulate(wanted: GateSettings, arguments: Namespace) -> int:
    """Prints the error rates in several kinds of data, a row as soon as it is known."""
    from . import simulate as simulation
    from .worlds import MAX_DISAGREEMENT, METRICS

    years, rule = arguments.years, arguments.without
    if years < 1:
        raise UserError(f'"--years {years}" is not possible: at least 1 is required')
    _refuse_unknown("--metric", arguments.metric, METRICS)
    _refuse_unknown("--without", rule, simulation.RULES)
    examples, share = arguments.examples, arguments.disagreement
    if examples is not None and examples < 1:
        raise UserError(f'"--examples {examples}" is not possible: at least 1 is required')
    worlds = simulation.choose_worlds(arguments.metric, examples, share)
    if share is not None and not 0 < share <= MAX_DISAGREEMENT:
        raise UserError(
            f'"--disagreement {share}" cannot be simulated: above 0, at most {MAX_DISAGREEMENT}'
        )
    if rule:
        world = simulation.choose_worlds(arguments.metric or "accuracy", examples, share)[0]
        found = simulation.measure_rule(rule, world, wanted, years)
        sentence = f"{simulation.RULES[rule].sentence} ({world.kind}, {world.n:,} examples)"
        print(f"{sentence}: promoted by mistake in {found:.1%} of {years:,} years")
        return 0
    print("\n".join(simulation.make_head(years)), flush=True)
    for world in worlds:
        print(simulation.format_row(simulation.measure(world, wanted, years)), flush=True)
    return 0


def _refuse_unknown(option: str, value: str | None, known: Iterable[str]) -> None:
    if value is not None and value not in known:
        raise UserError(f'"{option} {value}" is not known. {suggest(value, known)}')


if __name__ == "__main__":
    raise SystemExit(main())

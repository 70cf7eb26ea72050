"""`poe drift NEW_DATA`: what has changed since the training of the champion."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..command_line import run
from ..errors import UserError
from ..files import load_json, save_json
from ..project import MODEL, REPORTS
from . import page, profile, reference, settings, window
from .compare import Comparison, Finding, compare, format_effect

REPORT = REPORTS / "drift.json"
DESCRIPTION = (
    "Compare new data with the training data of the model: which features have drifted, and how "
    "much. Status 0: no drift; 1: drift, which is a verdict and no failure; 2: no verdict."
)
ARGUMENTS: dict[str, dict[str, Any]] = {
    "inputs": {
        "nargs": "*",
        "metavar": "NEW_DATA",
        "help": "files, folders or texts as poe predict reads them; several are one window",
    },
    "--accept": {
        "action": "store_true",
        "help": "accept the profile of the model as the reference: writes drift.yaml to commit",
    },
    "--reason": {"metavar": "TEXT", "default": "", "help": "why it is accepted"},
    "--by": {"metavar": "NAME", "default": "", "help": "who accepts it (default: git user.name)"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Prints what drifted, and writes reports/drift.json and reports/drift.html."""
    return run("drift", DESCRIPTION, detect_drift, argv, ARGUMENTS)


def detect_drift(arguments: Namespace) -> int:
    """Returns 1 when a feature has drifted."""
    wanted = settings.read()
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    if not arguments.inputs and not arguments.accept:
        raise UserError(
            'name the new data, such as "uv run poe drift FILE": files, folders or texts as for '
            f'"uv run poe predict", at least {wanted.min_rows} rows together'
        )
    model = PROJECT.load_model(MODEL)
    known = profile.find(config, model)
    if arguments.accept:
        reference.accept(known.sha256, arguments.reason, arguments.by)
        return 0
    reference.refuse_other(wanted, known.sha256)
    inputs = window.read_inputs(PROJECT.read_inputs, model, arguments.inputs)
    if len(inputs) < wanted.min_rows:
        raise UserError(
            f"the new data has {len(inputs)} rows, too few to compare: at least {wanted.min_rows} "
            'are required ("min_rows" in drift.yaml)'
        )
    current = profile.describe(config, model, inputs, known.facts)
    found = compare(known.sample, current, wanted)
    before = read_drifted(REPORT)
    save_json(REPORT, to_json(found, known.sha256))
    path = page.write(REPORT.with_suffix(".html"), known.sample, current, found)
    print(format_comparison(found, known.sha256, before))
    print(f'Plots: "{path.as_posix()}".')
    return 1 if found.drifted else 0


def to_json(found: Comparison, digest: str) -> dict[str, Any]:
    """Returns the content of reports/drift.json."""
    return {
        "version": 1,
        "drifted": bool(found.drifted),
        "features": [finding.name for finding in found.drifted],
        "reference": {"sha256": digest, "rows": found.rows[0]},
        "window": {"rows": found.rows[1]},
        "tests": [finding.to_json() for finding in found.findings],
        "untested": list(found.untested),
    }


def read_drifted(path: Path) -> list[str]:
    """Returns what had drifted in the last report, if there is one that can be read."""
    try:
        return [str(name) for name in load_json(path)["features"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def format_comparison(found: Comparison, digest: str, before: Sequence[str]) -> str:
    """Returns a table of the tests, the verdict, and what this window cannot show."""
    rows = f"{found.rows[1]} new rows, {found.rows[0]} of the training (profile {digest[:12]})"
    lines = [rows, "", *format_table(found.findings), ""]
    names = [finding.name for finding in found.drifted]
    lines.append(f"Drift: {', '.join(names)}." if names else "No drift.")
    closed = [name for name in before if name not in names]
    if closed:
        lines.append(f"No longer drifting: {', '.join(closed)}.")
    if found.untested:
        reason = "no value differs, or fewer than 20 rows have one"
        lines.append(f"Not tested ({reason}): {', '.join(found.untested)}.")
    numbers = [finding for finding in found.findings if finding.test.kind == "number"]
    if numbers:
        smallest = max(finding.smallest for finding in numbers)
        lines.append(
            f"A shift of a number by less than about {smallest:.2g} standard deviations can go "
            "unnoticed in so few rows."
            if smallest < 10
            else "So few rows show no shift of a number."
        )
    return "\n".join(lines)


def format_table(findings: Sequence[Finding]) -> list[str]:
    """Returns a line for each test, those that drifted first."""
    width = max([len(finding.name) for finding in findings], default=0)
    heads = f"{'effect':>16} {'p':>9} {'limit':>9} {'PSI':>6}"
    lines = [f"{'':5} {'':{width}} {heads}  training -> new"]
    for finding in findings:
        test = finding.test
        mark = "DRIFT" if finding.drifted else ""
        effect = format_effect(finding, test.effect)
        psi = f"{test.psi:.2f}" if test.psi is not None else "-"
        numbers = f"{effect:>16} {test.p:9.2g} {finding.p_limit:9.2g} {psi:>6}"
        change = f"{test.before} -> {test.after}"
        lines.append(f"{mark:5} {finding.name:{width}} {numbers}  {change}")
    return lines


if __name__ == "__main__":
    raise SystemExit(main())

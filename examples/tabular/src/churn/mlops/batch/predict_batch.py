"""`poe predict-batch FILES --out DIR`: predicts for many inputs, in parts that are written once.

Stop it whenever you like: the same command continues, and ends with the same bytes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from .. import user_paths
from ..commands import with_hooks
from ..errors import UserError
from ..files import save_json
from ..hook_points import Command
from ..project import REPORTS
from .parts import FORMATS
from .run import Options, Result, predict_files

DESCRIPTION = "Predict for many inputs; continues where it was stopped."
RECORD = REPORTS / "predict-batch.json"
MAX_PRINTED = 10  # reasons of rejected rows
ARGUMENTS: dict[str, dict[str, Any]] = {
    "inputs": {"nargs": "+", "metavar": "FILE", "help": "files, or folders with files"},
    "--out": {"required": True, "metavar": "DIR", "help": "the folder to write to"},
    "--format": {"choices": FORMATS, "default": "parquet", "help": "of the predictions"},
    "--id-column": {"metavar": "NAME", "help": "a column of the input to write to each row"},
    "--part-rows": {"type": int, "metavar": "N", "help": "rows of a part"},
    "--max-rejects": {
        "type": float,
        "default": 1.0,
        "metavar": "SHARE",
        "help": "fail (status 1) above this share of rejected rows, such as 0.01",
    },
    "--budget": {
        "type": float,
        "metavar": "USD",
        "help": "stop before more is spent, for a model that costs money with each call",
    },
}


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0, 1 when too many rows were rejected, 2 when the inputs cannot be read."""
    return with_hooks.run("predict-batch", DESCRIPTION, predict_batch, argv, ARGUMENTS)


def predict_batch(command: Command) -> int:
    """Predicts, prints what came out, and writes a record of the run."""
    arguments = command.arguments
    options = read_options(arguments)
    started = datetime.now(UTC)
    result = predict_files(arguments.inputs, options)
    totals = result.totals
    new_rows = totals.rows - totals.reused
    rate = new_rows / result.seconds
    print(
        f'"{options.name}" has {totals.predictions:,} predictions of model '
        f"{result.version.short}, made in {result.seconds:.1f} s ({rate:,.0f} rows a second)."
    )
    record = {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(result.seconds, 3),
        "inputs": arguments.inputs,
        "out": options.name,
        "model": result.version.sha256,
        "run_id": result.version.run_id,
        "rows": totals.rows,
        "reused_rows": totals.reused,
        "predictions": totals.predictions,
        "rejects": totals.rejects,
        "reasons": dict(totals.reasons),
        "cost_usd": totals.cost_usd,
    }
    save_json(RECORD, record)
    if not totals.rejects:
        return 0
    print_rejects(result, options)
    share = totals.rejects / totals.rows
    if totals.predictions and share <= arguments.max_rejects:
        return 0
    limit = f"--max-rejects allows {arguments.max_rejects:.2%}"
    print(f"{share:.2%} of the rows were rejected; {limit}.")
    return 1


def read_options(arguments: Any) -> Options:
    """Returns the options; raises UserError for a number that makes no sense."""
    if arguments.part_rows is not None and arguments.part_rows < 1:
        raise UserError(f'"--part-rows {arguments.part_rows}" is not a number from 1 on')
    if not 0 <= arguments.max_rejects <= 1:
        raise UserError(f'"--max-rejects {arguments.max_rejects:g}" is not a share from 0 to 1')
    if arguments.budget is not None and not arguments.budget > 0:
        raise UserError(f'"--budget {arguments.budget:g}" is not an amount above 0')
    out = user_paths.resolve(arguments.out)
    options = Options(
        out,
        arguments.out,
        arguments.format,
        id_column=arguments.id_column,
        budget_usd=arguments.budget,
    )
    if arguments.part_rows is None:
        return options
    return replace(options, part_rows=arguments.part_rows)


def print_rejects(result: Result, options: Options) -> None:
    """Prints how many rows were rejected and why."""
    totals = result.totals
    print(f"{totals.rejects:,} of {totals.rows:,} rows were rejected:")
    for reason, count in totals.reasons.most_common(MAX_PRINTED):
        print(f"  {count:,}: {reason}")
    if len(totals.reasons) > MAX_PRINTED:
        print(f"  and {len(totals.reasons) - MAX_PRINTED} other reasons")
    if result.rejects:
        print(f'"{options.name}/{result.rejects.name}" names each of them.')


if __name__ == "__main__":
    raise SystemExit(main())

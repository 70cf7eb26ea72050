"""`python -m nimble_package.mlops.analysis.explain INPUT`: one example, step by step.

INPUT is what `poe predict` takes; --row chooses one of a file that holds many, counted from 1.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ... import config
from ...adapters import analysis as probes
from .. import settings

FOLDER = Path("reports/explain")


def main(argv: Sequence[str] | None = None) -> int:
    """Prints what the model reads, what it says and what that hangs on; pictures: reports/."""

    def body(args: Any) -> None:
        if args.row < 1:
            raise settings.UserError(f'"--row {args.row}" is no row: they are counted from 1')
        config_ = config.load(args.config, args.overrides)
        print("\n".join(probes.explain(config_, args.input, args.row, FOLDER)))

    row = {"type": int, "default": 1, "metavar": "N"}
    return settings.command(__doc__, body, argv, input={"metavar": "INPUT"}, **{"--row": row})


if __name__ == "__main__":
    raise SystemExit(main())

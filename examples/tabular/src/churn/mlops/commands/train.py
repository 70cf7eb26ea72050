"""`poe train`: trains the model and its baseline."""

from collections.abc import Sequence

from ..hook_points import Command
from ..project import TrainingPaths
from ..result_table import format_table
from ..run_links import RunLinks
from ..tracking import OPEN_TRACKER
from ..training import run_training
from . import with_hooks

DESCRIPTION = "Train the model and its baseline."
ARGUMENTS = {
    "--resume": {"action": "store_true", "help": "continue from models/checkpoints"},
    "--reproduces": {"metavar": "RUN_ID", "help": "the run that this one makes again"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Trains, and prints the model next to its baseline."""
    return with_hooks.run("train", DESCRIPTION, train, argv, ARGUMENTS)


def train(command: Command) -> None:
    """Trains with the configured settings."""
    paths = TrainingPaths()
    links = RunLinks(reproduces=command.arguments.reproduces)
    run = run_training(command.config, paths, resume=command.arguments.resume, links=links)
    print(f"\n{format_table(run.metrics)}\n")
    print(run.verdict)
    for warning in run.warnings:
        print(f"Warning: {warning}.")
    print(f'Plots: {paths.plots.as_posix()}, or "uv run poe report". Runs: "{OPEN_TRACKER}".')


if __name__ == "__main__":
    raise SystemExit(main())

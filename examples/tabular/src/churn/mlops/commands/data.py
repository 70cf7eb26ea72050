"""`poe data`: reads the data, checks it and splits it."""

from collections.abc import Sequence

from ...project import PROJECT
from .. import data_versions, prepared_files, validation_report
from ..hook_points import Command
from ..project import PREPARED
from . import with_hooks

DESCRIPTION = "Read the data, check it and split it."


def main(argv: Sequence[str] | None = None) -> int:
    """Prepares the data and prints what it is; status 2 and the reasons when it has problems."""
    return with_hooks.run("data", DESCRIPTION, prepare, argv)


def prepare(command: Command) -> None:
    """Prepares the configured data, and prints whether it was reused and who else has it."""
    before = prepared_files.read_manifest(PREPARED)
    manifest = validation_report.prepare(command.config, PREPARED)
    validation_report.clear()
    print(prepared_files.explain_reuse(before, manifest))
    counts = ", ".join(f"{count} {split}" for split, count in manifest["counts"].items())
    print(f"{manifest['source']}: {counts}")
    if "summary" in manifest:
        print(manifest["summary"])
    for warning in manifest.get("warnings", []):
        print(f"Warning: {warning}.")
    for unversioned in data_versions.find_unversioned(PROJECT.sources(command.config)):
        print(f"Others cannot get this data: {unversioned.problem}.")


if __name__ == "__main__":
    raise SystemExit(main())

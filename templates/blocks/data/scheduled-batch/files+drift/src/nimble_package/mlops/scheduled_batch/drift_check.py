"""Compares the inputs of a batch with the training data of the model."""

from ..hook_points import Batch, BatchFinding

NAME = "drift"


def check_drift(batch: Batch) -> list[BatchFinding]:
    """Returns whether a feature has drifted; too few rows to compare pass, and say so."""
    from ..drift import profile, reference, settings
    from ..drift.compare import compare

    wanted = settings.read()
    if len(batch.inputs) < wanted.min_rows:
        message = f"{len(batch.inputs)} rows are too few to compare, {wanted.min_rows} are required"
        return [BatchFinding(NAME, True, message)]
    known = profile.find(batch.config, batch.model)
    reference.refuse_other(wanted, known.sha256)
    current = profile.describe(batch.config, batch.model, batch.inputs, known.facts)
    found = compare(known.sample, current, wanted)
    names = ", ".join(finding.name for finding in found.drifted)
    message = f"drifted: {names}" if names else f"no feature of {len(batch.inputs):,} rows drifted"
    return [BatchFinding(NAME, not names, message)]

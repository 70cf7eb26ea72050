"""Compares the inputs of a batch with the rules of data/schema.yaml.

Its columns are those of a table. Images, clips and texts are checked where they are read.
"""

from collections.abc import Mapping
from typing import cast

from ..hook_points import Batch, BatchFinding
from ..message_groups import shorten

NAME = "schema"
MAX_NAMED = 5


def check_schema(batch: Batch) -> list[BatchFinding]:
    """Returns whether the columns of the inputs keep the rules; nothing where there are none."""
    from ..schema import rules, schema_file
    from ..schema.adapter import Column, ColumnKind

    if not batch.inputs or not isinstance(batch.inputs[0], Mapping):
        return []
    schema = schema_file.read()
    if schema is None:
        return [BatchFinding(NAME, True, "data/schema.yaml is not written yet")]
    columns = {}
    expected = {}
    for name, known in schema.fields.items():
        if name in batch.inputs[0]:
            values = [row.get(name) for row in batch.inputs]
            columns[name] = Column(cast(ColumnKind, known["kind"]), values)
            expected[name] = known
    broken = list(rules.find_violations(expected, columns).values())
    message = "; ".join(shorten(broken, MAX_NAMED))
    return [BatchFinding(NAME, not broken, message or f"{len(expected)} columns keep their rules")]

"""What the data is, as a file: data/schema.yaml, and what stops when the data is something else."""

from pathlib import Path

SCHEMA = Path("data/schema.yaml")

"""Writes reports/steps/<step>.json: what each step of dvc.yaml depends on in the code."""

from ..files import save_json
from ..project import REPORTS
from ..step_key import compute_key

STEPS = ("data", "train", "evaluate")  # modules of the team, and stages of dvc.yaml


def main() -> int:
    """Writes one file for each step; equal code gives equal bytes."""
    for step in STEPS:
        save_json(REPORTS / "steps" / f"{step}.json", compute_key(step))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

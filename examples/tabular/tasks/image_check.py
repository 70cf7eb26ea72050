"""`uv run poe image-check`: checks that the image computes what is computed outside of it.

Data, training, evaluation and prediction run inside and outside, with the data and settings of
tests/small_data.py. On Linux every hash has to be equal; another system rounds differently, so
metrics are compared within one percent there.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import determinism
import image

ROOT = Path(__file__).parents[1]
RESULT = Path("reports/image.json")
INSIDE = (sys.executable, str(ROOT / "tasks" / "image.py"), "run", "python")
TOLERANCE = 0.01  # of the value, on another system than that of the image


def main() -> int:
    """Writes reports/image.json, or prints what differs and returns 1."""
    engine = os.environ.get("CONTAINER_ENGINE") or shutil.which("docker") or shutil.which("podman")
    name = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    template = "--format={{.Id}} {{.Size}}"
    facts = image.read_output(str(engine), "image", "inspect", template, name).split()
    if not facts:
        print(f'There is no image "{name}" yet: run "uv run poe image".', file=sys.stderr)
        return 2
    image_id, size = facts[0], round(int(facts[1]) / 1e6)
    outside, inside = run_both()
    keys = sorted({*outside, *inside})
    different = [key for key in keys if not is_same(outside.get(key), inside.get(key))]
    for key in different:
        print(f"differs: {key}: {outside.get(key)}; inside {inside.get(key)}", file=sys.stderr)
    if different:
        return 1
    record(image_id, size, inside)
    print(f"{image_id}, {size} MB: {len(inside)} files and metrics as outside; {RESULT}")
    return 0


def run_both() -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the results of the pipeline outside and inside the image."""
    for variable in list(os.environ):
        if variable.startswith("OPENBLAS_"):  # kernels chosen by hand round differently
            del os.environ[variable]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        outside = determinism.run_pipeline(Path(one), "1")
        shutil.copy(ROOT / "pyproject.toml", two)  # `image run` reads the name there
        inside = determinism.run_pipeline(Path(two), "2", INSIDE)
    return outside, inside


def record(image_id: str, megabytes: int, results: Mapping[str, Any]) -> None:
    """Writes down which image was checked."""
    content = {
        "image": image_id,
        "megabytes": megabytes,
        "commit": image.find_revision() or None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "same_as_outside": results,
    }
    RESULT.parent.mkdir(exist_ok=True)
    text = json.dumps(content, indent=2) + "\n"
    RESULT.write_text(text, encoding="utf-8", newline="\n")


def is_same(outside: Any, inside: Any) -> bool:
    """Equal; on another system metrics within the tolerance, and files are not compared."""
    if sys.platform == "linux" or outside is None or inside is None:
        return bool(outside == inside)
    if isinstance(outside, float):
        return abs(outside - inside) <= TOLERANCE * max(abs(outside), abs(inside))
    return isinstance(outside, str) or bool(outside == inside)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="poe image-check", description=__doc__).parse_args()
    sys.exit(main())

"""`uv run poe image-check`: what the image computes is what is computed outside of it.

Data, training, evaluation and prediction run inside and outside, with tests/small.txt. On Linux
every hash has to be equal; another system rounds in another way, so that there the figures are
compared within one percent.
"""

import json
import os
import shutil
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import image
import rehearse

ROOT = Path(__file__).parents[1]
INSIDE = (sys.executable, str(ROOT / "tasks" / "image.py"), "run", "python")


def main() -> int:
    """Signs the image off in reports/image.json, or says what differs and ends in 1."""
    engine = os.environ.get("CONTAINER_ENGINE") or shutil.which("docker") or shutil.which("podman")
    name = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    wanted = "--format={{.Id}} {{.Size}}"
    words = image.output(str(engine), "image", "inspect", wanted, name).split()
    if not words:
        print(f'There is no image "{name}" yet: build it with `uv run poe image`.', file=sys.stderr)
        return 2
    for variable in [name for name in os.environ if name.startswith("OPENBLAS_")]:
        del os.environ[variable]  # kernels chosen by hand round otherwise; the image has none
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        outside = rehearse.rehearse(Path(one), "1")
        for file in ("pyproject.toml", "uv.lock"):  # `image run` asks them for the name
            shutil.copy(ROOT / file, two)
        inside = rehearse.rehearse(Path(two), "2", INSIDE)
    different = [k for k in sorted(outside | inside) if not same(outside.get(k), inside.get(k))]
    for key in different:
        print(f"differs: {key}: {outside.get(key)}; inside {inside.get(key)}", file=sys.stderr)
    if different:
        return 1
    size = round(int(words[1]) / 1e6)
    signed = {
        "image": words[0],
        "megabytes": size,
        "commit": image.revision() or None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "same_as_outside": inside,
    }
    path = Path("reports/image.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(signed, indent=2) + "\n", encoding="utf-8", newline="\n")
    print(f"{words[0]}, {size} MB: {len(inside)} files and figures as outside; {path}")
    return 0


def same(outside: Any, inside: Any) -> bool:
    """Equal; on another system than the image's, figures within one percent and files unasked."""
    if sys.platform == "linux" or outside is None or inside is None:
        return bool(outside == inside)
    if isinstance(outside, float):
        return abs(outside - inside) <= 0.01 * max(abs(outside), abs(inside))
    return isinstance(outside, str) or bool(outside == inside)


if __name__ == "__main__":
    sys.exit(main())

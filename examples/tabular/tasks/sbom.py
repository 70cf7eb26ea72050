"""`uv run poe sbom [EXPORT OPTION …]`: the software bill of materials of what `uv.lock` installs.

Options go to `uv export`, such as `--extra NAME`. Developer tools are left out.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BILL = Path("reports/sbom.json")
EXPORT = ["export", "--locked", "--quiet", "--no-dev", "--format=cyclonedx1.5"]


def main(argv: Sequence[str] | None = None) -> int:
    """Writes reports/sbom.json and prints how many packages it lists."""
    options = list(sys.argv[1:] if argv is None else argv)
    if options[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    command = [os.environ.get("UV", "uv"), *EXPORT, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    if done.returncode:
        return 2  # uv has printed the reason
    components = json.loads(done.stdout)["components"]
    BILL.parent.mkdir(exist_ok=True)
    BILL.write_text(done.stdout, encoding="utf-8", newline="\n")
    print(f"{BILL}: {len(components)} packages, CycloneDX 1.5")
    return 0


if __name__ == "__main__":
    sys.exit(main())

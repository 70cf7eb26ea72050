"""`python killed_batch.py FILE...`, in a trained clone: a batch that was killed equals one that was not.

Ends `poe predict-batch` with `kill -9` after its third part, continues it, and compares every file.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PART_ROWS = 10
PARTS = 3  # finished before the kill
PACKAGE = next(Path("src").glob("*/project.py")).parent.name
COMMAND = [sys.executable, "-m", f"{PACKAGE}.mlops.batch.predict_batch"]
# The lock is empty; spending says when each call was made, so a run that was killed has another one.
NOT_COMPARED = {".lock", "spending.txt"}


def predict(inputs: list[str], folder: Path) -> subprocess.Popen:
    words = [*inputs, "--out", str(folder), "--part-rows", str(PART_ROWS)]
    return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen) -> dict:
    output, _ = process.communicate()
    assert process.returncode == 0, f"{process.returncode}: {output}"
    return json.loads(Path("reports/predict-batch.json").read_text("utf-8"))


def read_all(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.name: path.read_bytes() for path in files if path.name not in NOT_COMPARED}


def main(inputs: list[str]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        whole, killed = Path(temporary) / "whole", Path(temporary) / "killed"
        record = finish(predict(inputs, whole))
        process = predict(inputs, killed)
        while len(list((killed / "parts").glob("*.json"))) < PARTS:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.001)
        process.kill()
        process.communicate()
        again = finish(predict(inputs, killed))
        assert 0 < again["reused_rows"] < again["rows"], again
        assert read_all(killed) == read_all(whole), "the files differ"
    print(f"{record['predictions']} predictions, {again['reused_rows']} of them not made again")


if __name__ == "__main__":
    main(sys.argv[1:])

"""python falsify.py RUN_ID MANIFEST: another metric in the tracker, another hash in a manifest's copy."""

import json
import sqlite3
import sys
from pathlib import Path

run_id, copy = sys.argv[1:]
manifest = json.loads(Path("reports/manifest.json").read_text(encoding="utf-8"))
manifest["artifacts"] = {name: "0" * 64 for name in manifest["artifacts"]}
Path(copy).write_text(json.dumps(manifest), encoding="utf-8")
key = next(name for name in manifest["metrics"] if name.startswith("model."))
with sqlite3.connect("mlflow.db") as database:
    for table in ("metrics", "latest_metrics"):
        query = f"update {table} set value = value + 0.5 where run_uuid = ? and key = ?"  # noqa: S608
        assert database.execute(query, (run_id, key)).rowcount > 0
print(key)

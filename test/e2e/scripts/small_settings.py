"""python small_settings.py: prints the settings that make the runs of the tests small, one a line."""

import json
import sys
import tempfile
from pathlib import Path

import yaml

sys.path[:0] = ["tests"]
import small_data

with tempfile.TemporaryDirectory() as folder:
    small_data.write(Path(folder))
    tree = yaml.safe_load((Path(folder) / "config.yaml").read_text(encoding="utf-8"))
for section in tree.keys() - {"experiment", "task", "data", "runtime"}:
    for key, value in tree[section].items():
        print(f"{section}.{key}={json.dumps(value)}")

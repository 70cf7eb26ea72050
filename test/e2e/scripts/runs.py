"""python runs.py PACKAGE EXPERIMENT: every run of the tracker as JSON, by the package's own reader."""

import dataclasses
import importlib
import json
import sys

package, experiment = sys.argv[1:]
runs = importlib.import_module(f"{package}.mlops.runs").list_runs(experiment)
print(json.dumps({run.id: dataclasses.asdict(run) for run in runs}, default=str, sort_keys=True))

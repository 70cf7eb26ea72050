"""The checks that a merge needs are the jobs that every pull request runs."""

import json
from pathlib import Path
from typing import Any

import yaml

GITHUB = Path(__file__).parents[2] / ".github"


def jobs_of_pull_requests() -> set[str]:
    """Names of the jobs of workflows that run on every pull request, whatever it changes."""
    names: set[str] = set()
    for path in (GITHUB / "workflows").glob("*.y*ml"):
        workflow: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        events = workflow.get("on", workflow.get(True))  # YAML reads a bare `on` as true
        if "pull_request" in events and not (isinstance(events, dict) and events["pull_request"]):
            names |= {job.get("name", key) for key, job in workflow["jobs"].items()}
    return names


def test_every_job_of_a_pull_request_is_required_and_nothing_else_is() -> None:
    ruleset = json.loads((GITHUB / "rulesets" / "main.json").read_text(encoding="utf-8"))
    rules = {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]}
    checks = rules["required_status_checks"]["required_status_checks"]
    assert {check["context"] for check in checks} == jobs_of_pull_requests()

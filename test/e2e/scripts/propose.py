"""python propose.py: a decision of the gate that promotes the challenger, without its statistics.

The gate has a check of its own; here only what the registry does with its decision matters.
"""

from importlib import import_module
from pathlib import Path

PACKAGE = next(path.parent.name for path in Path("src").glob("*/project.py"))
decision = import_module(f"{PACKAGE}.mlops.gate.decision")
versions = import_module(f"{PACKAGE}.mlops.registry.versions")
project = import_module(f"{PACKAGE}.project").PROJECT


def describe(version: object) -> object:
    """A version as the record names it; None for no version."""
    if version is None:
        return None
    sha256 = version.facts.model_sha256
    return decision.ModelFacts(name=str(version), sha256=sha256, version=str(version.number))


def main() -> None:
    config = project.load_config(Path("config.yaml"), [])
    challenger = describe(versions.challenger(config))
    champion = describe(versions.champion(config))
    created = decision.now()
    record = decision.DecisionRecord(
        id=decision.make_id(created, challenger.sha256, champion and champion.sha256),
        created=created,
        verdict=decision.Verdict(name="promote", reason="it is better by 0.1"),
        challenger=challenger,
        champion=champion,
        holdout=decision.Holdout(sha256="0" * 64, examples=100),
        look=None,
        budget=decision.Budget(alpha=0.05, looks_planned=52, looks_used=1, looks_this_year=1),
        settings_sha256="0" * 64,
        commit=None,
        approval=decision.Approval(rule="person"),
    )
    print(decision.save(record))


if __name__ == "__main__":
    main()

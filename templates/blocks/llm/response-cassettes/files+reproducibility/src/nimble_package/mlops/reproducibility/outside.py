"""What `poe reproduce` asks before it makes a run of outside models again."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..llm.providers import cassettes
from ..settings import UserError


def prepare(
    run: Mapping[str, Any], fetch: Callable[[str], Path], folder: Path
) -> tuple[dict[str, str], str | None]:
    """Variables for the run's process, and why its answers can differ (None: they cannot)."""
    wanted = run["config"]["model"]
    searched = [name.partition(":")[2] for name in wanted.get("retrievers", ())]
    names = [*wanted["models"], *(name for name in searched if ":" in name)]
    outside = [name for name in names if name.partition(":")[0] not in cassettes.HERE]
    if not outside:
        return {}, None
    who = ", ".join(f'"{name}"' for name in outside)
    try:
        path = folder / "answers.jsonl"
        cassettes.make(fetch("calls.jsonl"), path)
    except (UserError, OSError, ValueError, KeyError) as error:
        why = " ".join(str(error).split())
        return {}, f"{who} may answer differently today, and what was answered is gone ({why})"
    if not any(folder.rglob("providers/cassettes.py")):
        return {}, f"{who} may answer differently today: the code of that commit replays no answers"
    return {cassettes.SETTING: str(path.resolve())}, None

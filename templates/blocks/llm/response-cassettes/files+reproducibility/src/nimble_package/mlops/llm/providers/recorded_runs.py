"""Lets `poe reproduce` answer from the calls that a run recorded."""

from collections.abc import Mapping
from typing import Any

from ...errors import UserError
from ...hook_points import Preparation, Reproduction
from . import call_log, cassettes


def replay_answers(reproduction: Reproduction) -> Preparation:
    """Returns the variable that replays the run's answers, or why its metrics can differ."""
    hosted = list_hosted_models(reproduction.manifest["config"]["model"])
    if not hosted:
        return Preparation()
    names = ", ".join(f'"{name}"' for name in hosted)
    difference = f"{names} may answer differently today"
    path = reproduction.folder / "answers.jsonl"
    try:
        log = reproduction.fetch(call_log.LOG.name)
        cassettes.write(log, path)
    except (UserError, OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())
        return Preparation(difference=f"{difference}, and its recorded answers are gone ({reason})")
    if not any(reproduction.folder.rglob("providers/cassettes.py")):
        return Preparation(difference=f"{difference}: the code of that commit replays no answers")
    return Preparation({cassettes.VARIABLE: str(path.resolve())})


def list_hosted_models(settings: Mapping[str, Any]) -> list[str]:
    """Returns the language and embedding models of a run that are not code of this repository."""
    names = list(settings["models"])
    for retriever in settings.get("retrievers", ()):
        embedding = retriever.partition(":")[2]  # dense:openai:<model> -> openai:<model>
        if ":" in embedding:
            names.append(embedding)
    return [name for name in names if not cassettes.is_local(name)]

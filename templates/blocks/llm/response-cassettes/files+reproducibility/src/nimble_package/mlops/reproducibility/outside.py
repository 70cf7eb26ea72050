"""The hook with which `poe reproduce` replays the recorded answers of hosted models."""

from ..errors import UserError
from ..hook_points import Preparation, Reproduction


def replay_answers(reproduction: Reproduction) -> Preparation:
    """Returns the cassette of the run, or why its answers can differ."""
    from ..llm.providers import cassettes  # only `poe reproduce` needs it

    settings = reproduction.manifest["config"]["model"]
    embeddings = [name.partition(":")[2] for name in settings.get("retrievers", ())]
    names = [*settings["models"], *(name for name in embeddings if ":" in name)]
    hosted = [name for name in names if name.partition(":")[0] not in cassettes.HERE]
    if not hosted:
        return Preparation()
    models = ", ".join(f'"{name}"' for name in hosted)
    path = reproduction.folder / "answers.jsonl"
    try:
        cassettes.make(reproduction.fetch("calls.jsonl"), path)
    except (UserError, OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())
        message = f"{models} may answer differently today, and the answers are gone ({reason})"
        return Preparation(difference=message)
    if not any(reproduction.folder.rglob("providers/cassettes.py")):
        message = f"{models} may answer differently today: the code of that commit cannot replay"
        return Preparation(difference=message)
    return Preparation({cassettes.SETTING: str(path.resolve())})

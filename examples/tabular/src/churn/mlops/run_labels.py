"""What a run is called in the tracker, and the tags by which a team finds it."""

import json
from pathlib import Path

from .git_output import read_state
from .run_links import RunLinks

SAVED_ANSWERS = Path(".yo-rc.json")
ID_LENGTH = 6  # characters of a run's id in the name of another run
COMMIT_LENGTH = 7  # as git shortens it


def name_training(links: RunLinks) -> str:
    """Returns `train a3c463e` (the commit), or `reproduce 76e39e` (the run that is made again)."""
    if links.reproduces:
        return f"reproduce {links.reproduces[:ID_LENGTH]}"
    commit, _ = read_state()
    return f"train {commit[:COMMIT_LENGTH]}" if commit else "train"


def make_tags(modality: str, data_hash: str = "") -> dict[str, str]:
    """Returns modality, phase, git state and data hash, as far as they are known."""
    commit, is_dirty = read_state()
    tags = {"modality": modality, "phase": _read_phase(), "data.hash": data_hash}
    tags["git.commit"] = commit or ""
    tags["git.dirty"] = "" if is_dirty is None else str(is_dirty).lower()
    return {name: value for name, value in tags.items() if value}


def _read_phase() -> str:
    """The phase of this repository; an image or a wheel does not have the file that names it."""
    try:
        answers = json.loads(SAVED_ANSWERS.read_text(encoding="utf-8"))
        return str(answers["generator-nimble-ml"]["phase"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""

"""Which profile is accepted as the reference: a commit of drift.yaml names who and why."""

import json
import re

from ..errors import UserError
from ..files import write_whole
from ..git_output import read_git
from .settings import SETTINGS, DriftSettings

SHORT = 12  # digits of a hash that are printed


def refuse_other(settings: DriftSettings, digest: str) -> None:
    """Raises UserError when drift.yaml accepts another profile than that of the model."""
    accepted = settings.reference.sha256
    if not accepted or digest.startswith(accepted):
        return
    raise UserError(
        f"the profile of the model is {digest[:SHORT]}, and {SETTINGS} accepts "
        f"{accepted[:SHORT]}: compare the model's data, then run "
        '"uv run poe drift --accept --reason TEXT" and commit the file'
    )


def accept(digest: str, reason: str, name: str) -> None:
    """Writes the profile, who accepts it and why to drift.yaml; the rest of the file stays."""
    if not reason.strip():
        raise UserError('"--accept" needs "--reason TEXT": why new data may differ from now on')
    name = name or (read_git("config", "user.name") or "").strip()
    if not name:
        raise UserError('"--accept" needs "--by NAME", since git has no user.name')
    content = SETTINGS.read_text(encoding="utf-8")
    values = {"sha256": digest, "accepted_by": name, "reason": reason.strip()}
    for key, value in values.items():
        line = f"  {key}: {json.dumps(value, ensure_ascii=False)}"
        escaped = line.replace("\\", "\\\\")
        content, count = re.subn(rf"(?m)^  {key}:.*$", escaped, content)
        if count != 1:
            raise UserError(f'"{SETTINGS}" has no line "  {key}:" in "reference": add it')
    write_whole(SETTINGS, content.encode())
    print(f"{SETTINGS} accepts the profile {digest[:SHORT]}: commit it.")

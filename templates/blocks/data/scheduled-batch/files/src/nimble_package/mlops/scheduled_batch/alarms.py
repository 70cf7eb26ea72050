"""The alarms that are open: each is sent when it opens, and again when it closes."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import load_json, save_json
from ..hooks import HOOKS
from .record import FOLDER

log = logging.getLogger(__name__)
FILE = "alarms.json"
Open = dict[str, dict[str, Any]]  # name -> message, since, sent


def read_open(folder: Path = FOLDER) -> Open:
    """Returns the open alarms by name; raises UserError for a file that cannot be read."""
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        return dict(load_json(path))
    except (ValueError, TypeError):
        raise UserError(f'"{path.as_posix()}" cannot be read: delete it') from None


def update(
    project: str,
    failed: Mapping[str, str],
    is_covered: Callable[[str], bool],
    folder: Path = FOLDER,
) -> list[str]:
    """Opens the alarms in `failed` (name -> message) and closes the others that were looked at.

    Prints and sends each change. What no way could send is tried again by the next run.
    Returns the names of all open alarms.
    """
    known = read_open(folder)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    result: Open = {}
    for name, alarm in known.items():
        if name in failed:
            result[name] = {**alarm, "message": failed[name], "closed": False}
        elif is_covered(name):
            # One that was never sent is closed in silence.
            result[name] = {**alarm, "closed": True}
        else:
            result[name] = alarm
    for name, message in failed.items():
        if name not in result:
            since = {"since": now, "sent": False, "closed": False}
            result[name] = {"message": message, **since}
    for name in list(result):
        _send_change(project, name, result)
    folder.mkdir(parents=True, exist_ok=True)
    save_json(folder / FILE, result)
    return [name for name, alarm in result.items() if not alarm["closed"]]


def _send_change(project: str, name: str, result: Open) -> None:
    alarm = result[name]
    if alarm["closed"]:
        if not alarm["sent"] or _send(project, name, alarm, "closed"):
            del result[name]
    elif not alarm["sent"]:
        alarm["sent"] = _send(project, name, alarm, "open")


def _send(project: str, name: str, alarm: Mapping[str, Any], state: str) -> bool:
    title = f'{project}: the alarm "{name}" of the batch prediction is {state}'
    was = "it was" if state == "closed" else "it is"
    text = f"{title}\n\n{was}: {alarm['message']}\nsince {alarm['since']}"
    facts = {"project": project, "alarm": name, "state": state, "message": alarm["message"]}
    print(f"{title} ({was}: {alarm['message']}).", flush=True)
    taken = [send(title, text, facts) for send in HOOKS.batch_alarms]
    return all(taken)

"""Sends an alarm the way pipeline.yaml says."""

from collections.abc import Mapping
from typing import Any


def send_alarm(title: str, text: str, facts: Mapping[str, Any]) -> bool:
    """Returns whether every configured way took it."""
    from ..pipeline import notify, settings

    wanted = settings.read().notify
    return notify.send(wanted, title, text, facts)

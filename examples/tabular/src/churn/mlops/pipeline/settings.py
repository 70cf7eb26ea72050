"""The settings of pipeline.yaml."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .. import config
from ..errors import UserError

FILE = Path("pipeline.yaml")
WEBHOOK = "PIPELINE_WEBHOOK_URL"
SMTP_VARIABLE = "PIPELINE_SMTP_PASSWORD"  # the variable that has the password


@dataclass(frozen=True)
class Email:
    """Where and how an e-mail is sent; nowhere without `to`."""

    to: tuple[str, ...] = ()
    sender: str = ""
    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""


@dataclass(frozen=True)
class Notify:
    """Whom a failed run is reported to."""

    webhook: bool = False
    email: Email = field(default_factory=Email)


@dataclass(frozen=True)
class Settings:
    """How the pipeline runs."""

    retries: int = 2
    backoff_seconds: float = 10
    write_dvc_lock: bool = True
    notify: Notify = field(default_factory=Notify)


def read(file: Path = FILE) -> Settings:
    """Returns the settings; raises UserError where a failure could not be reported."""
    settings = config.read(Settings, file)
    for name in ("retries", "backoff_seconds"):
        value = getattr(settings, name)
        if not 0 <= value < float("inf"):
            raise UserError(f'"{name}" in {file} is {value}: allowed are 0 and more')
    if settings.notify.webhook:
        _refuse_address(os.environ.get(WEBHOOK, ""), file)
    email = settings.notify.email
    if email.to:
        for name in ("host", "sender"):
            if not getattr(email, name):
                raise UserError(f'"notify.email.{name}" in {file} is missing: "to" needs it')
    if email.to and email.user and not os.environ.get(SMTP_VARIABLE):
        raise UserError(
            f'"notify.email.user" in {file} is "{email.user}", but {SMTP_VARIABLE} is not set: '
            "put it into .env, or into the secrets of the CI system"
        )
    return settings


def _refuse_address(address: str, file: Path) -> None:
    if not address:
        raise UserError(
            f'"notify.webhook" in {file} is true, but {WEBHOOK} is not set: put it into .env, or '
            "into the secrets of the CI system"
        )
    if not address.startswith(("https://", "http://")):
        raise UserError(f"{WEBHOOK} is not an address: it has to begin with https:// or http://")

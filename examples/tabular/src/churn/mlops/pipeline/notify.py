"""Reports a failed run to a webhook or by e-mail, as pipeline.yaml says."""

import json
import logging
import os
import smtplib
import ssl
import urllib.error
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from functools import partial
from typing import Any
from urllib.request import Request, urlopen

from .records import RunRecord
from .settings import SMTP_VARIABLE, WEBHOOK, Email, Notify

log = logging.getLogger(__name__)
TIMEOUT = 15.0  # seconds for each way
MAX_LINES = 15  # of the output of the step


def report(settings: Notify, name: str, record: RunRecord) -> bool:
    """Returns whether every configured way took the report; one that did not is logged."""
    facts = {
        "project": name,
        "run_id": record.run_id,
        "exit_reason": record.exit_reason,
        "step": find_failed_step(record),
        "message": record.message,
        "commit": record.commit,
        "trigger": record.trigger,
        "last_lines": _last_lines(record),
    }
    return send(settings, make_title(name, record), make_text(name, record), facts)


def send(settings: Notify, title: str, text: str, facts: Mapping[str, Any]) -> bool:
    """Returns whether every configured way took the text; one that did not is logged.

    `title` is the subject of an e-mail; `facts` are in the JSON of the webhook.
    """
    ways: list[tuple[str, Callable[[], None]]] = []
    if settings.webhook:
        ways.append(("webhook", partial(_post, text, facts)))
    if settings.email.to:
        ways.append(("e-mail", partial(_send, settings.email, title, text)))
    is_reported = True
    for way, send_report in ways:
        try:
            send_report()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            is_reported = False
            reason = " ".join(str(error).split())[:200]  # never the address: it is a secret
            log.warning("The %s did not take the report of this run: %s", way, reason)
    return is_reported


def find_failed_step(record: RunRecord) -> str:
    """Returns the name of the step that ended the run; "" when no step did."""
    failed = [step.name for step in record.steps if step.message]
    return failed[-1] if failed else ""


def make_title(name: str, record: RunRecord) -> str:
    """Returns one line: what failed, and where."""
    step = find_failed_step(record)
    where = f' in the step "{step}"' if step else ""
    return f"{name}: pipeline run {record.run_id} {record.exit_reason}{where}"


def make_text(name: str, record: RunRecord) -> str:
    """Returns the report as lines."""
    lines = [make_title(name, record), "", record.message]
    lines.append(f"started {record.started:%Y-%m-%d %H:%M:%S} UTC by {record.trigger}")
    lines.append(f"commit {record.commit or 'not known'}")
    lines.extend(["", *_last_lines(record), "", '"uv run poe pipeline" continues there.'])
    return "\n".join(lines)


def _last_lines(record: RunRecord) -> list[str]:
    messages = [step.message for step in record.steps if step.message]
    return messages[-1].splitlines()[-MAX_LINES:] if messages else []


def _post(text: str, facts: Mapping[str, Any]) -> None:
    """Posts JSON; `text` is what Slack, Mattermost and others show."""
    content = {"text": text, **facts}
    request = Request(  # noqa: S310  # settings.read allows http and https only
        os.environ[WEBHOOK],
        data=json.dumps(content).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        answer = urlopen(request, timeout=TIMEOUT)  # noqa: S310 # nosec B310 # as above
        answer.close()
    except urllib.error.HTTPError as error:
        raise OSError(f"it answered {error.code}") from None


def _send(settings: Email, title: str, text: str) -> None:
    message = EmailMessage()
    message["Subject"] = title
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message.set_content(text)
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if settings.security == "tls":
        server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
    with server:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, os.environ[SMTP_VARIABLE])
        server.send_message(message)

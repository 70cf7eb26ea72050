"""DVC, run as a tool of its own: its cloud libraries and the project's would pin each other."""

import configparser
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import UserError, suggest

VERSION = "3.67.1"
SCHEMES = ("s3", "gs", "azure", "ssh")  # of a URL, and names of DVC's extras
MAX_REASON = 400  # characters of DVC's message that are shown
HINTS = {  # what a cloud says, and what helps
    ("does not exist", "nosuchbucket", "not found", "notfound", "no such container"): "make it "
    'first, or name another place: "uv run poe data-remote URL"',
    ("denied", "forbidden", "403", "401", "authoriz", "permission", "signature"): "these "
    "credentials may not read and write there: ask for list, read and write rights",
    ("credential", "authenticat", "token", "login"): "log in with your cloud's own tool, or "
    'give them as settings: "uv run poe data-remote URL access_key_id=…"',
    ("no space", "errno 28", "quota", "disk full"): "the disk is full: free some space",
    ("connect", "resolve", "timed out", "timeout", "unreachable", "network"): "it cannot be "
    "reached: is the address right, and the network up?",
    ("unsaved",): "these files differ from what dvc.lock names and are saved nowhere: run the "
    "pipeline, or move them away",
    ("failed to transfer",): "does the place exist, and may you write there? Make it first, or "
    'name another: "uv run poe data-remote URL"',
}
OTHER_HINT = 'try it by hand: "uvx --from dvc dvc doctor"'
ADDRESSES = re.compile(r"\S*(://|[0-9a-f]{32})\S*")  # they can contain any word and number
SUPPORT_DETAILS = re.compile(r" ?(RequestId:|Content: <).*")  # for the support of the cloud
PREFIXES = ("ERROR: ", "unexpected error - ", "failed to push data to the cloud - ")


@dataclass(frozen=True)
class Remote:
    """The remote that DVC uses when none is named."""

    name: str
    url: str


def refuse_unknown_scheme(url: str) -> None:
    """Raises UserError for a URL of a kind that is not supported here."""
    scheme = urlsplit(url).scheme if "://" in url else ""
    if scheme and scheme not in SCHEMES:
        allowed = [f"{name}://…" for name in SCHEMES]
        hint = suggest(f"{scheme}://…", [*allowed, "a folder"])
        raise UserError(f'"{url}" is not a supported remote. {hint}')


def format_extras(url: str, folder: Path) -> str:
    """Returns `[s3,ssh]`: what this URL, the other remotes and those of the last commit need."""
    texts = [url]
    files = [folder / ".dvc/config", folder / ".dvc/config.local"]
    texts += [file.read_text(encoding="utf-8") for file in files if file.is_file()]
    committed = ["git", "show", "HEAD:./.dvc/config"]  # `dvc data status` compares with it
    done = subprocess.run(
        committed, cwd=folder, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode == 0:
        texts.append(done.stdout)
    text = "\n".join(texts)
    extras = [scheme for scheme in SCHEMES if f"{scheme}://" in text]
    return f"[{','.join(extras)}]" if extras else ""


def read_remote() -> Remote:
    """Returns the default remote, as .dvc/config and .dvc/config.local have it."""
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.read([".dvc/config", ".dvc/config.local"], encoding="utf-8")
    name = config.get("core", "remote", fallback="")
    url = config.get(f"'remote \"{name}\"'", "url", fallback="")
    if not url:
        raise UserError('no remote is set: run "uv run poe data-remote URL"')
    return Remote(name, url)


def run(url: str, *arguments: str, folder: Path = Path()) -> str:
    """Returns what `dvc ARGUMENTS` prints; a failure is a UserError of one line about `url`."""
    uvx = shutil.which("uvx")
    if not uvx:
        raise UserError('"uvx" is missing: it comes with uv, https://docs.astral.sh/uv')
    requirement = f"dvc{format_extras(url, folder)}=={VERSION}"
    done = subprocess.run(
        [uvx, "--quiet", "--from", requirement, "dvc", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "DVC_NO_ANALYTICS": "1", "PYTHONUTF8": "1"},
        check=False,
    )
    if done.returncode:
        raise UserError(explain(url, done.stderr or done.stdout))
    return done.stdout


def explain(url: str, output: str) -> str:
    """Returns one line: the reason in DVC's output, and what helps."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [index for index, line in enumerate(lines) if line.startswith("ERROR:")]
    start = errors[0] if errors else -3
    reason, _, _ = " ".join(lines[start:]).partition("Having any troubles")
    for prefix in PREFIXES:
        reason = reason.replace(prefix, "")
    reason = SUPPORT_DETAILS.sub("", reason).strip().rstrip(":.")
    reason = reason[:MAX_REASON] or "DVC printed nothing"
    return f'"{url}" cannot be used ({reason}): {_find_hint(reason)}'


def _find_hint(reason: str) -> str:
    words = ADDRESSES.sub("", reason).lower()
    for signs, hint in HINTS.items():
        if any(sign in words for sign in signs):
            return hint
    return OTHER_HINT

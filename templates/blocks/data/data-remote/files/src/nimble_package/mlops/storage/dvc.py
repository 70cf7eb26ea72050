"""DVC, run as a tool of its own: its cloud libraries and the project's would pin each other."""

import configparser
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..settings import UserError, nearest

VERSION = "3.67.1"
EXTRAS = {"s3": "s3", "gs": "gs", "azure": "azure", "ssh": "ssh"}  # by the scheme of a URL
CURES = {  # what a cloud says, and what helps
    ("does not exist", "nosuchbucket", "not found", "notfound", "no such container"): "make it "
    'first, or name another place: "uv run poe data-remote URL"',
    ("denied", "forbidden", "403", "401", "authoriz", "permission", "signature"): "these "
    "credentials may not read and write there: ask for list, read and write rights",
    ("credential", "authenticat", "token", "login"): "log in with your cloud's own tool, or "
    'give them as settings: "uv run poe data-remote URL access_key_id=…"',
    ("no space", "errno 28", "quota", "disk full"): "the disk is full: free some of it",
    ("connect", "resolve", "timed out", "timeout", "unreachable", "network"): "it cannot be "
    "reached: is the address right, and the network there?",
    ("unsaved",): "these files differ from what dvc.lock names and are saved nowhere: run the "
    "pipeline, or move them away",
    ("failed to transfer",): "does the place exist, and may you write there? Make it first, or "
    'name another: "uv run poe data-remote URL"',
}
NAMES = re.compile(r"\S*(://|[0-9a-f]{32})\S*")  # addresses and hashes hold any word and number
ROUND = re.compile(r" ?(RequestId:|Content: <).*")  # what only the cloud's own support reads


@dataclass(frozen=True)
class Remote:
    """The remote that DVC uses when none is named."""

    name: str
    url: str


def refuse_unknown(url: str) -> None:
    """A URL of a kind that DVC is not asked for here."""
    scheme = urlsplit(url).scheme if "://" in url else ""
    if scheme and scheme not in EXTRAS:
        known = [f"{name}://…" for name in EXTRAS]
        near = nearest(f"{scheme}://…", [*known, "a folder"])
        raise UserError(f'"{url}" is no place for data that DVC can be asked for here. {near}')


def extras(url: str, folder: Path) -> str:
    """`[s3,ssh]`: what this URL, the other remotes and those of the last commit ask for."""
    texts = [url]
    for file in (folder / ".dvc/config", folder / ".dvc/config.local"):
        texts += [file.read_text(encoding="utf-8")] if file.is_file() else []
    committed = ["git", "show", "HEAD:./.dvc/config"]  # `dvc data status` compares with it
    done = subprocess.run(committed, cwd=folder, capture_output=True, text=True, check=False)
    texts += [done.stdout] if done.returncode == 0 else []
    wanted = [name for scheme, name in EXTRAS.items() if f"{scheme}://" in "\n".join(texts)]
    return f"[{','.join(wanted)}]" if wanted else ""


def remote() -> Remote:
    """The default remote of this repository, as .dvc/config and .dvc/config.local have it."""
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.read([".dvc/config", ".dvc/config.local"], encoding="utf-8")
    name = config.get("core", "remote", fallback="")
    url = config.get(f"'remote \"{name}\"'", "url", fallback="")
    if not url:
        raise UserError('no remote is set: "uv run poe data-remote URL" sets it')
    return Remote(name, url)


def run(url: str, *arguments: str, folder: Path = Path()) -> str:
    """What `dvc ARGUMENTS` prints; a failure is one line about `url`."""
    tool, needed = shutil.which("uvx"), extras(url, folder)
    if not tool:
        raise UserError('"uvx" is not there: it comes with uv, https://docs.astral.sh/uv')
    done = subprocess.run(
        [tool, "--quiet", "--from", f"dvc{needed}=={VERSION}", "dvc", *arguments],
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


def explain(url: str, said: str) -> str:
    """The one line that matters of what DVC said, and what helps against it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    starts = [row for row, line in enumerate(lines) if line.startswith("ERROR:")]
    told = " ".join(lines[starts[0] :] if starts else lines[-3:]).partition("Having any troubles")
    for noise in ("ERROR: ", "unexpected error - ", "failed to push data to the cloud - "):
        told = (told[0].replace(noise, ""), "", "")
    reason = (ROUND.sub("", told[0]).strip().rstrip(":.") or "DVC said nothing")[:400]
    bare = NAMES.sub("", reason).lower()
    cures = (cure for words, cure in CURES.items() if any(word in bare for word in words))
    cure = next(cures, 'try it by hand: "uvx --from dvc dvc doctor"')
    return f'"{url}" cannot be used ({reason}): {cure}'

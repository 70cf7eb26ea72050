"""`python -m nimble_package.mlops.storage.remote`: sets where others find the data.

The place is tried first, by a push of a few bytes from a folder of its own. Then `dvc remote`
writes .dvc/config; settings that are secrets go to .dvc/config.local. dvc.yaml is not touched.
"""

import configparser
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .. import settings
from ..settings import UserError
from . import dvc

NAME = "storage"
CONFIG, LOCAL = Path(".dvc/config"), Path(".dvc/config.local")
SECRETS = ("key", "password", "secret", "token", "connection_string", "credential", "passphrase")
PROBE = b"Written by `poe data-remote` to see that this place can be written to.\n"
PROBE_MD5 = hashlib.md5(PROBE, usedforsecurity=False).hexdigest()


def applied(folder: Path = Path("infra")) -> tuple[str, dict[str, str]]:
    """URL and settings of the bucket that the applied infrastructure made."""
    tool = shutil.which("terraform")
    need = 'name the place: "uv run poe data-remote s3://BUCKET/dvc" (or gs://, azure://, a folder)'
    if not tool or not folder.is_dir():
        what = "terraform is not installed" if folder.is_dir() else f'"{folder}" is not there'
        raise UserError(f"{what}, so no bucket is known: {need}")
    command = [tool, f"-chdir={folder}", "output", "-json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        raise UserError(f'"terraform -chdir={folder} output" failed ({said}): {need}')
    outputs = json.loads(done.stdout or "{}")
    if not outputs.get("data_remote", {}).get("value"):
        raise UserError(f'"{folder}" has no output "data_remote" yet: apply it, or {need}')
    more = outputs.get("data_remote_settings", {}).get("value") or {}
    return outputs["data_remote"]["value"], {key: str(value) for key, value in more.items()}


def parse(words: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE, as often as they were given."""
    for word in words:
        if not word.partition("=")[0] or "=" not in word:
            raise UserError(f'"{word}" is no setting: write KEY=VALUE, such as region=eu-west-1')
    return {key: value for key, _, value in (word.partition("=") for word in words)}


def is_secret(key: str) -> bool:
    """Whether a setting of a remote may not be committed."""
    return any(word in key.lower() for word in SECRETS) and not key.endswith("keyfile")


def refuse_credentials(url: str) -> None:
    """A URL is committed, so it may hold no password."""
    parts = urlsplit(url)
    if parts.password or (parts.username and parts.scheme in ("s3", "gs", "azure")) or parts.query:
        public = f"{parts.scheme}://{parts.hostname}{parts.path}"
        raise UserError(
            f'"{public}" was given with credentials, and .dvc/config is committed: leave them out, '
            "or give them as settings, which go to .dvc/config.local"
        )


def place(url: str) -> str:
    """The URL as it is kept; a folder has to have a parent, so that a slip makes no tree."""
    dvc.refuse_unknown(url)
    if "://" in url:
        refuse_credentials(url)
        if not urlsplit(url).netloc:
            raise UserError(f'"{url}" names no bucket or host: write {url}NAME/dvc')
        return url
    folder = Path(url).expanduser()
    if folder.is_file():
        raise UserError(f'"{url}" is a file: name a folder')
    if not folder.resolve().parent.is_dir():
        raise UserError(f'"{folder.resolve().parent}" is not there: make it, or name another')
    return url if not folder.is_absolute() else folder.as_posix()


def write(url: str, chosen: Mapping[str, str], folder: Path = Path()) -> None:
    """What `dvc remote` writes; the default remote is this one from then on."""
    dvc.run(url, "remote", "add", "--force", "--default", NAME, url, folder=folder)
    for key, value in chosen.items():
        where = ["--local"] if is_secret(key) else []
        dvc.run(url, "remote", "modify", *where, NAME, key, value, folder=folder)


def attempt(url: str, chosen: Mapping[str, str]) -> None:
    """Pushes one small file from a folder of its own; fails as a real push would."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cached = folder / ".dvc/cache/files/md5" / PROBE_MD5[:2] / PROBE_MD5[2:]
        cached.parent.mkdir(parents=True)
        cached.write_bytes(PROBE)
        for kept in (CONFIG, LOCAL):
            if kept.is_file():
                shutil.copy(kept, folder / kept)
        entry = {"md5": PROBE_MD5, "hash": "md5", "size": len(PROBE), "path": "probe"}
        (folder / "probe.dvc").write_text(json.dumps({"outs": [entry]}), encoding="utf-8")
        own = configparser.ConfigParser(interpolation=None, strict=False)
        own.read(folder / LOCAL, encoding="utf-8")
        own.read_dict({"core": {"no_scm": "true"}})
        with (folder / LOCAL).open("w", encoding="utf-8") as file:
            own.write(file)
        write(url if "://" in url else str(Path(url).expanduser().resolve()), chosen, folder)
        dvc.run(url, "push", folder=folder)


def set_remote(url: str, chosen: Mapping[str, str]) -> None:
    """Tries the place, then writes it; whatever fails leaves the configuration as it was."""
    if not CONFIG.is_file():
        raise UserError(f'"{CONFIG.as_posix()}" is not there: start in the repository\'s folder')
    attempt(url, chosen)
    before = {file: file.read_bytes() if file.is_file() else None for file in (CONFIG, LOCAL)}
    try:
        write(url, chosen)
    except BaseException:
        for file, content in before.items():
            if content is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(content)
        raise


def main(argv: Sequence[str] | None = None) -> int:
    """Sets the remote and says what to do next."""

    def body(args: Any) -> None:
        url, more = (args.url, {}) if args.url else applied()
        url, chosen = place(url), {**more, **parse(args.settings)}
        set_remote(url, chosen)
        hidden = [key for key in chosen if is_secret(key)]
        print(f"Data and models go to {url}: it can be written to. Commit .dvc/config.")
        if hidden:
            print(f"{', '.join(hidden)}: in .dvc/config.local, which git ignores.")
        print('"uv run poe data-push" sends what dvc.lock names.')

    return settings.command(
        __doc__,
        body,
        argv,
        url={"nargs": "?", "help": "s3://, gs://, azure://, ssh:// or a folder; none: from infra/"},
        settings={"nargs": "*", "metavar": "KEY=VALUE", "help": "further settings of the remote"},
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""`poe data-remote [URL] [KEY=VALUE …]`: sets where others find the data.

The remote is tested first, by a push of a few bytes from a folder of its own. Then `dvc remote`
writes .dvc/config; settings that are secrets go to .dvc/config.local. dvc.yaml stays as it is.
"""

import configparser
import hashlib
import json
import shutil
import subprocess
import tempfile
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ..command_line import Arguments
from ..command_line import run as run_command
from ..errors import UserError
from . import dvc

DESCRIPTION = "Set where others find the data, after testing that it can be written to."
NAME = "storage"
CONFIG = Path(".dvc/config")
LOCAL_CONFIG = Path(".dvc/config.local")  # ignored by git
SECRETS = ("key", "password", "secret", "token", "connection_string", "credential", "passphrase")
TEST_FILE = b"Written by `poe data-remote` to test that this place can be written to.\n"
TEST_MD5 = hashlib.md5(TEST_FILE, usedforsecurity=False).hexdigest()
NAME_REMOTE = (
    'name the remote: "uv run poe data-remote s3://BUCKET/dvc" (or gs://, azure://, a folder)'
)


def read_applied(folder: Path = Path("infra")) -> tuple[str, dict[str, str]]:
    """Returns URL and settings of the bucket that the applied infrastructure has."""
    terraform = shutil.which("terraform")
    if not folder.is_dir():
        raise UserError(f'"{folder}" is missing, so no bucket is known: {NAME_REMOTE}')
    if not terraform:
        raise UserError(f"terraform is not installed, so no bucket is known: {NAME_REMOTE}")
    command = [terraform, f"-chdir={folder}", "output", "-json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        reason = " ".join(done.stderr.split())[:300]
        raise UserError(f'"terraform -chdir={folder} output" failed ({reason}): {NAME_REMOTE}')
    outputs = json.loads(done.stdout or "{}")
    url = outputs.get("data_remote", {}).get("value")
    if not url:
        message = f'"{folder}" has no output "data_remote" yet: apply it, or {NAME_REMOTE}'
        raise UserError(message)
    settings = outputs.get("data_remote_settings", {}).get("value") or {}
    return str(url), {key: str(value) for key, value in settings.items()}


def parse_settings(texts: Sequence[str]) -> dict[str, str]:
    """Returns the settings of KEY=VALUE arguments."""
    settings = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            message = f'"{text}" is not a setting: write KEY=VALUE, such as region=eu-west-1'
            raise UserError(message)
        settings[key] = value
    return settings


def is_secret(key: str) -> bool:
    """Whether a setting of a remote must not be committed."""
    if key.endswith("keyfile"):  # a path
        return False
    return any(word in key.lower() for word in SECRETS)


def refuse_credentials(url: str) -> None:
    """Raises UserError for a URL with a password: the URL is committed."""
    parts = urlsplit(url)
    user = parts.username and parts.scheme in ("s3", "gs", "azure")
    if parts.password or user or parts.query:
        public = f"{parts.scheme}://{parts.hostname}{parts.path}"
        raise UserError(
            f'"{public}" was given with credentials, and .dvc/config is committed: leave them out, '
            "or give them as settings, which go to .dvc/config.local"
        )


def check_url(url: str) -> str:
    """Returns the URL as it is kept; a folder needs an existing parent, so that typos are found."""
    dvc.refuse_unknown_scheme(url)
    if "://" in url:
        refuse_credentials(url)
        if not urlsplit(url).netloc:
            raise UserError(f'"{url}" names no bucket or host: write {url}NAME/dvc')
        return url
    folder = Path(url).expanduser()
    if folder.is_file():
        raise UserError(f'"{url}" is a file: name a folder')
    parent = folder.resolve().parent
    if not parent.is_dir():
        raise UserError(f'"{parent}" is missing: make it, or name another folder')
    return folder.as_posix() if folder.is_absolute() else url


def configure(url: str, settings: Mapping[str, str], folder: Path = Path()) -> None:
    """Lets `dvc remote` write the configuration; this is the default remote from then on."""
    dvc.run(url, "remote", "add", "--force", "--default", NAME, url, folder=folder)
    for key, value in settings.items():
        flags = ["--local"] if is_secret(key) else []
        dvc.run(url, "remote", "modify", *flags, NAME, key, value, folder=folder)


def try_write(url: str, settings: Mapping[str, str]) -> None:
    """Pushes one small file from a folder of its own; fails as a real push would."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cached = folder / ".dvc/cache/files/md5" / TEST_MD5[:2] / TEST_MD5[2:]
        cached.parent.mkdir(parents=True)
        cached.write_bytes(TEST_FILE)
        for file in (CONFIG, LOCAL_CONFIG):
            if file.is_file():
                shutil.copy(file, folder / file)
        out = {"md5": TEST_MD5, "hash": "md5", "size": len(TEST_FILE), "path": "test"}
        (folder / "test.dvc").write_text(json.dumps({"outs": [out]}), encoding="utf-8")
        _set_no_scm(folder / LOCAL_CONFIG)
        absolute = url if "://" in url else str(Path(url).expanduser().resolve())
        configure(absolute, settings, folder)
        dvc.run(url, "push", folder=folder)


def _set_no_scm(file: Path) -> None:
    """Tells DVC that this folder is no git repository."""
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.read(file, encoding="utf-8")
    config.read_dict({"core": {"no_scm": "true"}})
    with file.open("w", encoding="utf-8") as target:
        config.write(target)


def set_remote(url: str, settings: Mapping[str, str]) -> None:
    """Tests the remote, then configures it; a failure leaves the configuration as it was."""
    if not CONFIG.is_file():
        raise UserError(f'"{CONFIG.as_posix()}" is missing: start in the folder of the repository')
    try_write(url, settings)
    before = {}
    for file in (CONFIG, LOCAL_CONFIG):
        before[file] = file.read_bytes() if file.is_file() else None
    try:
        configure(url, settings)
    except BaseException:
        for file, content in before.items():
            if content is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(content)
        raise


def main(argv: Sequence[str] | None = None) -> int:
    """Sets the remote and prints what to do next."""
    help_url = "s3://, gs://, azure://, ssh:// or a folder (default: from infra/)"
    help_settings = "further settings of the remote"
    arguments: Arguments = {
        "url": {"nargs": "?", "metavar": "URL", "help": help_url},
        "settings": {"nargs": "*", "metavar": "KEY=VALUE", "help": help_settings},
    }
    return run_command("data-remote", DESCRIPTION, print_remote, argv, arguments)


def print_remote(arguments: Namespace) -> None:
    """Sets the remote that the command line, or the infrastructure, names."""
    url, settings = (arguments.url, {}) if arguments.url else read_applied()
    url = check_url(url)
    settings.update(parse_settings(arguments.settings))
    set_remote(url, settings)
    print(f"Data and models go to {url}, which can be written to. Commit .dvc/config.")
    secrets = [key for key in settings if is_secret(key)]
    if secrets:
        print(f"{', '.join(secrets)}: in .dvc/config.local, which git ignores.")
    print('"uv run poe data-push" uploads what dvc.lock names.')


if __name__ == "__main__":
    raise SystemExit(main())

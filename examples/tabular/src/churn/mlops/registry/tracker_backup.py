"""Backs up and restores a tracker that is a file: the database, and the files of its runs.

MLflow keeps absolute paths. A restored tracker may be in another folder, so they are changed.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import unquote, urlsplit

from .. import runs
from ..errors import UserError
from ..files import hash_file, load_json, save_json
from ..tracking import ADDRESS_VARIABLE, LOCAL_ADDRESS

SCHEMA_VERSION = 1
COMPRESSION = 3  # of 9: most files are weights, which hardly become smaller
DATABASE, MANIFEST, ROOTS = "mlflow.db", "backup.json", "files"
SERVED = Path("mlartifacts")  # where a server that was started here keeps files
# Where MLflow keeps addresses of files; a version of MLflow may lack some of the tables.
ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("trace_tags", "value"),
)
# Puts another folder at the start of an address; table and column are names of the list above.
REPLACE_START = Template(
    "UPDATE $table SET $column = ? || substr($column, ?) "
    "WHERE $column = ? OR substr($column, 1, ?) = ?"
)


@dataclass(frozen=True)
class Backup:
    """What is in a backup."""

    path: Path
    runs: int
    versions: int  # of registered models
    files: int
    elsewhere: Sequence[str]  # places of files that are not in it


def back_up(path: Path) -> Backup:
    """Writes one file with database and files, also while runs are written.

    Raises UserError for a tracker that is not a file, and when the file exists.
    """
    database = find_database()
    if path.exists():
        raise UserError(f'"{path.as_posix()}" exists: name another file')
    if not path.parent.is_dir():
        raise UserError(f'the folder "{path.parent.as_posix()}" is missing: make it first')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_database(database, folder / DATABASE)  # first: the files that it names are there
        roots, elsewhere = _find_roots(folder / DATABASE)
        members = {f"{ROOTS}/{number}": root for number, root in enumerate(roots)}
        unfinished = path.with_name(f"{path.name}.unfinished")
        try:
            with tarfile.open(unfinished, "w:gz", compresslevel=COMPRESSION) as archive:
                hashes = {DATABASE: _add(archive, folder / DATABASE, DATABASE)}
                for member, root in members.items():
                    hashes |= _add_folder(archive, root, member, folder / "copy")
                manifest = {
                    "schema_version": SCHEMA_VERSION,
                    "roots": {member: str(root) for member, root in members.items()},
                    "sha256": hashes,
                }
                save_json(folder / MANIFEST, manifest)
                archive.add(folder / MANIFEST, MANIFEST)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        counts = count_rows(folder / DATABASE)
    return Backup(path, *counts, len(hashes) - 1, elsewhere)


def restore(path: Path) -> Backup:
    """Writes database and files where there are none; all of them, or no database.

    Raises UserError when something is there already, or the file is not a whole backup.
    """
    database = _address_to_path()
    if database.exists():
        raise UserError(f'"{database}" exists: move it away first, a backup replaces nothing')
    if not path.is_file():
        raise UserError(f'"{path.as_posix()}" is missing: name a file of "poe tracker-backup"')
    with tempfile.TemporaryDirectory(prefix=".tracker-restore-", dir=database.parent) as name:
        folder = Path(name)
        manifest = _extract(path, folder)
        moves = []
        for member, old in manifest["roots"].items():
            target = Path.cwd() / Path(old).name
            if target.exists() and any(target.iterdir()):
                raise UserError(f'"{target}" has files: move it away first')
            moves.append((folder / member, old, target))
        with closing(sqlite3.connect(folder / DATABASE)) as opened:
            for _, old, target in moves:
                _replace_paths(opened, old, str(target))
            opened.commit()
        for source, _, target in moves:
            if target.exists():
                target.rmdir()
            source.mkdir(parents=True, exist_ok=True)
            shutil.move(source, target)
        counts = count_rows(folder / DATABASE)
        (folder / DATABASE).replace(database)
    return Backup(path, *counts, len(manifest["sha256"]) - 1, ())


def upgrade(path: Path) -> tuple[str, str]:
    """Migrates the database to the installed MLflow; returns the schema before and after.

    A copy is migrated first, so a migration that fails changes nothing. The backup is written
    only when there is something to migrate.
    """
    database = find_database()
    before = read_revision(database)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name, DATABASE)
        copy_database(database, copy)
        _migrate(copy)
        after = read_revision(copy)
    if after != before:
        back_up(path)
        _migrate(database)
    return before, after


def find_database() -> Path:
    """Returns the file of the tracker; raises UserError when it is missing or a server."""
    _address_to_path()
    return Path(runs.find_address().partition(":///")[2])


def _address_to_path() -> Path:
    address = os.environ.get(ADDRESS_VARIABLE) or LOCAL_ADDRESS
    scheme, _, path = address.partition(":///")
    if scheme != "sqlite":
        shown = address.partition("://")[0]
        raise UserError(
            f"the tracker is a server ({ADDRESS_VARIABLE} begins with {shown}://), so its "
            "database (pg_dump for PostgreSQL) and its artifacts are backed up where it runs"
        )
    return Path(path).resolve()


def copy_database(source: Path, target: Path) -> None:
    """Copies a database as it is at one moment, also while others write to it."""
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except sqlite3.DatabaseError as error:
        raise UserError(f'"{source}" cannot be read as a database: {error}') from None


def read_revision(database: Path) -> str:
    """Returns the version of the schema, as MLflow numbers it."""
    with closing(sqlite3.connect(database)) as opened:
        try:
            found = opened.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise UserError(f'"{database}" is not a database of MLflow: {error}') from None
    return str(found[0]) if found else "none"


def count_rows(database: Path) -> tuple[int, int]:
    """Returns how many runs and registered versions there are."""
    with closing(sqlite3.connect(database)) as opened:
        found = opened.execute("SELECT count(*) FROM runs").fetchone()
        versions = opened.execute("SELECT count(*) FROM model_versions").fetchone()
    return int(found[0]), int(versions[0])


def _add_folder(archive: tarfile.TarFile, root: Path, member: str, copy: Path) -> dict[str, str]:
    """Adds every file, each as it is at one moment: a run may write to it."""
    hashes = {}
    for file in sorted(each for each in root.rglob("*") if each.is_file()):
        name = f"{member}/{file.relative_to(root).as_posix()}"
        with suppress(FileNotFoundError):  # a run has removed it
            shutil.copyfile(file, copy)
            hashes[name] = _add(archive, copy, name)
    return hashes


def _add(archive: tarfile.TarFile, file: Path, name: str) -> str:
    archive.add(file, name)
    return hash_file(file)


def _find_roots(database: Path) -> tuple[list[Path], list[str]]:
    """The folders with files of experiments, and places that are no folder of this machine."""
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute("SELECT artifact_location FROM experiments").fetchall()
    roots = {SERVED.resolve()} if SERVED.is_dir() else set()
    elsewhere = set()
    for (location,) in rows:
        folder = _to_folder(str(location))
        if folder is None:
            elsewhere.add(str(location).rpartition("/")[0])
        elif folder.parent.is_dir():
            roots.add(folder.parent)
    if SERVED.is_dir():
        elsewhere = {each for each in elsewhere if not each.startswith("mlflow-artifacts:")}
    return sorted(roots), sorted(elsewhere)


def _to_folder(location: str) -> Path | None:
    scheme = urlsplit(location).scheme
    if scheme == "file":
        return Path(unquote(urlsplit(location).path))
    is_drive = len(scheme) == 1  # C:\\ of Windows
    return Path(location) if not scheme or is_drive else None


def _extract(path: Path, folder: Path) -> dict[str, Any]:
    """Unpacks a backup and compares every file with its hash."""
    damaged = f'"{path.as_posix()}" is not a whole backup of "poe tracker-backup": use another one'
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = load_json(folder / MANIFEST)
        for name, expected in manifest["sha256"].items():
            if hash_file(folder / name) != expected:
                raise UserError(f'{damaged} ("{name}" was changed)')
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError) as error:
        raise UserError(f"{damaged} ({type(error).__name__})") from None
    if manifest["schema_version"] != SCHEMA_VERSION:
        raise UserError(f'"{path.as_posix()}" was written by a newer version of this block')
    return manifest


def _replace_paths(database: sqlite3.Connection, old: str, new: str) -> None:
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    for before, after in ((old, new), (Path(old).as_uri(), Path(new).as_uri())):
        for table, column in ADDRESSES:
            if table in tables:
                database.execute(
                    REPLACE_START.substitute(table=table, column=column),
                    (after, len(before) + 1, before, len(before) + 1, f"{before}/"),
                )


def _migrate(database: Path) -> None:
    command = [sys.executable, "-m", "mlflow", "db", "upgrade", f"sqlite:///{database}"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise UserError(f'MLflow cannot migrate "{database}" ({lines[-1]}): nothing was changed')

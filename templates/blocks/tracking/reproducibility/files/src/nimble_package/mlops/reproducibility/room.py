"""A room of its own for a run that is made again: code, data, environment; gone afterwards."""

import configparser
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

from ..manifest import PACKAGE, save_json
from ..settings import UserError
from . import fill_manifest, read, state

# What belongs to this project's environment, not to that of the room.
OURS = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_PROJECT", "PYTHONPATH", "PYTHONHOME")
EXTRAS = {"s3": "s3", "gs": "gs", "azure": "azure", "ssh": "ssh", "webdav": "webdav", "http": ""}
CURES = {  # what a tool says, and what helps
    "No space left": ": the disk is full, make room, or name another place by TMPDIR",
    "needs to be updated": ": uv.lock does not fit pyproject.toml there, so the packages of that "
    "run are not known; run uv lock, commit it, train again",
    "Failed to fetch": ": is the network there, and every index that pyproject.toml names?",
}


@contextmanager
def opened() -> Iterator[Path]:
    """An empty folder outside this tree, removed however the block ends."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        folder = Path(tempfile.mkdtemp(prefix="nimble-reproduce-")).resolve()
    except OSError as error:
        raise UserError(f"no temporary folder can be made: {error}; TMPDIR names another") from None
    known = {name: os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")}
    try:
        (folder / "tmp").mkdir()
        os.environ |= dict.fromkeys(known, str(folder / "tmp"))  # it goes too
        yield folder
    except OSError as error:
        raise UserError(f'"{folder}": {error}; TMPDIR names another place') from None
    finally:
        for name, value in known.items():
            os.environ.pop(name, None)
            os.environ |= {} if value is None else {name: value}
        _remove(folder)
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _remove(folder: Path) -> None:
    for path in folder.rglob("*"):  # git's and DVC's files are read-only; Windows keeps such files
        if not path.is_symlink() and not os.access(path, os.W_OK):
            path.chmod(stat.S_IWRITE | stat.S_IREAD | (stat.S_IEXEC if path.is_dir() else 0))
    shutil.rmtree(folder, ignore_errors=True)


def python_for(facts: Mapping[str, Any]) -> str:
    """A Python of the run's own version, the same to the last digit where there is one."""
    wanted = str(facts["environment"].get("python") or "")
    series = ".".join(wanted.split(".")[:2])
    for version in (wanted, series):
        command = [_uv(), "python", "find", "--no-python-downloads", "--no-project", version]
        found = subprocess.run(command, env=_clean(), capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.strip()
    raise UserError(f'Python "{wanted}" is not here: uv python install {series} brings it')


def install(project: Path, python: str, words: Sequence[str]) -> Path:
    """Syncs the locked environment of the room; gives its Python."""
    if not (project / "uv.lock").is_file():
        raise UserError('"uv.lock" is not in the commit: commit it, and train again')
    environment = project / ".venv"
    command = [_uv(), "sync", "--locked", "--quiet", "--no-python-downloads", f"--python={python}"]
    _say(command + list(words), project, "the locked environment", _clean())
    inner = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    return environment.joinpath(*inner)


def bring_data(run: read.Run, project: Path) -> list[str]:
    """Restores what the run read by version; gives sentences about where it came from."""
    said = []
    wanted = run.facts["data"].get("dvc") or {}
    pointers = [file.relative_to(project) for file in sorted(project.glob("data/**/*.dvc"))]
    targets = [pointer.as_posix() for pointer in pointers]
    own = run.facts["config"]["data"].get("source") != "builtin"
    if own and "data/prepared" in wanted and _locked(project, "data/prepared", wanted):
        targets.append("data/prepared")  # in case its source is gone: a hub's, a database's
    if targets:
        said += _pull(targets, project)
    for path in fill_manifest.inputs(run.facts["config"]["data"]):
        if path.is_absolute() or ".." in path.parts:
            said.append(f'"{path.as_posix()}" lies outside: taken as it is now')
        elif path.exists() and not (project / path).exists():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            try:
                (project / path).symlink_to(path.resolve(), target_is_directory=path.is_dir())
            except OSError:  # Windows without the right to make links
                copy = shutil.copytree if path.is_dir() else shutil.copyfile
                copy(path, project / path)
            said.append(f'"{path.as_posix()}" is in no version: taken as it lies here now')
    return said


def _locked(project: Path, path: str, wanted: Mapping[str, str]) -> bool:
    """Whether dvc.lock of the room names the very data of the run."""
    lock = project / "dvc.lock"
    known = yaml.safe_load(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
    outs = [out for stage in known.get("stages", {}).values() for out in stage.get("outs", [])]
    return any(out["path"] == path and out["md5"] == wanted[path] for out in outs)


def _pull(targets: Sequence[str], project: Path) -> list[str]:
    """From this clone's cache, as it is; else from the remote, into a cache of the room."""
    tool = _dvc(project)
    local = _local_settings()
    cache = Path(_output([*tool, "cache", "dir"], Path.cwd()) or ".dvc/cache").resolve()
    _write_settings(project, {**local, "cache": {"dir": str(cache)}})
    left = [
        target
        for target in targets
        if not cache.is_dir() or _status([*tool, "checkout", "--quiet", target], project)
    ]
    said = [f"{target} from DVC's cache" for target in targets if target not in left]
    if not left:
        return said
    _write_settings(project, {**local, "cache": {"dir": str(project / ".dvc" / "cache")}})
    hard = [target for target in left if target.endswith(".dvc")]
    for target in left:
        command = [*tool, "pull", "--quiet", target]
        done = subprocess.run(command, cwd=project, env=_clean(), capture_output=True, text=True)
        if done.returncode and target in hard:
            reason = " ".join(done.stderr.split())[-200:] or "DVC said nothing"
            raise UserError(
                f'the data of "{target}" is neither in the cache nor on a remote: dvc push it from '
                f"a clone that has it ({reason})"
            )
        said += [] if done.returncode else [f"{target} from the remote"]
    return said


def _dvc(project: Path) -> list[str]:
    """DVC as this repository runs it, with what its remotes need."""
    text = (project / "dvc.yaml").read_text(encoding="utf-8")
    found = re.search(r"uvx --from (dvc\S*==\S+) dvc", text)
    tool, version = (found[1] if found else "dvc").partition("==")[::2]
    settings = configparser.ConfigParser(interpolation=None)
    settings.read([".dvc/config", ".dvc/config.local"], encoding="utf-8")
    schemes = {
        settings[name].get("url", "").partition("://")[0]
        for name in settings.sections()
        if "remote" in name
    }
    extras = sorted({EXTRAS[scheme] for scheme in schemes if EXTRAS.get(scheme)})
    tool = f"dvc[{','.join(extras)}]" if extras else tool
    return [_uv(), "tool", "run", "--from", f"{tool}=={version}" if version else tool, "dvc"]


def _local_settings() -> dict[str, dict[str, str]]:
    """DVC settings that git does not hold, and paths of remotes as seen from anywhere."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read([".dvc/config", ".dvc/config.local"], encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    for name in settings.sections():
        values = dict(settings[name])
        url = values.get("url", "")
        if url and "://" not in url and not Path(url).is_absolute():
            values["url"] = str(Path(".dvc", url).resolve())
        found[name] = values
    found.pop("cache", None)
    return found


def _write_settings(project: Path, sections: Mapping[str, Mapping[str, str]]) -> None:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read_dict(sections)
    (project / ".dvc").mkdir(exist_ok=True)
    with (project / ".dvc" / "config.local").open("w", encoding="utf-8", newline="\n") as file:
        settings.write(file)


def train(run: read.Run, project: Path, python: Path, variables: Mapping[str, str]) -> read.Run:
    """Trains in the room with the run's own settings; gives the new run."""
    facts = run.facts
    settings = project.with_name("config.json")
    save_json(settings, facts["config"])
    known = facts["environment"].get("variables") or {}
    environment = {key: value for key, value in _clean().items() if key not in known}
    environment |= {key: value for key, value in known.items() if value is not None}
    environment |= {"RUN_OUTPUTS": fill_manifest.outputs() or "", **variables}
    command = [str(python), "-m", f"{PACKAGE.name}.train", "--config", str(settings)]
    _say(command, project, "the training", environment, quiet=False)
    made = project / read.LAST
    found = read.parse(made.read_bytes(), str(read.LAST))
    patch = made.with_name(fill_manifest.PATCH)
    return read.Run(
        found, patch.read_bytes() if patch.is_file() else b"", None, "", found["run_id"] or "again"
    )


def _clean() -> dict[str, str]:
    """This process' variables, without what belongs to its own environment or to another run."""
    gone = (*OURS, "RUN_PARENT", "RUN_REPRODUCES", "RUN_COMMIT")
    return {key: value for key, value in state.environment().items() if key not in gone}


def _say(
    command: Sequence[str],
    cwd: Path,
    what: str,
    environment: Mapping[str, str],
    quiet: bool = True,
) -> None:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=quiet, text=True)
    if done.returncode:
        words = " ".join((done.stderr or "").split())
        hints = [hint for sign, hint in CURES.items() if sign in words]
        said = f" ({words[-200:]})" if words else ""
        raise UserError(f"{what} failed, exit status {done.returncode}{said}{'; '.join(hints)}")


def _status(command: Sequence[str], cwd: Path) -> int:
    return subprocess.run(command, cwd=cwd, env=_clean(), capture_output=True).returncode


def _output(command: Sequence[str], cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, env=_clean(), capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def _uv() -> str:
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        raise UserError("uv is not on the PATH: https://docs.astral.sh/uv/ says how to install it")
    return found


def outside(run: read.Run, folder: Path, fetch: Any) -> tuple[dict[str, str], str | None]:
    """Variables and a reason for tolerance from whoever answers outside this repository."""
    if not (PACKAGE / "factory" / "outside.py").is_file():
        return {}, None
    from importlib import import_module

    module = import_module(f"{PACKAGE.name}.factory.outside")
    found: tuple[dict[str, str], str | None] = module.prepare(run.facts, fetch, folder)
    return found

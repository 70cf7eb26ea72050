"""A temporary folder with the code, data and environment of a run that is made again."""

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

from ..errors import UserError
from ..files import save_json
from ..run_manifest import PACKAGE
from . import git_state, manifest_details, stored_run
from .stored_run import StoredRun

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What belongs to the environment of this project, not to that of the workspace.
OWN_VARIABLES = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_PROJECT", "PYTHONPATH", "PYTHONHOME")
DVC_EXTRAS = {"s3", "gs", "azure", "ssh", "webdav"}  # by the scheme of the address
HINTS = {  # what a tool prints, and what helps
    "No space left": "the disk is full: free some space, or name another folder by TMPDIR",
    "needs to be updated": "uv.lock does not fit pyproject.toml there, so the packages of that "
    "run are not known: run uv lock, commit it, train again",
    "Failed to fetch": "is the network up, and every index that pyproject.toml names?",
}


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Makes an empty folder outside this tree, and removes it however the block ends."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _interrupt)
    try:
        folder = Path(tempfile.mkdtemp(prefix="nimble-reproduce-")).resolve()
    except OSError as error:
        raise UserError(f"no temporary folder can be made: {error}; TMPDIR names another") from None
    variables = {name: os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")}
    try:
        (folder / "tmp").mkdir()
        os.environ.update(dict.fromkeys(variables, str(folder / "tmp")))  # removed with it
        yield folder
    except OSError as error:
        raise UserError(f'"{folder}": {error}; TMPDIR names another folder') from None
    finally:
        for name, value in variables.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _remove(folder)
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Only the first signal counts: a second one, such as poe's, would end the removal."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _remove(folder: Path) -> None:
    """Removes files of git and DVC too, which are read-only: Windows keeps such files."""
    for path in folder.rglob("*"):
        if path.is_symlink() or os.access(path, os.W_OK):
            continue
        executable = stat.S_IEXEC if path.is_dir() else 0
        path.chmod(stat.S_IWRITE | stat.S_IREAD | executable)
    shutil.rmtree(folder, ignore_errors=True)


def find_python(environment: Mapping[str, Any]) -> str:
    """Returns a Python of the version of the run, with the same patch level where there is one."""
    wanted = str(environment.get("python") or "")
    series = ".".join(wanted.split(".")[:2])
    for version in (wanted, series):
        command = [_uv(), "python", "find", "--no-python-downloads", "--no-project", version]
        done = subprocess.run(
            command, env=_variables(), capture_output=True, text=True, errors="replace"
        )
        if done.returncode == 0:
            return done.stdout.strip()
    raise UserError(f'Python "{wanted}" is not installed: run "uv python install {series}"')


def install(project: Path, python: str, options: Sequence[str]) -> Path:
    """Installs the locked environment of the workspace; returns its Python."""
    if not (project / "uv.lock").is_file():
        raise UserError('"uv.lock" is not in the commit: commit it, and train again')
    command = [_uv(), "sync", "--locked", "--quiet", "--no-python-downloads", f"--python={python}"]
    _run([*command, *options], project, "the locked environment", _variables())
    if sys.platform == "win32":
        return project / ".venv" / "Scripts" / "python.exe"
    return project / ".venv" / "bin" / "python"


def bring_data(run: StoredRun, project: Path) -> list[str]:
    """Restores the data of the run by version; returns sentences about where it came from."""
    sentences = []
    config = run.manifest["config"]["data"]
    versions = run.manifest["data"].get("dvc") or {}
    pointers = sorted(project.glob("data/**/*.dvc"))
    targets = [pointer.relative_to(project).as_posix() for pointer in pointers]
    own = config.get("source") != "builtin"
    if own and _is_locked(project, "data/prepared", versions):
        targets.append("data/prepared")  # its source may be gone: a hub, a database
    if targets:
        sentences += _pull(targets, project)
    for path in manifest_details.find_data_paths(config):
        name = path.as_posix()
        if path.is_absolute() or ".." in path.parts:
            sentences.append(f'"{name}" is outside this folder: used as it is now')
        elif path.exists() and not (project / path).exists():
            _link(path.resolve(), project / path)
            sentences.append(f'"{name}" is in no version: used as it is here now')
    return sentences


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:  # Windows without the right to make links
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target)


def _is_locked(project: Path, path: str, versions: Mapping[str, str]) -> bool:
    """Whether dvc.lock of the workspace names the data of the run."""
    lock = project / "dvc.lock"
    if path not in versions or not lock.is_file():
        return False
    content = yaml.safe_load(lock.read_text(encoding="utf-8"))
    outs = [out for stage in content.get("stages", {}).values() for out in stage.get("outs", [])]
    return any(out["path"] == path and out["md5"] == versions[path] for out in outs)


def _pull(targets: Sequence[str], project: Path) -> list[str]:
    """From the cache of this clone, unchanged; else from the remote, into the workspace."""
    tool = _dvc(project)
    settings = _local_dvc_settings()
    folder = _read_output([*tool, "cache", "dir"], Path.cwd()) or ".dvc/cache"
    cache = Path(folder).resolve()
    _write_dvc_settings(project, {**settings, "cache": {"dir": str(cache)}})
    sentences = []
    missing = []
    for target in targets:
        if cache.is_dir() and _succeeds([*tool, "checkout", "--quiet", target], project):
            sentences.append(f"{target} from DVC's cache")
        else:
            missing.append(target)
    if not missing:
        return sentences
    own_cache = project / ".dvc" / "cache"
    _write_dvc_settings(project, {**settings, "cache": {"dir": str(own_cache)}})
    for target in missing:
        command = [*tool, "pull", "--quiet", target]
        done = subprocess.run(
            command, cwd=project, env=_variables(), capture_output=True, text=True, errors="replace"
        )
        if done.returncode == 0:
            sentences.append(f"{target} from the remote")
        elif target.endswith(".dvc"):  # the outputs of a stage can be made again
            reason = " ".join(done.stderr.split())[-200:] or "DVC printed nothing"
            raise UserError(
                f'the data of "{target}" is neither in the cache nor on a remote: dvc push it from '
                f"a clone that has it ({reason})"
            )
    return sentences


def _dvc(project: Path) -> list[str]:
    """DVC in the version that this repository uses, with what its remotes need."""
    text = (project / "dvc.yaml").read_text(encoding="utf-8")
    match = re.search(r"uvx --from (dvc\S*==\S+) dvc", text)
    requirement = match[1] if match else "dvc"
    tool, equals, version = requirement.partition("==")
    schemes = set()
    for section in _local_dvc_settings().values():
        schemes.add(section.get("url", "").partition("://")[0])
    extras = sorted(DVC_EXTRAS & schemes)
    if extras:
        tool = f"dvc[{','.join(extras)}]"
    return [_uv(), "tool", "run", "--from", f"{tool}{equals}{version}", "dvc"]


def _local_dvc_settings() -> dict[str, dict[str, str]]:
    """DVC settings of this clone, with paths of remotes that are valid in every folder."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read([".dvc/config", ".dvc/config.local"], encoding="utf-8")
    sections: dict[str, dict[str, str]] = {}
    for name in settings.sections():
        values = dict(settings[name])
        url = values.get("url", "")
        if url and "://" not in url and not Path(url).is_absolute():
            values["url"] = str(Path(".dvc", url).resolve())
        sections[name] = values
    sections.pop("cache", None)
    return sections


def _write_dvc_settings(project: Path, sections: Mapping[str, Mapping[str, str]]) -> None:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read_dict(sections)
    (project / ".dvc").mkdir(exist_ok=True)
    with (project / ".dvc" / "config.local").open("w", encoding="utf-8", newline="\n") as file:
        settings.write(file)


def bring_infrastructure_outputs(project: Path) -> None:
    """Writes the outputs of the applied infrastructure where a training looks for them.

    git ignores Terraform's state, so the workspace has none, and a shared one needs credentials.
    """
    outputs = manifest_details.read_infrastructure_outputs()
    if outputs:
        save_json(project / manifest_details.TERRAFORM_STATE, {"outputs": outputs})


def train(run: StoredRun, project: Path, python: Path, variables: Mapping[str, str]) -> StoredRun:
    """Trains in the workspace with the settings of the run; returns the new run."""
    settings = project.with_name("config.json")
    save_json(settings, run.manifest["config"])
    environment = _variables()
    recorded = run.manifest["environment"].get("variables") or {}
    for name, value in recorded.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    environment.update(variables)
    command = [str(python), "-m", f"{PACKAGE.name}.mlops.commands.train"]
    options = ["--config", str(settings), "--reproduces", run.name]
    _run([*command, *options], project, "the training", environment, show=True)
    path = project / stored_run.LAST
    manifest = stored_run.parse(path.read_bytes(), str(stored_run.LAST))
    patch = path.with_name(manifest_details.PATCH)
    content = patch.read_bytes() if patch.is_file() else b""
    return StoredRun(manifest, content, name=manifest["run_id"] or "the new run")


def _variables() -> dict[str, str]:
    """Variables of this process, without those of its environment or of the image it runs in."""
    variables = git_state.environment()
    for name in (*OWN_VARIABLES, "RUN_COMMIT"):
        variables.pop(name, None)
    return variables


def _run(
    command: Sequence[str],
    cwd: Path,
    what: str,
    environment: Mapping[str, str],
    show: bool = False,
) -> None:
    """Runs a command; its output is shown, or is part of the error when it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=not show, text=True, errors="replace"
    )
    if done.returncode == 0:
        return
    message = " ".join((done.stderr or "").split())
    hints = [hint for sign, hint in HINTS.items() if sign in message]
    parts = [f"{what} failed, exit status {done.returncode}"]
    if message:
        parts[0] += f" ({message[-200:]})"
    raise UserError(": ".join([*parts, *hints]))


def _succeeds(command: Sequence[str], cwd: Path) -> bool:
    done = subprocess.run(command, cwd=cwd, env=_variables(), capture_output=True)
    return done.returncode == 0


def _read_output(command: Sequence[str], cwd: Path) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=_variables(), capture_output=True, text=True, errors="replace"
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def _uv() -> str:
    path = os.environ.get("UV") or shutil.which("uv")
    if not path:
        raise UserError("uv is not on the PATH: https://docs.astral.sh/uv/ says how to install it")
    return path

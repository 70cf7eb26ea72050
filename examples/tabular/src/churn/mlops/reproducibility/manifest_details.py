"""Completes a run manifest: what it takes to make the run again, and what prevents it."""

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .. import run_manifest
from ..any_encoding import read_name
from ..files import hash_json, load_json, sha256
from ..project import PREPARED
from . import git_state

PATCH = "changes.patch"
MAX_PATCH = 10_000_000  # bytes of uncommitted changes that are kept with a run
MAX_DATA = 2_000_000_000  # bytes of data that are read once more, to hash what was trained on
VARIABLES = (  # what changes metrics of the same code on the same data
    "CUBLAS_WORKSPACE_CONFIG",
    "MKL_CBWR",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
)
INFRASTRUCTURE = Path("infra")
TERRAFORM_STATE = INFRASTRUCTURE / "terraform.tfstate"


def complete(manifest: dict[str, Any], folder: Path) -> list[Path]:
    """Fills what a manifest leaves null without this subpackage; returns files to keep with it."""
    obstacles: list[str] = []
    kept = _complete_git(manifest["git"], folder, obstacles)
    versions = _find_dvc_versions(obstacles)
    data = manifest["data"]
    data["content_sha256"] = hash_folder(PREPARED, MAX_DATA)
    data["dvc"] = versions or None
    obstacles += _find_unversioned(manifest["config"]["data"], versions)
    environment = manifest["environment"]
    environment["cpu"] = _read_cpu() or environment["cpu"]
    environment["variables"] = {name: os.environ.get(name) for name in VARIABLES}
    environment["packages"] = _list_packages()
    if environment["lock_sha256"] is None:
        obstacles.append(
            "uv.lock is missing, so the packages are not known: run uv lock, commit it"
        )
    outputs = read_infrastructure_outputs()
    manifest["infrastructure"]["files_sha256"] = hash_folder(INFRASTRUCTURE)
    manifest["infrastructure"]["outputs_sha256"] = hash_outputs(outputs)
    manifest["parents"].insert(0, {"kind": "data", "id": data["hash"]})
    manifest["reproducible"] = not obstacles
    manifest["obstacles"] = obstacles
    return kept


def _complete_git(git: dict[str, Any], folder: Path, obstacles: list[str]) -> list[Path]:
    """Adds tree and patch; the code that ran has to be the code on disk."""
    obstacles += _find_edited_modules()
    (folder / PATCH).unlink(missing_ok=True)
    if not git["commit"]:
        obstacles.append("there is no commit: run git init, git add and git commit")
        return []
    if git["dirty"] is None:  # no git here: an image, which knows its commit by RUN_COMMIT
        if git["commit"].endswith("-dirty"):
            obstacles.append("the image has changes that are in no commit: commit, build it again")
        return []
    size = _measure_changes() if git["dirty"] else 0
    if size > MAX_PATCH:
        obstacles.append(
            f"{size / 1e6:.0f} MB are in no commit, more than is kept with a run "
            f"({MAX_PATCH / 1e6:.0f} MB): commit them, or name them in .gitignore"
        )
        return []
    try:
        with git_state.temporary_index() as index:
            git["tree"], patch = index.read_changes(git["commit"])
    except (git_state.GitError, OSError) as error:
        obstacles.append(f"the uncommitted changes cannot be read: {error}")
        return []
    if not patch:
        return []
    git["patch"] = {
        "name": PATCH,
        "sha256": sha256(patch),
        "bytes": len(patch),
        "files": git_state.list_files(patch),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PATCH).write_bytes(patch)
    return [folder / PATCH]


def _find_edited_modules() -> list[str]:
    """A sentence when a module of this package was edited after it was imported."""
    for module in list(sys.modules.values()):
        name = getattr(module, "__file__", None)
        if not name:
            continue
        path = Path(name)
        if not path.is_relative_to(run_manifest.PACKAGE) or not path.is_file():
            continue
        if path.stat().st_mtime > run_manifest.STARTED:
            return [f"{path.name} was changed during the run: run it again"]
    return []


def _measure_changes() -> int:
    """Bytes of the files that differ from the commit; ignored files do not count."""
    flags = ("--porcelain", "-z", "--untracked-files=all", "--no-renames")
    try:
        status = git_state.run("status", *flags, "--", ".").decode(errors="replace")
        top = Path(git_state.read_line("rev-parse", "--show-toplevel"))
    except git_state.GitError:
        return 0
    paths = [top / entry[3:] for entry in status.split("\0") if entry]
    return sum(path.stat().st_size for path in paths if path.is_file())


def _find_dvc_versions(obstacles: list[str]) -> dict[str, str]:
    """Data that DVC keeps: path and hash, from *.dvc files and from dvc.lock."""
    versions: dict[str, str] = {}
    for file in sorted(Path("data").glob("**/*.dvc")):
        if not file.is_file():  # a folder may have such a name
            continue
        for out in _load_yaml(file).get("outs") or []:
            path = file.parent / out["path"]
            versions[path.as_posix()] = out["md5"]
            if path.exists() and not _has_version(path, out):
                name = path.as_posix()
                obstacles.append(f'"{name}" is not what {file.name} says: dvc add it, commit that')
    stages = _load_yaml(Path("dvc.lock")).get("stages") or {}
    for stage in stages.values():
        for out in stage.get("outs") or []:
            # a dvc.lock that is older than the data says nothing about this run
            if out["path"].startswith("data/") and _has_version(Path(out["path"]), out):
                versions[out["path"]] = out["md5"]
    return versions


def _has_version(path: Path, out: Mapping[str, Any]) -> bool:
    """Whether a file or folder is the version that DVC recorded."""
    files = sorted(file for file in [path, *path.rglob("*")] if file.is_file())
    size = sum(file.stat().st_size for file in files)
    same_size = bool(size == out.get("size"))
    if not same_size or size > MAX_DATA:
        return same_size
    if path.is_file():
        return bool(_md5(path.read_bytes()) == out["md5"])
    rows = []
    for name, file in sorted((file.relative_to(path).as_posix(), file) for file in files):
        rows.append({"md5": _md5(file.read_bytes()), "relpath": name})
    listing = json.dumps(rows, sort_keys=True).encode()
    return bool(f"{_md5(listing)}.dir" == out["md5"])


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _load_yaml(file: Path) -> dict[str, Any]:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError):
        return {}


def find_data_paths(data: Mapping[str, Any]) -> list[Path]:
    """The paths that the section `data` of the settings names; none for built-in data."""
    if data.get("source") == "builtin":
        return []
    texts = [value for value in data.values() if isinstance(value, str) and value]
    paths = [Path(text.removeprefix("hf:")) for text in texts]
    return [path for path in paths if path.parts]


def _find_unversioned(data: Mapping[str, Any], versions: Mapping[str, str]) -> list[str]:
    """A sentence for each input that neither git nor DVC could bring back."""
    problems = []
    for path in find_data_paths(data):
        name = path.as_posix()
        if not path.exists() or any(path.is_relative_to(known) for known in versions):
            continue
        if path.is_absolute() or ".." in path.parts:
            problems.append(f'"{name}" is outside this folder: move it here, dvc add it')
            continue
        inside = any(Path(known).is_relative_to(path) for known in versions)
        if _is_ignored(name) and not inside:
            problems.append(f'"{name}" is in neither git nor DVC: dvc add it, commit that')
    return problems


def _is_ignored(name: str) -> bool:
    flags = ("--others", "--ignored", "--exclude-standard", "--directory")
    try:
        return bool(git_state.read_line("ls-files", *flags, "--", name))
    except git_state.GitError:
        return False


def _read_cpu() -> str | None:
    """The model of the processor: libraries choose their instructions by it."""
    try:
        if sys.platform == "darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return (
                subprocess.run(
                    command, capture_output=True, text=True, errors="replace"
                ).stdout.strip()
                or None
            )
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return f"{platform.machine()} {line.partition(':')[2].strip()}"
    except OSError:
        return None  # another system
    return None


def _list_packages() -> dict[str, str]:
    """Every installed package and its version."""
    packages: dict[str, str] = {}
    for entry in map(Path, sys.path):
        if not entry.is_dir():
            continue
        for folder in entry.glob("*.dist-info"):  # faster than to read every METADATA file
            name, _, version = folder.name.removesuffix(".dist-info").partition("-")
            packages.setdefault(name.lower().replace("_", "-"), version)
    return dict(sorted(packages.items()))


def read_infrastructure_outputs() -> dict[str, Any]:
    """The outputs of the applied infrastructure, from a local state or a shared one."""
    try:
        outputs: dict[str, Any] = load_json(TERRAFORM_STATE)["outputs"]
    except (OSError, ValueError, KeyError):
        return _ask_terraform()
    return outputs


def _ask_terraform() -> dict[str, Any]:
    """The answer of Terraform where the state is in a bucket; empty where it cannot be asked."""
    if not (INFRASTRUCTURE / "backend.tf").is_file():
        return {}
    command = ["terraform", f"-chdir={INFRASTRUCTURE}", "output", "-json"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=10)
        outputs: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}
    return outputs


def hash_outputs(outputs: Mapping[str, Any]) -> str | None:
    """One hash of the values of Terraform's outputs; None when there are none."""
    values = {name: output["value"] for name, output in outputs.items()}
    if not values:
        return None
    return hash_json(values)


def hash_folder(folder: Path, max_bytes: int = MAX_PATCH) -> str | None:
    """One hash of the names and bytes of all files; hidden files and Terraform's state not."""
    files = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.parts)
        if path.is_file() and not hidden and "tfstate" not in path.name:
            files.append(path)
    size = sum(path.stat().st_size for path in files)
    if not files or size > max_bytes:
        return None
    lines = [f"{read_name(path.as_posix())} {sha256(path.read_bytes())}" for path in files]
    return sha256("\n".join(lines).encode())

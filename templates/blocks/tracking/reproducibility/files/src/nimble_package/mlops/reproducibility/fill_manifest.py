"""Fills a run manifest: whatever it takes to make the run again, and what stands in the way."""

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

from .. import manifest
from . import state

PATCH = "changes.patch"
PREPARED = Path("data/prepared")
MOST = 10_000_000  # bytes of uncommitted changes that are kept with a run
MOST_DATA = 2_000_000_000  # bytes of data that are read once more, to hash what was trained on
VARIABLES = (  # what moves figures of the same code on the same data
    "CUBLAS_WORKSPACE_CONFIG",
    "MKL_CBWR",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
)


def complete(facts: dict[str, Any], folder: Path) -> list[Path]:
    """Fills what phase 1 leaves null; gives the patch, if there is one, to be kept with the run."""
    obstacles: list[str] = []
    files = _code(facts["git"], folder, obstacles)
    known = _versions(obstacles)
    facts["data"]["content_sha256"] = hash_of(PREPARED, MOST_DATA)
    facts["data"]["dvc"] = known or None
    obstacles += _unversioned(facts["config"]["data"], known)
    environment = facts["environment"]
    environment["cpu"] = _cpu() or environment["cpu"]
    environment["variables"] = {name: os.environ.get(name) for name in VARIABLES}
    environment["packages"] = _packages()
    if environment["lock_sha256"] is None:
        obstacles.append("uv.lock is missing, so nobody knows the packages: run uv lock, commit it")
    facts["infrastructure"]["files_sha256"] = hash_of(Path("infra"))
    facts["infrastructure"]["outputs_sha256"] = outputs()
    facts["parents"].insert(0, {"kind": "data", "id": facts["data"]["hash"]})
    facts["reproducible"], facts["obstacles"] = not obstacles, obstacles
    return files


def _code(git: dict[str, Any], folder: Path, obstacles: list[str]) -> list[Path]:
    """Commit, tree and patch; what was running has to be what lies on disk."""
    late = [
        Path(file).name
        for module in list(sys.modules.values())
        if (file := getattr(module, "__file__", None))
        and Path(file).is_relative_to(manifest.PACKAGE)
        and Path(file).is_file()
        and Path(file).stat().st_mtime > manifest.STARTED
    ]
    if late:
        obstacles.append(f"{late[0]} was changed while the run was going on: run it again")
    (folder / PATCH).unlink(missing_ok=True)
    if not git["commit"]:
        obstacles.append("there is no commit: run git init, git add and git commit")
        return []
    if git["dirty"] is None:  # no git here: an image, which knows its commit by RUN_COMMIT
        if git["commit"].endswith("-dirty"):
            obstacles.append("the image holds changes that no commit has: commit, build it again")
        return []
    size = sum(_size(name) for name in _names()) if git["dirty"] else 0
    if size > MOST:
        obstacles.append(
            f"{size / 1e6:.0f} MB are in no commit, more than is kept with a run "
            f"({MOST / 1e6:.0f} MB): commit them, or name them in .gitignore"
        )
        return []
    try:
        with state.scratch() as scratch:
            git["tree"], patch = scratch.changes(git["commit"])
    except (state.GitError, OSError) as error:
        obstacles.append(f"the uncommitted changes cannot be read: {error}")
        return []
    if not patch:
        return []
    git["patch"] = {
        "name": PATCH,
        "sha256": manifest.sha256(patch),
        "bytes": len(patch),
        "files": state.changed(patch),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PATCH).write_bytes(patch)
    return [folder / PATCH]


def _names() -> list[str]:
    """Files that differ from the commit or that git does not know, ignored ones left out."""
    flags = ("--porcelain", "-z", "--untracked-files=all", "--no-renames")
    try:
        found = state.git("status", *flags, "--", ".").decode(errors="replace")
        top = state.line("rev-parse", "--show-toplevel")
    except state.GitError:
        return []
    return [str(Path(top, entry[3:])) for entry in found.split("\0") if entry]


def _size(name: str) -> int:
    return Path(name).stat().st_size if Path(name).is_file() else 0


def _versions(obstacles: list[str]) -> dict[str, str]:
    """Data that DVC keeps: path and hash, from *.dvc files and from dvc.lock."""
    found: dict[str, str] = {}
    for file in sorted(Path("data").glob("**/*.dvc")):
        for out in (_yaml(file).get("outs") or []) if file.is_file() else []:
            path = file.parent / out["path"]
            found[path.as_posix()] = out["md5"]
            if path.exists() and not _is(path, out):
                obstacles.append(
                    f'"{path.as_posix()}" is not what {file.name} says: dvc add it, commit that'
                )
    for stage in (_yaml(Path("dvc.lock")).get("stages") or {}).values():
        for out in stage.get("outs") or []:
            # a dvc.lock that is older than the data says nothing about this run
            if out["path"].startswith("data/") and _is(Path(out["path"]), out):
                found[out["path"]] = out["md5"]
    return found


def _is(path: Path, out: Mapping[str, Any]) -> bool:
    """Whether a file or folder is the version that DVC wrote down."""
    files = sorted(file for file in [path, *path.rglob("*")] if file.is_file())
    size = sum(file.stat().st_size for file in files)
    if size != out.get("size") or size > MOST_DATA:
        return bool(size == out.get("size"))
    if path.is_file():
        return bool(_md5(path.read_bytes()) == out["md5"])
    names = sorted((file.relative_to(path).as_posix(), file) for file in files)
    rows = [{"md5": _md5(file.read_bytes()), "relpath": name} for name, file in names]
    return bool(f"{_md5(json.dumps(rows, sort_keys=True).encode())}.dir" == out["md5"])


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _yaml(file: Path) -> dict[str, Any]:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError):
        return {}


def inputs(data: dict[str, Any]) -> list[Path]:
    """The paths that the settings of the data name; none for data that the code makes itself."""
    words = [] if data.get("source") == "builtin" else data.values()
    paths = [Path(word.removeprefix("hf:")) for word in words if isinstance(word, str) and word]
    return [path for path in paths if path.parts]


def _unversioned(data: dict[str, Any], known: dict[str, str]) -> list[str]:
    """A sentence for each input that neither git nor DVC could bring back."""
    found = []
    for path in inputs(data):
        if not path.exists() or any(path.is_relative_to(name) for name in known):
            continue
        if path.is_absolute() or ".." in path.parts:
            found.append(f'"{path.as_posix()}" lies outside this folder: bring it in, dvc add it')
            continue
        flags = ("--others", "--ignored", "--exclude-standard", "--directory")
        try:
            ignored = state.line("ls-files", *flags, "--", path.as_posix())
        except state.GitError:
            ignored = ""
        if ignored and not any(Path(name).is_relative_to(path) for name in known):
            found.append(f'"{path.as_posix()}" is in neither git nor DVC: dvc add it, commit that')
    return found


def _cpu() -> str | None:
    """The model of the processor: libraries choose their instructions by it."""
    try:
        if sys.platform == "darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(command, capture_output=True, text=True).stdout.strip() or None
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return f"{platform.machine()} {line.partition(':')[2].strip()}"
    except OSError:
        pass
    return None


def _packages() -> dict[str, str]:
    """Every installed package and its version, from the names of their folders."""
    found: dict[str, str] = {}
    for entry in map(Path, sys.path):
        for folder in entry.glob("*.dist-info") if entry.is_dir() else ():
            name, _, version = folder.name.removesuffix(".dist-info").partition("-")
            found.setdefault(name.lower().replace("_", "-"), version)
    return dict(sorted(found.items()))


def outputs() -> str | None:
    """The hash of what the applied infrastructure says of itself, from a state here or shared.

    A run that is made again elsewhere is told it by RUN_OUTPUTS.
    """
    if (told := os.environ.get("RUN_OUTPUTS")) is not None:
        return told or None
    try:
        known = manifest.load_json(Path("infra/terraform.tfstate"))["outputs"]
    except (OSError, ValueError, KeyError):
        known = _shared_outputs()
    values = {name: output["value"] for name, output in known.items()}
    return manifest.sha256(json.dumps(values, sort_keys=True).encode()) if values else None


def _shared_outputs() -> dict[str, Any]:
    """Terraform's answer where the state is in a bucket; nothing where it cannot be asked."""
    if not Path("infra/backend.tf").is_file():
        return {}
    try:
        command = ["terraform", "-chdir=infra", "output", "-json"]
        done = subprocess.run(command, capture_output=True, check=True, timeout=10)
        known: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}
    return known


def hash_of(folder: Path, most: int = MOST) -> str | None:
    """One hash of the names and bytes of all files, hidden ones and Terraform's state left out."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    shown = [path for path in files if not any(part.startswith(".") for part in path.parts)]
    known = [path for path in shown if "tfstate" not in path.name]
    if sum(path.stat().st_size for path in known) > most:
        return None
    parts = [f"{path.as_posix()} {manifest.sha256(path.read_bytes())}" for path in known]
    return manifest.sha256("\n".join(parts).encode()) if parts else None

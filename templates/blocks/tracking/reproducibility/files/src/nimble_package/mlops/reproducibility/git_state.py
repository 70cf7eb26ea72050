"""What git knows of the code of a run; the user's index, objects and files stay as they are."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError

# Inside a git hook these point at the repository of the hook.
GIT_VARIABLES = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
)


class GitError(Exception):
    """A command of git that failed; the text is git's own message."""


def environment() -> dict[str, str]:
    """Returns the variables of this process without git's own."""
    return {key: value for key, value in os.environ.items() if key not in GIT_VARIABLES}


def run(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> bytes:
    """Returns what git prints; raises GitError with its message when it fails."""
    command = ["git", "-c", "core.quotePath=false", *arguments]
    variables = {**environment(), **(env or {})}
    try:
        done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True)
    except FileNotFoundError:
        raise GitError("git is not installed") from None
    if done.returncode:
        raise GitError(" ".join(done.stderr.decode(errors="replace").split())[:300])
    return done.stdout


def read_line(
    *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Returns the one line that git prints."""
    return run(*arguments, cwd=cwd, env=env).decode(errors="replace").strip()


@dataclass(frozen=True)
class TemporaryIndex:
    """An index and a folder for objects, both apart from those of the repository."""

    env: dict[str, str]

    def write_tree(self, commit: str, patch: bytes = b"") -> str:
        """Returns the id of the tree of a commit with a patch applied."""
        run("read-tree", commit, env=self.env)
        if patch:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "changes.patch")
                file.write_bytes(patch)
                top = Path(read_line("rev-parse", "--show-toplevel"))
                options = ("--cached", "--whitespace=nowarn")
                run("apply", *options, str(file), cwd=top, env=self.env)
        return read_line("write-tree", env=self.env)

    def read_changes(self, commit: str) -> tuple[str, bytes]:
        """Returns the tree of this folder as it is, and the patch from the commit to it.

        Files that git ignores are left out; files that it does not know yet are included.
        """
        index = Path(read_line("rev-parse", "--git-path", "index"))
        if index.is_file():  # with what it knows of sizes and times: unchanged files are not read
            # With its own time too: a file changed in the second of the index is read then.
            shutil.copy2(index, self.env["GIT_INDEX_FILE"])
        run("read-tree", "--reset", commit, env=self.env)
        run("add", "--all", "--", ".", env=self.env)
        options = ("--cached", "--binary", "--no-color", "--no-ext-diff", "--no-renames")
        patch = run("diff", *options, "--full-index", commit, "--", ".", env=self.env)
        return read_line("write-tree", env=self.env), patch


@contextmanager
def temporary_index() -> Iterator[TemporaryIndex]:
    """Opens a TemporaryIndex for the `with` block."""
    with tempfile.TemporaryDirectory(prefix="nimble-git-") as folder:
        new_objects = Path(folder, "objects")
        new_objects.mkdir()
        objects = Path(read_line("rev-parse", "--git-path", "objects")).resolve()
        variables = {
            "GIT_INDEX_FILE": str(Path(folder, "index")),
            "GIT_OBJECT_DIRECTORY": str(new_objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects),
        }
        yield TemporaryIndex(variables)


def list_files(patch: bytes) -> list[str]:
    """Returns the files that a patch changes."""
    lines = patch.decode(errors="replace").splitlines()
    heads = [line for line in lines if line.startswith("diff --git a/")]
    return sorted({head.split(" b/", 1)[1] for head in heads})


def has_commit(commit: str, cwd: Path | None = None) -> bool:
    """Whether the repository has the commit, even if it is on no branch any more."""
    try:
        run("cat-file", "-e", f"{commit}^{{commit}}", cwd=cwd)
    except GitError:
        return False
    return True


def check_out(commit: str, patch: bytes, target: Path) -> Path:
    """Checks commit and patch out into `target`; returns the folder of this project there.

    The clone borrows the objects of this repository and writes none. A missing commit of a remote
    is fetched into `target`, not into this repository.
    """
    try:
        top = read_line("rev-parse", "--show-toplevel")
        prefix = read_line("rev-parse", "--show-prefix")
    except GitError as error:
        raise UserError(f"this folder is not a git repository ({error}): clone it first") from None
    try:
        run("clone", "--quiet", "--shared", "--no-checkout", top, str(target))
        if not has_commit(commit, target) and not _fetch(commit, Path(top), target):
            raise UserError(
                f'the commit "{commit}" is neither here nor on a remote (history was rewritten, or '
                "it was never pushed): fetch it from a clone that still has it"
            )
        run("checkout", "--quiet", "--detach", commit, cwd=target)
        if patch:
            file = target.with_name("changes.patch")
            file.write_bytes(patch)
            run("apply", "--whitespace=nowarn", str(file), cwd=target)
    except GitError as error:
        raise UserError(f'the commit "{commit}" cannot be checked out: {error}') from None
    return target / prefix


def _fetch(commit: str, top: Path, target: Path) -> bool:
    """Asks every remote for the commit."""
    for remote in read_line("remote", cwd=top).split():
        address = read_line("remote", "get-url", remote, cwd=top)
        if (top / address).exists():
            address = str((top / address).resolve())
        try:
            run("fetch", "--quiet", "--depth=1", address, commit, cwd=target)
        except GitError:
            continue
        return True
    return False

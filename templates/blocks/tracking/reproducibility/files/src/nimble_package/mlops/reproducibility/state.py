"""What git knows of a run's code, without a change to the user's index, objects or working tree."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..settings import UserError

# Inside a hook these point at somebody else's repository.
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # the tree without files


class GitError(Exception):
    """A command of git that ended badly; its text is what git said."""


def environment() -> dict[str, str]:
    """The variables of this process without git's own."""
    return {key: value for key, value in os.environ.items() if key not in FOREIGN}


def git(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> bytes:
    """What git prints; `GitError` with what it says otherwise."""
    command = ["git", "-c", "core.quotePath=false", *arguments]
    given = {**environment(), **(env or {})}
    try:
        done = subprocess.run(command, cwd=cwd, env=given, capture_output=True)
    except FileNotFoundError:
        raise GitError("git is not installed") from None
    if done.returncode:
        raise GitError(" ".join(done.stderr.decode(errors="replace").split())[:300])
    return done.stdout


def line(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """The one line that git prints."""
    return git(*arguments, cwd=cwd, env=env).decode(errors="replace").strip()


@dataclass(frozen=True)
class Scratch:
    """An index and a place for objects that are nobody else's."""

    env: dict[str, str]

    def tree(self, commit: str, patch: bytes = b"") -> str:
        """The tree of a commit with a patch on top."""
        git("read-tree", commit, env=self.env)
        if patch:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "changes.patch")
                file.write_bytes(patch)
                top = Path(line("rev-parse", "--show-toplevel"))
                git("apply", "--cached", "--whitespace=nowarn", str(file), cwd=top, env=self.env)
        return line("write-tree", env=self.env)

    def changes(self, commit: str) -> tuple[str, bytes]:
        """The tree of this folder as it lies here, and the patch that leads to it from the commit.

        Files that git ignores are left out, files that it does not know yet are in.
        """
        index = Path(line("rev-parse", "--git-path", "index"))
        if index.is_file():  # with what it knows of sizes and times: unchanged files are not read
            # With its own time too: what changed in the second it was written in is read then.
            shutil.copy2(index, self.env["GIT_INDEX_FILE"])
        git("read-tree", "--reset", commit, env=self.env)
        git("add", "--all", "--", ".", env=self.env)
        options = ("--cached", "--binary", "--no-color", "--no-ext-diff", "--no-renames")
        patch = git("diff", *options, "--full-index", commit, "--", ".", env=self.env)
        return line("write-tree", env=self.env), patch


@contextmanager
def scratch() -> Iterator[Scratch]:
    """A `Scratch` for the `with` block."""
    with tempfile.TemporaryDirectory(prefix="nimble-git-") as folder:
        objects = Path(folder, "objects")
        objects.mkdir()
        known = Path(line("rev-parse", "--git-path", "objects")).resolve()
        yield Scratch(
            {
                "GIT_INDEX_FILE": str(Path(folder, "index")),
                "GIT_OBJECT_DIRECTORY": str(objects),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(known),
            }
        )


def changed(patch: bytes) -> list[str]:
    """The files that a patch touches."""
    lines = patch.decode(errors="replace").splitlines()
    return sorted({name.split(" b/", 1)[1] for name in lines if name.startswith("diff --git a/")})


def has(commit: str, cwd: Path | None = None) -> bool:
    """Whether the repository holds the commit, whether or not a branch still leads to it."""
    try:
        git("cat-file", "-e", f"{commit}^{{commit}}", cwd=cwd)
    except GitError:
        return False
    return True


def check_out(commit: str, patch: bytes, place: Path) -> Path:
    """A tree of its own at `place` with commit and patch; gives this project's folder there.

    It borrows the objects of this repository and writes none. What is missing is fetched from the
    remotes into `place`, not into this repository.
    """
    try:
        top, prefix = line("rev-parse", "--show-toplevel"), line("rev-parse", "--show-prefix")
    except GitError as error:
        raise UserError(f"this folder is no git repository ({error}): clone it first") from None
    try:
        git("clone", "--quiet", "--shared", "--no-checkout", top, str(place))
        if not has(commit, place) and not _fetch(commit, Path(top), place):
            raise UserError(
                f'the commit "{commit}" is neither here nor on a remote (history was rewritten, or '
                "it was never pushed): bring it with git fetch from a clone that still has it"
            )
        git("checkout", "--quiet", "--detach", commit, cwd=place)
        if patch:
            file = place.with_name("changes.patch")
            file.write_bytes(patch)
            git("apply", "--whitespace=nowarn", str(file), cwd=place)
    except GitError as error:
        raise UserError(f'the commit "{commit}" cannot be checked out: {error}') from None
    return place / prefix


def _fetch(commit: str, top: Path, place: Path) -> bool:
    """Asks every remote for the commit."""
    for remote in line("remote", cwd=top).split():
        address = line("remote", "get-url", remote, cwd=top)
        if (top / address).exists():
            address = str((top / address).resolve())
        try:
            git("fetch", "--quiet", "--depth=1", address, commit, cwd=place)
        except GitError:
            continue
        return True
    return False

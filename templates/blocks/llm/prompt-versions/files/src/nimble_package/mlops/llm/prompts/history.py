"""Finds a prompt in the folder or in git."""

import subprocess

import yaml

from ....adapters.prompts import Prompt, read_prompt
from ...errors import UserError, suggest
from ...files import sha256
from . import log


def find(name: str) -> Prompt:
    """Returns the prompt that `id`, `id@version` or `revision:id` names."""
    revision, colon, prompt_id = name.rpartition(":")
    if colon:
        return read_at_revision(revision, prompt_id)
    prompt_id, at, version = name.partition("@")
    if not at:
        return read_prompt(log.FOLDER / f"{prompt_id}.md")
    if not version.isdecimal():
        raise UserError(f'"{name}" has no version: write {prompt_id}@1')
    return find_version(prompt_id, int(version))


def find_version(prompt_id: str, version: int) -> Prompt:
    """Returns the file if it has the version, or else the newest commit that has it."""
    path = log.FOLDER / f"{prompt_id}.md"
    name = f"{prompt_id}@{version}"
    if path.is_file():
        current = read_prompt(path)
        if current.version == version:
            return current
    commits = run_git("log", "--format=%H", "--", path.as_posix()).split()
    for commit in commits:
        text = show(commit, prompt_id)
        if not text:  # the commit removed the file
            continue
        prompt = parse(text, name)
        if prompt.version == version:
            return prompt
    known = [f"{change.id}@{change.version}" for change in log.read_changes()]
    raise UserError(f'"{name}" is in no commit. {suggest(name, known)}')


def read_at_revision(revision: str, prompt_id: str) -> Prompt:
    """Returns the prompt as it was at a revision of git."""
    is_option = revision.startswith("-")
    if is_option or not run_git("rev-parse", "-q", "--verify", revision, check=False):
        raise UserError(f'"{revision}" is not a revision of this repository')
    text = show(revision, prompt_id)
    if not text:
        path = log.FOLDER / f"{prompt_id}.md"
        raise UserError(f'"{revision}" has no "{path.as_posix()}"')
    return parse(text, f"{revision}:{prompt_id}")


def show(revision: str, prompt_id: str) -> str:
    """Returns the text of a prompt at a revision; empty when it has none."""
    path = log.FOLDER / f"{prompt_id}.md"
    return run_git("show", f"{revision}:./{path.as_posix()}", check=False)


def parse(text: str, name: str) -> Prompt:
    """Returns the prompt in a text; earlier versions may lack what prompts need today."""
    try:
        head = yaml.safe_load(text.split("---\n")[1])
        return Prompt(head["id"], head["version"], sha256(text.encode()), text)
    except (IndexError, KeyError, TypeError, yaml.YAMLError):
        raise UserError(f'"{name}" has no head with id and version') from None


def run_git(*arguments: str, check: bool = True) -> str:
    """Returns the output; without `check`, that of a command that fails is empty."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True)
    except OSError:
        raise UserError("git is not on the PATH: it has the earlier versions") from None
    if done.returncode == 0:
        return done.stdout.decode("utf-8").replace("\r\n", "\n")
    if check:
        raise UserError(f"git: {done.stderr.decode(errors='replace').strip()}")
    return ""

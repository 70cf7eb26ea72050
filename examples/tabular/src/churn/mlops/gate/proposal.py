"""What a CI job proposes after a decision: the files to commit, and a page that says why.

The job that opens the pull request may write, so it runs nothing of this package: it commits
`reports/proposal/files/` and takes `reports/proposal/page.md` as the description.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from ..files import write_whole
from ..git_output import read_git
from ..project import REPORTS
from . import holdout
from .decision import DecisionRecord, find_path
from .report import format_markdown
from .settings import SETTINGS

FOLDER = REPORTS / "proposal"
FILES = FOLDER / "files"
PAGE = FOLDER / "page.md"


def write(record: DecisionRecord, known_looks: Collection[str]) -> None:
    """Writes what to propose; nothing when the same outputs were compared before.

    `known_looks` are those of the records that were here before this decision.
    """
    shutil.rmtree(FOLDER, ignore_errors=True)
    if record.look is None or record.look in known_looks:
        return
    changed = [path for path in (SETTINGS, holdout.LIST) if _differs_from_commit(path)]
    for path in (find_path(record.id), *changed):
        target = FILES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    page = "\n".join([format_markdown(record), *_explain(record, is_frozen_now=bool(changed)), ""])
    write_whole(PAGE, page.encode())


def _differs_from_commit(path: Path) -> bool:
    if not path.is_file():
        return False
    status = read_git("status", "--porcelain", "--", path.as_posix())
    return bool(status and status.strip())


def _explain(record: DecisionRecord, *, is_frozen_now: bool) -> list[str]:
    """What merging means, by verdict and by gate.yaml."""
    sentences = []
    if record.waits_for_person:
        sentences.append("**Merging this approves the promotion.** Closing it refuses it.")
    elif record.verdict.name == "promote":
        sentences.append("`gate.yaml` lets no person decide. Merging this keeps the record in git.")
    else:
        sentences.append("The champion stays. Merging this keeps the record in git.")
    sentences.append("The record counts a look at the holdout, so merge it with any verdict.")
    if is_frozen_now:
        sentences.append("It also commits the frozen holdout, which the next decisions use.")
    return sentences

"""A training writes into a folder of its own; model and reports are replaced together at its end.

The folder is next to the model. Until then, and after any failure, the old files are whole. What a
training that was killed left is removed by the next one.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import UserError
from .file_lock import hold, try_lock
from .files import load_json, save_json
from .project import TrainingPaths

PREFIX = ".training-"
LOCK = ".training.lock"  # next to the model: held while folders are made, removed or replaced
OWNER = "owner.lock"  # in the folder: held as long as its training lives
JOURNAL = "journal.json"  # in the folder, while files are replaced: what to put back


@dataclass(frozen=True)
class Staging:
    """Where a training writes, and what that replaces."""

    folder: Path
    final: TrainingPaths
    checkpoints: Path  # where a later training finds them

    @property
    def paths(self) -> TrainingPaths:
        """Where the training writes."""
        reports = self.folder / "reports"
        plots = self.folder / self.final.plots.name
        model = self.folder / self.final.model.name
        return TrainingPaths(model, plots, self.checkpoints, reports)

    def to_final(self, path: Path) -> Path:
        """Returns where a file of the training is after `publish`."""
        pairs = [
            (self.paths.model, self.final.model),
            (self.paths.plots, self.final.plots),
            (self.paths.reports, self.final.reports),
        ]
        for written, final in pairs:
            if path.is_relative_to(written):
                return final / path.relative_to(written)
        return path

    def name_final_paths(self, text: str) -> str:
        """Returns a message with the paths that the user knows."""
        paths = self.paths
        for path in (paths.model, paths.plots, paths.reports):
            text = text.replace(str(path), self.to_final(path).as_posix())
        return text

    def publish(self) -> None:
        """Replaces model, plots and the files of the reports; all of them, or none."""
        written = [self.paths.model, self.paths.plots, *sorted(self.paths.reports.iterdir())]
        moves = []
        for number, path in enumerate(written):
            final = self.to_final(path)
            saved = self.folder / "old" / str(number)
            moves.append({"old": str(saved), "final": str(final), "existed": final.exists()})
        with hold(self.folder.parent / LOCK):
            (self.folder / "old").mkdir()
            save_json(self.folder / "new.json", moves)
            (self.folder / "new.json").rename(self.folder / JOURNAL)
            try:
                for path, move in zip(written, moves, strict=True):
                    _replace(path, move)
            except BaseException as error:
                _undo(self.folder)
                if isinstance(error, OSError):
                    raise UserError(_explain(error)) from None
                raise
            (self.folder / JOURNAL).unlink()


@contextmanager
def stage(final: TrainingPaths) -> Iterator[Staging]:
    """Gives a training a folder of its own, which is removed at its end."""
    parent = final.model.parent
    with hold(parent / LOCK):
        _remove_leftovers(parent)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        owner = (folder / OWNER).open("w", encoding="utf-8")
        try_lock(owner)
    try:
        staging = Staging(folder, final, final.checkpoints)
        staging.paths.plots.mkdir()
        staging.paths.reports.mkdir()
        yield staging
    finally:
        owner.close()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(parent: Path) -> None:
    """Removes the folders of trainings that were killed, and puts back what they had taken."""
    for folder in sorted(parent.glob(f"{PREFIX}*")):
        owner = folder / OWNER
        if not owner.is_file():
            shutil.rmtree(folder, ignore_errors=True)
            continue
        with owner.open("w", encoding="utf-8") as file:
            is_dead = try_lock(file)
        if is_dead:
            _undo(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _replace(path: Path, move: dict[str, Any]) -> None:
    final = Path(move["final"])
    final.parent.mkdir(parents=True, exist_ok=True)
    if move["existed"]:
        shutil.move(final, move["old"])
    shutil.move(path, final)


def _undo(folder: Path) -> None:
    """Puts back what an unfinished `publish` had moved."""
    journal = folder / JOURNAL
    if not journal.is_file():
        return
    for move in load_json(journal):
        old, final = Path(move["old"]), Path(move["final"])
        if old.exists() or not move["existed"]:
            _remove(final)
        if old.exists():
            shutil.move(old, final)
    journal.unlink()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _explain(error: OSError) -> str:
    name = Path(str(error.filename or "models/current")).as_posix()
    return (
        f'"{name}" cannot be replaced ({error.strerror or error}), so the old model and its '
        "reports stay: close what uses it, or free disk space, and train again"
    )

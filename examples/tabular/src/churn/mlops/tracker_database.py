"""Makes the database of the local tracker whole, or not at all.

MLflow migrates a new file in dozens of steps. One that `kill -9` or a full disk ended in between
could never be opened again, so the file gets its name once it is complete.
"""

from importlib import import_module
from pathlib import Path

from .file_lock import hold


def create(address: str) -> None:
    """Makes the file that an address such as sqlite:///mlflow.db names, when it is missing."""
    scheme, _, name = address.partition(":///")
    path = Path(name)
    if scheme != "sqlite" or path.exists() or not path.parent.is_dir():
        return  # MLflow says what is wrong with it
    with hold(path.with_name(f"{path.name}.lock")):
        if not path.exists():
            _create_whole(path)


def _create_whole(path: Path) -> None:
    # MLflow offers no other way to make the tables of a file that is not the tracker yet.
    database = import_module("mlflow.store.db.utils")  # it has no types
    unfinished = path.with_name(f"{path.name}.unfinished")
    journal = path.with_name(f"{unfinished.name}-journal")  # of SQLite
    for left in (unfinished, journal):
        left.unlink(missing_ok=True)
    engine = database.create_sqlalchemy_engine_with_retry(f"sqlite:///{unfinished.as_posix()}")
    try:
        database._initialize_tables(engine)
        engine.dispose()
        unfinished.replace(path)
    finally:
        engine.dispose()
        for left in (unfinished, journal):
            left.unlink(missing_ok=True)

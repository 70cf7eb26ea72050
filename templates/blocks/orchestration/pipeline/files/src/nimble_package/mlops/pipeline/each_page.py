"""The page of `poe reliability --each DIR`: every repository in a folder, one row for each."""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import UserError
from ..files import save_json, write_whole
from ..html_page import format_duration, make_page
from ..project import REPORTS
from . import batch_records, prices, records
from .reliability import Reliability, measure, to_json
from .reliability_page import format_share, format_usd

PAGE, VALUES = REPORTS / "reliability-each.html", REPORTS / "reliability-each.json"
TITLE = "Reliability of each repository"
HEADS = ("repository", "experiment", "runs", "success", "recovery", "duration", "cost of a run")
MORE_HEADS = ("models", "batch runs", "batch success", "newest run")


@dataclass(frozen=True)
class Repository:
    """A repository with records, and what they say."""

    name: str  # of its folder, below DIR
    experiment: str
    values: Reliability
    batch: Reliability
    newest: str  # when the newest run began, and how it ended


def read_each(folder: Path, name: str, price: float | None) -> list[Repository]:
    """Returns the repositories in the folder, by name; raises UserError without any."""
    if not folder.is_dir():
        raise UserError(f'"--each {name}" is not a folder: name the one with the repositories')
    paths = sorted({folder, *folder.glob("*"), *folder.glob("*/*")})
    found = [read(path, folder, price) for path in paths if (path / "pipeline.yaml").is_file()]
    known = [repository for repository in found if repository]
    if not known:
        raise UserError(
            f'"--each {name}" has no repository with records: "uv run poe pipeline" writes them '
            "into pipeline/runs of its repository"
        )
    return known


def read(path: Path, folder: Path, price: float | None) -> Repository | None:
    """Returns what the records of a repository say; None when it has none."""
    runs = records.join_groups(records.read_records(path / records.FOLDER))
    batch = batch_records.read(path / batch_records.FOLDER)
    if not runs and not batch:
        return None
    newest = max([*runs, *batch], key=lambda one: one.started)
    name = path.name if path == folder else path.relative_to(folder).as_posix()
    known_prices = prices.read_prices(path / prices.FILE)
    return Repository(
        name,
        read_experiment(path),
        measure(runs, price, known_prices),
        measure(batch, price, known_prices),
        f"{newest.started:%Y-%m-%d %H:%M} UTC: {newest.exit_reason}",
    )


def read_experiment(path: Path) -> str:
    """Returns the name of the experiment in config.yaml; "" when it cannot be read."""
    try:
        content = yaml.safe_load((path / "config.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return ""
    return str(content.get("experiment", "")) if isinstance(content, dict) else ""


def find_shared(repositories: Sequence[Repository]) -> list[str]:
    """Returns a sentence for each experiment that two repositories name."""
    by_experiment: dict[str, list[str]] = {}
    for repository in repositories:
        if repository.experiment:
            by_experiment.setdefault(repository.experiment, []).append(repository.name)
    return [
        f'{", ".join(names)} have the same experiment "{experiment}": on one tracker only the '
        'first of them can train, so change "experiment" in config.yaml of the others'
        for experiment, names in by_experiment.items()
        if len(names) > 1
    ]


def format_cells(repository: Repository) -> list[str]:
    """Returns the cells of a row."""
    values, batch = repository.values, repository.batch
    recovery = format_duration(values.recovery_seconds)
    if values.failing_since:
        recovery = f"failing since {values.failing_since:%Y-%m-%d}"
    return [
        repository.name,
        repository.experiment,
        str(values.runs),
        format_share(values.success_rate),
        recovery,
        format_duration(values.seconds_median),
        format_usd(values.usd_per_run),
        str(values.models),
        str(batch.runs),
        format_share(batch.success_rate),
        repository.newest,
    ]


def write(repositories: Sequence[Repository], shared: Sequence[str]) -> Path:
    """Writes page and JSON, and returns the path of the page."""
    content: dict[str, Any] = {"version": 1, "shared_experiments": list(shared)}
    content["repositories"] = [
        {
            **asdict(repository),
            "values": to_json(repository.values),
            "batch": to_json(repository.batch),
        }
        for repository in repositories
    ]
    save_json(VALUES, content)
    heads = "".join(f"<th>{html.escape(head)}</th>" for head in (*HEADS, *MORE_HEADS))
    rows = [f"<tr>{heads}</tr>"]
    for repository in repositories:
        cells = [f"<td>{html.escape(cell)}</td>" for cell in format_cells(repository)]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    notes = [f"<p>{html.escape(sentence)}.</p>" for sentence in shared]
    parts = [f"<h1>{TITLE}</h1>", *notes, f"<table>{''.join(rows)}</table>"]
    style = "body { max-width: 90rem; } td, th { padding-right: 1rem; }\n"
    write_whole(PAGE, make_page(TITLE, parts, style).encode())
    return PAGE

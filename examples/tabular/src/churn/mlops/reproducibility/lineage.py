"""`poe lineage [RUN]`: where a run comes from, as text and as reports/lineage.svg."""

import html
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import runs
from ..command_line import run as run_command
from ..errors import UserError
from ..files import sha256, write_whole
from . import stored_run
from .stored_run import StoredRun

DESCRIPTION = "Show the way from raw data to prediction of a run."
SVG = Path("reports/lineage.svg")
WIDTH, LINE, GAP = 900, 20, 44  # pixels
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1f2430}.name{font-weight:600}"
    ".next{fill:#5b6470}rect{fill:#f4f6f8;stroke:#c5ccd4}path{stroke:#5b6470;fill:none;"
    "stroke-width:2}.page{fill:#fff;stroke:none}"
)


@dataclass(frozen=True)
class Stage:
    """One stage of the lineage: what it is, its facts, and the task that leads to the next."""

    name: str
    facts: Sequence[str]
    task: str = ""


def list_stages(run: StoredRun, related: Sequence[str]) -> list[Stage]:
    """Returns raw data, prepared data, run, model, prediction.

    `related` are sentences about other runs.
    """
    manifest = run.manifest
    return [
        Stage("raw data", _describe_source(manifest), "poe data"),
        Stage("prepared data", _describe_data(manifest["data"]), "poe train"),
        Stage("run", [*_describe_run(run), *related], "saved and evaluated"),
        Stage("model", _describe_model(manifest), "poe predict"),
        Stage("prediction", [_compare_current_model(manifest["artifacts"])]),
    ]


def _describe_source(manifest: Mapping[str, Any]) -> list[str]:
    data = manifest["data"]
    facts = [str(data.get("source")), f"licence: {data.get('licence')}"]
    if manifest["config"].get("data", {}).get("source") != "builtin":
        versions = data.get("dvc") or {}
        facts += [f"{path} in DVC as {md5}" for path, md5 in versions.items()]
    return facts


def _describe_data(data: Mapping[str, Any]) -> list[str]:
    counts = data.get("counts") or {}
    return [
        f"sha256 {data['hash'][:12]}",
        ", ".join(f"{count} {split}" for split, count in counts.items()),
    ]


def _describe_run(run: StoredRun) -> list[str]:
    manifest = run.manifest
    git, environment = manifest["git"], manifest["environment"]
    commit = str(git["commit"])[:12]
    if git.get("patch"):
        commit += f" and {git['patch']['name']}"
    seeds = ", ".join(str(seed) for seed in manifest["seeds"])
    settings = str(manifest.get("config_sha256"))[:12]
    lock = str(environment.get("lock_sha256"))[:12]
    python, threads, cpu = (environment.get(key) for key in ("python", "threads", "cpu"))
    facts = [
        f"{run.name}, {manifest.get('created', '')}",
        f"code: commit {commit}",
        f"settings: sha256 {settings}, seed {seeds}",
        f"environment: uv.lock {lock}, Python {python}, {threads} thread(s), {cpu}",
    ]
    known = {key: value for key, value in manifest["infrastructure"].items() if value}
    if known:
        values = [f"{key} {str(value)[:30]}" for key, value in known.items()]
        facts.append(f"infrastructure: {', '.join(values)}")
    return facts


def _describe_model(manifest: Mapping[str, Any]) -> list[str]:
    files = [f"{path}  {hash_[:12]}" for path, hash_ in _model_files(manifest["artifacts"]).items()]
    scores = []
    for name, value in manifest["metrics"].items():
        if name.startswith("model.") and not name.endswith("_std"):
            scores.append(f"{name} {value:.4f}")
    return [*files, ", ".join(scores[:4])]


def _model_files(artifacts: Mapping[str, str]) -> dict[str, str]:
    return {path: hash_ for path, hash_ in artifacts.items() if path.startswith("models/")}


def _compare_current_model(artifacts: Mapping[str, str]) -> str:
    """Whether models/current is this model."""
    files = _model_files(artifacts)
    if not all(Path(path).is_file() for path in files):
        return 'models/current is empty here: "uv run poe reproduce" makes this model again'
    if all(sha256(Path(path).read_bytes()) == hash_ for path, hash_ in files.items()):
        return "models/current here is this model, file by file"
    return "models/current here is ANOTHER model, file by file"


def describe_related_runs(run: StoredRun) -> list[str]:
    """Returns sentences about the runs this one comes from, and those that come from it."""
    manifest = run.manifest
    sentences = [f"parent: {one['id']}" for one in manifest["parents"] if one.get("kind") == "run"]
    if manifest.get("reproduces"):
        sentences.append(f"reproduces: {manifest['reproduces']}")
    if not run.tracked:
        return sentences
    children = 0
    for other in runs.list_runs(run.tracked.experiment):
        if other.tags.get("reproduces") == run.id:
            result = other.tags.get("reproduced", other.status)
            sentences.append(f"made again by {other.id}: {result}")
        if other.tags.get("parent") == run.id:
            children += 1
    if children:
        sentences.append(f"{children} runs have it as their parent")
    return sentences


def format_text(stages: Sequence[Stage]) -> str:
    """Returns the stages as lines of text."""
    lines = []
    for stage in stages:
        first, *rest = stage.facts
        lines.append(f"{stage.name:14} {first}")
        lines.extend(f"{'':14} {fact}" for fact in rest if fact)
        if stage.task:
            lines.append(f"{'':4}↓ {stage.task}")
    return "\n".join(lines)


def draw_svg(stages: Sequence[Stage], title: str) -> str:
    """Returns the stages as an SVG that needs no other file."""
    shapes = []
    y = 56
    for stage in stages:
        facts = [fact for fact in stage.facts if fact]
        height = 30 + LINE * len(facts)
        shapes.append(f'<rect x="20" y="{y}" width="{WIDTH - 40}" height="{height}" rx="6"/>')
        shapes.append(_svg_text(36, y + 20, stage.name, "name"))
        for row, fact in enumerate(facts, start=1):
            shapes.append(_svg_text(36, y + 20 + LINE * row, fact))
        y += height
        if stage.task:
            end = y + GAP
            shapes.append(f'<path d="M60 {y} V{end - 8} M54 {end - 14} L60 {end - 6}"/>')
            shapes.append(f'<path d="M60 {end - 6} L66 {end - 14}"/>')
            shapes.append(_svg_text(78, y + 27, stage.task, "next"))
            y = end
    height = y + 24
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">'
    page = f'<style>{STYLE}</style><rect class="page" width="{WIDTH}" height="{height}"/>'
    return "\n".join([head, page, _svg_text(20, 34, title, "name"), *shapes, "</svg>", ""])


def _svg_text(x: int, y: int, text: str, style: str = "fact") -> str:
    return f'<text class="{style}" x="{x}" y="{y}">{html.escape(text)}</text>'


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the lineage and draws it."""
    help_run = "the id of a run, or a manifest (default: the last run)"
    arguments = {"run": {"nargs": "?", "metavar": "RUN", "help": help_run}}
    return run_command("lineage", DESCRIPTION, show_lineage, argv, arguments)


def show_lineage(arguments: Namespace) -> None:
    """Writes reports/lineage.svg and prints the same as text."""
    if arguments.overrides:
        raise UserError('a finished run has its settings: leave out "--set"')
    run = stored_run.find(arguments.run)
    stages = list_stages(run, describe_related_runs(run))
    SVG.parent.mkdir(parents=True, exist_ok=True)
    write_whole(SVG, draw_svg(stages, f"Run {run.name}").encode())
    print(f"{format_text(stages)}\n\nthe same as a diagram: {SVG.as_posix()}")


if __name__ == "__main__":
    raise SystemExit(main())

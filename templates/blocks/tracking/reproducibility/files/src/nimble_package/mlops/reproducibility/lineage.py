"""`python -m nimble_package.mlops.reproducibility.lineage [RUN]`: where a run comes from.

The way from raw data to prediction as text, and as a picture in reports/lineage.svg.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import runs, settings
from ..manifest import PACKAGE, sha256
from ..settings import UserError
from . import read

PICTURE = Path("reports/lineage.svg")
WIDTH, LINE, GAP = 900, 20, 44  # pixels


@dataclass(frozen=True)
class Stop:
    """One station of the way: what it is, its facts, and the step that leads on from it."""

    name: str
    facts: list[str]
    leads: str = ""


def stops(run: read.Run, family: Sequence[str]) -> list[Stop]:
    """Raw data, prepared data, run, model, prediction; `family` are sentences about other runs."""
    facts, name = run.facts, PACKAGE.name
    data, git, place = facts["data"], facts["git"], facts["environment"]
    counts = ", ".join(f"{count} {part}" for part, count in (data.get("counts") or {}).items())
    own = facts["config"].get("data", {}).get("source") != "builtin"
    known = (data.get("dvc") or {}).items() if own else ()
    versions = [f"{path} in DVC as {word}" for path, word in known]
    commit = str(git["commit"])[:12] + (f" and {git['patch']['name']}" if git.get("patch") else "")
    said = [f"{key} {str(value)[:30]}" for key, value in facts["infrastructure"].items() if value]
    seeds = ", ".join(map(str, facts["seeds"]))
    when = facts.get("created", "")
    artifacts = [f"{path}  {word[:12]}" for path, word in facts["artifacts"].items()]
    model = [line for line in artifacts if line.startswith("models/")]
    judged = [
        f"{key} {value:.4f}"
        for key, value in facts["metrics"].items()
        if key.startswith("model.") and not key.endswith("_std")
    ]
    return [
        Stop(
            "raw data",
            [str(data.get("source")), f"licence: {data.get('licence')}", *versions],
            f"{name}.data",
        ),
        Stop("prepared data", [f"sha256 {data['hash'][:12]}", counts], f"{name}.train"),
        Stop(
            "run",
            [
                f"{run.name}, {when}",
                f"code: commit {commit}",
                f"settings: sha256 {str(facts.get('config_sha256'))[:12]}, seed {seeds}",
                f"environment: uv.lock {str(place.get('lock_sha256'))[:12]}, Python "
                f"{place.get('python')}, {place.get('threads')} thread(s), {place.get('cpu')}",
                *([f"infrastructure: {', '.join(said)}"] if said else []),
                *family,
            ],
            "saved and scored",
        ),
        Stop("model", [*model, ", ".join(judged[:4])], f"{name}.predict"),
        Stop("prediction", [_present(facts["artifacts"])]),
    ]


def _present(artifacts: dict[str, str]) -> str:
    """Whether what predicts in this folder is this very model."""
    files = {Path(path): word for path, word in artifacts.items() if path.startswith("models/")}
    if not all(path.is_file() for path in files):
        return 'models/current is empty here: "uv run poe reproduce" makes this model again'
    same = all(sha256(path.read_bytes()) == word for path, word in files.items())
    return f"models/current here is {'this' if same else 'ANOTHER'} model, file by file"


def relatives(run: read.Run) -> list[str]:
    """Sentences about the runs this one comes from, and those that come from it."""
    facts = run.facts
    found = [f"parent: {one['id']}" for one in facts["parents"] if one.get("kind") == "run"]
    found += [f"reproduces: {facts['reproduces']}"] if facts.get("reproduces") else []
    if not run.stored:
        return found
    others = runs.stored(run.stored.experiment)
    again = [one for one in others if one.tags.get("reproduces") == run.id]
    found += [f"made again by {one.id}: {one.tags.get('reproduced', one.status)}" for one in again]
    children = sum(one.tags.get("parent") == run.id for one in others)
    return [*found, *([f"{children} runs have it as their parent"] if children else [])]


def text(way: Sequence[Stop]) -> str:
    """The way as lines."""
    lines = []
    for stop in way:
        head, *rest = stop.facts
        lines += [f"{stop.name:14} {head}", *(f"{'':14} {fact}" for fact in rest if fact)]
        lines += [f"{'':4}↓ {stop.leads}"] if stop.leads else []
    return "\n".join(lines)


def picture(way: Sequence[Stop], title: str) -> str:
    """The way as SVG that needs no other file."""
    shapes, y = [], 56
    for stop in way:
        facts = [fact for fact in stop.facts if fact]
        height = 30 + LINE * len(facts)
        shapes.append(f'<rect x="20" y="{y}" width="{WIDTH - 40}" height="{height}" rx="6"/>')
        shapes.append(f'<text class="name" x="36" y="{y + 20}">{html.escape(stop.name)}</text>')
        for row, fact in enumerate(facts, start=1):
            shapes.append(f'<text x="36" y="{y + 20 + LINE * row}">{html.escape(fact)}</text>')
        y += height
        if stop.leads:
            arrow = (
                f"M60 {y} V{y + GAP - 8} M54 {y + GAP - 14} L60 {y + GAP - 6} L66 {y + GAP - 14}"
            )
            shapes.append(f'<path d="{arrow}"/>')
            shapes.append(
                f'<text class="leads" x="78" y="{y + 27}">{html.escape(stop.leads)}</text>'
            )
            y += GAP
    style = (
        "text{font:14px system-ui,sans-serif;fill:#1f2430}.name{font-weight:600}"
        ".leads{fill:#5b6470}rect{fill:#f4f6f8;stroke:#c5ccd4}path{stroke:#5b6470;fill:none;"
        "stroke-width:2}.page{fill:#fff;stroke:none}"
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 24}">'
    page = f'<style>{style}</style><rect class="page" width="{WIDTH}" height="{y + 24}"/>'
    name = f'<text class="name" x="20" y="34">{html.escape(title)}</text>'
    return "\n".join([head, page, name, *shapes, "</svg>", ""])


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the way and draws it."""

    def body(args: Any) -> None:
        if args.overrides:
            raise UserError('a run is as it was: leave out "--set"')
        run = read.find(args.run)
        way = stops(run, relatives(run))
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(picture(way, f"Run {run.name}"), encoding="utf-8", newline="\n")
        print(f"{text(way)}\n\nthe same as a picture: {PICTURE}")

    run = {"nargs": "?", "metavar": "RUN", "help": "an id or a manifest; without: the last run"}
    return settings.command(__doc__, body, argv, run=run)


if __name__ == "__main__":
    raise SystemExit(main())

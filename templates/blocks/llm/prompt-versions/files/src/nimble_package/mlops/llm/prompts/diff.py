"""`python -m nimble_package.mlops.llm.prompts.diff A B`: two prompts beside each other."""

import dataclasses
import difflib
import html
import re
import subprocess
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import yaml

from .... import bundle, config, data, retrieval, scores, train
from ... import manifest, settings
from ...settings import UserError
from ..providers.calls import Calls
from . import log

PAGE, TREE = Path("reports/prompt-diff.html"), Path("reports/prompt-diff.json")
WIDTH = 58  # of a column in the terminal
STYLE = "body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; } td, th { padding: 0 1rem 0 0;"
STYLE += " text-align: left; } .diff td { white-space: pre-wrap; font: 13px/1.4 monospace; }"
STYLE += " .diff_add { background: #d8f5d8; } .diff_sub { background: #f9d9d9; }"
STYLE += " .diff_chg { background: #fff3c4; } .diff_next, td.diff_header { display: none; }"


def find(name: str) -> bundle.Prompt:
    """The prompt that `id`, `id@version` or `revision:id` names."""
    revision, colon, rest = name.rpartition(":")
    if colon:
        return _at(revision, rest)
    id_, at, version = name.partition("@")
    now = bundle.read_prompt(log.FOLDER / f"{id_}.md") if not at else None
    if now:
        return now
    if not version.isdecimal():
        raise UserError(f'"{name}" has no version: write {id_}@1')
    path = log.FOLDER / f"{id_}.md"
    if path.is_file() and bundle.read_prompt(path).version == int(version):
        return bundle.read_prompt(path)
    for commit in _git("log", "--format=%H", "--", path.as_posix()).split():
        text = _git("show", f"{commit}:./{path.as_posix()}", missing="")
        if text and _read(text, name).version == int(version):
            return _read(text, name)
    known = [f"{change.id}@{change.version}" for change in log.read()]
    raise UserError(f'"{name}" is in no commit. {settings.nearest(name, known)}')


def _at(revision: str, id_: str) -> bundle.Prompt:
    path = (log.FOLDER / f"{id_}.md").as_posix()
    if revision.startswith("-") or not _git("rev-parse", "-q", "--verify", revision, missing=""):
        raise UserError(f'"{revision}" is no revision of this repository')
    text = _git("show", f"{revision}:./{path}", missing="")
    if not text:
        raise UserError(f'"{revision}" has no "{path}"')
    return _read(text, f"{revision}:{id_}")


def _read(text: str, name: str) -> bundle.Prompt:
    try:
        head = yaml.safe_load(text.split("---\n")[1])
        return bundle.Prompt(head["id"], head["version"], manifest.sha256(text.encode()), text)
    except (IndexError, KeyError, TypeError, yaml.YAMLError):
        raise UserError(f'"{name}" has no head with id and version') from None


def _git(*words: str, missing: str | None = None) -> str:
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=True)
    except OSError:
        raise UserError("git is not on the PATH: it holds the earlier versions") from None
    except subprocess.CalledProcessError as error:
        if missing is not None:
            return missing
        raise UserError(f"git: {error.stderr.decode(errors='replace').strip()}") from None
    return done.stdout.decode("utf-8").replace("\r\n", "\n")


def side_by_side(left: str, right: str) -> Iterator[str]:
    """Both texts in two columns; `|` changed, `<` only left, `>` only right."""
    ours, theirs = left.splitlines(), right.splitlines()
    match = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for what, a, b, c, d in match.get_opcodes():
        mark = {"equal": " ", "replace": "|", "delete": "<", "insert": ">"}[what]
        for row in range(max(b - a, d - c)):
            one = textwrap.wrap(ours[a + row], WIDTH) if a + row < b else []
            two = textwrap.wrap(theirs[c + row], WIDTH) if c + row < d else []
            for ours_part, theirs_part in zip_longest(one or [""], two or [""], fillvalue=""):
                yield f"{ours_part:{WIDTH}} {mark} {theirs_part}".rstrip()


def score(config_: config.Config, prompt: bundle.Prompt) -> list[dict[str, Any]]:
    """What the bundle with this prompt in its place answers to the dev questions."""
    splits = data.load(config_)
    if (train.MODEL / "bundle.json").is_file():
        model = bundle.load(train.MODEL, config_.runtime)
        model.bundle = dataclasses.replace(model.bundle, prompt=prompt)
    else:
        wanted = config_.model
        words, way = wanted.chunk_words[0], wanted.retrievers[0]
        passages = retrieval.cut(splits.documents, words)
        tried = bundle.Bundle(
            prompt, wanted.models[0], words, wanted.top_k[0], wanted.max_tokens, passages, way
        )
        index = retrieval.find(way)(passages, None)
        model = bundle.Model(tried, index, Calls(wanted.models[0], config_.runtime))
    return train.answer_all(model, splits.dev, config_.runtime.parallel)


def compare(
    items: Sequence[data.Item], a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]], words: int
) -> dict[str, Any]:
    """Figures of both, the paired difference of the grade, and where the grade changed."""
    left, right = (scores.summary(items, replies, words) for replies in (a, b))
    grades = [
        (scores.grade(item, one, words), scores.grade(item, two, words))
        for item, one, two in zip(items, a, b, strict=True)
    ]
    steps = [two - one for one, two in grades]
    changed = [
        {"id": item.id, "question": item.question, "a": one, "b": two}
        | {"answer_a": first["answer"], "answer_b": second["answer"]}
        for item, (one, two), first, second in zip(items, grades, a, b, strict=True)
        if one != two
    ]
    return {
        "a": left,
        "b": right,
        "difference": fmean(steps),
        "standard_error": stdev(steps) / sqrt(len(steps)),
        "changed": sorted(changed, key=lambda row: row["b"] - row["a"]),
        "cost_usd": sum(reply["cost_usd"] for reply in (*a, *b)),
    }


def show(names: Sequence[str], found: dict[str, Any]) -> Iterator[str]:
    """The comparison as text."""
    yield f"{'':18}{names[0]:>14}{names[1]:>14}{'difference':>14}"
    for figure, value in found["a"].items():
        other = found["b"][figure]
        yield f"{figure:18}{value:14.4f}{other:14.4f}{other - value:+14.4f}"
    error = found["standard_error"]
    noise = " (within the noise)" if abs(found["difference"]) < 2 * error else ""
    yield f"\nscore {found['difference']:+.4f} ± {error:.4f} over paired dev questions{noise}"
    for row in found["changed"]:
        yield f"  {row['a']:.2f} → {row['b']:.2f}  {row['question']}"
    yield f"cost: {found['cost_usd']:.4f} USD"


def page(names: Sequence[str], prompts: Sequence[bundle.Prompt], lines: Sequence[str]) -> str:
    """The same as HTML that needs no other file."""
    heads = [f"{name} ({prompt.sha256[:12]})" for name, prompt in zip(names, prompts, strict=True)]
    one, two = (prompt.text.splitlines() for prompt in prompts)
    table = difflib.HtmlDiff(wrapcolumn=70).make_table(
        one, two, html.escape(heads[0]), html.escape(heads[1])
    )
    table = re.sub(' nowrap="nowrap"| colspan="2"', "", table).replace("&nbsp;", " ")
    title = " and ".join(map(html.escape, names))
    figures = html.escape("\n".join(lines))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    body = f"<h1>{title}</h1>{table}<pre>{figures}</pre>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Prints both texts and what they score, and writes the same to reports/."""

    def body(options: Any) -> None:
        config_ = config.load(options.config, options.overrides)
        names = (options.a, options.b)
        prompts, lines = [find(name) for name in names], list[str]()
        print("\n".join(side_by_side(*(prompt.text for prompt in prompts))), end="\n\n")
        tree: dict[str, Any] = {"names": names, "sha256": [prompt.sha256 for prompt in prompts]}
        if not options.no_score:
            data.prepare(config_)
            first, second = (score(config_, prompt) for prompt in prompts)
            items, words = data.load(config_).dev, config_.evaluate.max_words
            tree |= compare(items, first, second, words)
            lines = list(show(names, tree))
            print("\n".join(lines), end="\n\n")
        manifest.save_json(TREE, tree)
        PAGE.write_text(page(names, prompts, lines), encoding="utf-8", newline="\n")
        print(f"to look at: {PAGE.resolve().as_uri()}")

    names = {"help": "a prompt: its id, id@version, or revision:id"}
    arguments = {"a": {"metavar": "A", **names}, "b": {"metavar": "B", **names}}
    return settings.command(
        __doc__, body, argv, **arguments, **{"--no-score": {"action": "store_true"}}
    )


if __name__ == "__main__":
    raise SystemExit(main())

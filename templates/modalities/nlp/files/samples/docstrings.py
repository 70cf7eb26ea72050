"""`python samples/docstrings.py`: writes the built-in texts, documentation of installed packages.

Paragraphs about eight topics from what scipy, numpy, scikit-learn and matplotlib say about
themselves; the topic is the label. Written once: an update of those packages changes nothing
until the file is deleted. With your own data in place this folder can go.
"""

import inspect
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from nimble_package.mlops import files
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.nlp.near_duplicates import find_groups

TARGET = Path("data/raw/docstrings.jsonl")
PACKAGES = ("matplotlib", "numpy", "scikit-learn", "scipy")  # all under BSD-like licences
LEARN = "cluster covariance decomposition ensemble feature_selection linear_model manifold metrics"
LEARN += " mixture model_selection naive_bayes neighbors neural_network preprocessing svm tree"
PLOT = "axes axis collections colors contour figure image legend lines patches text ticker"
TOPICS = {
    "interpolation": ["scipy.interpolate"],
    "linear-algebra": ["numpy.linalg", "scipy.linalg", "scipy.sparse.linalg"],
    "machine-learning": [f"sklearn.{name}" for name in LEARN.split()],
    "optimisation": ["scipy.optimize"],
    "plotting": [f"matplotlib.{name}" for name in PLOT.split()],
    "signals": ["numpy.fft", "scipy.fft", "scipy.signal", "scipy.signal.windows"],
    "special-functions": ["scipy.special"],
    "statistics": ["scipy.stats", "scipy.stats.contingency", "scipy.stats.qmc"],
}
MOST = 800  # sentences of a topic


def write(path: Path = TARGET) -> Path:
    """Writes the texts if they are not there; says so when they come from other packages."""
    card, now = path.with_suffix(".json"), {name: version(name) for name in PACKAGES}
    if not path.is_file():
        lines = [json.dumps(row, ensure_ascii=False) for row in collect()]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        files.save_json(card, {"sha256": files.sha256(path.read_bytes()), "packages": now})
    known = files.load_json(card)
    if known["sha256"] != files.sha256(path.read_bytes()):
        raise UserError(f'"{path}" was changed since it was written: delete it to write it again')
    for name, then in known["packages"].items():
        if then != now[name]:
            print(f'"{path}" comes from {name} {then} and is kept; delete it to read {now[name]}')
    return path


def collect() -> list[dict[str, str]]:
    """Rows of text, label and group (the object described); what two objects say is left out."""
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for topic, modules in TOPICS.items():
        for group, doc in _documented(modules):
            for text in _passages(doc):
                said[text].add((topic, group))
    texts, speakers = sorted(said), defaultdict[int, set[tuple[str, str]]](set)
    alike = find_groups(texts, min_share=0.5)
    for number, text in zip(alike, texts, strict=True):
        speakers[number] |= said[text]
    rows = [
        {"text": text, "label": topic, "group": group}
        for number, text in zip(alike, texts, strict=True)
        for topic, group in (speakers[number] if len(speakers[number]) == 1 else ())
    ]
    rows.sort(key=lambda row: (zlib.crc32(row["group"].encode()), row["text"]))  # as if shuffled
    return [row for topic in TOPICS for row in [r for r in rows if r["label"] == topic][:MOST]]


def _documented(modules: list[str]) -> Iterator[tuple[str, str]]:
    """Functions and classes, each with its own documentation and that of its methods."""
    for module in map(import_module, modules):
        for name in sorted(getattr(module, "__all__", None) or vars(module)):
            thing = vars(module).get(name)
            if not callable(thing) or name.startswith("_"):
                continue
            home = getattr(thing, "__module__", None) or module.__name__
            if home.split(".")[:2] != module.__name__.split(".")[:2]:
                continue  # imported from elsewhere
            methods = vars(thing).items() if inspect.isclass(thing) else ()
            public = [method for key, method in sorted(methods) if not key.startswith("_")]
            for one in (thing, *filter(inspect.isroutine, public)):
                if isinstance(doc := getattr(one, "__doc__", None), str):
                    yield f"{module.__name__}.{name}", inspect.cleandoc(doc)


def _passages(doc: str) -> Iterator[str]:
    """Paragraphs of plain prose, without headings, markup, formulas, code and lists."""
    for block in doc.split("\n\n"):
        text = re.sub(r"\A.*\n[-=]{3,}\n", "", block)
        if re.search(r"^( |\.\.|>>>|[-*|+] |[-=]{3}|\w+ : )", text, re.MULTILINE):
            continue
        text = re.sub(r":\w+:|[`*]+| ?<[\w.-]+>|\[\w+\]_", "", " ".join(text.split())).strip()
        # sets and addresses differ from one process to the next
        strange = re.search(r"[{}\\]|0x|::", text)
        if not strange and 8 <= len(text.split()) <= 120 and text[-1] in ".?!":
            yield text


if __name__ == "__main__":
    write()

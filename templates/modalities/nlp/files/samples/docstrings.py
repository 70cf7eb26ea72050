"""`python samples/docstrings.py`: writes the built-in texts, documentation of installed packages.

Paragraphs about eight topics from the documentation of scipy, numpy, scikit-learn and
matplotlib; the topic is the label. Written once: an update of those packages changes nothing
until the file is deleted. With data of your own you can delete this folder.
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
MAX_TEXTS = 800  # of a topic


def write(path: Path = TARGET) -> Path:
    """Writes the texts if they are not there; reports when they come from other versions."""
    facts_path = path.with_suffix(".json")
    installed = {name: version(name) for name in PACKAGES}
    if not path.is_file():
        lines = [json.dumps(row, ensure_ascii=False) for row in collect()]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        sha256 = files.sha256(path.read_bytes())
        files.save_json(facts_path, {"sha256": sha256, "packages": installed})
    facts = files.load_json(facts_path)
    if facts["sha256"] != files.sha256(path.read_bytes()):
        raise UserError(f'"{path}" was changed since it was written: delete it to write it again')
    for name, used in facts["packages"].items():
        now = installed[name]
        if used != now:
            print(f'"{path}" comes from {name} {used} and is kept; delete it to read {now}')
    return path


def collect() -> list[dict[str, str]]:
    """Returns rows of text, label and group, which is the documented object.

    A text that is, or is nearly, in the documentation of two objects is left out.
    """
    objects_of_text: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for topic, modules in TOPICS.items():
        for name, doc in _documented(modules):
            for text in _paragraphs(doc):
                objects_of_text[text].add((topic, name))
    texts = sorted(objects_of_text)
    numbers = find_groups(texts, min_share=0.5)
    objects_of_number: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for number, text in zip(numbers, texts, strict=True):
        objects_of_number[number] |= objects_of_text[text]
    rows: dict[str, list[dict[str, str]]] = {topic: [] for topic in TOPICS}
    for number, text in zip(numbers, texts, strict=True):
        objects = objects_of_number[number]
        if len(objects) == 1:
            topic, name = next(iter(objects))
            rows[topic].append({"text": text, "label": topic, "group": name})
    chosen = []
    for topic in TOPICS:
        shuffled = sorted(rows[topic], key=_order)
        chosen += shuffled[:MAX_TEXTS]
    return chosen


def _order(row: dict[str, str]) -> tuple[int, str]:
    """A place as if drawn at random, but the same on every machine."""
    return zlib.crc32(row["group"].encode()), row["text"]


def _documented(modules: list[str]) -> Iterator[tuple[str, str]]:
    """Functions and classes, each with its own documentation and that of its methods."""
    for module in map(import_module, modules):
        for name in sorted(getattr(module, "__all__", None) or vars(module)):
            documented = vars(module).get(name)
            if not callable(documented) or name.startswith("_"):
                continue
            home = getattr(documented, "__module__", None) or module.__name__
            if home.split(".")[:2] != module.__name__.split(".")[:2]:
                continue  # imported from elsewhere
            methods = vars(documented).items() if inspect.isclass(documented) else ()
            public = [method for key, method in sorted(methods) if not key.startswith("_")]
            for part in (documented, *filter(inspect.isroutine, public)):
                doc = getattr(part, "__doc__", None)
                if isinstance(doc, str):
                    yield f"{module.__name__}.{name}", inspect.cleandoc(doc)


def _paragraphs(doc: str) -> Iterator[str]:
    """Paragraphs of plain prose, without headings, markup, formulas, code and lists."""
    for block in doc.split("\n\n"):
        text = re.sub(r"\A.*\n[-=]{3,}\n", "", block)
        if re.search(r"^( |\.\.|>>>|[-*|+] |[-=]{3}|\w+ : )", text, re.MULTILINE):
            continue
        text = re.sub(r":\w+:|[`*]+| ?<[\w.-]+>|\[\w+\]_", "", " ".join(text.split())).strip()
        # sets and addresses differ from one process to the next
        is_unstable = re.search(r"[{}\\]|0x|::", text)
        if not is_unstable and 8 <= len(text.split()) <= 120 and text[-1] in ".?!":
            yield text


if __name__ == "__main__":
    write()

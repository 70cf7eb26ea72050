"""Documents unlike the built-in ones, in the protocol of test/e2e/steps/other-data.ts.

Generated: another handbook, in German. Real: the READMEs of packages that are installed anyway.
"""

import json
import random
import sys
from importlib.metadata import metadata
from pathlib import Path

TOWNS = ["Ahlen", "Bremke", "Celle", "Dorum", "Essen", "Furth", "Gotha", "Husum", "Ilsede", "Jever"]
THINGS = {
    "schwimmbad": ("Schwimmbad", "Der Eintritt in das Schwimmbad von {} kostet {} Euro."),
    "bibliothek": ("Bibliothek", "Die Bibliothek in {} verleiht höchstens {} Bücher."),
    "museum": ("Museum", "Das Museum in {} zeigt {} Gemälde aus früheren Jahrhunderten."),
}
QUESTIONS = {
    "schwimmbad": "Was kostet der Eintritt in das Schwimmbad von {}?",
    "bibliothek": "Wie viele Bücher verleiht die Bibliothek in {} höchstens?",
    "museum": "Wie viele Gemälde zeigt das Museum in {}?",
}
OFF_TOPIC = [
    "Wann fährt der Zug?",
    "Wie wird das Wetter?",
    "Wer hat das Spiel gewonnen?",
    "Was kocht man mit Linsen?",
]


def main(folder: Path) -> None:
    """Writes 30 documents and 40 questions; a town's documents belong to one split."""
    draw, items = random.Random(7), []
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    for number, town in enumerate(TOWNS):
        split, counts = ("dev", "test")[number % 2], {}
        for thing, (title, sentence) in THINGS.items():
            counts[thing] = draw.randrange(100, 999)
            text = f"# {title} {town}\n\n{sentence.format(town, counts[thing])}\n\n"
            text += f"Geöffnet ist täglich außer montags. Die Straße heißt {draw.choice(TOWNS)}er Weg.\n"
            (folder / "documents" / f"{thing}-{town.lower()}.md").write_text(text, encoding="utf-8")
            items.append(
                {
                    "id": f"{thing}-{number}",
                    "split": split,
                    "kind": "answerable",
                    "question": QUESTIONS[thing].format(town),
                    "facts": [str(counts[thing])],
                    "sources": [f"{thing}-{town.lower()}"],
                }
            )
        items.append(
            {
                "id": f"unbekannt-{number}",
                "split": split,
                "kind": "unanswerable",
                "question": f"Wer ist Bürgermeisterin von {town}?"
                if number % 3
                else OFF_TOPIC[number // 3],
                "facts": [],
                "sources": [],
            }
        )
    lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    (folder / "golden.jsonl").write_text(lines, encoding="utf-8")
    print(f"data.source={folder.as_posix()}\ndata.licence=CC0-1.0")


Question = tuple[str, str, str]  # package, question, fact
# Facts are words that these READMEs have had for years. A package is in one split only.
ANSWERABLE: dict[str, list[Question]] = {
    "dev": [
        ("click", "What kind of interfaces does Click create?", "command line interfaces"),
        ("click", "Which nesting of commands does Click support?", "arbitrary nesting"),
        ("jinja2", "What kind of engine is Jinja?", "templating engine"),
        ("jinja2", "What does the sandboxed environment of Jinja render?", "untrusted templates"),
        ("pluggy", "Which projects use pluggy as their core framework?", "pytest"),
        ("iniconfig", "What does iniconfig raise errors with?", "line-numbers"),
        ("alembic", "Which kind of tool is Alembic?", "database migrations"),
    ],
    "test": [
        ("flask", "What kind of web application framework is Flask?", "WSGI"),
        ("flask", "Around which libraries did Flask begin as a wrapper?", "Werkzeug"),
        ("idna", "Which module of the standard library does idna supersede?", "encodings.idna"),
        ("packaging", "What do the utilities of packaging implement?", "interoperability"),
        ("mako", "In which language is the template library Mako written?", "Python"),
        ("mako", "What do Mako templates compile into?", "Python modules"),
        ("pyyaml", "For what is the data serialization format YAML designed?", "readability"),
    ],
}
UNANSWERABLE = {
    "dev": ["What does the ferry to Skarholm cost?", "Who painted the ceiling of the chapel?"],
    "test": ["When does the swimming pool close?", "How tall was the queen of Denmark?"],
}
PACKAGES = sorted({question[0] for questions in ANSWERABLE.values() for question in questions})
# A question names its package and there are ten documents, so "the document whose name is in the question" finds
# all of them, and so does BM25. The stub copies sentences: it finds most facts, and declines what is not there,
# which the baseline (0.78) never does.
RANGES = {
    "model.score": [0.6, 1.0],
    "model.recall_at_k": [0.85, 1.0],
    "baseline.score": [0.5, 0.8],
    "score": [0.6, 1.0],
    "recall_at_k": [0.85, 1.0],
    "form": [1.0, 1.0],
}


def write_readmes(folder: Path) -> None:
    """Writes the README of each package, and 18 questions."""
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        found = metadata(package)
        text = found.get_payload() or found["Description"]
        (folder / "documents" / f"{package}.md").write_text(str(text), encoding="utf-8")
    items: list[dict[str, object]] = []
    for split in ("dev", "test"):
        for package, question, fact in ANSWERABLE[split]:
            items.append(make_item(len(items), split, question, [fact], [package]))
        for question in UNANSWERABLE[split]:
            items.append(make_item(len(items), split, question, [], []))
    lines = [json.dumps(item) + "\n" for item in items]
    (folder / "golden.jsonl").write_text("".join(lines), encoding="utf-8")
    settings = [f"data.source={folder.as_posix()}", "model.chunk_words=[30]", "model.top_k=[4]"]
    settings.append("evaluate.min_score=0.3")
    predict = 'uv run poe predict "What kind of engine is Jinja?"'
    print(json.dumps({"settings": settings, "ranges": RANGES, "predict": predict}))


def make_item(
    number: int, split: str, question: str, facts: list[str], sources: list[str]
) -> dict[str, object]:
    """Returns a golden question."""
    kind = "answerable" if sources else "unanswerable"
    item: dict[str, object] = {"id": f"q{number}", "split": split, "kind": kind}
    return {**item, "question": question, "facts": facts, "sources": sources}


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print("readmes", *(f"pypi:{package}" for package in PACKAGES))
    elif len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        write_readmes(Path(sys.argv[1]))

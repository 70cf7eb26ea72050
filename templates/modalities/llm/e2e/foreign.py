"""`python foreign.py DIR`: another handbook, in German, and the overrides that train on it."""

import json
import random
import sys
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
                else "Wann fährt der Zug?",
                "facts": [],
                "sources": [],
            }
        )
    lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    (folder / "golden.jsonl").write_text(lines, encoding="utf-8")
    print(f"data.source={folder.as_posix()}\ndata.licence=CC0-1.0")


if __name__ == "__main__" and len(sys.argv) > 1:
    main(Path(sys.argv[1]))

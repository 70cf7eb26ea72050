"""Documents, questions, prompts and settings of the tests, which need nothing of the team's.

`python tests/small_data.py FOLDER` writes them into a folder.
"""

import json
import sys
from pathlib import Path

CONFIG = """\
experiment: test
data:
  source: data/raw
  licence: CC0-1.0
model:
  prompts: [plain, cited, grounded]
  chunk_words: [30]
  retrievers: [bm25]
  top_k: [4]
  models: ["stub:small", "stub:large"]
  max_tokens: 1000
train:
  budget_usd: 5.0
  max_cost_per_1k: 1.2
evaluate:
  min_score: 0.5
  max_words: 60
runtime:
  seed: 0
  threads: 1
  track: false
  timeout_s: 60
  retries: 4
  retry_budget_s: 60
  per_minute: 0
  parallel: 1
"""
PRICES = """\
as_of: 2026-01-01
models:
  openai:gpt-6-luna: { input: 0.10, output: 0.50, source: "https://example.com" }
  openai:gpt-6-sol: { input: 2.00, output: 10.00, source: "https://example.com" }
  anthropic:claude-haiku-5-5: { input: 0.10, output: 0.50, source: "https://example.com" }
  cohere:command-r-08-2024: { input: 0.15, output: 0.60, source: "https://example.com" }
  stub:small: { as: openai:gpt-6-luna }
  stub:large: { as: openai:gpt-6-sol }
"""
PROMPT = """\
---
id: {name}
version: 1
---
You answer questions about an observatory. {instructions}
Reply with JSON: {{"answer": "…", "sources": [], "answered": true}}.
=== user
{{passages}}

Question: {{question}}
"""
CITE = 'Cite: put the source of every passage that you used into "sources".'
REFUSE = 'If the passages do not hold the answer, set "answered" to false and say what is missing.'
PARTS = "Answer every part of the question, in one sentence each."
PROMPTS = {
    "plain": "Use the passages.",
    "cited": f"Use only the passages.\n{CITE}",
    "grounded": f"Use only the passages.\n{PARTS}\n{CITE}\n{REFUSE}",
}
DOCUMENTS = {  # name -> title, sentences
    "dome": (
        "The dome",
        "The dome turns once in 6 minutes. It was built of copper in 1911. In a storm above "
        "70 kilometres per hour the dome stays closed. Its slit is 2 metres wide.",
    ),
    "telescope": (
        "The large telescope",
        "The mirror of the large telescope weighs 340 kilograms. A new coating of aluminium is "
        "applied every 4 years. Visitors look through the eyepiece on Fridays.",
    ),
    "library": (
        "The library",
        "The library lends star charts for 14 days. A lost chart costs 25 euros. Photographic "
        "plates are read in the reading room only.",
    ),
    "tours": (
        "Guided tours",
        "A guided tour costs 8 euros and takes 50 minutes. Groups of more than 20 people book "
        "two tours. Dogs wait outside.",
    ),
    "café": (
        "The café",
        "The café opens at 9:30 and sells soup until 14:00. Breakfast costs 11 euros. The terrace "
        "closes in winter.",
    ),
    "hostel": (
        "The hostel",
        "A bed in the hostel costs 31 euros a night. Sheets are included. The hostel has 18 beds, "
        "and lights go out at 23:00.",
    ),
    "bus": (
        "The night bus",
        "The night bus leaves the observatory at 0:15. A ticket of the night bus costs 3 euros. "
        "It carries two bicycles.",
    ),
    "weather": (
        "The weather station",
        "The weather station measures wind every 10 seconds. Its mast is 12 metres high. "
        "Lightning struck the mast in 1987.",
    ),
}
Question = tuple[str, str, list[str], list[str]]  # kind, question, facts, sources
QUESTIONS: dict[str, list[Question]] = {
    "dev": [
        ("answerable", "How long does the dome need to turn once?", ["6 minutes"], ["dome"]),
        ("answerable", "When was the dome built of copper?", ["1911"], ["dome"]),
        ("answerable", "What does the mirror weigh?", ["340 kilograms"], ["telescope"]),
        ("answerable", "For how many days are star charts lent?", ["14 days"], ["library"]),
        ("answerable", "What does a lost chart cost?", ["25 euros"], ["library"]),
        ("answerable", "How long does a guided tour take?", ["50 minutes"], ["tours"]),
        (
            "multi",
            "What does a guided tour cost, and how wide is the slit of the dome?",
            ["8 euros", "2 metres"],
            ["tours", "dome"],
        ),
        (
            "multi",
            "How often is the mirror coated with aluminium, and what does a lost chart cost?",
            ["every 4 years", "25 euros"],
            ["telescope", "library"],
        ),
        ("misleading", "On which Monday do visitors look in?", ["Fridays"], ["telescope"]),
        ("unanswerable", "Who repaired the organ of the cathedral?", [], []),
        ("unanswerable", "Which bank holds the loan for the swimming pool?", [], []),
    ],
    "test": [
        ("answerable", "When does the café open?", ["9:30"], ["café"]),
        ("answerable", "What does breakfast cost?", ["11 euros"], ["café"]),
        ("answerable", "What does a bed in the hostel cost?", ["31 euros"], ["hostel"]),
        ("answerable", "When do the lights of the hostel go out?", ["23:00"], ["hostel"]),
        ("answerable", "When does the night bus leave?", ["0:15"], ["bus"]),
        ("answerable", "How often is wind measured?", ["every 10 seconds"], ["weather"]),
        (
            "multi",
            "What does a ticket of the night bus cost, and how high is the mast?",
            ["3 euros", "12 metres"],
            ["bus", "weather"],
        ),
        (
            "multi",
            "How many beds has the hostel, and until when does the café sell soup?",
            ["18 beds", "14:00"],
            ["hostel", "café"],
        ),
        ("misleading", "In which summer is the terrace closed?", ["in winter"], ["café"]),
        ("unanswerable", "Who conducts the choir of the village?", [], []),
        ("unanswerable", "Which colour has the mayor's car?", [], []),
    ],
}


def write(folder: Path) -> None:
    """Writes config.yaml, prices.yaml, prompts/ and data/raw/ into a folder."""
    source = folder / "data" / "raw"
    for directory in (folder / "prompts", source / "documents"):
        directory.mkdir(parents=True, exist_ok=True)
    write_text(folder / "config.yaml", CONFIG)
    write_text(folder / "prices.yaml", PRICES)
    for name, instructions in PROMPTS.items():
        text = PROMPT.format(name=name, instructions=instructions)
        write_text(folder / "prompts" / f"{name}.md", text)
    for name, (title, text) in DOCUMENTS.items():
        write_text(source / "documents" / f"{name}.md", f"# {title}\n\n{text}\n")
    lines = [json.dumps(item, ensure_ascii=False) for item in make_items()]
    write_text(source / "golden.jsonl", "\n".join(lines) + "\n")


def make_items() -> list[dict[str, object]]:
    """Returns the golden questions."""
    items: list[dict[str, object]] = []
    for split, questions in QUESTIONS.items():
        for number, (kind, question, facts, sources) in enumerate(questions, start=1):
            items.append(
                {
                    "id": f"{split}-{number:02}",
                    "split": split,
                    "kind": kind,
                    "question": question,
                    "facts": facts,
                    "sources": sources,
                }
            )
    return items


def write_text(path: Path, text: str) -> None:
    """Writes a text file with the same bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))

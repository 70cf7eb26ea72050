"""`uv run poe ml-test-score`: adds up the rows of docs/ml-test-score.md."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "ml-test-score.md"
SECTIONS = {"D": "data", "M": "model", "I": "infrastructure", "Mo": "monitoring"}
TESTS = [f"{section}{number}" for section in SECTIONS for number in range(1, 8)]
ROW = re.compile(
    r"\| (?P<test>[A-Z][a-z]?\d+)(?P<word> \S+)? \| *(?P<points>[\d.]*) *\| (?P<text>.*) \|"
)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@dataclass(frozen=True)
class Row:
    """One line of the table; a line without a word is the title of the test."""

    test: str
    word: str
    points: float
    text: str

    @property
    def paths(self) -> list[Path]:
        """The files that it links to."""
        return [(PAGE.parent / link).resolve() for link in LINK.findall(self.text)]


def read(page: str) -> list[Row]:
    """Returns the rows of the table on the page."""
    rows = []
    for line in page.splitlines():
        if match := ROW.fullmatch(line):
            word = (match["word"] or "").strip()
            rows.append(Row(match["test"], word, float(match["points"] or 0), match["text"]))
    return rows


def best(rows: list[Row]) -> dict[str, float]:
    """Returns test -> the points of its best row."""
    points = dict.fromkeys(TESTS, 0.0)
    for row in rows:
        points[row.test] = max(points[row.test], row.points)
    return points


def sums(rows: list[Row]) -> dict[str, float]:
    """Returns section -> points; the score is the smallest of them."""
    points = best(rows)
    totals = {}
    for section, name in SECTIONS.items():
        totals[name] = sum(points[f"{section}{number}"] for number in range(1, 8))
    return totals


def main() -> int:
    """Prints sections, score, and the tests without points."""
    rows = read(PAGE.read_text(encoding="utf-8"))
    sections = sums(rows)
    for name, points in sections.items():
        print(f"{name:15} {points:.1f} of 7")
    print(f"ML Test Score   {min(sections.values()):.1f}")
    titles = {row.test: row.text.replace("**", "").strip() for row in rows if not row.word}
    for test, points in best(rows).items():
        if not points:
            print(f"no points: {test} {titles.get(test, '')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

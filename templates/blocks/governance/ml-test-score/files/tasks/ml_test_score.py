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
    """One line of the table; a line without a word names the test itself."""

    test: str
    word: str
    points: float
    text: str

    @property
    def paths(self) -> list[Path]:
        """The files it points to."""
        return [(PAGE.parent / link).resolve() for link in LINK.findall(self.text)]


def read(page: str) -> list[Row]:
    """The rows of the page's table."""
    found = map(ROW.fullmatch, page.splitlines())
    return [
        Row(row["test"], (row["word"] or "").strip(), float(row["points"] or 0), row["text"])
        for row in found
        if row
    ]


def best(rows: list[Row]) -> dict[str, float]:
    """Test → its best row's points."""
    return {test: max((r.points for r in rows if r.test == test), default=0.0) for test in TESTS}


def sums(rows: list[Row]) -> dict[str, float]:
    """Section → its points; the score is the smallest of them."""
    points = best(rows)
    return {
        name: sum(points[f"{section}{number}"] for number in range(1, 8))
        for section, name in SECTIONS.items()
    }


def main() -> int:
    """Prints sections, score, and the tests that nothing earns."""
    rows = read(PAGE.read_text(encoding="utf-8"))
    sections = sums(rows)
    for name, points in sections.items():
        print(f"{name:15} {points:.1f} of 7")
    print(f"ML Test Score   {min(sections.values()):.1f}")
    titles = {row.test: row.text.strip("* ") for row in rows if not row.word}
    for test, points in best(rows).items():
        if not points:
            print(f"not earned: {test} {titles.get(test, '')}".replace("**", ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())

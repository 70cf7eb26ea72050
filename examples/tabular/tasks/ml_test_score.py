"""`uv run poe ml-test-score`: adds up the rows of docs/ml-test-score.md whose evidence is here."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from churn.mlops import score_evidence

PAGE = Path(__file__).parents[1] / "docs" / "ml-test-score.md"
SECTIONS = {"D": "data", "M": "model", "I": "infrastructure", "Mo": "monitoring"}
TESTS = [f"{section}{number}" for section in SECTIONS for number in range(1, 8)]
ROW = re.compile(
    r"\| (?P<test>[A-Z][a-z]?\d+)(?P<word> \S+)? \| *(?P<points>[\d.]*) *"
    r"\| *(?P<evidence>[^|]*?) *\| (?P<text>.*) \|"
)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@dataclass(frozen=True)
class Row:
    """One line of the table; a line without a word is the title of the test."""

    test: str
    word: str
    points: float
    evidence: tuple[str, ...]
    text: str

    @property
    def paths(self) -> list[Path]:
        """The files that it links to."""
        return [(PAGE.parent / link).resolve() for link in LINK.findall(self.text)]


@dataclass(frozen=True)
class Claim:
    """A row, whether all of its evidence is here, and what is or what is missing."""

    row: Row
    is_used: bool
    found: str


def read(page: str) -> list[Row]:
    """Returns the rows of the table on the page."""
    rows = []
    for line in page.splitlines():
        if match := ROW.fullmatch(line):
            word = (match["word"] or "").strip()
            evidence = tuple(name for name in match["evidence"].split(", ") if name)
            points = float(match["points"] or 0)
            rows.append(Row(match["test"], word, points, evidence, match["text"]))
    return rows


def look_up(row: Row) -> Claim:
    """Returns the row with what is here of its evidence."""
    found = [score_evidence.find(name) for name in row.evidence]
    missing = [evidence for evidence in found if not evidence.is_here]
    texts = [evidence.text for evidence in missing or found]
    return Claim(row, bool(found) and not missing, "; ".join(texts))


def best(claims: Sequence[Claim]) -> dict[str, Claim]:
    """Returns test -> its claim with most points, without the tests that have none."""
    chosen: dict[str, Claim] = {}
    for claim in claims:
        known = chosen.get(claim.row.test)
        if known is None or claim.row.points > known.row.points:
            chosen[claim.row.test] = claim
    return {test: chosen[test] for test in TESTS if test in chosen}


def sums(claims: Mapping[str, Claim]) -> dict[str, float]:
    """Returns section -> points; the score is the smallest of them."""
    totals = {}
    for section, name in SECTIONS.items():
        tests = [f"{section}{number}" for number in range(1, 8)]
        totals[name] = sum(claims[test].row.points for test in tests if test in claims)
    return totals


def main() -> int:
    """Prints sections and score, what counts and why, what is ready, and what is left."""
    rows = read(PAGE.read_text(encoding="utf-8"))
    titles = {row.test: row.text.replace("**", "").strip() for row in rows if not row.word}
    claims = [look_up(row) for row in rows if row.word]
    used = best([claim for claim in claims if claim.is_used])
    possible = best(claims)
    print_sums(sums(used), sums(possible))
    print("\nCounted, with the evidence:" if used else "\nNothing is counted yet.")
    for test, claim in used.items():
        print(f"  {test:3} {claim.row.points:.1f}  {titles[test]}: {claim.found}")
    print("\nReady, not used:")
    for test, claim in possible.items():
        if test not in used or used[test].row.points < claim.row.points:
            print(f"  {test:3} {claim.row.points:.1f}  {titles[test]}: {claim.found}")
    print("\nNot there:")
    for test in TESTS:
        if test not in possible:
            print(f"  {test:3}      {titles[test]}")
    return 0


def print_sums(counted: Mapping[str, float], possible: Mapping[str, float]) -> None:
    """Prints the points of each section and the score."""
    for name, points in counted.items():
        print(f"{name:15} {points:.1f} of 7 ({possible[name]:.1f} with what is ready)")
    score, limit = min(counted.values()), min(possible.values())
    print(f"ML Test Score   {score:.1f} ({limit:.1f} with what is ready)")


if __name__ == "__main__":
    argparse.ArgumentParser(prog="poe ml-test-score", description=__doc__).parse_args()
    sys.exit(main())

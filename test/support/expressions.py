"""Counts the expressions of each logical line of Python: python3 expressions.py FILE...

Prints one JSON object: the mean, the 95th percentile, and the lines with more expressions than that.
Constants and annotations are not counted: neither makes a line harder to follow.
"""

import ast
import io
import json
import sys
import tokenize
from bisect import bisect_right
from math import ceil
from pathlib import Path

BETWEEN_LINES = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def find_logical_lines(text: str) -> list[int]:
    """Returns the number of the first line of each logical line."""
    starts = []
    is_open = False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in BETWEEN_LINES:
            continue
        if token.type == tokenize.NEWLINE:
            is_open = False
        elif not is_open:
            starts.append(token.start[0])
            is_open = True
    return starts


def find_annotations(tree: ast.AST) -> set[ast.AST]:
    """Returns every node inside an annotation."""
    found = set()
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            annotation = getattr(node, field, None)
            if annotation is not None:
                found.update(ast.walk(annotation))
    return found


def count_expressions(text: str) -> dict[int, int]:
    """Returns first line -> number of expressions, for each logical line."""
    tree = ast.parse(text)
    starts = find_logical_lines(text)
    annotations = find_annotations(tree)
    counts = dict.fromkeys(starts, 0)
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or isinstance(node, ast.Constant):
            continue
        if node not in annotations:
            counts[starts[bisect_right(starts, node.lineno) - 1]] += 1
    return counts


def main() -> None:
    lines = []
    for name in sys.argv[1:]:
        path = Path(name)
        text = path.read_text(encoding="utf-8")
        for line, count in count_expressions(text).items():
            lines.append((count, f"{path.name}:{line} has {count}"))
    counts = sorted(count for count, _ in lines)
    percentile95 = counts[ceil(0.95 * len(counts)) - 1]
    longest = [place for count, place in sorted(lines, reverse=True) if count > 8]
    result = {"mean": sum(counts) / len(counts), "percentile95": percentile95, "longest": longest}
    print(json.dumps(result))


if __name__ == "__main__":
    main()

"""Puts the code of a repository's docs/own-model.md into that repository, for e2e/own_model.py.

A block belongs to the `##` heading above it. What happens to it depends on its language:
- python: functions and classes take the place of those of the same name in the file that the text above
  the block names last (`model.py`), or come behind them; imports are added to those of the file.
- yaml: keys take the place of those of the same name in config.yaml, or come behind them.
- toml: the same in pyproject.toml.
- sh: its lines are commands to run afterwards.
"""

import ast
import re
import textwrap
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Block:
    """A fenced block: its number on the page, its heading, the file that it belongs to, its text."""

    number: int
    heading: str
    language: str
    file: str
    text: str


@dataclass
class Applied:
    """What was used of the page, as the protocol of test/e2e/steps/own-model.ts wants it."""

    commands: list[str] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)


def apply(repository: Path, *headings: str) -> Applied:
    """Puts every block below these headings into the repository, in the order of the page."""
    found = read_blocks(repository / "docs" / "own-model.md")
    known = {block.heading for block in found}
    unknown = set(headings) - known
    if unknown:
        raise SystemExit(f"docs/own-model.md has no code below {unknown}; it has: {known}")
    applied = Applied()
    for block in found:
        if block.heading in headings:
            applied.blocks.append(block.number)
            applied.commands += apply_block(repository, block)
    return applied


def read_blocks(page: Path) -> list[Block]:
    """Returns the fenced blocks of a page."""
    blocks: list[Block] = []
    heading = file = ""
    open_block: list[str] | None = None
    language = ""
    for line in page.read_text(encoding="utf-8").splitlines():
        fence = re.match(r"\s*```(\w*)", line)
        if fence and open_block is None:
            open_block, language = [], fence[1]
        elif fence and open_block is not None:
            text = textwrap.dedent("\n".join(open_block)) + "\n"
            blocks.append(Block(len(blocks) + 1, heading, language, file, text))
            open_block = None
        elif open_block is not None:
            open_block.append(line)
        elif line.startswith("## "):
            heading, file = line[3:].strip(), ""
        else:
            names = re.findall(r"[\w/]+\.(?:py|yaml)\b", line)
            file = names[-1] if names else file
    return blocks


def apply_block(repository: Path, block: Block) -> list[str]:
    """Returns the commands that a block has; every other block changes a file."""
    if block.language == "sh":
        lines = [line.partition(" #")[0].strip() for line in block.text.splitlines()]
        return [line for line in lines if line]
    if block.language == "yaml":
        path = repository / "config.yaml"
        path.write_text(merge_yaml(path.read_text("utf-8"), block.text), encoding="utf-8")
        return []
    if block.language == "toml":
        path = repository / "pyproject.toml"
        path.write_text(merge_toml(path.read_text("utf-8"), block.text), encoding="utf-8")
        return []
    if block.language != "python":
        allowed = "python, yaml, toml, sh"
        raise SystemExit(f"block {block.number} is {block.language}: allowed are {allowed}")
    path = find_file(repository, block)
    before = path.read_text("utf-8") if path.is_file() else ""
    text = merge_python(before, block.text) if before else block.text
    path.write_text(text, encoding="utf-8")
    return []


def find_file(repository: Path, block: Block) -> Path:
    """Returns a file by its path in the repository, or by its name in the package."""
    if not block.file.endswith(".py"):
        raise SystemExit(f"the text above block {block.number} names no file such as model.py")
    if (repository / block.file).is_file() or "/" in block.file:
        return repository / block.file
    package = next((repository / "src").glob("*/project.py")).parent
    return package / block.file


def merge_python(text: str, new: str) -> str:
    """Returns `text` with the imports, functions, classes and assignments of `new`."""
    if not text:
        return new
    lines = text.splitlines()
    addition = new.splitlines()
    tree = ast.parse(text)
    places = {name: node for node in tree.body for name in names_of(node)}
    imports, appended, replaced = [], [], []
    for node in ast.parse(new).body:
        piece = addition[first_line(node) - 1 : node.end_lineno]
        old = next((places[name] for name in names_of(node) if name in places), None)
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports += [line for line in piece if line not in lines]
        elif old is None:
            appended.append(piece)
        else:
            replaced.append((first_line(old) - 1, old.end_lineno, piece))
    for start, end, piece in sorted(replaced, reverse=True):
        lines[start:end] = piece
    place = import_line(tree)
    lines[place:place] = imports
    for piece in appended:
        lines += ["", "", *piece]
    return "\n".join(lines) + "\n"


def names_of(node: ast.stmt) -> list[str]:
    """Returns the names that a statement defines, apart from imports."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def first_line(node: ast.stmt) -> int:
    """Returns the line that a statement starts on, with its decorators."""
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def import_line(tree: ast.Module) -> int:
    """Returns the number of lines before the first import, behind the module's docstring."""
    for node in tree.body:
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if isinstance(node, ast.Import | ast.ImportFrom) and not is_future:
            return node.lineno - 1
    return (tree.body[0].end_lineno or 0) if tree.body else 0


def merge_yaml(text: str, new: str) -> str:
    """Returns `text` with the keys of `new`, of one or two levels, one a line."""
    lines = text.splitlines()
    section = ""
    for line in new.splitlines():
        top = re.match(r"(\w+):\s*(#.*)?$", line)
        key = re.match(r"(\s*)(\w+):", line)
        if top:
            section = top[1]
        elif key and key[1]:
            place_in_section(lines, section, key[2], line)
        elif key:
            place_at_top(lines, key[2], line)
    return "\n".join(lines) + "\n"


def place_in_section(lines: list[str], section: str, key: str, line: str) -> None:
    """Replaces a key of a section, or adds it, and the section, where they are missing."""
    start = next((n for n, old in enumerate(lines) if old.startswith(f"{section}:")), None)
    if start is None:
        lines += ["", f"{section}:", line]
        return
    for number in range(start + 1, len(lines)):
        if lines[number] and not lines[number].startswith((" ", "#")):
            break
        if re.match(rf"\s+{key}:", lines[number]):
            lines[number] = line
            return
    lines.insert(start + 1, line)


def place_at_top(lines: list[str], key: str, line: str) -> None:
    """Replaces a key of the top level, or adds it."""
    for number, old in enumerate(lines):
        if old.startswith(f"{key}:"):
            lines[number] = line
            return
    lines.append(line)


def merge_toml(text: str, new: str) -> str:
    """Returns `text` with the keys of `new`, one a line, each in its table."""
    lines = text.splitlines()
    table = ""
    for line in new.splitlines():
        if line.startswith("["):
            table = line.strip()
        elif "=" in line:
            place_in_table(lines, table, line)
    return "\n".join(lines) + "\n"


def place_in_table(lines: list[str], table: str, line: str) -> None:
    """Replaces a key of a table, also one of several lines, or adds it."""
    if table not in lines:
        lines += ["", table]
    key = line.partition("=")[0].strip()
    start = lines.index(table) + 1
    for number in range(start, len(lines)):
        if lines[number].startswith("["):
            break
        if lines[number].partition("=")[0].strip() != key:
            continue
        end = number + 1
        if lines[number].rstrip().endswith("["):
            end = lines.index("]", number) + 1
        lines[number:end] = [line]
        return
    lines.insert(start, line)

"""What the result of a step depends on in the code: the modules it imports and their packages.

A step of the pipeline runs again when its key changes. The key of a module has the hashes of all
modules of this package that it imports, directly or not, and the locked versions of the packages
that these import. So another part of mlops/ may arrive without a new training.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from .files import sha256

PACKAGE = Path(__file__).parents[1]
CONFIG = Path("config.yaml")
USE_METRIC = ("train", "evaluate")  # steps that compute the metric
LOADED_BY_NAME = "LOADED_BY_NAME"  # a tuple of names of subpackages, in the module that loads them


def compute_key(module: str, lock: Path = Path("uv.lock")) -> dict[str, dict[str, str]]:
    """Returns `modules` (path -> hash) and `packages` (name -> version) of a module.

    `module` is a name below this package, such as "train".
    """
    paths = find_modules(module)
    names = {name for path in paths for name in _third_party_imports(path)}
    modules = {path.relative_to(PACKAGE).as_posix(): sha256(path.read_bytes()) for path in paths}
    return {"modules": modules, "packages": _locked_versions(names, lock)}


def find_modules(module: str) -> list[Path]:
    """Returns the files of a module and of all modules of this package that it imports."""
    waiting = [_file_of(module.split(".")), *_find_metric(module)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path is None or path in found:
            continue
        found.add(path)
        waiting.extend(_first_party_imports(path))
    return sorted(found)


def _find_metric(module: str) -> list[Path | None]:
    """The module of `evaluate.metric: module:function` in config.yaml, which no import names."""
    if module not in USE_METRIC or not CONFIG.is_file():
        return []
    found = re.search(r"^\s+metric:\s*[\"']?([\w.]+):\w+", CONFIG.read_text("utf-8"), re.MULTILINE)
    return [_file_of(found[1].split("."))] if found else []


def _file_of(parts: list[str]) -> Path | None:
    """The file of a module below the package; None when there is no such module."""
    stem = PACKAGE.joinpath(*parts)
    if stem.with_suffix(".py").is_file() and parts:
        return stem.with_suffix(".py")
    if (stem / "__init__.py").is_file():
        return stem / "__init__.py"
    return None


def _first_party_imports(path: Path) -> Iterator[Path | None]:
    package = list(path.relative_to(PACKAGE).parts[:-1])
    for depth in range(len(package) + 1):  # Python imports the packages above a module first
        yield _file_of(package[:depth])
    for node in _imports(path):
        if isinstance(node, ast.Import):
            continue
        parts = _target(node, package)
        if parts is None:
            continue
        yield _file_of(parts)
        for alias in node.names:
            yield _file_of([*parts, alias.name])
    for name in _loaded_by_name(path):
        subpackage = path.parent / name
        yield from sorted(subpackage.rglob("*.py"))


def _loaded_by_name(path: Path) -> list[str]:
    """The subpackages whose modules a module imports by a name that is known only when it runs."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == LOADED_BY_NAME:
            return list(ast.literal_eval(node.value))
    return []


def _target(node: ast.ImportFrom, package: list[str]) -> list[str] | None:
    """The module that is imported from, below the package; None for other packages."""
    named = node.module.split(".") if node.module else []
    if node.level:
        return package[: len(package) - (node.level - 1)] + named
    if named[0] == PACKAGE.name:
        return named[1:]
    return None


def _third_party_imports(path: Path) -> Iterator[str]:
    yield from _imports_by_function(path)
    for node in _imports(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0]
        elif not node.level and node.module:
            yield node.module.partition(".")[0]


def _imports_by_function(path: Path) -> Iterator[str]:
    """The packages that `import_module("name")` imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "import_module":
            continue
        argument = node.args[0]
        if isinstance(argument, ast.Constant):
            yield str(argument.value).partition(".")[0]


def _imports(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Every import of a module, those in functions too; not those of scripts and type checkers."""
    return _parse_imports(path.read_text(encoding="utf-8"))


@cache  # one training asks for several keys
def _parse_imports(text: str) -> list[ast.Import | ast.ImportFrom]:
    imports: list[ast.Import | ast.ImportFrom] = []
    waiting: list[ast.AST] = [ast.parse(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(node)
        elif not _is_skipped(node):
            waiting.extend(ast.iter_child_nodes(node))
    return imports


def _is_skipped(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    condition = ast.unparse(node.test)
    return condition in ("__name__ == '__main__'", "TYPE_CHECKING")


def _locked_versions(names: set[str], lock: Path) -> dict[str, str]:
    """The packages that provide these imports and all they require, as the lock file has them."""
    if not lock.is_file():
        return {}
    content = _parse_lock(lock.read_text(encoding="utf-8"))
    locked: dict[str, list[dict[str, Any]]] = {}
    for package in content.get("package", []):
        locked.setdefault(package["name"], []).append(package)
    providers = _find_providers()
    waiting = [_normalise(one) for name in names for one in providers.get(name, [])]
    found: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        if name in found or name not in locked or name == _normalise(PACKAGE.name):
            continue
        versions = {package.get("version", "") for package in locked[name]}
        found[name] = " ".join(sorted(versions))
        for package in locked[name]:
            waiting.extend(needed["name"] for needed in package.get("dependencies", []))
    return dict(sorted(found.items()))


@cache
def _parse_lock(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


@cache
def _find_providers() -> Mapping[str, list[str]]:
    return packages_distributions()


def _normalise(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")

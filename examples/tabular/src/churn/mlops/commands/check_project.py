"""`poe project`: checks that names, modules and hooks of this repository agree."""

import tomllib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from ..command_line import run
from ..errors import UserError

DESCRIPTION = "Check that pyproject.toml, the package, project.py and the hooks agree."
PACKAGE = Path(__file__).parents[2]


def main(argv: Sequence[str] | None = None) -> int:
    """Prints nothing when all agree; else what is wrong, status 2."""
    return run("project", DESCRIPTION, lambda _: check(), argv)


def check(pyproject: Path = Path("pyproject.toml")) -> None:
    """Raises UserError with one line for each disagreement."""
    content = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    problems = [*_check_package(content), *_check_project(), *_check_hooks(content)]
    if problems:
        raise UserError("\n".join(problems))


def _check_package(content: dict[str, dict[str, dict[str, dict[str, str]]]]) -> list[str]:
    name = content["tool"]["uv"]["build-backend"]["module-name"]
    folder = Path("src") / name
    if not folder.is_dir():
        return [f'pyproject.toml names the package "{name}", but "{folder.as_posix()}" is missing']
    if folder.resolve() != PACKAGE.resolve():
        hint = 'run "uv sync" in this folder'
        return [f'the installed package is "{PACKAGE}", not "{folder.as_posix()}": {hint}']
    return []


def _check_project() -> list[str]:
    try:
        import_module(f"{PACKAGE.name}.project")
    except (ImportError, AttributeError, TypeError) as error:
        return [f'"src/{PACKAGE.name}/project.py" cannot be imported: {error}']
    return []


def _check_hooks(content: dict[str, dict[str, dict[str, list[str]]]]) -> list[str]:
    """The hooks that pyproject.toml names and mlops/hooks.py does not register."""
    hooks = import_module(f"{PACKAGE.name}.mlops.hooks").HOOKS
    problems = []
    for entry in content["tool"].get("nimble-ml", {}).get("hooks", []):
        point, _, wanted = entry.partition(" ")
        registered = [f"{hook.__module__}.{hook.__name__}" for hook in getattr(hooks, point)]
        if f"{PACKAGE.name}.mlops.{wanted}" not in registered:
            file = f"src/{PACKAGE.name}/mlops/hooks.py"
            problems.append(f'"{wanted}" is not registered in {file}: add it to HOOKS.{point}')
    return problems


if __name__ == "__main__":
    raise SystemExit(main())

"""The hooks of this repository, in the order in which they run: one line for each.

`uv run poe check` fails when one that pyproject.toml names is not registered here.
"""

from .hook_points import Hooks

HOOKS = Hooks()

"""The size of a fitted model: its coefficients, or the nodes of its trees."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from .estimators import list_steps

COEFFICIENTS = ("coef_", "intercept_", "coefs_", "intercepts_", "dual_coef_")


def count(model: Any) -> int | None:
    """Returns the parameters of the last step of a pipeline; None where no one can tell."""
    estimator = list_steps(model)[-1]
    nodes = sum(_count_nodes(tree) for tree in _find_trees(estimator))
    coefficients = sum(_count_numbers(getattr(estimator, name, [])) for name in COEFFICIENTS)
    return nodes + coefficients or None


def _find_trees(estimator: Any) -> Iterable[Any]:
    """Yields the trees of a tree, a forest or gradient boosting of scikit-learn."""
    if hasattr(estimator, "tree_"):
        yield estimator.tree_
    # Gradient boosting on histograms has no public list of its trees.
    for trees in getattr(estimator, "_predictors", []):
        yield from trees
    members = getattr(estimator, "estimators_", [])
    for member in np.ravel(np.asarray(members, dtype=object)):
        yield from _find_trees(member)


def _count_nodes(tree: Any) -> int:
    return tree.node_count if hasattr(tree, "node_count") else len(tree.nodes)


def _count_numbers(value: Any) -> int:
    """The numbers in an array, a number or a list of arrays."""
    if isinstance(value, list):
        return sum(_count_numbers(part) for part in value)
    if hasattr(value, "nnz"):  # a sparse matrix
        value = value.toarray()
    return int(np.size(value))

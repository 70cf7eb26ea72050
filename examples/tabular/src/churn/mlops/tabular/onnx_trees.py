"""Adds to an ONNX model how the trees of a forest treat missing values.

skl2onnx 1.20 leaves it out for trees and forests (sklearn-onnx issue 1253), and a row without a
value would get another prediction. Remove this module when a release of skl2onnx adds it itself.
"""

from typing import Any

from .estimators import list_steps

SPLIT = "BRANCH_LEQ"
OPERATORS = ("TreeEnsembleClassifier", "TreeEnsembleRegressor")


def add_missing_values(converted: Any, model: Any) -> None:
    """Sets which way a missing value goes at each split, when the last step is a forest or tree."""
    trees = find_trees(list_steps(model)[-1])
    nodes = [node for node in converted.graph.node if node.op_type in OPERATORS]
    if trees and len(nodes) == 1:
        _set_missing_values(nodes[0], trees)


def find_trees(estimator: Any) -> list[Any]:
    """Returns the trees of a tree or a forest of scikit-learn; none for other estimators."""
    if not type(estimator).__module__.startswith("sklearn."):
        return []
    members = [estimator] if hasattr(estimator, "tree_") else estimator_list(estimator)
    trees = [getattr(member, "tree_", None) for member in members]
    return [] if None in trees else trees


def estimator_list(estimator: Any) -> list[Any]:
    """Returns the members of a forest; none for boosting, whose members are an array."""
    members = getattr(estimator, "estimators_", [])
    return list(members) if isinstance(members, list) else []


def _set_missing_values(node: Any, trees: list[Any]) -> None:
    attributes = {attribute.name: attribute for attribute in node.attribute}
    tree_numbers = attributes["nodes_treeids"].ints
    node_numbers = attributes["nodes_nodeids"].ints
    modes = attributes["nodes_modes"].strings
    goes_left = [tree.missing_go_to_left for tree in trees]
    flags = []
    for tree, number, mode in zip(tree_numbers, node_numbers, modes, strict=True):
        is_split = mode.decode() == SPLIT
        flags.append(int(goes_left[tree][number]) if is_split else 0)
    attribute = attributes["nodes_missing_value_tracks_true"]
    del attribute.ints[:]
    attribute.ints.extend(flags)

"""An exported model depends on the data and the settings only."""

from onnx import ModelProto, helper

from nimble_package.mlops.tabular.export import sort_operator_sets


def test_the_operator_sets_of_a_model_are_in_the_order_of_their_names() -> None:
    """skl2onnx keeps them in a set: with another PYTHONHASHSEED the file had other bytes."""
    names = ["ai.onnx.ml", "", "com.microsoft"]
    one = ModelProto(opset_import=[helper.make_opsetid(name, 1) for name in names])
    two = ModelProto(opset_import=[helper.make_opsetid(name, 1) for name in reversed(names)])
    sort_operator_sets(one)
    sort_operator_sets(two)
    assert [each.domain for each in one.opset_import] == sorted(names)
    assert one.SerializeToString() == two.SerializeToString()

"""A frozen holdout stays as it is: changed, leaked and uncommitted ones are refused."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from churn.mlops.errors import UserError
from churn.mlops.gate import holdout, settings
from churn.mlops.gate.holdout import Frozen

INPUTS = [{"town": "A", "age": 1}, {"town": "B", "age": 2}, {"town": "C", "age": 3}]
TARGETS = np.array([0, 1, 0])
GATE_YAML = """# a comment
holdout: # the test split
  sha256: ""
  examples: 0 # how many
  since: ""
approval: automatic
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a gate.yaml and no frozen holdout."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gate.yaml").write_text(GATE_YAML, encoding="utf-8")
    run_git("init", "-q")
    commit("first")
    return tmp_path


def run_git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def commit(message: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    run_git("add", "-A")
    run_git(*who, "commit", "-q", "-m", message)


def freeze(targets: np.ndarray = TARGETS) -> Frozen:
    frozen = holdout.freeze(INPUTS, targets)
    holdout.save(frozen)
    return frozen


@pytest.mark.usefixtures("repository")
def test_a_frozen_holdout_is_read_again_and_comments_stay() -> None:
    assert holdout.read(settings.read()) is None
    frozen = freeze()
    wanted = settings.read()
    assert holdout.read(wanted) == frozen
    assert wanted.holdout.examples == 3
    content = settings.SETTINGS.read_text(encoding="utf-8")
    assert content.startswith("# a comment\nholdout: # the test split\n")
    assert "examples: 3 # how many" in content


def test_frozen_examples_are_found_among_new_ones() -> None:
    frozen = holdout.freeze(INPUTS, TARGETS)
    new = {"town": "D", "age": 4}
    inputs = [new, INPUTS[2], INPUTS[0], INPUTS[1]]
    rows = holdout.find_rows(frozen, inputs, np.array([1, 0, 0, 1]))
    assert rows.tolist() == [1, 2, 3]


def test_equal_examples_are_each_found() -> None:
    inputs = [*INPUTS, INPUTS[0]]
    targets = np.array([0, 1, 0, 0])
    frozen = holdout.freeze(inputs, targets)
    assert holdout.find_rows(frozen, inputs, targets).tolist() == [0, 1, 2, 3]


def test_a_missing_example_is_refused() -> None:
    frozen = holdout.freeze(INPUTS, TARGETS)
    with pytest.raises(UserError, match="1 of 3 frozen examples are not in the test split"):
        holdout.find_rows(frozen, INPUTS[:2], TARGETS[:2])


def test_a_changed_target_is_refused() -> None:
    frozen = holdout.freeze(INPUTS, TARGETS)
    with pytest.raises(UserError, match="1 of 3 frozen examples have another target"):
        holdout.find_rows(frozen, INPUTS, np.array([0, 1, 1]))


def test_a_frozen_example_in_the_training_data_is_refused() -> None:
    frozen = holdout.freeze(INPUTS, TARGETS)
    other = {"town": "Z", "age": 9}
    holdout.refuse_leaks(frozen, [other])
    with pytest.raises(UserError, match=r"1 of 3 frozen examples.*example 2 of 2"):
        holdout.refuse_leaks(frozen, [other, INPUTS[1]])


@pytest.mark.usefixtures("repository")
def test_a_list_that_does_not_fit_gate_yaml_is_refused() -> None:
    freeze()
    lines = holdout.LIST.read_text(encoding="utf-8").splitlines()
    holdout.LIST.write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="is not the holdout that"):
        holdout.read(settings.read())
    holdout.LIST.unlink()
    with pytest.raises(UserError, match="is missing"):
        holdout.read(settings.read())


@pytest.mark.usefixtures("repository")
def test_the_first_holdout_may_be_used_and_a_new_one_only_when_committed() -> None:
    freeze()
    holdout.refuse_uncommitted(settings.read())
    commit("the first holdout")
    freeze(np.array([1, 1, 1]))
    with pytest.raises(UserError, match="names another holdout"):
        holdout.refuse_uncommitted(settings.read())
    commit("a new holdout")
    holdout.refuse_uncommitted(settings.read())


@pytest.mark.parametrize(
    "value",
    ["text", 1.5, np.float32(2), np.arange(4).reshape(2, 2), {"b": 1, "a": None}],
)
def test_every_kind_of_input_has_a_hash_that_repeats(value: object) -> None:
    assert holdout.hash_value(value) == holdout.hash_value(value)
    assert holdout.hash_value(value) != holdout.hash_value("another")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("primary: {min_gian: 0.1}", r'"primary.min_gian".*Did you mean "min_gain"'),
        ("primary: {alpha_per_year: 5}", r'"primary.alpha_per_year" in gate.yaml is "5"'),
        ("approval: boss", r"'automatic' or 'person'"),
        ("primary: {looks_per_year: 0}", "greater than or equal to 1"),
        ("- a", "is not a mapping"),
        ("a: [", "is not valid YAML"),
        ("floors: 3", r'"floors" in gate.yaml is "3"'),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(content: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        settings.parse(content)


def test_the_settings_of_a_new_repository_are_valid() -> None:
    root = Path(__file__).parents[2]
    assert settings.read(root / settings.SETTINGS).primary.looks_per_year >= 1

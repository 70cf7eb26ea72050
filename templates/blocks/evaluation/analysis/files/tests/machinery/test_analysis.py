"""A slice that fails is seen behind a good average; features, costs and one example are shown."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nimble_package import config, data
from nimble_package.adapters import analysis as probes
from nimble_package.mlops.analysis import explain, features, plan, slices
from nimble_package.mlops.settings import UserError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def wanted(room: Path) -> plan.Plan:
    """The repository's own plan, in the room of the tests."""
    shutil.copy(ROOT / "insight.yaml", room)
    return plan.read()


@pytest.fixture
def options(small: list[str]) -> list[str]:
    """The small settings as a command takes them."""
    return [part for line in small for part in ("--set", line)]


def rows() -> plan.Rows:
    """Forty rows: town A is always right, B never, C has three rows, one row has no town."""
    towns = ["A"] * 28 + ["B"] * 8 + ["C"] * 3 + [None]
    right = np.array([1.0] * 28 + [0.0] * 8 + [1.0] * 4)
    days = [f"2024-01-{1 + place % 28:02}" for place in range(40)]
    return plan.Rows("accuracy", right, {"town": towns, "size": list(range(40)), "day": days})


def test_a_failing_slice_is_found_behind_a_good_average() -> None:
    how = plan.Plan(floor=0.5, least=8, slices={"town": plan.Slice()})
    found = {one.name: one for one in slices.measure(rows(), how)}
    assert rows().values.mean() == 0.8
    assert (found["A"].low, found["B"].low, found["C"].low) == (False, True, False)
    assert found["C"].floor is None
    assert found["(no value)"].rows == 1
    kinder = dataclasses.replace(how, slices={"town": plan.Slice(floor=0.0)})
    assert not any(one.low for one in slices.measure(rows(), kinder))


def test_a_slice_says_how_sure_its_figure_is() -> None:
    even = plan.Rows("accuracy", np.array([1.0, 0.0] * 50), {"all": ["x"] * 100})
    (found,) = slices.measure(even, plan.Plan(slices={"all": plan.Slice()}))
    assert found.error == pytest.approx(0.05)


@pytest.mark.parametrize(("limit", "status"), [(0.9, 1), (1.0, 0)])
def test_a_gap_wider_than_allowed_fails_where_no_slice_does(
    monkeypatch: pytest.MonkeyPatch, settings: config.Config, limit: float, status: int
) -> None:
    group = plan.Group("town", limit)
    how = plan.Plan(floor=0.0, least=5, slices={"town": plan.Slice()}, group=group)
    monkeypatch.setattr(plan, "read", lambda: how)
    monkeypatch.setattr(probes, "rows", lambda _: rows())
    found, ended = slices.slices(settings)
    assert not any(one.low for one in found)
    assert ended == status


@pytest.mark.parametrize("column", ["size", "day"])
def test_equal_parts_hold_every_row_once(column: str) -> None:
    parts = list(slices.cut(column, rows().columns[column], 4))
    assert len(parts) == 4
    assert (sum(inside.astype(int) for _, inside in parts) == 1).all()


def test_equal_values_and_gaps_are_no_obstacle() -> None:
    assert [name for name, _ in slices.cut("x", [3, 3, None, float("nan")], 2)] == [
        "3 to 3",
        "(no value)",
    ]


def test_a_gap_between_groups_is_measured_on_groups_that_count() -> None:
    group = plan.Group("town", 0.5)
    found = slices.gap(rows(), plan.Plan(least=5, group=group))
    assert found
    assert found[0] == 1.0
    assert slices.gap(rows(), plan.Plan()) is None
    with pytest.raises(UserError, match="two are the least"):
        slices.gap(rows(), plan.Plan(least=20, group=group))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (plan.Plan(slices={"twon": plan.Slice()}), ["twon", 'Did you mean "town"']),
        (plan.Plan(slices={"town": plan.Slice(parts=2)}), ["town", "neither numbers nor dates"]),
        (plan.Plan(slices={"size": plan.Slice()}), ["size", "40 values", "parts"]),
        (plan.Plan(slices={"town": plan.Slice()}, least=99), ["least", "none can fail"]),
    ],
)
def test_a_plan_that_judges_nothing_is_refused(how: plan.Plan, words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        slices.measure(rows(), how)
    assert all(word in str(error.value) for word in words), error.value


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(("floor", "status"), [(-1e6, 0), (2.0, 1)])
def test_the_saved_model_is_judged_slice_by_slice(
    settings: config.Config,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    wanted: plan.Plan,
    floor: float,
    status: int,
) -> None:
    least = {name: dataclasses.replace(one, floor=None) for name, one in wanted.slices.items()}
    how = dataclasses.replace(wanted, floor=floor, least=1, slices=least, group=plan.Group())
    monkeypatch.setattr(plan, "read", lambda: how)
    assert slices.main(options) == status
    found = json.loads(slices.REPORT.read_text(encoding="utf-8"))
    assert {one["column"] for one in found["slices"]} == set(wanted.slices)
    seen = probes.rows(settings)
    assert found["all"] == float(np.mean(seen.values))
    tested = Path("reports/metrics.json")
    metrics = json.loads(tested.read_text(encoding="utf-8")) if tested.is_file() else {}
    if seen.figure in metrics and "held out" not in seen.columns.get("family", ()):
        assert found["all"] == pytest.approx(metrics[seen.figure])
    assert slices.PICTURE.stat().st_size > 5_000


@pytest.mark.usefixtures("trained")
def test_features_and_steps_are_measured(
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    wanted: plan.Plan,
    settings: config.Config,
) -> None:
    monkeypatch.setattr(plan, "read", lambda: dataclasses.replace(wanted, repeats=1))
    known, random = probes.features(settings), np.random.default_rng(0)
    drawn = [random.bit_generator.state]
    for name in (None, known.names[0]):
        known.score(name, random)
        drawn.append(random.bit_generator.state)
    assert drawn[0] == drawn[1] != drawn[2]
    few = dataclasses.replace(known, names=known.names[:3])
    monkeypatch.setattr(probes, "features", lambda _: few)
    assert features.main(options) == 0
    found = json.loads((features.FOLDER / "features.json").read_text(encoding="utf-8"))
    assert set(found["importance"]) == set(few.names)
    assert all(ms >= 0 for ms in found["ms_per_1000"].values())
    tight = dataclasses.replace(wanted, repeats=1, budget=plan.Budget(answer_ms=0.0))
    monkeypatch.setattr(plan, "read", lambda: tight)
    assert features.main(options) == 1


def test_a_feature_that_decides_loses_all_and_one_that_does_not_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: config.Config
) -> None:
    def score(name: str | None, random: np.random.Generator) -> float:
        x = np.arange(200) % 2
        return float((x == (random.permutation(x) if name == "decides" else x)).mean())

    names = ["idle", "decides"]
    monkeypatch.setattr(probes, "features", lambda _: plan.Features("f", names, score))
    found = features.importance(settings, 3)
    assert list(found) == ["decides", "idle"]
    assert 0.3 < found["decides"]["loses"] < 0.7
    assert found["idle"]["loses"] == 0


@pytest.fixture
def example(settings: config.Config, prepared: dict[str, Any], tmp_path: Path) -> str:
    """One input of `predict`, whatever the modality: a text, or a file of it."""
    assert prepared
    one = data.sample(settings, 1)[0]
    if isinstance(one, str):
        return one
    if isinstance(one, dict):
        import pandas as pd

        pd.DataFrame([one]).to_csv(tmp_path / "one.csv", index=False)
        return str(tmp_path / "one.csv")
    made = Path("data/prepared/example.png")
    if made.is_file():
        return str(made)
    from importlib import import_module

    rate: Any = settings
    import_module("soundfile").write(tmp_path / "one.wav", one, rate.features.rate)
    return str(tmp_path / "one.wav")


@pytest.mark.usefixtures("trained")
def test_one_example_is_explained(
    options: list[str], capsys: pytest.CaptureFixture[str], example: str
) -> None:
    capsys.readouterr()
    assert explain.main([example, *options]) == 0
    first = capsys.readouterr().out
    assert len(first.splitlines()) > 5
    assert explain.main([example, *options]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == first.splitlines()[:3]


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("given", [["--row", "0", "x"], ["nowhere.csv"], [""]])
def test_what_cannot_be_explained_is_one_line(
    options: list[str], capsys: pytest.CaptureFixture[str], given: list[str]
) -> None:
    capsys.readouterr()
    status = explain.main([*given, *options])
    err = capsys.readouterr().err
    assert (status, err.count("\n")) in ((2, 1), (0, 0)), err  # to some, any text is an example


def test_an_unknown_word_in_the_plan_is_refused(room: Path) -> None:
    path = room / "insight.yaml"
    text = path.read_text(encoding="utf-8")
    for change in ("flor: 1\n", "slices: { x: { part: 3 } }\n"):
        path.write_text(change, encoding="utf-8")
        with pytest.raises(UserError, match=r"flor|part"):
            plan.read()
    path.write_text(text, encoding="utf-8")

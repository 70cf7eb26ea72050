"""A search that is cut off ends like one that is not, and leaves everything else as it was."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from nimble_package import config, data, train
from nimble_package.mlops import runs, tracking
from nimble_package.mlops.settings import UserError
from nimble_package.mlops.tuning import picture, space, sweep, trials

ROOT = Path(__file__).parents[2]


@pytest.fixture
def plan(room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The repository's own plan, in a folder of its own."""
    names = [
        path.name for path in room.iterdir() if path.name not in ("models", "reports", "sweep")
    ]
    for name in names:
        place = room / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = yaml.safe_load((ROOT / "sweep.yaml").read_text(encoding="utf-8"))
    write(found)
    return found


def write(plan: dict[str, Any]) -> None:
    Path("sweep.yaml").write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")


class Training:
    """Stands in for `train.train`: a figure made of the settings; may be told to break."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.metric, self.keys = plan["metric"], list(plan["space"])
        self.calls, self.breaks = 0, dict[int, BaseException]()
        self.hash, self.prepared = "of the data", list[config.Config]()
        self.parents = list[str | None]()

    def prepare(self, settings: config.Config) -> dict[str, Any]:
        """Stands in for `data.prepare`, which takes seconds where data is made."""
        self.prepared.append(settings)
        return {"hash": self.hash}

    def __call__(self, settings: config.Config) -> train.Result:
        self.calls += 1
        self.parents.append(os.environ.get("RUN_PARENT"))
        Path("models/current").mkdir(parents=True, exist_ok=True)
        Path("models/current/trial").write_text("of a trial", encoding="utf-8")
        print("many words")
        if self.calls in self.breaks:
            raise self.breaks[self.calls]
        said = repr([space.value(settings, key) for key in self.keys]).encode()
        return train.Result({self.metric: sum(said) % 97 / 97, "other": 0.0}, None)


@pytest.fixture
def training(plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Training:
    """Trainings that take no time, on data of which only the hash is there."""
    stand_in = Training(plan)
    monkeypatch.setattr(train, "train", stand_in)
    monkeypatch.setattr(data, "prepare", stand_in.prepare)
    monkeypatch.setattr(picture, "draw", lambda *_: None)
    return stand_in


def search(*options: str) -> list[list[Any]]:
    assert sweep.main(["--set", "runtime.track=false", *options]) in (0, 130)
    found = json.loads(Path("reports/sweep/trials.json").read_text(encoding="utf-8"))
    return [[row["value"], row["set"]] for row in found["trials"]]


def test_a_search_that_is_cut_off_makes_the_trials_of_one_that_is_not(training: Training) -> None:
    whole = search("--trials", "9")
    assert len({str(row) for row in whole}) > 7
    shutil.rmtree("sweep")
    training.calls, training.breaks = 0, {3: KeyboardInterrupt(), 7: SystemExit(9)}
    assert search("--trials", "9") == whole[:2]
    with pytest.raises(SystemExit):  # as a kill: nothing is tidied up by the search itself
        search("--trials", "9")
    assert search("--trials", "9") == whole
    training.calls = 0
    assert search("--trials", "9") == whole
    assert training.calls == 0


def test_ctrl_c_that_comes_again_while_the_search_ends_cuts_nothing_off(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: Any) -> train.Result:
        if training.calls == 1:
            signal.raise_signal(signal.SIGINT)
        return training(*_)

    def prepare(settings: config.Config) -> dict[str, Any]:
        if training.calls == 1:  # the search ends
            signal.raise_signal(signal.SIGINT)
        return training.prepare(settings)

    monkeypatch.setattr(train, "train", press)
    monkeypatch.setattr(data, "prepare", prepare)
    monkeypatch.setattr(picture, "draw", lambda *_: pytest.fail("poe kills what takes so long"))
    before = signal.getsignal(signal.SIGINT)
    assert len(search("--trials", "3")) == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_another_seed_searches_elsewhere(plan: dict[str, Any], training: Training) -> None:
    assert training
    first = search("--trials", "3")
    write(plan | {"seed": 1, "method": "random"})
    other = search("--trials", "3")
    assert first != other


def test_other_data_is_another_search(training: Training) -> None:
    search("--trials", "2")
    training.hash = "of more data"
    search("--trials", "2")
    assert training.calls == 4


def test_data_is_left_as_the_configuration_says(training: Training) -> None:
    search("--trials", "2")
    first, *_, last = training.prepared
    assert len(training.prepared) > 1  # trials may prepare theirs in between
    assert first == last


def test_trials_are_children_of_one_run_however_often_the_search_is_cut_off(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = list[str]()

    @contextmanager
    def start(_: config.Config) -> Iterator[Any]:
        started.append(f"run {len(started) + 1}")
        nothing = lambda *_: None  # noqa: E731
        yield SimpleNamespace(id=started[-1], metrics=nothing, files=nothing)

    monkeypatch.setattr(tracking, "start", start)
    monkeypatch.setattr(runs, "tag", lambda *_, **__: None)
    monkeypatch.delenv("RUN_PARENT", raising=False)
    training.breaks = {2: KeyboardInterrupt()}
    assert sweep.main(["--trials", "3"]) == 130
    assert sweep.main(["--trials", "3"]) == 0
    assert training.parents == ["run 1"] * 4
    assert "RUN_PARENT" not in os.environ


@pytest.mark.parametrize(("direction", "best"), [("maximize", max), ("minimize", min)])
def test_the_best_trial_is_kept_to_be_used(
    plan: dict[str, Any], training: Training, direction: str, best: Callable[..., Any]
) -> None:
    assert training
    write(plan | {"direction": direction})
    value, chosen = best(search("--trials", "6"), key=lambda row: row[0])
    found = json.loads(Path("reports/sweep/trials.json").read_text(encoding="utf-8"))
    assert found["best"]["value"] == value
    assert Path("reports/sweep/best.txt").read_text(encoding="utf-8").splitlines() == chosen


def test_the_configuration_as_it_is_is_tried_first(
    plan: dict[str, Any], training: Training
) -> None:
    assert training
    own, lists = config.load(), dict[str, list[str]]()
    for key, values in plan["space"].items():
        if isinstance(values, list):
            kept = space.write(space.value(own, key))
            lists[key] = [one for one in map(space.write, values) if one != kept] + [kept]
    texts = {key: [yaml.safe_load(one) for one in values] for key, values in lists.items()}
    write(plan | {"method": "tpe", "space": texts})
    first = search("--trials", "1")[0][1]
    assert first == [f"{key}={values[-1]}" for key, values in lists.items()]


def test_a_search_begins_anew_when_asked_to_and_ends_when_its_time_is_over(
    training: Training,
) -> None:
    quiet = ["--set", "runtime.track=false", "--trials", "3"]
    assert sweep.main([*quiet, "--timeout", "1e-9"]) == 0
    assert training.calls == 0
    first = search("--trials", "3")
    assert training.calls == 3
    assert search("--trials", "3", "--fresh") == first
    assert training.calls == 6


def test_models_and_reports_stay_as_they_were(training: Training) -> None:
    for name in ("models/current/mine", "reports/mine"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("mine", encoding="utf-8")
    training.breaks = {2: KeyboardInterrupt()}
    search("--trials", "2")
    assert [path.name for path in Path("models").rglob("*")] == ["current", "mine"]
    assert Path("reports/mine").read_text(encoding="utf-8") == "mine"
    assert not Path("sweep/before").exists()


@pytest.mark.parametrize("moved", [[], ["models"], ["models", "reports"]])
def test_what_a_kill_left_aside_is_put_back(plan: dict[str, Any], moved: list[str]) -> None:
    assert plan
    for name in sweep.WRITTEN:
        Path(name).mkdir()
        Path(name, "mine").touch()
    sweep.BEFORE.mkdir(parents=True)
    for name in moved:
        shutil.move(name, sweep.BEFORE / name)
    if len(moved) == 2:
        (sweep.BEFORE / "held.json").write_text(json.dumps(moved), encoding="utf-8")
        Path("models/of-a-trial").mkdir(parents=True)
    for _ in range(2):
        sweep.restore()
        assert [path.name for name in sweep.WRITTEN for path in Path(name).iterdir()] == [
            "mine"
        ] * 2


def test_a_training_that_cannot_be_is_a_refused_trial(
    training: Training, capsys: pytest.CaptureFixture[str]
) -> None:
    training.breaks = {2: UserError("it diverged")}
    rows = search("--trials", "3")
    assert [row[0] is None for row in rows] == [False, True, False]
    out = capsys.readouterr().out
    assert "trial 2 of 3: refused: it diverged" in out
    assert "many words" not in out


def test_two_searches_at_once_are_refused(
    training: Training, capsys: pytest.CaptureFixture[str]
) -> None:
    assert training
    with trials.lock():
        assert sweep.main([]) == 2
    assert "another search" in capsys.readouterr().err


def test_a_grid_is_every_combination_once(plan: dict[str, Any], training: Training) -> None:
    assert training
    lists = {key: one for key, one in plan["space"].items() if isinstance(one, list)}
    write(plan | {"method": "grid", "space": dict(list(lists.items())[:2])})
    rows = search()
    assert len(rows) == len({str(row[1]) for row in rows})
    expected = 1
    for one in list(lists.values())[:2]:
        expected *= len(one)
    assert len(rows) == expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"space": {}}, ["space", "empty"]),
        ({"space": {"model.nothing": [1, 2]}}, ["model.nothing", "is no setting", "Allowed"]),
        ({"space": {"runtime.seed": [1, 2]}}, ["runtime.seed", "not for searching"]),
        ({"space": {"KEY": {"low": 1, "high": 1}}}, ["KEY", "low", "below high"]),
        ({"space": {"KEY": {"lo": 1, "high": 2}}}, ["KEY", '"lo"', 'Did you mean "low"']),
        ({"space": {"KEY": ["no such thing", {}]}}, ["KEY", "sweep.yaml"]),
        ({"space": {"KEY": []}}, ["KEY", "empty"]),
        ({"method": "gird"}, ["method", "gird", "grid"]),
        ({"trails": 3}, ["trails", 'Did you mean "trials"']),
        ({"fixed": ["model.nothing=1"]}, ["model.nothing", "is no setting"]),
    ],
)
def test_a_plan_that_cannot_be_is_explained_before_anything_runs(
    plan: dict[str, Any],
    training: Training,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, Any],
    words: list[str],
) -> None:
    key = next(iter(plan["space"]))
    text = json.dumps(change).replace("KEY", key)
    write(plan | json.loads(text))
    assert sweep.main([]) == 2
    said = capsys.readouterr().err
    assert all(word.replace("KEY", key) in said for word in words), said
    assert said.count("\n") == 1
    assert training.calls == 0


def test_an_unknown_figure_is_named(
    plan: dict[str, Any], training: Training, capsys: pytest.CaptureFixture[str]
) -> None:
    training.metric = "elsewhere"
    assert sweep.main(["--set", "runtime.track=false", "--trials", "1"]) == 2
    assert f'"{plan["metric"]}"' in capsys.readouterr().err


def test_the_repositorys_own_plan_trains(plan: dict[str, Any], small: list[str]) -> None:
    made_small = {line.partition("=")[0] for line in small}
    free = {key: one for key, one in plan["space"].items() if key not in made_small}
    write(plan | {"space": free, "fixed": []})
    options = [part for line in small for part in ("--set", line)]
    assert sweep.main([*options, "--trials", "1"]) == 0
    found = json.loads(Path("reports/sweep/trials.json").read_text(encoding="utf-8"))
    assert found["best"]["value"] is not None
    best = Path("reports/sweep/best.txt").read_text(encoding="utf-8").splitlines()
    assert best == found["best"]["set"]
    assert config.load(overrides=[*small, *best])
    assert Path("reports/sweep/search.png").stat().st_size > 10_000

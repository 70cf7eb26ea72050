"""A search that was stopped and resumed ends like one that was not; other files stay."""

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from churn.mlops import files, hooks, runs, tracking
from churn.mlops.errors import UserError
from churn.mlops.project import TrainingPaths
from churn.mlops.run_links import RunLinks
from churn.mlops.training import FinishedRun
from churn.mlops.tuning import search_space, tune
from churn.mlops.tuning import study as trials
from churn.project import PROJECT

ROOT = Path(__file__).parents[2]
Plan = dict[str, Any]


@pytest.fixture
def plan(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The tuning.yaml of this repository, in a folder of its own."""
    for source in workspace.iterdir():
        if source.name in ("models", "reports", "tuning"):
            continue
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / source.name)
    monkeypatch.chdir(tmp_path)
    found: Plan = yaml.safe_load((ROOT / "tuning.yaml").read_text(encoding="utf-8"))
    write(found)
    return found


def write(plan: Plan) -> None:
    Path("tuning.yaml").write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")


class FakeTraining:
    """Replaces data and training: the metric is made of the settings; it may be told to fail."""

    def __init__(self, plan: Plan) -> None:
        self.metric = plan["metric"]
        self.keys = list(plan["space"])
        self.calls = 0
        self.failures: dict[int, BaseException] = {}  # call -> what it raises
        self.hash = "of the data"
        self.prepared: list[Any] = []
        self.parents: list[str | None] = []
        self.names: list[str] = []

    def prepare(self, config: Any, _folder: Path) -> dict[str, Any]:
        """Replaces `PROJECT.prepare`, which takes seconds where data is generated."""
        self.prepared.append(config)
        return {"hash": self.hash}

    def train(
        self,
        config: Any,
        paths: TrainingPaths,
        *,
        links: RunLinks,
        name: str,
        resume: bool = False,
    ) -> FinishedRun:
        """Replaces `run_training`."""
        assert not resume
        self.calls += 1
        self.names.append(name)
        self.parents.append(links.parent)
        paths.model.mkdir(parents=True)
        (paths.model / "trial").write_text("of a trial", encoding="utf-8")
        print("many words")
        if self.calls in self.failures:
            raise self.failures[self.calls]
        values = [search_space.get_value(config, key) for key in self.keys]
        score = sum(repr(values).encode()) % 97 / 97
        metrics = {self.metric: score, "other": 0.0}
        return FinishedRun(metrics, "other", None)


@pytest.fixture
def training(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    """Trainings that take no time, on data of which there is only the hash."""
    fake = FakeTraining(plan)
    monkeypatch.setattr(tune, "run_training", fake.train)
    monkeypatch.setattr(tune, "PROJECT", ProjectWithData(fake.prepare))
    monkeypatch.setattr(tune, "save_plots", lambda *_: [])
    monkeypatch.setattr(hooks.HOOKS, "before_training", [])
    return fake


class ProjectWithData:
    """This project with another `prepare`."""

    def __init__(self, prepare: Callable[[Any, Path], dict[str, Any]]) -> None:
        self.prepare = prepare
        self.load_config = PROJECT.load_config
        self.modality = PROJECT.modality


def search(*options: str) -> list[list[Any]]:
    """Runs a search and returns value and settings of each trial."""
    assert tune.main(["--set", "runtime.track=false", *options]) in (0, 130)
    result = json.loads(Path("reports/tuning/trials.json").read_text(encoding="utf-8"))
    return [[trial["value"], trial["set"]] for trial in result["trials"]]


def test_a_search_that_was_stopped_makes_the_trials_of_one_that_was_not(
    training: FakeTraining,
) -> None:
    whole = search("--trials", "9")
    assert len({str(trial) for trial in whole}) > 7
    shutil.rmtree("tuning")
    training.calls = 0
    training.failures = {3: KeyboardInterrupt(), 7: SystemExit(9)}
    assert search("--trials", "9") == whole[:2]
    with pytest.raises(SystemExit):  # like a kill: the search itself tidies nothing up
        search("--trials", "9")
    assert search("--trials", "9") == whole
    training.calls = 0
    assert search("--trials", "9") == whole
    assert training.calls == 0


@pytest.mark.parametrize("method", ["tpe", "grid"])
def test_a_trial_that_a_kill_cut_off_is_made_again(
    plan: Plan, training: FakeTraining, method: str
) -> None:
    write({**plan, **only_lists(plan), "method": method})
    training.failures = {1: SystemExit(9)}
    with pytest.raises(SystemExit):
        search("--trials", "3")
    trials_after_kill = search("--trials", "3")
    shutil.rmtree("tuning")
    training.failures = {}
    assert search("--trials", "3") == trials_after_kill


def only_lists(plan: Plan) -> Plan:
    """The part of the search space that a grid can use."""
    lists = {key: values for key, values in plan["space"].items() if isinstance(values, list)}
    return {"space": dict(list(lists.items())[:2])}


def test_a_second_ctrl_c_while_the_search_ends_interrupts_nothing(
    training: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(*arguments: Any, **options: Any) -> FinishedRun:
        if training.calls == 1:
            signal.raise_signal(signal.SIGINT)
        return training.train(*arguments, **options)

    def save_json(*arguments: Any) -> None:  # the search ends
        signal.raise_signal(signal.SIGINT)
        files.save_json(*arguments)

    monkeypatch.setattr(tune, "run_training", train)
    monkeypatch.setattr(tune, "save_json", save_json)
    too_slow = "poe kills a task that takes seconds after Ctrl-C"
    monkeypatch.setattr(tune, "save_plots", lambda *_: pytest.fail(too_slow))
    # A shell ignores Ctrl-C for what it starts in the background, such as these tests.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert len(search("--trials", "3")) == 1
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_seed_chooses_other_settings(plan: Plan, training: FakeTraining) -> None:
    assert training
    first = search("--trials", "3")
    write({**plan, "seed": 1, "method": "random"})
    assert search("--trials", "3") != first


def test_other_data_is_another_search(training: FakeTraining) -> None:
    search("--trials", "2")
    training.hash = "of more data"
    search("--trials", "2")
    assert training.calls == 4


def test_more_trials_go_into_the_same_search(plan: Plan, training: FakeTraining) -> None:
    plan = {**plan, "method": "random"}  # a grid has a number of trials of its own
    write(plan)
    search("--trials", "2")
    write({**plan, "trials": 3})
    assert len(search()) == 3
    assert training.calls == 3


def test_the_data_is_left_as_the_configuration_says(training: FakeTraining) -> None:
    search("--trials", "2")
    own = PROJECT.load_config(Path("config.yaml"), [])
    assert len(training.prepared) > 1  # trials may prepare theirs in between
    assert training.prepared[-1] == own


def test_trials_are_children_of_one_run_however_often_the_search_is_stopped(
    training: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    results: dict[str, dict[str, float]] = {}

    @contextmanager
    def start(_config: Any, *, name: str, tags: dict[str, str]) -> Iterator[Any]:
        assert name.startswith("search ")
        assert tags["data.hash"] == training.hash
        started.append(f"run {len(started) + 1}")
        yield SimpleNamespace(id=started[-1])

    def add_results(run_id: str, metrics: dict[str, float], folder: Path) -> None:
        assert folder.is_dir()
        results[run_id] = metrics

    monkeypatch.setattr(tracking, "start", start)
    monkeypatch.setattr(runs, "tag", ignore)
    monkeypatch.setattr(runs, "add_results", add_results)
    training.failures = {2: KeyboardInterrupt()}
    options = ["--set", "runtime.track=true", "--trials", "3"]
    assert tune.main(options) == 130
    assert tune.main(options) == 0
    assert training.parents == ["run 1"] * 4
    assert training.names == ["trial 1", "trial 2", "trial 2", "trial 3"]
    assert results["run 1"]["tuning.trials"] == 3


def ignore(*_arguments: Any, **_options: Any) -> None:
    """Replaces a function of the tracker."""


@pytest.mark.parametrize(("direction", "best"), [("maximize", max), ("minimize", min)])
def test_the_best_trial_is_written_down(
    plan: Plan, training: FakeTraining, direction: str, best: Callable[..., Any]
) -> None:
    assert training
    write({**plan, "direction": direction})
    value, chosen = best(search("--trials", "6"), key=lambda trial: trial[0])
    result = json.loads(Path("reports/tuning/trials.json").read_text(encoding="utf-8"))
    assert result["best"]["value"] == value
    assert Path("reports/tuning/best.txt").read_text(encoding="utf-8").splitlines() == chosen


def test_the_first_trial_has_the_settings_of_config_yaml(
    plan: Plan, training: FakeTraining
) -> None:
    assert training
    own = PROJECT.load_config(Path("config.yaml"), ())
    space: dict[str, list[Any]] = {}
    for key, values in plan["space"].items():
        if isinstance(values, list):
            current = search_space.format_value(search_space.get_value(own, key))
            others = [value for value in values if search_space.format_value(value) != current]
            space[key] = [*others, yaml.safe_load(current)]
    write({**plan, "method": "tpe", "space": space})
    _, chosen = search("--trials", "1")[0]
    expected = [f"{key}={search_space.format_value(values[-1])}" for key, values in space.items()]
    assert chosen == expected


def test_fresh_starts_again_and_timeout_ends_a_search(training: FakeTraining) -> None:
    options = ["--set", "runtime.track=false", "--trials", "3"]
    assert tune.main([*options, "--timeout", "1e-9"]) == 0
    assert training.calls == 0
    first = search("--trials", "3")
    assert training.calls == 3
    assert search("--trials", "3", "--fresh") == first
    assert training.calls == 6


def test_models_and_reports_stay_as_they_are(training: FakeTraining) -> None:
    for name in ("models/current/mine", "reports/mine"):
        Path(name).parent.mkdir(parents=True)
        Path(name).write_text("mine", encoding="utf-8")
    training.failures = {2: KeyboardInterrupt()}
    search("--trials", "2")
    assert [path.name for path in Path("models").rglob("*")] == ["current", "mine"]
    assert sorted(path.name for path in Path("reports").iterdir()) == ["mine", "tuning"]


def test_a_training_that_fails_is_a_refused_trial(
    training: FakeTraining, capsys: pytest.CaptureFixture[str]
) -> None:
    training.failures = {2: UserError("it diverged")}
    values = [value for value, _ in search("--trials", "3")]
    assert [value is None for value in values] == [False, True, False]
    output = capsys.readouterr().out
    assert "trial 2 of 3: refused: it diverged" in output
    assert "many words" not in output
    assert "many words" in Path("tuning/log.txt").read_text(encoding="utf-8")


def test_a_hook_that_refuses_ends_the_search_before_the_first_trial(
    training: FakeTraining, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_config: Any) -> None:
        raise UserError("the data was not accepted")

    monkeypatch.setattr(hooks.HOOKS, "before_training", [refuse])
    assert tune.main(["--set", "runtime.track=false"]) == 2
    assert capsys.readouterr().err == "the data was not accepted\n"
    assert training.calls == 0


def test_a_second_search_at_the_same_time_is_refused(
    training: FakeTraining, capsys: pytest.CaptureFixture[str]
) -> None:
    assert training
    with trials.lock():
        assert tune.main([]) == 2
    assert "another search" in capsys.readouterr().err


def test_a_grid_is_every_combination_once(plan: Plan, training: FakeTraining) -> None:
    assert training
    lists = only_lists(plan)
    write({**plan, **lists, "method": "grid"})
    found = search()
    expected = 1
    for values in lists["space"].values():
        expected *= len(values)
    assert len(found) == expected
    assert len({str(chosen) for _, chosen in found}) == expected


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        ({"space": {}}, ["space", "empty"]),
        ({"space": {"model.nothing": [1, 2]}}, ["model.nothing", "is not a setting", "Allowed"]),
        ({"space": {"runtime.seed": [1, 2]}}, ["runtime.seed", "cannot be tuned"]),
        ({"space": {"KEY": {"low": 1, "high": 1}}}, ["KEY", "low has to be below high"]),
        ({"space": {"KEY": {"lo": 1, "high": 2}}}, ["KEY", '"lo"', 'Did you mean "low"']),
        ({"space": {"KEY": ["no such thing", {}]}}, ["KEY", "tuning.yaml"]),
        ({"space": {"KEY": []}}, ["KEY", "empty"]),
        ({"method": "gird"}, ["method", "gird", "grid"]),
        ({"trails": 3}, ["trails", 'Did you mean "trials"']),
        ({"fixed": ["model.nothing=1"]}, ["model.nothing", "is not a setting"]),
    ],
)
def test_a_wrong_tuning_yaml_is_explained_before_anything_is_trained(
    plan: Plan,
    training: FakeTraining,
    capsys: pytest.CaptureFixture[str],
    change: Plan,
    messages: list[str],
) -> None:
    key = next(iter(plan["space"]))
    text = json.dumps(change).replace("KEY", key)
    write({**plan, **json.loads(text)})
    assert tune.main([]) == 2
    err = capsys.readouterr().err
    assert all(message.replace("KEY", key) in err for message in messages), err
    assert err.count("\n") == 1
    assert training.calls == 0


def test_an_unknown_metric_is_named(
    plan: Plan, training: FakeTraining, capsys: pytest.CaptureFixture[str]
) -> None:
    training.metric = "elsewhere"
    assert tune.main(["--set", "runtime.track=false", "--trials", "1"]) == 2
    assert f'"{plan["metric"]}"' in capsys.readouterr().err


def test_the_tuning_yaml_of_this_repository_trains(
    plan: Plan, trained: FinishedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks.HOOKS, "before_training", [])  # they have tests of their own
    metric = next(iter(trained.metrics))  # the one of tuning.yaml may need the team's data
    write({**plan, "metric": metric})
    assert tune.main(["--trials", "2"]) == 0
    result = json.loads(Path("reports/tuning/trials.json").read_text(encoding="utf-8"))
    assert result["best"]["value"] is not None
    best = Path("reports/tuning/best.txt").read_text(encoding="utf-8").splitlines()
    assert best == result["best"]["set"]
    assert PROJECT.load_config(Path("config.yaml"), best)
    for name in ("history.png", "settings.png"):
        assert (Path("reports/tuning") / name).stat().st_size > 10_000
    assert not Path("models").exists()
    assert not Path("reports/manifest.json").exists()

"""Registers models that are trained here, and moves the aliases."""

import contextlib
import json
import logging
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import small_data

from churn.mlops import runs, saved_code
from churn.mlops.errors import UserError
from churn.mlops.hook_points import NotApprovedError, NotProposedError
from churn.mlops.hooks import HOOKS
from churn.mlops.project import MODEL, PREPARED
from churn.mlops.registry import promotion, store, versions
from churn.mlops.registry.commands import models, promote, register
from churn.mlops.registry.store import Change, Store
from churn.mlops.training import run_training
from churn.project import PROJECT

pytestmark = pytest.mark.slow

TRACKED = ["--set", "runtime.track=true"]
ADA = {"approved_by": "Ada", "reason": "a test"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data and a tracker of its own."""
    folder = tmp_path_factory.mktemp("registry")
    small_data.write(folder)
    return folder


@pytest.fixture(autouse=True)
def in_folder(folder: Path, in_workspace: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs there, without the gate that this repository may have."""
    assert in_workspace is None
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(HOOKS, "before_promotion", [])
    with contextlib.chdir(folder):
        yield


@pytest.fixture(scope="module")
def config(folder: Path) -> Any:
    """Settings with which runs are kept."""
    return PROJECT.load_config(folder / "config.yaml", ["runtime.track=true"])


@pytest.fixture(scope="module")
def both(folder: Path, config: Any) -> tuple[int, int]:
    """Two versions with other bytes; the second one is in models/current."""
    numbers = []
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        for year in (1980, 1981):  # of the files in code.zip
            patch.setattr(saved_code, "EPOCH", (year, 1, 1, 0, 0, 0))
            run_training(config)
            registration = versions.register(config)
            assert registration.is_new
            numbers.append(registration.version.number)
    return numbers[0], numbers[1]


@pytest.fixture
def champion(both: tuple[int, int], config: Any) -> int:
    """The first version is the champion, the second the challenger, and nothing else is."""
    first, second = both
    registry = Store(config.experiment)
    registry.delete_alias("previous")
    registry.set_alias("champion", first)
    registry.set_alias("challenger", second)
    for version in registry.list_versions():
        registry.tag(version, **{versions.ROLLED_BACK: ""})
    return first


def find_aliases(config: Any) -> dict[str, int]:
    found = {}
    for version in versions.list_all(config):
        found |= dict.fromkeys(version.aliases, version.number)
    return found


def test_a_version_carries_what_is_known_of_its_model(both: tuple[int, int], config: Any) -> None:
    version = versions.find(config, both[1])
    manifest = json.loads(Path("reports/manifest.json").read_text(encoding="utf-8"))
    assert version.run_id == manifest["run_id"]
    assert version.facts.data_hash == manifest["data"]["hash"]
    assert version.facts.commit == (manifest["git"]["commit"] or "")
    assert version.facts.interval.low <= version.facts.interval.value
    assert version.facts.interval.value <= version.facts.interval.high
    assert json.loads(version.facts.signature)["outputs"]
    card = runs.make_client().get_model_version(version.name, str(version.number)).description
    assert version.run_id in card
    assert manifest["data"]["hash"] in card


def test_the_same_model_is_not_registered_twice(
    champion: int, config: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(versions.list_all(config))
    assert register.main(TRACKED) == 0
    assert "Nothing to register: version" in capsys.readouterr().out
    assert len(versions.list_all(config)) == before
    assert find_aliases(config)["champion"] == champion


def test_the_list_names_version_alias_metric_and_commit(
    champion: int, config: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert champion
    assert models.main(TRACKED) == 0
    header, first, *_ = capsys.readouterr().out.splitlines()
    assert header.split() == ["version", "aliases", "metric", "commit", "age", "model"]
    assert "challenger" in first
    assert models.main([*TRACKED, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == len(versions.list_all(config))


def test_a_model_that_was_changed_after_the_training_is_refused(
    both: tuple[int, int], config: Any
) -> None:
    assert both
    path = next(path for path in sorted(MODEL.iterdir()) if path.name != "code.zip")
    content = path.read_bytes()
    try:
        path.write_bytes(content + b" ")
        with pytest.raises(UserError, match="changed after the training"):
            versions.register(config)
    finally:
        path.write_bytes(content)


def test_a_registration_that_was_killed_before_its_alias_is_finished(
    champion: int, both: tuple[int, int], config: Any
) -> None:
    Store(config.experiment).delete_alias("challenger")
    registration = versions.register(config)
    assert not registration.is_new
    assert find_aliases(config) == {"champion": champion, "challenger": both[1]}


def test_a_version_is_evaluated_by_its_own_code(champion: int, config: Any) -> None:
    examples = PROJECT.load(config, PREPARED).test
    version = versions.find(config, champion)
    found = versions.evaluate_version(config, "champion", examples)
    assert found.metrics == pytest.approx(version.facts.metrics, nan_ok=True)
    here = versions.evaluate_version(config, MODEL, examples)
    assert here.primary_metric == found.primary_metric
    with pytest.raises(UserError, match='Did you mean "champion"'):
        versions.evaluate_version(config, "champoin", examples)


def test_without_a_gate_a_person_promotes_and_says_why(
    champion: int, both: tuple[int, int], config: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert promote.main([*TRACKED, "--approved-by", "Ada"]) == 2
    assert "--reason" in capsys.readouterr().err
    with pytest.raises(NotApprovedError, match="--approved-by"):
        promotion.promote(config, None, "a reason")
    assert find_aliases(config)["champion"] == champion
    arguments = [*TRACKED, "--approved-by", "Ada", "--reason", "more data"]
    assert promote.main(arguments) == 0
    assert "is now the champion" in capsys.readouterr().out
    assert find_aliases(config) == {"champion": both[1], "previous": champion}
    record = sorted(Path("promotions").glob("*.json"))[-1]
    content = json.loads(record.read_text(encoding="utf-8"))
    assert (content["approved_by"], content["reason"]) == ("Ada", "more data")
    assert content["replaced"]["version"] == champion
    kept = runs.fetch(versions.find(config, both[1]).run_id, "promotions", Path.cwd())
    assert (kept / record.name).is_file()
    assert promote.main(arguments) == 2
    assert "nothing to promote" in capsys.readouterr().err


def test_a_rollback_returns_to_the_champion_before(
    champion: int, both: tuple[int, int], config: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    promotion.promote(config, **ADA)
    assert promote.main([*TRACKED, "--rollback", "--approved-by", "Ada"]) == 0
    assert find_aliases(config)["champion"] == champion
    assert promote.main([*TRACKED, "--rollback", "--version", "1"]) == 2
    capsys.readouterr()
    registration = versions.register(config)  # a schedule must not bring it back
    assert "was rolled back" in registration.note
    assert "challenger" not in find_aliases(config)
    done = promotion.promote(config, **ADA, which=str(both[1]))  # a person can
    assert done.version.number == both[1]
    again = versions.register(config)
    assert 'is the "champion"' in again.note


def test_there_is_nothing_to_return_to_without_a_champion_before(
    champion: int, config: Any
) -> None:
    assert champion
    with pytest.raises(UserError, match="no champion to return to"):
        promotion.roll_back(config, "Ada")


@pytest.mark.parametrize(
    ("error", "arguments", "status"),
    [
        (NotProposedError, ["--proposed"], 0),
        (NotProposedError, [], 2),
        (NotApprovedError, ["--proposed"], 2),
    ],
)
def test_after_a_merge_it_is_no_failure_that_nothing_was_proposed(
    error: type[NotApprovedError],
    arguments: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise error("the gate kept the champion")

    monkeypatch.setattr(promote, "promote", refuse)
    assert promote.main(arguments) == status


def test_a_promotion_of_the_same_bytes_is_refused(
    champion: int, both: tuple[int, int], config: Any
) -> None:
    registry = Store(config.experiment)
    twin = versions.find(config, champion)
    client = runs.make_client()
    made = client.get_model_version(twin.name, str(twin.number))
    copy = registry.create(made.source.rpartition("/")[2], twin.run_id, twin.facts, "")
    registry.set_alias("challenger", copy)
    with pytest.raises(UserError, match="has the same bytes"):
        promotion.promote(config, **ADA)
    client.delete_model_version(twin.name, str(copy))
    assert both


def test_of_two_promotions_at_once_one_wins_and_the_other_is_told(
    champion: int, both: tuple[int, int], config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Store.claim

    def claim_late(self: Store, changes: store.Changes, change: Change) -> None:
        """Another process promotes after this one has looked, and before it claims."""
        other = replace(change, by="Grace", id=uuid.uuid4().hex)
        claim(self, changes, other)
        self.finish(changes, other)
        claim(self, changes, change)

    monkeypatch.setattr(Store, "claim", claim_late)
    with pytest.raises(UserError, match="another promotion came first: Grace") as refusal:
        promotion.promote(config, **ADA)
    assert "\n" not in str(refusal.value)
    assert find_aliases(config) == {"champion": champion, "challenger": both[1]}


STEPS = ["apply", "set_alias", "delete_alias", "tag", "keep_file", "finish"]


@pytest.mark.parametrize("step", STEPS)
def test_a_promotion_that_was_killed_is_finished_by_the_next_command(
    champion: int,
    both: tuple[int, int],
    config: Any,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, step, die)
        with pytest.raises(KeyboardInterrupt):
            promotion.promote(config, **ADA)
    assert models.main(TRACKED) == 0
    assert "was interrupted" in capsys.readouterr().out
    done = promotion.promote(config, "Grace")
    assert done.was_interrupted
    assert done.change.by == "Ada"
    assert find_aliases(config) == {"champion": both[1], "previous": champion}
    assert models.main(TRACKED) == 0
    assert "was interrupted" not in capsys.readouterr().out


def test_a_file_that_was_changed_in_the_tracker_is_refused(champion: int, config: Any) -> None:
    version = versions.find(config, "challenger")
    address = runs.make_client().get_model_version_download_uri(version.name, str(version.number))
    path = Path(address) / version.facts.model_path / "code.zip"
    content = path.read_bytes()
    try:
        path.write_bytes(content + b" ")
        with pytest.raises(UserError, match="are not those that were registered"):
            promotion.promote(config, **ADA)
        with pytest.raises(UserError, match="are not those that were registered"):
            versions.evaluate_version(config, "challenger", PROJECT.load(config, PREPARED).test)
        path.unlink()
        with pytest.raises(UserError, match="are not those that were registered"):
            promotion.promote(config, **ADA)
    finally:
        path.write_bytes(content)
    assert find_aliases(config)["champion"] == champion


TABLES = {"registered_model_aliases": "challenger", "params": "promotion"}


@pytest.mark.parametrize("table", TABLES)
def test_a_tracker_that_can_only_be_read_is_one_line(
    champion: int, config: Any, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.closing(sqlite3.connect("mlflow.db")) as database:
        for event in ("INSERT", "UPDATE", "DELETE"):
            database.execute(
                f"CREATE TRIGGER read_only_{event} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(FAIL, 'attempt to write a readonly database'); END"
            )
        database.commit()
        # As in a new process, in which MLflow logs what its database says.
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.NOTSET)
        try:
            arguments = ["--approved-by", "Ada", "--reason", "a test"]
            assert promote.main([*TRACKED, *arguments]) == 2
        finally:
            for event in ("INSERT", "UPDATE", "DELETE"):
                database.execute(f"DROP TRIGGER read_only_{event}")
            database.commit()
    message = capsys.readouterr().err
    assert "readonly database" in message
    assert len(message.splitlines()) == 1
    if store.Store(config.experiment).read_changes(versions.list_all(config)).unfinished:
        promotion.promote(config, "Ada")
    assert champion


def test_a_tracker_that_is_down_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    for command in (models, promote):
        assert command.main(TRACKED) == 2
        message = capsys.readouterr().err
        assert len(message.splitlines()) == 1
        assert "the tracker at http://127.0.0.1:9" in message


def test_the_age_of_a_version_from_the_future_is_zero(both: tuple[int, int], config: Any) -> None:
    version = versions.find(config, both[0])
    assert replace(version, created=datetime.now(UTC) + timedelta(days=3)).describe_age() == "0 min"
    yesterday = datetime.now(UTC) - timedelta(hours=30)
    assert replace(version, created=yesterday).describe_age() == "30 h"


def test_an_experiment_with_a_slash_gives_a_name_that_mlflow_takes() -> None:
    assert store.make_name("team/churn: v2") == "team-churn-v2"

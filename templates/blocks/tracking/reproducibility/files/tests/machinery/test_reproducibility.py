"""What a run keeps of itself, what two runs differ in, and what cannot be made again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nimble_package import config, train
from nimble_package.mlops import manifest, runs, tracking
from nimble_package.mlops.reproducibility import (
    compare,
    fill_manifest,
    lineage,
    read,
    reproduce,
    room,
    state,
)
from nimble_package.mlops.settings import UserError

ROOT = Path(__file__).parents[2]
Facts = dict[str, Any]


@pytest.fixture
def facts(room: Path, trained: train.Result) -> Facts:
    """The manifest of the small training."""
    assert trained
    return dict(manifest.load_json(room / read.LAST))


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, in which the test runs."""
    folder = tmp_path / "code"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "model.py").write_text("width = 1\n", encoding="utf-8", newline="\n")
    (folder / "config.yaml").write_text("seed: 0\n", encoding="utf-8", newline="\n")
    (folder / ".gitignore").write_text("/secret\n", encoding="utf-8", newline="\n")
    monkeypatch.chdir(folder)
    settings = {"GIT_CONFIG_GLOBAL": str(tmp_path / "none"), "GIT_CONFIG_NOSYSTEM": "1"}
    for who in ("AUTHOR", "COMMITTER"):
        settings |= {f"GIT_{who}_NAME": "Ada", f"GIT_{who}_EMAIL": "ada@example.com"}
    for key, value in settings.items():
        monkeypatch.setenv(key, value)
    state.git("init", "--quiet")
    state.git("add", "--all")
    state.git("commit", "--quiet", "--message=first")
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_manifest_is_what_its_schema_says(facts: Facts) -> None:
    schema = json.loads((ROOT / "docs/run-manifest.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(facts, schema)
    assert facts["environment"]["packages"]["numpy"]
    assert facts["data"]["content_sha256"] == fill_manifest.hash_of(fill_manifest.PREPARED)
    assert facts["parents"][0] == {"kind": "data", "id": facts["data"]["hash"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**facts, "metrics": {"model.accuracy": "high"}}, schema)


def test_changes_are_kept_and_put_back_without_a_trace(code: Path, tmp_path: Path) -> None:
    (code / "src" / "model.py").write_text("width = 2\n", encoding="utf-8", newline="\n")
    (code / "new file.bin").write_bytes(bytes(range(256)))
    (code / "secret").write_text("password", encoding="utf-8")
    (code / "config.yaml").unlink()
    before = everything(code)
    with state.scratch() as scratch:
        tree, patch = scratch.changes("HEAD")
    assert state.changed(patch) == ["config.yaml", "new file.bin", "src/model.py"]
    project = state.check_out(state.line("rev-parse", "HEAD"), patch, tmp_path / "again" / "tree")
    assert everything(code) == before
    names = {path.relative_to(code) for path in code.rglob("*") if ".git" not in path.parts}
    for name in names - {Path("secret")}:
        if (code / name).is_file():
            assert (project / name).read_bytes() == (code / name).read_bytes()
    assert not (project / "secret").exists()
    assert not (project / "config.yaml").exists()
    with state.scratch() as scratch:
        assert scratch.tree("HEAD", patch) == tree


def test_a_change_of_the_same_size_in_the_second_of_the_commit_is_kept(code: Path) -> None:
    model, second = code / "src" / "model.py", (10**9, 10**9)
    state.git("config", "core.checkStat", "minimal")  # seconds and size: all that some systems have
    state.git("config", "core.trustctime", "false")
    os.utime(model, second)
    state.git("add", "--all")
    os.utime(code / ".git" / "index", second)
    model.write_text("width = 2\n", encoding="utf-8", newline="\n")
    os.utime(model, second)
    with state.scratch() as scratch:
        assert state.changed(scratch.changes("HEAD")[1]) == ["src/model.py"]


def test_a_commit_that_no_branch_leads_to_any_more_is_still_made_again(
    code: Path, tmp_path: Path
) -> None:
    lost = state.line("rev-parse", "HEAD")
    (code / "config.yaml").write_text("seed: 1\n", encoding="utf-8", newline="\n")
    state.git("commit", "--quiet", "--all", "--amend", "--message=rewritten")
    project = state.check_out(lost, b"", tmp_path / "tree")
    assert (project / "config.yaml").read_text(encoding="utf-8") == "seed: 0\n"
    with pytest.raises(UserError, match=r"0000.* neither here nor on a remote"):
        state.check_out("0" * 40, b"", tmp_path / "other")


def test_data_that_is_kept_nowhere_any_more_is_named(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code
    (tmp_path / "tree").mkdir()
    lost = [sys.executable, "-c", "import sys; sys.exit('no such object')"]
    monkeypatch.setattr(room, "_dvc", lambda _: lost)
    with pytest.raises(UserError, match=r'"data/own.dvc" is neither .* dvc push .*no such object'):
        room._pull(["data/own.dvc"], tmp_path / "tree")
    assert room._pull(["data/prepared"], tmp_path / "tree") == []  # its stage makes it again


@pytest.mark.usefixtures("code")
def test_too_large_changes_and_missing_commits_are_said(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill_manifest, "MOST", 10)
    Path("large.bin").write_bytes(bytes(11))
    facts["git"] |= {"commit": state.line("rev-parse", "HEAD"), "dirty": True, "patch": None}
    assert fill_manifest.complete(facts, tmp_path) == []
    assert not facts["reproducible"]
    assert any(".gitignore" in obstacle for obstacle in facts["obstacles"])
    with pytest.raises(UserError, match=r"were not kept: .*\.gitignore"):
        reproduce.reproduce(read.Run(facts, name="one"))
    facts["git"]["commit"] = None
    with pytest.raises(UserError, match="without a commit"):
        reproduce.reproduce(read.Run(facts, name="one"))


def data(facts: Facts) -> None:
    facts["data"]["hash"] = "0" * 64


def dependency(facts: Facts) -> None:
    facts["environment"]["packages"]["numpy"] = "1.0"
    facts["environment"]["lock_sha256"] = "0" * 64


def setting(facts: Facts) -> None:
    facts["config"]["evaluate"]["floor"] = -5.0


def seed(facts: Facts) -> None:
    facts["seeds"] = [99]
    facts["config"]["runtime"]["seed"] = 99


def image(facts: Facts) -> None:
    facts["infrastructure"]["image"] = "registry.example/churn@sha256:0000"


def applied(facts: Facts) -> None:
    facts["infrastructure"]["outputs_sha256"] = "0" * 64


def metric(facts: Facts) -> None:
    facts["metrics"]["model.false"] = 1.0


def artifact(facts: Facts) -> None:
    facts["artifacts"][next(iter(facts["artifacts"]))] = "0" * 64


@pytest.mark.parametrize(
    ("change", "row", "word", "equal"),
    [
        (data, "data", "000000000000", True),
        (dependency, "environment", "numpy: ", True),
        (setting, "configuration", "evaluate.floor: ", True),
        (seed, "seed", "[99]", True),
        (image, "infrastructure", "image: none → registry.example/churn@sha256:0000", True),
        (applied, "infrastructure", "outputs_sha256: none → 0000", True),
        (metric, "metrics", "model.false: ", False),
        (artifact, "artifacts", "000000000000", False),
    ],
)
def test_just_what_differs_is_named(
    facts: Facts, change: Callable[[Facts], None], row: str, word: str, equal: bool
) -> None:
    other = deepcopy(facts)
    change(other)
    found = compare.compare(read.Run(facts), read.Run(other))
    assert found.differing() == [row]
    assert word in found.text()
    assert found.equal == equal
    assert compare.compare(read.Run(facts), read.Run(facts)).differing() == []


def test_a_changed_line_is_named_by_its_file(code: Path, facts: Facts) -> None:
    first = state.line("rev-parse", "HEAD")
    (code / "src" / "model.py").write_text("width = 2\n", encoding="utf-8", newline="\n")
    with state.scratch() as scratch:
        tree, patch = scratch.changes("HEAD")
    old, new = deepcopy(facts), deepcopy(facts)
    old["git"] = {"commit": first, "dirty": False, "tree": "", "patch": None}
    new["git"] = {**old["git"], "dirty": True, "tree": tree}
    new["git"]["patch"] = {"name": "changes.patch", "sha256": manifest.sha256(patch)}
    found = compare.compare(read.Run(old), read.Run(new, patch))
    assert found.differing() == ["code"]
    assert "src/model.py (+1 -1)" in found.text()
    state.git("commit", "--quiet", "--all", "--message=second")
    later = deepcopy(new)
    later["git"] |= {"commit": state.line("rev-parse", "HEAD"), "patch": None}
    assert compare.compare(read.Run(new, patch), read.Run(later)).differing() == []


@pytest.mark.parametrize(
    "key", ["blas", "cpu", "platform", "python", "threads", "variables.OMP_NUM_THREADS"]
)
def test_another_machine_is_compared_within_the_tolerance(
    facts: Facts, tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    facts["run_id"] = None
    facts["git"] |= {"patch": None}
    facts["environment"]["variables"] = {"OMP_NUM_THREADS": "1"}
    other = deepcopy(facts)
    part, _, name = key.rpartition(".")
    (other["environment"][part] if part else other["environment"])[name] = "another"
    figure = next(figure for figure in facts["metrics"] if figure.startswith("model."))
    artifact(other)
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    for moved, status in ((0.5, 0), (2.0, 1)):
        size = max(1.0, abs(facts["metrics"][figure]))
        other["metrics"][figure] = facts["metrics"][figure] + moved * compare.TOLERANCE * size
        for path, content in ((one, facts), (two, other)):
            path.write_text(json.dumps(content), encoding="utf-8")
        assert compare.main([str(one), str(two)]) == status
        said = capsys.readouterr().out
        assert f"compared within {compare.TOLERANCE} of max(1, |value|): other {name} (" in said
        assert "→ another)" in said
        assert (f"{figure}: " in said) == bool(status)


def test_what_was_applied_is_known_by_its_outputs(
    code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = code / "infra" / "terraform.tfstate"
    assert fill_manifest.outputs() is None
    kept.parent.mkdir()
    hashes = []
    for address in ("bucket-1", "bucket-2"):
        outputs = {"data_remote": {"value": address, "type": "string"}}
        kept.write_text(json.dumps({"serial": len(hashes), "outputs": outputs}), encoding="utf-8")
        hashes.append(fill_manifest.outputs())
    assert len({*hashes, None}) == 3
    monkeypatch.setenv("RUN_OUTPUTS", "told")
    assert fill_manifest.outputs() == "told"


def test_a_shared_state_is_asked_for_its_outputs(
    code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"data_remote": {"value": "bucket-1", "type": "string"}}
    kept = code / "infra" / "terraform.tfstate"
    kept.parent.mkdir()
    kept.write_text(json.dumps({"outputs": outputs}), encoding="utf-8")
    here = fill_manifest.outputs()
    kept.write_text("", encoding="utf-8")  # what moving the state leaves
    answers = [subprocess.CompletedProcess([], 0, json.dumps(outputs)), OSError("no terraform")]

    def answer(*_words: object, **_options: object) -> object:
        if isinstance(answers[0], OSError):
            raise answers[0]
        return answers.pop(0)

    monkeypatch.setattr(fill_manifest.subprocess, "run", answer)
    assert fill_manifest.outputs() is None
    assert len(answers) == 2, "nobody is asked where the state is not shared"
    kept.with_name("backend.tf").touch()
    assert fill_manifest.outputs() == here
    assert fill_manifest.outputs() is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda text: text[: len(text) // 2], "cut short"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 2'), "up to 1"),
        (lambda text: text.replace('"artifacts"', '"artefacts"'), '"artifacts" is missing'),
        (lambda _: "[]", "schema_version"),
    ],
)
def test_a_manifest_that_is_none_is_refused(
    facts: Facts,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[str], str],
    word: str,
) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(change(json.dumps(facts)), encoding="utf-8")
    for command in (reproduce, compare, lineage):
        assert command.main([str(path)]) == 2
        out, err = capsys.readouterr()
        assert word in err
        assert err.count("\n") == 1
        assert not out


def test_the_way_of_a_run_is_told_and_drawn(facts: Facts) -> None:
    way = lineage.stops(read.Run(facts, name="one"), ["made again by two: equal"])
    words = ["raw data", "prepared data", "run", "model", "prediction"]
    assert [stop.name for stop in way] == words
    assert "is this model" in lineage.text(way)
    lost = replace(way[-1], facts=[lineage._present(dict.fromkeys(facts["artifacts"], "0" * 64))])
    assert "ANOTHER" in lineage.text([lost])
    drawn = lineage.picture(way, "<title>")
    assert "&lt;title&gt;" in drawn
    assert all(word in drawn for word in words)


def test_runs_are_read_back_as_they_were_written(
    settings: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracked = replace(settings, runtime=replace(settings.runtime, track=True), experiment="read")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    ids = []
    for links in ({}, {"RUN_PARENT": "0"}, {"RUN_REPRODUCES": "0"}, {}):
        with monkeypatch.context() as variables:
            for key in links:
                variables.setenv(key, ids[0])
            with suppress(ZeroDivisionError), tracking.start(tracked) as run:
                ids.append(str(run.id))
                run.metrics({"model.score": 0.1 + 0.2})
                run.files(tmp_path / "manifest.json")
                _ = 1 / (len(ids) - 2)  # the second run fails
    found = runs.stored("read")
    assert [one.id for one in found] == ids
    assert [one.status for one in found] == ["finished", "failed", "finished", "finished"]
    assert [one.tags.get("parent") for one in found] == [None, ids[0], None, None]
    assert [one.tags.get("reproduces") for one in found] == [None, None, ids[0], None]
    assert found[0] == runs.find(ids[0])
    assert found[0].metrics == {"model.score": 0.1 + 0.2}
    assert found[0].settings["runtime.seed"] == str(settings.runtime.seed)
    assert runs.fetch(ids[0], "manifest.json", tmp_path / "there").read_text("utf-8") == "{}"
    runs.tag(ids[0], reproduced="equal")
    assert runs.find(ids[0]).tags["reproduced"] == "equal"
    assert runs.stored("nothing") == []
    last = read.Run({"run_id": ids[3]}, stored=found[3])
    with pytest.raises(UserError, match="no run manifest"):
        read.before(last)  # which is the first, and that has no whole manifest
    for question in (lambda: runs.find("nowhere"), lambda: runs.fetch(ids[0], "no", tmp_path)):
        with pytest.raises(UserError, match=r"cannot be had from the tracker"):
            question()


def test_commands_answer_without_the_tracker() -> None:
    command = ["python", "-m", "nimble_package.mlops.reproducibility.reproduce", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--sync" in done.stdout

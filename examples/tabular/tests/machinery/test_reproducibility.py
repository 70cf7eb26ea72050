"""What a run keeps, what two runs differ in, and which runs cannot be made again."""

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

from churn.mlops import runs, tracking
from churn.mlops.errors import UserError
from churn.mlops.files import load_json, save_json, sha256
from churn.mlops.hook_points import Preparation, Reproduction
from churn.mlops.project import PREPARED
from churn.mlops.reproducibility import (
    compare,
    git_state,
    lineage,
    manifest_details,
    reproduce,
    stored_run,
)
from churn.mlops.reproducibility import workspace as reproduction
from churn.mlops.reproducibility.stored_run import StoredRun
from churn.mlops.run_links import RunLinks
from churn.mlops.training import FinishedRun

ROOT = Path(__file__).parents[2]
Manifest = dict[str, Any]


@pytest.fixture
def manifest(workspace: Path, trained: FinishedRun) -> Manifest:
    """The manifest of the small training."""
    assert trained.metrics
    return dict(load_json(workspace / stored_run.LAST))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, in which the test runs."""
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    write(folder / "src" / "model.py", "width = 1\n")
    write(folder / "config.yaml", "seed: 0\n")
    write(folder / ".gitignore", "/secret\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    git_state.run("init", "--quiet")
    git_state.run("add", "--all")
    git_state.run("commit", "--quiet", "--message=first")
    return folder


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def read_all(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_changes() -> tuple[str, bytes]:
    with git_state.temporary_index() as index:
        return index.read_changes("HEAD")


def find_head() -> str:
    return git_state.read_line("rev-parse", "HEAD")


def test_the_manifest_follows_its_schema(manifest: Manifest) -> None:
    schema = json.loads((ROOT / "docs/run-manifest.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest, schema)
    assert manifest["environment"]["packages"]["numpy"]
    assert manifest["data"]["content_sha256"] == manifest_details.hash_folder(PREPARED)
    assert manifest["parents"][0] == {"kind": "data", "id": manifest["data"]["hash"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**manifest, "metrics": {"model.accuracy": "high"}}, schema)


def test_uncommitted_changes_are_kept_and_the_repository_stays_as_it_is(
    repository: Path, tmp_path: Path
) -> None:
    write(repository / "src" / "model.py", "width = 2\n")
    (repository / "new file.bin").write_bytes(bytes(range(256)))
    write(repository / "secret", "password")
    (repository / "config.yaml").unlink()
    before = read_all(repository)
    tree, patch = read_changes()
    assert git_state.list_files(patch) == ["config.yaml", "new file.bin", "src/model.py"]
    project = git_state.check_out(find_head(), patch, tmp_path / "again" / "tree")
    assert read_all(repository) == before
    for name in (".gitignore", "new file.bin", "src/model.py"):
        assert (project / name).read_bytes() == (repository / name).read_bytes()
    assert not (project / "secret").exists()
    assert not (project / "config.yaml").exists()
    with git_state.temporary_index() as index:
        assert index.write_tree("HEAD", patch) == tree


def test_a_change_of_the_same_size_in_the_second_of_the_commit_is_kept(repository: Path) -> None:
    model = repository / "src" / "model.py"
    second = (10**9, 10**9)
    # seconds and size are all that some systems know
    git_state.run("config", "core.checkStat", "minimal")
    git_state.run("config", "core.trustctime", "false")
    os.utime(model, second)
    git_state.run("add", "--all")
    os.utime(repository / ".git" / "index", second)
    write(model, "width = 2\n")
    os.utime(model, second)
    _, patch = read_changes()
    assert git_state.list_files(patch) == ["src/model.py"]


def test_a_commit_that_is_on_no_branch_any_more_is_still_checked_out(
    repository: Path, tmp_path: Path
) -> None:
    lost = find_head()
    write(repository / "config.yaml", "seed: 1\n")
    git_state.run("commit", "--quiet", "--all", "--amend", "--message=rewritten")
    project = git_state.check_out(lost, b"", tmp_path / "tree")
    assert (project / "config.yaml").read_text(encoding="utf-8") == "seed: 0\n"
    with pytest.raises(UserError, match=r"0000.* neither here nor on a remote"):
        git_state.check_out("0" * 40, b"", tmp_path / "other")


@pytest.mark.usefixtures("repository")
def test_data_that_is_neither_in_the_cache_nor_on_a_remote_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tree").mkdir()
    failing = [sys.executable, "-c", "import sys; sys.exit('no such object')"]
    monkeypatch.setattr(reproduction, "_dvc", lambda _: failing)
    with pytest.raises(UserError, match=r'"data/own.dvc" is neither .* dvc push .*no such object'):
        reproduction._pull(["data/own.dvc"], tmp_path / "tree")
    assert reproduction._pull(["data/prepared"], tmp_path / "tree") == []  # its stage makes it


@pytest.mark.usefixtures("repository")
def test_a_run_whose_code_was_not_kept_says_so_and_is_not_made_again(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest_details, "MAX_PATCH", 10)
    Path("large.bin").write_bytes(bytes(11))
    manifest["git"].update(commit=find_head(), dirty=True, tree=None, patch=None)
    assert manifest_details.complete(manifest, tmp_path) == []
    assert not manifest["reproducible"]
    assert any(".gitignore" in obstacle for obstacle in manifest["obstacles"])
    with pytest.raises(UserError, match=r"were not kept: .*\.gitignore"):
        reproduce.reproduce(StoredRun(manifest, name="one"))
    manifest["git"]["commit"] = None
    with pytest.raises(UserError, match="without a commit"):
        reproduce.reproduce(StoredRun(manifest, name="one"))


def test_a_module_that_was_edited_during_the_run_is_an_obstacle(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest_details.run_manifest, "STARTED", 0.0)
    manifest_details.complete(manifest, tmp_path)
    assert any("was changed during the run" in obstacle for obstacle in manifest["obstacles"])


def change_data(manifest: Manifest) -> None:
    manifest["data"]["hash"] = "0" * 64


def change_dependency(manifest: Manifest) -> None:
    manifest["environment"]["packages"]["numpy"] = "1.0"
    manifest["environment"]["lock_sha256"] = "0" * 64


def change_setting(manifest: Manifest) -> None:
    manifest["config"]["evaluate"]["min_score"] = -5.0


def change_seed(manifest: Manifest) -> None:
    manifest["seeds"] = [99]
    manifest["config"]["runtime"]["seed"] = 99


def change_image(manifest: Manifest) -> None:
    manifest["infrastructure"]["image"] = "registry.example/churn@sha256:0000"


def change_outputs(manifest: Manifest) -> None:
    manifest["infrastructure"]["outputs_sha256"] = "0" * 64


def change_metric(manifest: Manifest) -> None:
    manifest["metrics"]["model.false"] = 1.0


def change_artifact(manifest: Manifest) -> None:
    manifest["artifacts"][next(iter(manifest["artifacts"]))] = "0" * 64


@pytest.mark.parametrize(
    ("change", "row", "text", "equal"),
    [
        (change_data, "data", "000000000000", True),
        (change_dependency, "environment", "numpy: ", True),
        (change_setting, "configuration", "evaluate.min_score: ", True),
        (change_seed, "seed", "[99]", True),
        (change_image, "infrastructure", "none → registry.example/churn@sha256:0000", True),
        (change_outputs, "infrastructure", "outputs_sha256: none → 0000", True),
        (change_metric, "metrics", "model.false: ", False),
        (change_artifact, "artifacts", "000000000000", False),
    ],
)
def test_only_what_differs_is_named(
    manifest: Manifest, change: Callable[[Manifest], None], row: str, text: str, equal: bool
) -> None:
    other = deepcopy(manifest)
    change(other)
    comparison = compare.compare(StoredRun(manifest), StoredRun(other))
    assert comparison.differing() == [row]
    assert text in comparison.format()
    assert comparison.equal == equal
    same = compare.compare(StoredRun(manifest), StoredRun(manifest))
    assert same.differing() == []


def test_a_changed_line_is_reported_with_its_file(repository: Path, manifest: Manifest) -> None:
    old, new = deepcopy(manifest), deepcopy(manifest)
    old["git"] = {"commit": find_head(), "dirty": False, "tree": "", "patch": None}
    write(repository / "src" / "model.py", "width = 2\n")
    tree, patch = read_changes()
    facts = {"name": "changes.patch", "sha256": sha256(patch)}
    new["git"] = {"commit": find_head(), "dirty": True, "tree": tree, "patch": facts}
    comparison = compare.compare(StoredRun(old), StoredRun(new, patch))
    assert comparison.differing() == ["code"]
    assert "src/model.py (+1 -1)" in comparison.format()
    git_state.run("commit", "--quiet", "--all", "--message=second")
    later = deepcopy(new)
    later["git"].update(commit=find_head(), patch=None)
    assert compare.compare(StoredRun(new, patch), StoredRun(later)).differing() == []


@pytest.mark.parametrize(
    "key", ["blas", "cpu", "platform", "python", "threads", "variables.OMP_NUM_THREADS"]
)
def test_runs_of_different_machines_are_compared_within_the_tolerance(
    manifest: Manifest, tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    manifest["run_id"] = None
    manifest["git"]["patch"] = None
    manifest["environment"]["variables"] = {"OMP_NUM_THREADS": "1"}
    other = deepcopy(manifest)
    section, _, name = key.rpartition(".")
    environment = other["environment"]
    (environment[section] if section else environment)[name] = "another"
    change_artifact(other)
    metric = next(metric for metric in manifest["metrics"] if metric.startswith("model."))
    value = manifest["metrics"][metric]
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    for share, status in ((0.5, 0), (2.0, 1)):
        difference = share * compare.TOLERANCE * max(1.0, abs(value))
        other["metrics"][metric] = value + difference
        save_json(one, manifest)
        save_json(two, other)
        assert compare.main([str(one), str(two)]) == status
        output = capsys.readouterr().out
        assert f"compared within {compare.TOLERANCE} of max(1, |value|): other {name} (" in output
        assert "→ another)" in output
        assert (f"{metric}: " in output) == bool(status)


def hash_here() -> str | None:
    return manifest_details.hash_outputs(manifest_details.read_infrastructure_outputs())


def test_the_applied_infrastructure_is_known_by_its_outputs(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hash_here() is None
    hashes = []
    for address in ("bucket-1", "bucket-2"):
        outputs = {"data_remote": {"value": address, "type": "string"}}
        state = {"serial": len(hashes), "outputs": outputs}
        save_json(repository / "infra" / "terraform.tfstate", state)
        hashes.append(hash_here())
    assert len({*hashes, None}) == 3
    files = manifest_details.hash_folder(Path("infra"))
    reproduction.bring_infrastructure_outputs(tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    assert hash_here() == hashes[-1], "a run that is made again elsewhere knows the same outputs"
    assert manifest_details.hash_folder(Path("infra")) == files


def test_terraform_is_asked_for_the_outputs_of_a_shared_state(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"data_remote": {"value": "bucket-1", "type": "string"}}
    state = repository / "infra" / "terraform.tfstate"
    save_json(state, {"outputs": outputs})
    expected = hash_here()
    state.write_text("", encoding="utf-8")  # what moving the state leaves
    answers = [subprocess.CompletedProcess([], 0, json.dumps(outputs)), OSError("no terraform")]

    def run(*_arguments: object, **_options: object) -> object:
        if isinstance(answers[0], OSError):
            raise answers[0]
        return answers.pop(0)

    monkeypatch.setattr(manifest_details.subprocess, "run", run)
    assert hash_here() is None
    assert len(answers) == 2, "Terraform is not asked where the state is not shared"
    state.with_name("backend.tf").touch()
    assert hash_here() == expected
    assert hash_here() is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "cut short"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 2'), "up to 1"),
        (lambda text: text.replace('"artifacts"', '"artefacts"'), '"artifacts" is missing'),
        (lambda _: "[]", "schema_version"),
    ],
    ids=["half", "newer", "renamed", "list"],
)
def test_a_file_that_is_not_a_manifest_is_refused_in_one_line(
    manifest: Manifest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[str], str],
    message: str,
) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(change(json.dumps(manifest)), encoding="utf-8")
    for command in (reproduce, compare, lineage):
        assert command.main([str(path)]) == 2
        out, err = capsys.readouterr()
        assert message in err
        assert err.count("\n") == 1
        assert not out


def test_the_lineage_of_a_run_is_printed_and_drawn(manifest: Manifest) -> None:
    run = StoredRun(manifest, name="one")
    stages = lineage.list_stages(run, ["made again by two: equal"])
    names = ["raw data", "prepared data", "run", "model", "prediction"]
    assert [stage.name for stage in stages] == names
    assert "is this model" in lineage.format_text(stages)
    other = dict.fromkeys(manifest["artifacts"], "0" * 64)
    replaced = replace(stages[-1], facts=[lineage._compare_current_model(other)])
    assert "ANOTHER" in lineage.format_text([replaced])
    svg = lineage.draw_svg(stages, "<title>")
    assert "&lt;title&gt;" in svg
    assert all(name in svg for name in names)


def test_runs_are_read_as_they_were_written(settings: Any, tmp_path: Path) -> None:
    runtime = replace(settings.runtime, track=True)
    config = replace(settings, runtime=runtime, experiment="read")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    ids: list[str] = []
    for link in (None, "parent", "reproduces", None):
        links = RunLinks(**{link: ids[0]}) if link else RunLinks()
        with suppress(ZeroDivisionError), tracking.start(config, links) as run:
            ids.append(str(run.id))
            run.log_metrics({"model.score": 0.1 + 0.2})
            run.log_files(tmp_path / "manifest.json")
            _ = 1 / (len(ids) - 2)  # the second run fails
    found = runs.list_runs("read")
    assert [run.id for run in found] == ids
    assert [run.status for run in found] == ["finished", "failed", "finished", "finished"]
    assert [run.tags.get("parent") for run in found] == [None, ids[0], None, None]
    assert [run.tags.get("reproduces") for run in found] == [None, None, ids[0], None]
    assert found[0] == runs.find(ids[0])
    assert found[0].metrics == {"model.score": 0.1 + 0.2}
    assert found[0].settings["runtime.seed"] == str(settings.runtime.seed)
    assert runs.fetch(ids[0], "manifest.json", tmp_path / "there").read_text("utf-8") == "{}"
    runs.tag(ids[0], reproduced="equal")
    assert runs.find(ids[0]).tags["reproduced"] == "equal"
    assert runs.list_runs("nothing") == []
    last = StoredRun({"run_id": ids[3]}, tracked=found[3])
    with pytest.raises(UserError, match="is not a run manifest"):
        stored_run.find_previous(last)  # the first run, whose manifest is empty
    for question in (lambda: runs.find("nowhere"), lambda: runs.fetch(ids[0], "no", tmp_path)):
        with pytest.raises(UserError, match=r"cannot be read from the tracker"):
            question()


def test_a_hook_can_prepare_a_reproduction(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Reproduction] = []

    def prepare(reproduction: Reproduction) -> Preparation:
        seen.append(reproduction)
        return Preparation({"RECORDED": "answers.jsonl"}, "a hosted model may answer differently")

    monkeypatch.setattr(reproduce.HOOKS, "before_reproduction", [prepare])
    variables: dict[str, str] = {}
    run = StoredRun(manifest, name="one")
    differences = reproduce._run_hooks(run, tmp_path, variables)
    assert variables == {"RECORDED": "answers.jsonl"}
    assert differences == ["a hosted model may answer differently"]
    assert seen[0].manifest == manifest
    with pytest.raises(UserError, match="a tracker that is not here"):
        seen[0].fetch("calls.jsonl")


def test_a_run_that_is_made_again_names_its_original(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    project = tmp_path / "tree"

    def run(command: list[str], *_arguments: object, **_options: object) -> None:
        commands.append(command)
        save_json(project / stored_run.LAST, manifest)

    monkeypatch.setattr(reproduction, "_run", run)
    old = StoredRun(manifest, name="one")
    new = reproduction.train(old, project, Path("python"), {})
    assert commands[0][1:3] == ["-m", "churn.mlops.commands.train"]
    assert commands[0][-2:] == ["--reproduces", "one"]
    assert new.manifest == manifest
    settings = load_json(tmp_path / "config.json")
    assert settings == manifest["config"]


def test_the_help_of_reproduce_needs_no_tracker() -> None:
    module = "churn.mlops.reproducibility.reproduce"
    command = [sys.executable, "-m", module, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--sync" in done.stdout

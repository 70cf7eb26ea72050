"""python tracked.py: what training left in the tracker, read back as a colleague would read it."""

from pathlib import Path

import mlflow
from mlflow import MlflowClient

MODEL = Path("models/current")


def check_run(client: MlflowClient) -> tuple[object, str]:
    """The newest run, with everything that a run should have."""
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    runs = client.search_runs(experiments, order_by=["start_time DESC"])
    assert runs, "no run was recorded"
    run = runs[0]
    assert run.info.status == "FINISHED", f"the run is {run.info.status}"
    assert run.data.params, "the run has no parameter"
    assert run.data.metrics, "the run has no metric"
    assert run.inputs.dataset_inputs, "the run names no dataset"
    return run, f"{len(run.data.params)} parameters, {len(run.data.metrics)} metrics"


def check_files(client: MlflowClient, run_id: str) -> int:
    """The files of the saved model are among the run's."""
    kept, folders = [], [""]
    while folders:
        for entry in client.list_artifacts(run_id, folders.pop()):
            (folders if entry.is_dir else kept).append(entry.path)
    names = {Path(path).name for path in kept}
    missing = [path.name for path in MODEL.rglob("*") if path.is_file() and path.name not in names]
    assert not missing, f"of the saved model the run lacks {missing}"
    return len(kept)


def check_page(run: object) -> None:
    """What a team looks for on the page of a run."""
    tags, settings = run.data.tags, run.data.params
    assert tags["mlflow.runName"].split()[0] in ("train", "reproduce"), tags["mlflow.runName"]
    missing = {"modality", "phase", "data.hash", "git.commit", "git.dirty"} - set(tags)
    assert not missing, f"the run lacks the tags {missing}"
    assert settings["task"], "the run does not say its task"
    assert "runtime.seed" in settings, "the run lacks its settings"


def check_model(run: object) -> str:
    """A model that others can load: its columns, and a prediction for its example."""
    models = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id],
        filter_string=f"source_run_id = '{run.info.run_id}'",
        output_format="list",
    )
    assert models, "the run logged no model"
    loaded = mlflow.pyfunc.load_model(models[0].model_uri)
    columns = loaded.metadata.get_input_schema().input_names()
    answers = loaded.predict(loaded.input_example)
    assert len(answers) == len(loaded.input_example), "the loaded model predicts nothing"
    return f"model loaded, predicts from {', '.join(columns)}"


client = MlflowClient()
run, summary = check_run(client)
summary += f", {check_files(client, run.info.run_id)} files"
check_page(run)
print(f"{summary}, {check_model(run)}")

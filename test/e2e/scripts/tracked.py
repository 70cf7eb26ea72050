"""python tracked.py: what training left in the tracker, read back as a colleague would read it."""

from pathlib import Path

import mlflow
import numpy as np
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


def check_model(run: object) -> str:
    """A model that others can load: its signature, and a prediction for its example."""
    models = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id],
        filter_string=f"source_run_id = '{run.info.run_id}'",
        output_format="list",
    )
    assert models, "the run logged no model"
    info = mlflow.models.get_model_info(models[0].model_uri)
    assert info.signature is not None, "the model has no signature"
    loaded = mlflow.pyfunc.load_model(models[0].model_uri)
    answers = loaded.predict(zeros(info.signature.inputs.inputs))
    assert len(answers) > 0, "the loaded model predicts nothing"
    return "model loaded, predicts what its signature says"


def zeros(specs: list) -> object:
    """Two rows of nothing in the shapes and types of a signature."""
    arrays = {
        spec.name: np.zeros([2 if size == -1 else size for size in spec.shape], spec.type)
        for spec in specs
    }
    return arrays[None] if list(arrays) == [None] else arrays


client = MlflowClient()
run, summary = check_run(client)
summary += f", {check_files(client, run.info.run_id)} files"
# A bundle of prompt and index is files; what has a network or trees is a model too.
summary += f", {check_model(run)}" if list(MODEL.rglob("*.onnx")) else ""
print(summary)

"""python tracked.py: what training left in the tracker, read back as a colleague would read it."""

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
experiments = client.search_experiments()
runs = client.search_runs([e.experiment_id for e in experiments], order_by=["start_time DESC"])
assert runs, "no run was recorded"
run = runs[0]
assert run.info.status == "FINISHED", f"the run is {run.info.status}"
assert run.data.params, "the run has no parameter"
assert run.data.metrics, "the run has no metric"
assert run.inputs.dataset_inputs, "the run names no dataset"
kept = client.list_artifacts(run.info.run_id)
assert kept, "the run has no artifact"

models = mlflow.search_logged_models(
    experiment_ids=[run.info.experiment_id],
    filter_string=f"source_run_id = '{run.info.run_id}'",
    output_format="list",
)
assert models, "the run logged no model"
model = models[0]
info = mlflow.models.get_model_info(model.model_uri)
assert info.signature is not None, "the model has no signature"
loaded = mlflow.pyfunc.load_model(model.model_uri)
example = loaded.input_example
if example is not None:
    assert len(loaded.predict(example)) > 0, "the model that was read back predicts nothing"
print(
    f"{len(run.data.params)} parameters, {len(run.data.metrics)} metrics, {len(kept)} artifacts, "
    f"model with signature{'' if example is None else ' predicts its example'}"
)

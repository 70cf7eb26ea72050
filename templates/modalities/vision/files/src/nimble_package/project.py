"""Names the functions that the machinery in mlops/ calls; keep it in step when you rename one."""

from . import config, data, evaluate, predict, train
from .mlops.onnx_embedding import make_embed
from .mlops.onnx_model import count_parameters
from .mlops.project import Project
from .mlops.vision import example_files, prepared

PROJECT = Project(
    modality="vision",
    load_config=config.load,
    prepare=data.prepare,
    check=data.check,
    sources=prepared.find_sources,
    load=data.load,
    inputs=data.inputs,
    target=data.target_field,
    train=train.train,
    load_model=predict.load,
    read_inputs=predict.read_inputs,
    outputs=predict.outputs,
    predict=predict.predict,
    evaluate=evaluate.evaluate,
    score_baselines=evaluate.score_baselines,
    signature=predict.signature,
    embed=make_embed(predict.outputs),
    count_parameters=count_parameters,
    example_table=example_files.make_table,
)

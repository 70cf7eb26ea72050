"""Names the functions that the machinery in mlops/ calls; keep it in step when you rename one."""

from . import config, data, evaluate, predict, train
from .mlops.llm import topics
from .mlops.llm.model_size import count_parameters
from .mlops.llm.providers.call_log import LOG as CALL_LOG
from .mlops.project import Project

PROJECT = Project(
    modality="llm",
    load_config=config.load,
    prepare=data.prepare,
    check=data.check,
    sources=data.find_sources,
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
    embed=topics.embed,
    count_parameters=count_parameters,
    logs=[CALL_LOG],
)

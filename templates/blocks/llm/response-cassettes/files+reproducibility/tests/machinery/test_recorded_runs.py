"""`poe reproduce` replays the answers of hosted models, or says why metrics can differ."""

import json
from pathlib import Path
from typing import Any

from nimble_package.mlops.errors import UserError
from nimble_package.mlops.hook_points import Preparation, Reproduction
from nimble_package.mlops.llm.providers import cassettes, recorded_runs


def write_log(path: Path) -> Path:
    """Writes a log with one answer of a hosted model."""
    messages = [{"role": "user", "content": "?"}]
    line = {"model": "openai:x", "messages": messages, "response": "one"}
    text = json.dumps({**line, "input_tokens": 9, "output_tokens": 9})
    path.write_text(text + "\n", encoding="utf-8")
    return path


def prepare(models: list[str], retrievers: list[str], fetch: Any, folder: Path) -> Preparation:
    manifest = {"config": {"model": {"models": models, "retrievers": retrievers}}}
    return recorded_runs.replay_answers(Reproduction(manifest, fetch, folder))


def test_reproduce_replays_the_answers_of_a_hosted_model(tmp_path: Path) -> None:
    log = write_log(tmp_path / "calls.jsonl")
    code = tmp_path / "tree" / "src" / "package" / "mlops" / "llm" / "providers" / "cassettes.py"
    models, retrievers = ["openai:x", "stub:small"], ["bm25", "dense:lsa"]
    found = prepare(models, retrievers, lambda _: log, tmp_path)
    assert (found.variables, "replays no answers" in found.difference) == ({}, True)
    code.parent.mkdir(parents=True)
    code.touch()
    found = prepare(models, retrievers, lambda _: log, tmp_path)
    assert not found.difference
    assert cassettes.Cassette(Path(found.variables[cassettes.VARIABLE])).answers


def test_reproduce_says_when_a_hosted_model_can_differ(tmp_path: Path) -> None:
    def gone(name: str) -> Path:
        raise UserError(f'"{name}" is gone')

    assert prepare(["stub:small"], ["hybrid:lsa"], gone, tmp_path) == Preparation()
    for models, retrievers in ((["openai:x"], ["bm25"]), (["stub:small"], ["dense:openai:x"])):
        found = prepare(models, retrievers, gone, tmp_path)
        assert not found.variables
        assert '"openai:x" may answer differently' in found.difference

"""`poe prompt-diff A B`: two prompts side by side, their texts and their metrics."""

import dataclasses
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ....adapters.prompts import Model, Prompt, make_bundles
from ....project import PROJECT
from ...command_line import run
from ...files import save_json, write_whole
from ...project import MODEL, PREPARED, REPORTS
from ..providers.calls import Calls
from . import history
from .comparison import compare, format_comparison
from .side_by_side import format_columns, make_page

DESCRIPTION = "Compare two prompts: their texts, and their metrics on the dev questions."
PAGE = REPORTS / "prompt-diff.html"
REPORT = REPORTS / "prompt-diff.json"
HELP = "a prompt: its id, id@version, or revision:id"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "a": {"metavar": "A", "help": HELP},
    "b": {"metavar": "B", "help": HELP},
    "--no-score": {"action": "store_true", "help": "compare the texts and call no model"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Prints both texts and their metrics, and writes the same to reports/."""
    return run("prompt-diff", DESCRIPTION, compare_prompts, argv, ARGUMENTS)


def compare_prompts(arguments: Namespace) -> None:
    """Compares the prompts A and B."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    names = [arguments.a, arguments.b]
    prompts = [history.find(name) for name in names]
    print("\n".join(format_columns(prompts[0].text, prompts[1].text)), end="\n\n")
    report: dict[str, Any] = {"names": names, "sha256": [prompt.sha256 for prompt in prompts]}
    metrics = ""
    if not arguments.no_score:
        PROJECT.prepare(config, PREPARED)
        dev = PROJECT.load(config, PREPARED).train
        replies_a, replies_b = (answer_dev_questions(config, prompt) for prompt in prompts)
        found = compare(dev.items, replies_a, replies_b, config.evaluate.max_words)
        report.update(dataclasses.asdict(found))
        metrics = format_comparison(names, found)
        print(metrics, end="\n\n")
    save_json(REPORT, report)
    write_whole(PAGE, make_page(names, prompts, metrics).encode())
    print(f"the same as a page: {PAGE.resolve().as_uri()}")


def answer_dev_questions(
    config: Any, prompt: Prompt, directory: Path = MODEL
) -> list[dict[str, Any]]:
    """Returns the replies of the saved bundle, or of the first in config.yaml, with the prompt."""
    dev = PROJECT.load(config, PREPARED).train
    if (directory / "bundle.json").is_file():
        model = PROJECT.load_model(directory)
    else:
        bundle, retriever = next(make_bundles(config, dev.documents))
        model = Model(bundle, retriever, Calls(bundle.model, config.runtime))
    changed = dataclasses.replace(model.bundle, prompt=prompt)
    calls = Calls(changed.model, config.runtime)
    return PROJECT.outputs(Model(changed, model.retriever, calls), PROJECT.inputs(dev))


if __name__ == "__main__":
    raise SystemExit(main())

"""`poe agreement`: compares graders with human labels."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from ....project import PROJECT
from ...command_line import run
from ...errors import UserError
from ...files import save_json
from ...project import PREPARED
from ..retrieval import Passage
from . import labels as label_file
from . import settings as eval_settings
from .graders import AGREEMENT, Grader
from .labels import Label
from .statistics import kappa, kappa_interval

DESCRIPTION = "Compare each grader of evals/thresholds.yaml with human labels."


def main(argv: Sequence[str] | None = None) -> int:
    """Writes evals/agreement.json, which a grader with a `min` needs."""
    return run("agreement", DESCRIPTION, measure_graders, argv)


def measure_graders(arguments: Namespace) -> None:
    """Measures each grader on the labels."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    graders = eval_settings.read().graders
    if not graders:
        path = eval_settings.THRESHOLDS.as_posix()
        raise UserError(f'"{path}" has no graders: there is nothing to compare')
    PROJECT.prepare(config, PREPARED)
    documents = PROJECT.load(config, PREPARED).test.documents
    labels = label_file.read(documents)
    found = {}
    for name, settings in graders.items():
        grader = Grader(name, settings, config.runtime)
        found[name] = measure(grader, labels, documents)
        print(format_agreement(grader, found[name]))
    save_json(AGREEMENT, found)


def measure(
    grader: Grader, labels: Sequence[Label], documents: Mapping[str, str]
) -> dict[str, Any]:
    """Returns the agreement, kappa with a 90% interval, and the labels that differ."""
    human = [label.good for label in labels]
    verdicts = []
    for label in labels:
        passages = [Passage(name, documents[name]) for name in label.documents]
        is_good, _cost = grader.grade(label.question, passages, label.answer)
        verdicts.append(is_good)
    pairs = list(zip(labels, verdicts, strict=True))
    return {
        **grader.fingerprint(),
        "count": len(labels),
        "agreement": fmean(label.good == verdict for label, verdict in pairs),
        "kappa": kappa(human, verdicts),
        "kappa_90": kappa_interval(human, verdicts),
        "differ": [label.id for label, verdict in pairs if label.good != verdict],
    }


def format_agreement(grader: Grader, found: Mapping[str, Any]) -> str:
    """Returns the result of one grader, and the labels where it differs."""
    settings = grader.settings
    low, high = found["kappa_90"]
    allowed = "a min is allowed" if found["kappa"] >= settings.min_kappa else "no min is allowed"
    interval = f"kappa {found['kappa']:.2f} (90%: {low:.2f} to {high:.2f})"
    limit = f"min_kappa {settings.min_kappa}: {allowed}"
    lines = [f"{grader.name} by {settings.model}: {interval} over {found['count']} labels, {limit}"]
    if found["differ"]:
        lines.append(f"  differs at {', '.join(found['differ'])}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())

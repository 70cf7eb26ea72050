"""`python -m nimble_package.mlops.llm.evals.agreement`: graders beside human labels."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from pydantic import TypeAdapter, ValidationError

from .... import config, data
from ....retrieval import Passage
from ... import settings
from . import thresholds
from .graders import AGREEMENT, LABELS, Grader
from .scorers import kappa

DRAWS = 1000  # of a bootstrap over the labels


@dataclass(frozen=True)
class Label:
    """An answer, the documents it was given, and whether a person found it good."""

    id: str
    question: str
    documents: tuple[str, ...]
    answer: str
    good: bool


def read(documents: dict[str, str]) -> list[Label]:
    """The labels; at least ten of each verdict, because fewer say nothing about a grader."""
    if not LABELS.is_file():
        raise settings.UserError(f'"{LABELS.as_posix()}" is missing: a line is a labelled answer')
    labels = []
    for number, line in enumerate(LABELS.read_text(encoding="utf-8").splitlines(), 1):
        place = f"{LABELS.as_posix()}:{number}"
        try:
            label = TypeAdapter(Label).validate_json(line)
        except ValidationError as error:
            flaw = error.errors()[0]
            where = ".".join(map(str, flaw["loc"]))
            raise settings.UserError(f"{place}: {where} {flaw['msg']}") from None
        for name in {*label.documents} - {*documents}:
            near = settings.nearest(name, documents)
            raise settings.UserError(f'{place}: no document "{name}". {near}')
        labels.append(label)
    good = sum(label.good for label in labels)
    if min(good, len(labels) - good) < 10:
        raise settings.UserError(
            f'"{LABELS.as_posix()}" has {good} good and {len(labels) - good} bad answers: '
            "ten of each are needed"
        )
    return labels


def measure(grader: Grader, labels: Sequence[Label], documents: dict[str, str]) -> dict[str, Any]:
    """Agreement, kappa with a 90% interval over resampled labels, and where they differ."""
    told = []
    for label in labels:
        passages = [Passage(name, documents[name]) for name in label.documents]
        told.append(grader.good(label.question, passages, label.answer)[0])
    pairs = list(zip(labels, told, strict=True))
    human, draw = [label.good for label in labels], random.Random(0)  # noqa: S311  # no secret
    drawn = [[draw.randrange(len(labels)) for _ in labels] for _ in range(DRAWS)]
    spread = sorted(kappa([human[i] for i in at], [told[i] for i in at]) for at in drawn)
    return {
        **grader.fingerprint(),
        "count": len(labels),
        "agreement": fmean(label.good == said for label, said in pairs),
        "kappa": kappa(human, told),
        "kappa_90": [spread[DRAWS // 20], spread[-DRAWS // 20]],
        "differ": [
            label.id for label, said in zip(labels, told, strict=True) if label.good != said
        ],
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and writes evals/agreement.json, which `poe evaluate` asks before a grader gates."""

    def body(options: Any) -> None:
        config_ = config.load(options.config, options.overrides)
        rules = thresholds.read().graders
        if not rules:
            raise settings.UserError(f'"{thresholds.PATH.as_posix()}" names no graders')
        data.prepare(config_)
        documents = data.load(config_).documents
        labels, found = read(documents), dict[str, Any]()
        for name, rule in rules.items():
            grader = Grader(name, rule, config_.runtime)
            found[name] = measure(grader, labels, documents)
            low, high = found[name]["kappa_90"]
            may = "may" if found[name]["kappa"] >= rule.min_kappa else "may not"
            print(
                f"{name} by {rule.model}: kappa {found[name]['kappa']:.2f} (90%: {low:.2f} to "
                f"{high:.2f}) over {len(labels)} labels, min_kappa {rule.min_kappa}: {may} gate"
            )
            if found[name]["differ"]:
                print(f"  differs at {', '.join(found[name]['differ'])}")
        AGREEMENT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8", newline="\n")

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())

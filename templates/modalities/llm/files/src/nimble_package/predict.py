"""`python -m nimble_package.predict FILE…`: answers the questions in files, as JSON lines."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import bundle, config, settings


def load(directory: Path = Path("models/current")) -> bundle.Model:
    """The saved bundle, with the limits that config.yaml sets for calls."""
    return bundle.load(directory, config.load().calls)


def predict(model: bundle.Model, batch: Sequence[str]) -> list[dict[str, Any]]:
    """One answer for each question, with its sources and its cost."""
    return [model.ask(question) for question in batch]


def main(argv: Sequence[str] | None = None) -> int:
    """Reads one question a line (*.jsonl: its field "question")."""

    def body(options: Any) -> None:
        calls, questions = config.load(options.config, options.overrides).calls, []
        for path in options.files:
            try:
                lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
                asked = [json.loads(x)["question"] for x in lines] if path.suffix == ".jsonl" else lines
            except (OSError, ValueError, LookupError, TypeError) as error:
                raise settings.UserError(f'"{path}" holds no questions: {error}') from None
            questions += asked
        model = bundle.load(Path("models/current"), calls)
        for question in questions:
            print(json.dumps(predict(model, [question])[0], ensure_ascii=False))

    files = {"nargs": "+", "type": Path, "metavar": "FILE"}
    return settings.command(__doc__, body, argv, files=files)


if __name__ == "__main__":
    raise SystemExit(main())

"""`python -m nimble_package.predict FILE…`: answers as JSON lines."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import bundle, config
from .mlops import settings


def load(directory: Path = Path("models/current")) -> bundle.Model:
    """The saved bundle, with the limits that config.yaml sets for calls."""
    return bundle.load(directory, config.load().runtime)


def predict(model: bundle.Model, batch: Sequence[str]) -> list[dict[str, Any]]:
    """One answer for each question, with its sources and its cost."""
    return [model.ask(question) for question in batch]


def main(argv: Sequence[str] | None = None) -> int:
    """Reads one question a line."""

    def body(options: Any) -> None:
        limits = config.load(options.config, options.overrides).runtime
        try:
            texts = [path.read_text(encoding="utf-8") for path in options.files]
        except (OSError, ValueError) as error:
            raise settings.UserError(f"no text file with questions: {error}") from None
        model = bundle.load(Path("models/current"), limits)
        for question in filter(str.strip, "\n".join(texts).splitlines()):
            print(json.dumps(model.ask(question), ensure_ascii=False))

    files = {"nargs": "+", "type": Path, "metavar": "FILE"}
    return settings.command(__doc__, body, argv, files=files)


if __name__ == "__main__":
    raise SystemExit(main())

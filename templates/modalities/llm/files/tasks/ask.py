"""`uv run poe ask "QUESTION"`: prints an answer while it is written, then its sources."""

import sys

from pydantic_core import from_json

from nimble_package import predict
from nimble_package.mlops.any_encoding import read_arguments
from nimble_package.mlops.command_line import catch_errors


class AnswerPrinter:
    """Prints the answer out of the JSON that the model is writing."""

    def __init__(self) -> None:
        self.printed = 0  # characters

    def listen(self, text: str) -> None:
        """Prints what is new in the answer; `text` is the JSON so far."""
        answer = read_answer(text)
        if answer is None:
            return
        if len(answer) < self.printed:  # another try
            print("\n...")
            self.printed = 0
        print(answer[self.printed :], end="", flush=True)
        self.printed = len(answer)


def read_answer(text: str) -> str | None:
    """Returns the answer so far; None: the text is in another form, and is asked for again."""
    try:
        found = from_json(text, allow_partial="trailing-strings")
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return str(found.get("answer", ""))


def main(question: str) -> None:
    """Prints the answer, its sources and its cost."""
    model = predict.load()
    reply = model.ask(question, AnswerPrinter().listen)
    print("\n" if reply["answered"] else "\n(declined)\n")
    for source in reply["sources"]:
        print(f"source: {source}")
    is_stub = model.calls.name.startswith("stub:")
    note = " if it were hosted; the stub is free" if is_stub else ""
    print(f"cost:   {reply['cost_usd']:.6f} USD{note} ({model.bundle})")


if __name__ == "__main__":
    arguments = read_arguments()
    if arguments in (["-h"], ["--help"]):
        sys.exit(print(__doc__))
    if len(arguments) != 1 or not arguments[0].strip():
        sys.exit('Write one question in quotes: uv run poe ask "What does a day return cost?"')
    sys.exit(catch_errors(lambda: main(arguments[0])))

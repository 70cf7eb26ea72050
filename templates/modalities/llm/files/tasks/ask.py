"""`uv run poe ask "QUESTION"`: one answer in the terminal while it is written, then its sources."""

import sys

from pydantic_core import from_json

from nimble_package import predict
from nimble_package.mlops.settings import UserError


def main(question: str) -> None:
    """Streams the answer out of the JSON that the model is writing."""
    shown = 0

    def listen(text: str) -> None:
        nonlocal shown
        try:
            found = from_json(text, allow_partial="trailing-strings")
        except ValueError:
            return  # not the JSON that was asked for: the call is tried again
        so_far = str(found.get("answer", "")) if isinstance(found, dict) else ""
        if len(so_far) < shown:  # another try
            print("\n…")
            shown = 0
        print(so_far[shown:], end="", flush=True)
        shown = len(so_far)

    model = predict.load()
    reply = model.ask(question, listen)
    print("\n" if reply["answered"] else "\n(declined)\n")
    for source in reply["sources"]:
        print(f"source: {source}")
    free = " as if hosted, the stub is free" if model.calls.name.startswith("stub:") else ""
    print(f"cost:   {reply['cost_usd']:.6f} USD{free} ({model.bundle})")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Write one question in quotes: uv run poe ask "What does a day return cost?"')
    try:
        main(sys.argv[1])
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)

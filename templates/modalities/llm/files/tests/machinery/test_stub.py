"""The offline stub answers from its request alone."""

import json
import subprocess
import sys
from pathlib import Path

from nimble_package.mlops.llm.providers import stub


def test_the_stub_knows_only_its_request(tmp_path: Path) -> None:
    code = f"import sys; from {stub.__package__} import stub; print(stub.answer(*sys.argv[1:]))"
    user = (
        '<passage source="moon">\n# Moon\n\nThe moon costs 7 crowns.\n</passage>\nQuestion: moon?'
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "large", "Cite.", user],
        cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    reply = json.loads(done.stdout)
    assert reply == {"answer": "The moon costs 7 crowns.", "sources": ["moon"], "answered": True}


def test_a_small_stub_reads_less_than_a_large_one() -> None:
    passage = '<passage source="{0}">\n# {0}\n\nThe {0} is {0}.\n</passage>\n'
    user = "".join(map(passage.format, ["red", "blue", "green"])) + "Question: green?"
    system = 'Cite. Else set "answered" to false.'
    assert json.loads(stub.answer("large", system, user))["sources"][0] == "green"
    assert not json.loads(stub.answer("small", system, user))["answered"]

"""Every command prints and receives every character, whatever the encoding of the terminal is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from churn.mlops import any_encoding
from churn.mlops.project import MODEL

PACKAGE = any_encoding.__name__.partition(".")[0]
SOURCE = str(Path(any_encoding.__file__).parents[2])
TEXT = "Größe 東京 हिन्दी 👍 ± → é"
TERMINALS = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "cp437": {"PYTHONIOENCODING": "cp437"},
    "cp932": {"PYTHONIOENCODING": "cp932"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "no locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


def run(terminal: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    environment["PYTHONPATH"] = SOURCE
    environment.update(TERMINALS[terminal])
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_every_character_is_printed_and_json_stays_valid(terminal: str) -> None:
    program = (
        "import json, sys\n"
        f"from {PACKAGE}.mlops.command_line import catch_errors\n"
        f"from {PACKAGE}.mlops.errors import UserError\n"
        "def action():\n"
        f"    print(json.dumps({TEXT!a}, ensure_ascii=False))\n"
        f"    raise UserError({TEXT!a})\n"
        "sys.exit(catch_errors(action))\n"
    )
    done = run(terminal, "-c", program)
    assert done.returncode == 2, done.stderr
    assert b"Traceback" not in done.stderr
    encoding = TERMINALS[terminal].get("PYTHONIOENCODING", "ascii")
    assert json.loads(done.stdout.decode(encoding)) == TEXT


@pytest.mark.parametrize("command", ["data", "train", "evaluate", "predict"])
def test_a_text_of_the_user_and_the_help_never_end_with_an_encoding_error(command: str) -> None:
    module = f"{PACKAGE}.mlops.commands.{command}"
    refused = run("no locale", "-m", module, "--set", f"{TEXT}=1", "text")
    described = run("cp437", "-m", module, "--help")
    assert refused.returncode == 2
    assert described.returncode == 0
    assert b"Error" not in refused.stderr + described.stderr


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("command", ["data", "evaluate"])
def test_data_and_evaluate_end_well_without_a_locale(command: str) -> None:
    assert MODEL.is_dir()
    done = run("no locale", "-m", f"{PACKAGE}.mlops.commands.{command}")
    assert done.returncode in (0, 1), done.stderr.decode(errors="replace")
    assert b"Traceback" not in done.stderr


def test_an_argument_is_read_as_the_user_wrote_it() -> None:
    program = f"from {PACKAGE}.mlops.any_encoding import read_arguments\n"
    program += "print(ascii(read_arguments()[0]))"
    for terminal in TERMINALS:
        done = run(terminal, "-c", program, TEXT)
        assert done.stdout.decode().strip() == ascii(TEXT), terminal


def test_a_name_that_the_locale_cannot_open_is_one_line_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "größe.csv"
    program = (
        f"from {PACKAGE}.mlops.command_line import catch_errors\n"
        f"raise SystemExit(catch_errors(lambda: open({str(path)!a})))\n"
    )
    done = run("no locale", "-c", program)
    printed = done.stderr.decode("ascii")
    if "No such file" in printed:
        pytest.skip("this system opens every name, whatever the locale is")
    assert done.returncode == 2
    assert "PYTHONUTF8=1" in printed
    assert printed.count("\n") == 1

"""What every command does with errors."""

import subprocess
import sys

import pytest

from churn.mlops.command_line import catch_errors
from churn.mlops.errors import UserError


def test_a_user_error_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    def action() -> None:
        raise UserError("wrong")

    assert catch_errors(action) == 2
    assert capsys.readouterr().err == "wrong\n"


def test_a_module_that_is_not_installed_is_one_line_with_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def action() -> None:
        raise ModuleNotFoundError("no module", name="lightgbm.sklearn")

    assert catch_errors(action) == 2
    printed = capsys.readouterr().err
    assert '"lightgbm.sklearn" is not installed' in printed
    assert "uv add" in printed
    assert printed.count("\n") == 1


def test_a_missing_module_of_this_package_stays_an_error_of_the_code() -> None:
    package = catch_errors.__module__.partition(".")[0]

    def action() -> None:
        raise ModuleNotFoundError("no module", name=f"{package}.modle")

    with pytest.raises(ModuleNotFoundError):
        catch_errors(action)


def test_a_reader_that_has_enough_ends_a_command_quietly() -> None:
    program = (
        f"from {catch_errors.__module__} import catch_errors\n"
        "catch_errors(lambda: [print('x' * 1000) for _ in range(10000)] and None)\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0

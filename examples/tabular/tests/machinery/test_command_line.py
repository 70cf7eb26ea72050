"""What every command does with errors."""

import errno
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ["the disk is full", "free some space"]),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "a/b"), ["the disk is full", '"a/b"']),
        (OSError("1000 requested and 960 written"), ["the disk is full"]),  # of NumPy
        (PermissionError(errno.EACCES, "Permission denied", "models"), ["permission", '"models"']),
        (OSError(errno.EROFS, "Read-only file system", "models"), ["only be read", '"models"']),
    ],
)
def test_a_full_disk_and_missing_permission_are_one_line_with_what_to_do(
    capsys: pytest.CaptureFixture[str], error: OSError, words: list[str]
) -> None:
    def action() -> None:
        raise error

    assert catch_errors(action) == 2
    printed = capsys.readouterr().err
    assert all(word in printed for word in words), printed
    assert printed.count("\n") == 1


def test_a_file_that_the_code_misses_stays_an_error_of_the_code(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        catch_errors(lambda: len((tmp_path / "missing").read_bytes()))


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

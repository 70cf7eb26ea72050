"""Reads text files: UTF-8, or UTF-16 and UTF-32 with their mark; others are refused by line."""

import codecs
from pathlib import Path

from .errors import UserError

MARKS = {  # the longer one of two that begin alike comes first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LFS_POINTER = b"version https://git-lfs.github.com/"
MANY = 0.1  # of the bytes of a file: no text has so many that are 0


def read_text(path: Path, hint: str = "") -> str:
    """Returns the text of a file with its line ends as they are.

    Raises UserError with the line where the file is not text, or when it cannot be opened; then
    `hint` says what else to do.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        advice = f": {hint}" if hint else ""
        raise UserError(f'"{path}" cannot be read{advice} ({error.strerror})') from None
    return decode(content, str(path))


def read_lines(path: Path, hint: str = "") -> list[str]:
    """Returns the lines of a file: only line feeds and carriage returns end one."""
    text = read_text(path, hint)
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def decode(content: bytes, name: str) -> str:
    """Returns the text in the bytes of the file `name`; raises UserError with the line."""
    encoding = find_encoding(content, name)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding not in ("utf-8", "utf-8-sig"):
            hint = f"it begins as {encoding.upper()} and has other bytes"
            raise UserError(f'"{name}" is damaged: {hint}: save it again as UTF-8') from None
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        seen = f'the byte {byte:02X}, "{bytes([byte]).decode("cp1252", "replace")}" in Windows-1252'
        raise UserError(f'"{name}" line {line} is not UTF-8 ({seen}): save it as UTF-8') from None
    zero = text.find("\0")
    if zero >= 0:
        line = text.count("\n", 0, zero) + 1
        raise UserError(f'"{name}" line {line} has a NUL character: take it out')
    return text


def find_encoding(head: bytes, name: str) -> str:
    """Returns the encoding of the file `name` by its first bytes; raises UserError for no text."""
    if head.startswith(LFS_POINTER):
        hint = 'run "git lfs pull"'
        raise UserError(f'"{name}" is a pointer of Git LFS, not the file itself: {hint}')
    encoding = next((MARKS[mark] for mark in MARKS if head.startswith(mark)), "utf-8")
    if encoding == "utf-8" and head.count(b"\0") > MANY * len(head):
        hint = "it is UTF-16 without its mark, or no text: save it as UTF-8"
        raise UserError(f'"{name}" is not UTF-8 (many bytes are 0): {hint}')
    return encoding

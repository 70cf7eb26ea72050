"""Errors of the disk that a user can put right, as one line."""

import errno
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM)
SHORT_WRITE = "requested and"  # NumPy's own error has no number: "80 requested and 0 written"


def is_full(error: OSError) -> bool:
    """Whether the disk has no space for what was to be written."""
    return error.errno in FULL or (error.errno is None and SHORT_WRITE in str(error))


def explain(error: OSError) -> str:
    """Returns what is wrong and what to do; "" for errors that are not about the disk."""
    name = ""
    if error.filename is not None:
        path = Path(str(error.filename2 or error.filename))
        name = f' ("{path.as_posix()}")'
    if is_full(error):
        return f"the disk is full{name}: free some space, then run this again."
    if error.errno == errno.EROFS:
        hint = "run this in a folder that can be written to, or mount it with write permission"
        return f"the file system can only be read{name}: {hint}."
    if error.errno in FORBIDDEN:
        hint = 'see who owns it with "ls -l", and give this user the right to read and write it'
        return f"permission denied{name}: {hint}."
    return ""

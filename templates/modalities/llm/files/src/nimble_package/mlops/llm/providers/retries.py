"""When a failed call is tried again, and after which time."""

from pydantic import ValidationError

FIRST_DELAY = 0.5  # seconds; doubles with every try
RETRIED_STATUSES = (408, 409, 429)  # of 400 to 499: timeout, conflict, too many requests
BROKEN_CONNECTION = ("APIError", "Connect", "Protocol", "Read", "Timeout", "URLError", "Write")


def find_delay(error: Exception, attempt: int) -> float | None:
    """Returns the seconds until the next try; None: another try cannot help.

    The server's Retry-After counts. An answer in another form is asked for again at once.
    """
    if isinstance(error, ValidationError):
        return 0.0
    status = _find_status(error)
    name = type(error).__name__
    if status is None and not any(part in name for part in BROKEN_CONNECTION):
        return None  # a mistake in the code
    if status and 400 <= status < 500 and status not in RETRIED_STATUSES:
        return None
    wanted = _read_retry_after(error)
    if wanted is not None:
        return wanted
    return FIRST_DELAY * 2.0**attempt


def _find_status(error: Exception) -> int | None:
    """Returns the HTTP status in an error of an SDK, of urllib, requests or httpx."""
    response = getattr(error, "response", None)
    for holder, name in ((error, "status_code"), (error, "status"), (response, "status_code")):
        value = getattr(holder, name, None)
        if isinstance(value, int):
            return value
    return None


def _read_retry_after(error: Exception) -> float | None:
    response = getattr(error, "response", error)
    headers = getattr(response, "headers", None) or {}
    lowered = {key.lower(): value for key, value in headers.items()}
    value = lowered.get("retry-after", "")
    is_number = value.replace(".", "", 1).isdecimal()
    return float(value) if is_number else None

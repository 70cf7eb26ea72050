"""Finds audio files that end too early: libsndfile reads what there is, and says nothing."""

import struct

UNKNOWN_SIZES = (0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF - 36, 0x7FFFF000)  # of writers into a pipe
MAX_PADDING = 4096  # bytes after the last part of a WAV file that are no reason to refuse it
MP3_HEAD = 4096  # bytes in which the length of an MP3 file is, if it has one
MAX_MISSING = 0.01  # share of an MP3 file
CUT = "copy or record it again"
REWRITE = "write it again, for instance with ffmpeg -i OLD.wav NEW.wav"


def find_problem(content: bytes) -> str:
    """Returns that a file ends too early, or has bytes after its end, and what to do; or ""."""
    if not content:
        return f"has 0 bytes: {CUT}"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return _check_wav(content)
    if content[:4] == b"FORM":  # AIFF
        size = int.from_bytes(content[4:8], "big") + 8
        return f"has {len(content):,} of {size:,} bytes: {CUT}" if size > len(content) else ""
    if content[:4] == b"OggS":
        return _check_ogg(content)
    return _check_mp3(content)


def _check_wav(content: bytes) -> str:
    """Walks over the chunks, each of a name, a size and so many bytes."""
    start = 12
    bytes_per_second = 0
    has_samples = False
    while start + 8 <= len(content):
        name = content[start : start + 4]
        (size,) = struct.unpack_from("<I", content, start + 4)
        there = len(content) - start - 8
        if has_samples and not _is_chunk(name, size, there):
            break
        if name == b"fmt " and there >= 16:
            (bytes_per_second,) = struct.unpack_from("<I", content, start + 16)
        if name == b"data":
            if size in UNKNOWN_SIZES:
                return ""
            if size > there:
                return f"ends after {there:,} of {size:,} bytes of audio: {CUT}"
            has_samples = True
        start += 8 + size + size % 2
    rest = len(content) - start
    if has_samples and rest > MAX_PADDING:
        length = f" ({rest / bytes_per_second:.2f} s)" if bytes_per_second else ""
        return f"has {rest:,} more bytes{length} after the end that its header gives: {REWRITE}"
    return ""


def _is_chunk(name: bytes, size: int, there: int) -> bool:
    return name.isascii() and name.decode("ascii").isprintable() and size <= there


def _check_ogg(content: bytes) -> str:
    """Compares the length of the last page with what there is; real files lack the end mark."""
    last = content.rfind(b"OggS")
    sizes_start = last + 27  # after the number of parts: the size of each
    parts = content[sizes_start - 1] if len(content) >= sizes_start else 0
    sizes = content[sizes_start : sizes_start + parts]
    end = sizes_start + parts + sum(sizes)
    return f"ends in the middle of its last page: {CUT}" if end > len(content) else ""


def _check_mp3(content: bytes) -> str:
    """Compares the size with the one in the first frame, which most encoders write."""
    head = content[:MP3_HEAD]
    place = max(head.find(b"Xing"), head.find(b"Info"))
    if place < 0 or len(content) < place + 16 or not _has_frame(content, place):
        return ""
    flags, frames, size = struct.unpack_from(">III", content, place + 4)
    if flags & 3 != 3 or len(content) >= size * (1 - MAX_MISSING):
        return ""
    return f"has {len(content):,} of {size:,} bytes ({frames} frames): {CUT}"


def _has_frame(content: bytes, place: int) -> bool:
    """Whether an MPEG frame starts shortly before the length, at one of the places it can have."""
    starts = (place - offset for offset in (13, 21, 36))
    return any(start >= 0 and content[start : start + 1] == b"\xff" for start in starts)

"""Files of arrays: their bytes depend on nothing but the arrays."""

import time
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pytest

from churn.mlops.array_file import write_arrays

ARRAYS = {"values": np.arange(6, dtype=np.float64).reshape(2, 3), "größe": np.array(["é", ""])}


def test_equal_arrays_give_equal_bytes_at_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "arrays.npz"
    written = []
    for year in (2001, 2031):
        now = time.struct_time((year, 1, 1, 0, 0, 0, 0, 1, 0))
        monkeypatch.setattr(time, "localtime", lambda *_, now=now: now)
        write_arrays(path, ARRAYS)
        written.append(path.read_bytes())
    assert written[0] == written[1]


def test_arrays_are_not_compressed_since_versions_of_zlib_write_other_bytes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "arrays.npz"
    write_arrays(path, ARRAYS)
    with ZipFile(path) as file:
        assert {member.compress_type for member in file.infolist()} == {ZIP_STORED}


def test_arrays_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    write_arrays(path, ARRAYS)
    with np.load(path, allow_pickle=False) as found:
        assert {name: found[name].tolist() for name in found} == {
            name: array.tolist() for name, array in ARRAYS.items()
        }

"""A file that is not the text it should be is refused with its name."""

import pytest

from churn.mlops import text_encoding
from churn.mlops.errors import UserError


def test_a_pointer_of_git_lfs_is_not_the_file() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    with pytest.raises(UserError, match=r'"texts\.csv" is a pointer of Git LFS.*git lfs pull'):
        text_encoding.decode(pointer, "texts.csv")

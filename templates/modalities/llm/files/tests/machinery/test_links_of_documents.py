"""Symbolic links among the documents: files behind them are read, all others are named."""

from pathlib import Path

import pytest

from nimble_package.mlops.llm.golden_set import describe_unread


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one document."""
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "pump.md").write_text("The pump runs.\n", encoding="utf-8")
    return tmp_path


def test_a_link_to_a_file_needs_no_remark(folder: Path) -> None:
    documents = folder / "documents"
    (documents / "same.md").symlink_to(documents / "pump.md")
    assert describe_unread(str(folder)) == "All documents are read."


@pytest.mark.parametrize("target", [".", "..", "elsewhere"])
def test_a_link_to_a_folder_or_to_nothing_is_named(folder: Path, target: str) -> None:
    (folder / "documents" / "more.md").symlink_to(target)
    said = describe_unread(str(folder))
    assert said.startswith("1 links to folders or to nothing are not followed")
    assert said.endswith('more.md"')


def test_other_files_and_links_are_named_together(folder: Path) -> None:
    (folder / "documents" / "loop").symlink_to("..")
    (folder / "documents" / "a.pdf").write_bytes(b"%PDF-1.4")
    said = describe_unread(str(folder))
    assert "1 files are not read" in said
    assert 'a.pdf"; 1 links' in said

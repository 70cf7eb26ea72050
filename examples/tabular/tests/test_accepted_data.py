"""The data that config.yaml names is the data that was accepted."""

import shutil
from pathlib import Path

import pytest

from churn.mlops import configured_source
from churn.mlops.schema import acceptance, schema_file
from churn.mlops.schema.schema_file import SCHEMA
from churn.project import PROJECT

ROOT = Path(__file__).parents[1]


@pytest.mark.configured_data
def test_the_configured_data_is_what_the_schema_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    schema = schema_file.read(ROOT / SCHEMA)
    if schema is None:
        pytest.skip('data/schema.yaml is missing: "uv run poe data" writes it')
    configured = PROJECT.load_config(ROOT / "config.yaml", [])
    monkeypatch.chdir(ROOT)
    if configured.data.source == "builtin":  # it is written below the folder that a program runs in
        copy_samples(tmp_path)
        monkeypatch.chdir(tmp_path)
    pinned = configured.data.source == "builtin" or configured.data.source.startswith("hf:")
    if not pinned and not configured_source.find_paths(configured):
        pytest.skip('the data is not here: get it with "uv run poe data-pull" or from its owner')
    assert acceptance.is_same_source(configured, schema)
    acceptance.refuse_changed_source(configured, schema, tmp_path / "prepared")
    acceptance.refuse_broken_rules(configured, schema, tmp_path / "prepared")


def copy_samples(folder: Path) -> None:
    """Copies the program that writes the built-in data, where the modality has one."""
    if (ROOT / "samples").is_dir():
        shutil.copytree(ROOT / "samples", folder / "samples")

"""The data that config.yaml names, when it is here: the only test that needs it."""

from pathlib import Path

import pytest

from nimble_package.project import PROJECT

ROOT = Path(__file__).parents[1]


@pytest.mark.configured_data
def test_the_configured_data_has_no_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    configured = PROJECT.load_config(Path("config.yaml"), [])
    sources = PROJECT.sources(configured)
    if not sources:
        pytest.skip("the data is not in files of this repository: uv run poe data checks it")
    if not any(path.exists() for path in sources):
        names = ", ".join(path.as_posix() for path in sources)
        pytest.skip(f'"{names}" is not here: get it with "uv run poe data-pull" or from its owner')
    assert PROJECT.check(configured) == []

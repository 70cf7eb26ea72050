"""Writes the profile of the training data next to each new model."""

import logging
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..errors import UserError
from ..project import PREPARED

log = logging.getLogger(__name__)


def save_profile(config: Any, directory: Path) -> None:
    """Saves the profile; a training does not fail because of it."""
    from . import profile  # imports pandas, which no --help needs

    try:
        data = PROJECT.prepare(config, PREPARED)["hash"]
        model = PROJECT.load_model(directory)
        profile.save(profile.make(config, model, data), directory)
    except UserError as error:
        log.info("No profile for poe drift: %s", error)

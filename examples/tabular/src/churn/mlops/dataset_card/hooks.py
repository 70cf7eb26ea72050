"""Writes docs/dataset-card.md after `poe data`."""

from ..hook_points import Command
from ..schema import schema_file
from . import card


def write_card(command: Command, status: int) -> int:
    """Writes the card when `poe data` succeeded and the content of the card is another one."""
    schema = schema_file.read()
    if command.name != "data" or status != 0 or schema is None or not card.ANSWERS.is_file():
        return status
    answers = card.read_answers()
    if card.write(card.render(command.config.experiment, schema, answers)):
        print(f"{card.CARD.as_posix()} was written: commit it.")
    if not card.is_about(answers, schema):
        print(
            f'{card.ANSWERS.as_posix()} is about "{answers["about"]}", so the card leaves its '
            f'answers out: write yours, then about: "{schema.source}".'
        )
    return status

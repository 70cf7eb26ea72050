"""Damage that is planted into the built-in data is found by a step, and clean data by none."""

import planted_damage
import pytest

MIN_FOUND = 20


@pytest.mark.slow
def test_at_least_twenty_kinds_of_damage_are_found_and_the_clean_data_passes() -> None:
    clean, *findings = planted_damage.find_all()
    assert clean.step == planted_damage.NONE, clean.reason
    missed = [finding.kind for finding in findings if finding.step == planted_damage.NONE]
    assert len(findings) - len(missed) >= MIN_FOUND, missed

"""Rules for the fields of the data, and how data can break them.

A field is a mapping of rules: `least` and `most` bound its values, `missing` the share of those
that are not there, `allowed` lists them; any other rule is to be equal. `note` is for people.
"""

from collections.abc import Mapping
from typing import Any

from ..settings import UserError, nearest

Fields = Mapping[str, Mapping[str, Any]]
Broken = dict[tuple[str, str], str]  # field and rule ("" is the field itself), and how, in words


def broken(expected: Fields, found: Fields) -> Broken:
    """Every rule of `expected` that the data described by `found` breaks."""
    wrong: Broken = {}
    for name in expected.keys() - found.keys():
        wrong[name, ""] = f'"{name}" is not there any more'
    for name in found.keys() - expected.keys():
        wrong[name, ""] = f'"{name}" is new'
    for name in expected.keys() & found.keys():
        for rule, wanted in expected[name].items():
            if rule == "note":
                continue
            if rule not in found[name]:
                near = nearest(rule, [*found[name], "note"])
                raise UserError(f'"{rule}" is no rule for "{name}" in data/schema.yaml. {near}')
            if words := _words(rule, wanted, found[name][rule]):
                wrong[name, rule] = f'"{name}": {words}'
    return dict(sorted(wrong.items()))


def _words(rule: str, wanted: Any, value: Any) -> str:
    """How a value breaks a rule; empty when it does not."""
    try:
        if rule == "least":
            return f"{value} is less than {wanted}" if value < wanted else ""
        if rule == "most":
            return f"{value} is more than {wanted}" if value > wanted else ""
        if rule == "missing":
            return f"{value:.0%} are missing, more than {wanted:.0%}" if value > wanted else ""
        if rule == "allowed":
            news = [each for each in value if each not in wanted]
            more = f" and {len(news) - 5} more" if len(news) > 5 else ""
            return f"not known before: {', '.join(map(str, news[:5]))}{more}" if news else ""
    except TypeError:
        return f"{rule} is {wanted!r}, but the data has {value!r}"
    return f"{rule} is {value}, and was {wanted}" if value != wanted else ""


def widened(expected: Fields, found: Fields) -> dict[str, dict[str, Any]]:
    """The rules after the data was accepted: those that it breaks say what it is, others stay."""
    wrong, fields = broken(expected, found), {}
    for name, rules in found.items():
        before = expected.get(name, {})
        kept = {rule: value for rule, value in before.items() if (name, rule) not in wrong}
        fields[name] = {**rules, **kept} if before else dict(rules)
    return fields

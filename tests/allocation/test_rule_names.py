"""A rule is found by its name, and the names are those of the data's schema."""

from __future__ import annotations

from supplychain.allocation import DEFAULT, RULES, rules
from supplychain.loader.forms import RULE
from supplychain.model import ALLOCATION_RULES


def test_every_name_of_the_schema_has_its_rule() -> None:
    assert tuple(RULES) == ALLOCATION_RULES == tuple(RULE.choices)
    assert DEFAULT == ALLOCATION_RULES[0] == "contract-first"
    for name, rule in RULES.items():
        assert rule is getattr(rules, name.replace("-", "_"))

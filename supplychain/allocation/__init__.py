"""Who gets the accelerators: orders, limits, backlog, and the rule that rations them."""

from supplychain.allocation.deliveries import MOVE, Allocation, allocate, share_out
from supplychain.allocation.export import exportable
from supplychain.allocation.fleets import RICH_H100E, Fleets, fleets, rich_fleet
from supplychain.allocation.rules import DEFAULT, RULES, Terms, asked, find_rule, rule_name

__all__ = [
    "DEFAULT",
    "MOVE",
    "RICH_H100E",
    "RULES",
    "Allocation",
    "Fleets",
    "Terms",
    "allocate",
    "asked",
    "exportable",
    "find_rule",
    "fleets",
    "rich_fleet",
    "rule_name",
    "share_out",
]

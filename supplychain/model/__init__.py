"""The vocabulary: figures, commodities and their needs, organizations and their supplies.

Every value here is frozen. The loader makes them from YAML and has checked them;
no later step changes one. A question with changed data (``simulate --assume``)
makes a new :class:`Network`.

What one commodity requires is an AND over its needs; who makes a commodity is an
OR over its supplies.
"""

from supplychain.model.buyers import Buyer, Tier
from supplychain.model.commodities import (
    FLOW_ROLES,
    H100_TOPS,
    STAGES,
    Commodity,
    Need,
    Product,
    Role,
)
from supplychain.model.figures import Basis, Contradiction, Figure, Known, Place, Source
from supplychain.model.network import ALLOCATION_RULES, Network, assemble
from supplychain.model.organizations import Capacity, Orders, Organization, Supply
from supplychain.model.records import AIModel, Disruption, Outcome, Parameters, Series
from supplychain.model.scenarios import (
    AddLine,
    Ban,
    ChangeOrders,
    Cut,
    Launch,
    Qualify,
    Scenario,
    Shock,
)

__all__ = [
    "ALLOCATION_RULES",
    "FLOW_ROLES",
    "H100_TOPS",
    "STAGES",
    "AIModel",
    "AddLine",
    "Ban",
    "Basis",
    "Buyer",
    "Capacity",
    "ChangeOrders",
    "Commodity",
    "Contradiction",
    "Cut",
    "Disruption",
    "Figure",
    "Known",
    "Launch",
    "Need",
    "Network",
    "Orders",
    "Organization",
    "Outcome",
    "Parameters",
    "Place",
    "Product",
    "Qualify",
    "Role",
    "Scenario",
    "Series",
    "Shock",
    "Source",
    "Supply",
    "Tier",
    "assemble",
]

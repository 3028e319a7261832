"""The AI accelerator supply chain, made calculable.

>>> import supplychain as sc
>>> network = sc.load()
>>> points = sc.chokepoints(network, products=["h100"], at="2023Q2")
>>> result = sc.simulate(network, cuts=["hbm=20%"])

Every result has ``to_frame()`` (pandas); ``sc.summary(result)`` is what the command prints,
``sc.chart(result)`` an Altair chart and ``sc.graph(result)`` the interactive graph. The names are
imported when they are first used.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
"""As in ``typing``, which would be most of the time before signals are caught."""

if TYPE_CHECKING:
    from typing import Any

    from supplychain.analyses.chokepoints import chokepoints as chokepoints
    from supplychain.analyses.removals import exposures as exposures
    from supplychain.errors import AskError as AskError
    from supplychain.loader import DataError as DataError
    from supplychain.loader import load as load
    from supplychain.model import Network as Network
    from supplychain.model.quarters import Quarter as Quarter
    from supplychain.notebook import chart as chart
    from supplychain.notebook import graph as graph
    from supplychain.notebook import summary as summary
    from supplychain.questions.answer import Answer as Answer
    from supplychain.questions.answer import ask as ask
    from supplychain.questions.question import Question as Question
    from supplychain.report.graph.export import to_networkx as to_networkx
    from supplychain.simulation import simulate as simulate

__version__ = "0.1.0"

_HOMES = {
    "Answer": "supplychain.questions.answer",
    "AskError": "supplychain.errors",
    "DataError": "supplychain.loader",
    "Network": "supplychain.model",
    "Quarter": "supplychain.model.quarters",
    "Question": "supplychain.questions.question",
    "ask": "supplychain.questions.answer",
    "chart": "supplychain.notebook",
    "chokepoints": "supplychain.analyses.chokepoints",
    "exposures": "supplychain.analyses.removals",
    "graph": "supplychain.notebook",
    "load": "supplychain.loader",
    "simulate": "supplychain.simulation",
    "summary": "supplychain.notebook",
    "to_networkx": "supplychain.report.graph.export",
}

__all__ = [
    "Answer",
    "AskError",
    "DataError",
    "Network",
    "Quarter",
    "Question",
    "ask",
    "chart",
    "chokepoints",
    "exposures",
    "graph",
    "load",
    "simulate",
    "summary",
    "to_networkx",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'supplychain' has no attribute '{name}'")


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])

"""The AI accelerator supply chain, made calculable.

>>> import supplychain as sc
>>> network = sc.load()
>>> points = sc.chokepoints(network, products=["h100"], at="2023Q2")
>>> result = sc.simulate(network, cuts=["hbm=20%"])

There are as many questions as commands. Every result and answer has ``tables`` (pandas, by the
names in the command's JSON), ``sentences`` and ``to_frame()``; ``sc.summary(result)`` is what the
command prints, ``sc.chart(result)`` an Altair chart and ``sc.graph(result)`` the interactive graph.
The names are imported when they are first used.
"""

from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False
"""As in ``typing``, which would be most of the time before signals are caught."""

if TYPE_CHECKING:
    from typing import Any

    from supplychain.allocation.deliveries import Allocation as Allocation
    from supplychain.analyses.backtest import Backtest as Backtest
    from supplychain.analyses.chokepoints import Points as Points
    from supplychain.analyses.chokepoints import chokepoints as chokepoints
    from supplychain.analyses.exposure import Exposures as Exposures
    from supplychain.analyses.removals import exposures as exposures
    from supplychain.errors import AskError as AskError
    from supplychain.firms.singles import single_points as single_points
    from supplychain.firms.stress import stress_test as stress_test
    from supplychain.firms.systemic import systemic_risk as systemic_risk
    from supplychain.loader import DataError as DataError
    from supplychain.loader import load as load
    from supplychain.model import Cut as Cut
    from supplychain.model import Figure as Figure
    from supplychain.model import Network as Network
    from supplychain.model import Scenario as Scenario
    from supplychain.model.quarters import Quarter as Quarter
    from supplychain.notebook import chart as chart
    from supplychain.notebook import document as document
    from supplychain.notebook import graph as graph
    from supplychain.notebook import summary as summary
    from supplychain.production.result import Production as Production
    from supplychain.questions.answer import Answer as Answer
    from supplychain.questions.answer import ask as ask
    from supplychain.questions.compute import ComputeQuestion as ComputeQuestion
    from supplychain.questions.public import ReportPage as ReportPage
    from supplychain.questions.public import allocate as allocate
    from supplychain.questions.public import backtest as backtest
    from supplychain.questions.public import compare as compare
    from supplychain.questions.public import compute as compute
    from supplychain.questions.public import explain as explain
    from supplychain.questions.public import report as report
    from supplychain.questions.question import Question as Question
    from supplychain.report.graph.export import to_networkx as to_networkx
    from supplychain.report.tables import Document as Document
    from supplychain.simulation import Simulation as Simulation
    from supplychain.simulation import simulate as simulate

__version__ = "0.1.0"

_HOMES = {
    "Allocation": "supplychain.allocation.deliveries",
    "Answer": "supplychain.questions.answer",
    "AskError": "supplychain.errors",
    "Backtest": "supplychain.analyses.backtest",
    "ComputeQuestion": "supplychain.questions.compute",
    "Cut": "supplychain.model",
    "DataError": "supplychain.loader",
    "Document": "supplychain.report.tables",
    "Exposures": "supplychain.analyses.exposure",
    "Figure": "supplychain.model",
    "Network": "supplychain.model",
    "Points": "supplychain.analyses.chokepoints",
    "Production": "supplychain.production.result",
    "Quarter": "supplychain.model.quarters",
    "Question": "supplychain.questions.question",
    "ReportPage": "supplychain.questions.public",
    "Scenario": "supplychain.model",
    "Simulation": "supplychain.simulation",
    "allocate": "supplychain.questions.public",
    "ask": "supplychain.questions.answer",
    "backtest": "supplychain.questions.public",
    "chart": "supplychain.notebook",
    "chokepoints": "supplychain.analyses.chokepoints",
    "compare": "supplychain.questions.public",
    "compute": "supplychain.questions.public",
    "document": "supplychain.notebook",
    "explain": "supplychain.questions.public",
    "exposures": "supplychain.analyses.removals",
    "graph": "supplychain.notebook",
    "load": "supplychain.loader",
    "report": "supplychain.questions.public",
    "simulate": "supplychain.simulation",
    "single_points": "supplychain.firms.singles",
    "stress_test": "supplychain.firms.stress",
    "summary": "supplychain.notebook",
    "systemic_risk": "supplychain.firms.systemic",
    "to_networkx": "supplychain.report.graph.export",
}

__all__ = [
    "Allocation",
    "Answer",
    "AskError",
    "Backtest",
    "ComputeQuestion",
    "Cut",
    "DataError",
    "Document",
    "Exposures",
    "Figure",
    "Network",
    "Points",
    "Production",
    "Quarter",
    "Question",
    "ReportPage",
    "Scenario",
    "Simulation",
    "allocate",
    "ask",
    "backtest",
    "chart",
    "chokepoints",
    "compare",
    "compute",
    "document",
    "explain",
    "exposures",
    "graph",
    "load",
    "report",
    "simulate",
    "single_points",
    "stress_test",
    "summary",
    "systemic_risk",
    "to_networkx",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'supplychain' has no attribute '{name}'")


class _Names(type(sys)):  # type: ignore[misc]
    """This module: a public name keeps its meaning where a room has it too (``sc.compute``)."""

    def __setattr__(self, name: str, value: object) -> None:
        """Set it, unless an import sets a room where a question stands."""
        if not (name in _HOMES and isinstance(value, type(sys))):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Names


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])

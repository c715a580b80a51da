"""Whether campaigns worked: both groups as drawn, the way of the tasks, people, offices and quality flags.

``results_of`` is what export, command line and notebook show, in two steps: ``comparison_of`` has all that the verdict
needs, ``with_work`` adds tasks, people, offices and flags. ``read_results`` and ``results_table`` are the short way.
"""

from metrics.results.ask import TABLES, read_results, results_table
from metrics.results.compare import seed_of
from metrics.results.facts import (
    ArmChange,
    CampaignResults,
    ClientResult,
    Comparison,
    OfficeResult,
    PersonResult,
    TaskResult,
)
from metrics.results.read import comparison_of, results_of, with_work

__all__ = [
    "TABLES",
    "ArmChange",
    "CampaignResults",
    "ClientResult",
    "Comparison",
    "OfficeResult",
    "PersonResult",
    "TaskResult",
    "comparison_of",
    "read_results",
    "results_of",
    "results_table",
    "seed_of",
    "with_work",
]

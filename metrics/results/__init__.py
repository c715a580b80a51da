"""Whether campaigns worked: both groups as drawn, the way of the tasks, people, offices and quality flags.

``results_of`` is what page, export, command line and notebook show; ``read_results`` and ``results_table`` are the
short way there for the last two.
"""

from metrics.results.ask import TABLES, read_results, results_table
from metrics.results.compare import seed_of
from metrics.results.facts import ArmChange, CampaignResults, ClientResult, OfficeResult, PersonResult, TaskResult
from metrics.results.read import results_of

__all__ = [
    "TABLES",
    "ArmChange",
    "CampaignResults",
    "ClientResult",
    "OfficeResult",
    "PersonResult",
    "TaskResult",
    "read_results",
    "results_of",
    "results_table",
    "seed_of",
]

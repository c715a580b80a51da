"""What the results of campaigns consist of: drawn clients with their outcome, tasks, people, offices, flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from data_access.reads.outcomes import DrawnCampaign
from domain.decision import Reason
from domain.quality_flags import Flag, HeldBack
from metrics.uplift import Cohort, Funnel, FunnelRow, Uplift


class ClientResult(NamedTuple):
    """A drawn client on the day compared.

    ``returned``: came back, or was kept; None not known. ``staff_no``: who has or had the task, or of a client without
    one held the client last. ``contacted``: within the days. Amounts in fen, None unknown.
    """

    campaign_no: str
    client_no: str
    client_name: str
    arm: str
    office_code: str
    office_name: str
    pool_status: str | None
    tier: str | None
    months_quiet: int | None
    staff_no: str | None
    staff_name: str | None
    task_no: str | None
    contacted: bool
    returned: bool | None
    returned_on: date | None
    net_inflow_fen: int | None
    reason: Reason


class TaskResult(NamedTuple):
    """A task with how far it came (``row``), its client, its holder and the office of the client at the hand-out.

    ``is_visible``: the reader may see results of the holder by name.
    """

    campaign_no: str
    client_no: str
    client_name: str
    staff_no: str
    staff_name: str
    office_code: str
    office_name: str
    value_fen: int
    row: FunnelRow
    is_visible: bool


@dataclass(frozen=True)
class PersonResult:
    """The tasks of one person; ``staff_no`` None: all people whose results the reader does not see one by one."""

    staff_no: str | None
    staff_name: str | None
    funnel: Funnel


@dataclass(frozen=True)
class OfficeResult:
    """The drawn clients of one office with a known outcome, and its tasks."""

    office_code: str
    office_name: str
    task_count: int
    task_returned: int
    held_count: int
    held_returned: int
    funnel: Funnel


@dataclass(frozen=True)
class ArmChange:
    """One group in the months before the draw and in those counted after it.

    Net inflow in fen per client and month; ``traded_*``: clients with a trade in the months. ``months``: how many of
    each. Clients with an unknown month are left out, ``clients`` are those that remain.
    """

    arm: str
    months: int
    clients: int
    before_fen: float
    after_fen: float
    traded_before: int
    traded_after: int


@dataclass(frozen=True)
class Comparison:
    """Both groups of one campaign, or of several put together, as of a day.

    ``days``: the day after the draw that is shown, the smaller of ``days_planned`` and what the months known reach;
    None where no campaign has a month since its draw. ``waiting``: campaigns without such a month, and ``unheld``:
    campaigns nobody of which was held back; neither takes part in the comparison. ``unknown_*``: drawn clients left
    out for want of data; ``drawn_*``: all drawn ones, compared or not. ``change``: both groups before and after, empty
    unless both are there. ``held_back``: every client of a hold-out group with its window.
    """

    campaigns: tuple[DrawnCampaign, ...]
    as_of: date
    known_to_on: date | None
    days_planned: int
    days: int | None
    uplift: Uplift | None
    clients: tuple[ClientResult, ...]
    unknown_task: int
    unknown_held: int
    waiting: tuple[str, ...]
    unheld: tuple[str, ...]
    drawn_task: int
    drawn_held: int
    change: tuple[ArmChange, ...]
    held_back: tuple[HeldBack, ...]

    @property
    def is_mature(self) -> bool:
        """True when the day planned is reached."""
        return self.days == self.days_planned

    @property
    def is_retention(self) -> bool:
        """True when the campaigns keep clients rather than win them back."""
        return bool(self.campaigns) and all(one.purpose == "retention" for one in self.campaigns)


@dataclass(frozen=True)
class CampaignResults(Comparison):
    """The comparison of both groups together with the work: tasks, people, offices, quality flags.

    ``cohorts``: by pool status, ``""`` for all.
    """

    tasks: tuple[TaskResult, ...]
    funnel: Funnel
    cohorts: Mapping[str, tuple[Cohort, ...]]
    people: tuple[PersonResult, ...]
    offices: tuple[OfficeResult, ...]
    flags: tuple[Flag, ...]

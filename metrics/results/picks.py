"""The rows behind every number of the results."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from domain.holdout import Arm
from domain.months import month_add, month_of
from domain.quality_flags import Flag, FlagKind
from metrics.results.facts import CampaignResults, ClientResult, Comparison, TaskResult
from metrics.uplift.cohorts import ACTIVE_DAYS, FunnelRow, FunnelStep

_FIRST = tuple(FunnelStep)[:5]
_LATER = tuple(FunnelStep)[5:]


def pick_clients(results: Comparison, *, arm: str | None = None, returned: bool | None = None,
                 contacted: bool | None = None, office_code: str | None = None,
                 known: bool = True) -> list[ClientResult]:  # fmt: skip
    """Return drawn clients; ``known`` False: those whose outcome is not known, who count in neither group."""
    return [one for one in results.clients
            if (one.returned is not None) is known
            and (arm is None or one.arm == arm)
            and (returned is None or one.returned is returned)
            and (contacted is None or one.contacted is contacted)
            and (office_code is None or one.office_code == office_code)]  # fmt: skip


def pick_tasks(results: CampaignResults, *, step: FunnelStep | None = None, pool_status: str = "",
               month: int | None = None, recognised_after: int | None = None, office_code: str | None = None,
               client_nos: Collection[str] | None = None, unregistered: bool = False) -> list[TaskResult]:  # fmt: skip
    """Return tasks that reached a step; ``month``: handed out in it, ``recognised_after``: so many months later.

    ``unregistered``: run out without a pre-registration.
    """
    found = results.tasks if step is None else [one for one in results.tasks if reaches(one.row, step)]
    return [one for one in found
            if (not pool_status or one.row.pool_status == pool_status)
            and (month is None or month_of(one.row.handed_on) == month)
            and (recognised_after is None or _recognised_by(one.row, recognised_after))
            and (office_code is None or one.office_code == office_code)
            and (client_nos is None or one.client_no in client_nos)
            and (not unregistered or (one.row.state == "expired" and one.row.preregistered_on is None))]  # fmt: skip


def pick_of_person(tasks: Sequence[TaskResult], staff_no: str | None) -> list[TaskResult]:
    """Return the tasks of one person; None: of everybody whom the reader does not see by name."""
    if staff_no is None:
        return [one for one in tasks if not one.is_visible]
    return [one for one in tasks if one.is_visible and one.staff_no == staff_no]


def pick_of_flag(results: CampaignResults, flag: Flag) -> tuple[list[ClientResult], list[TaskResult]]:
    """Return the drawn client of a flag about one, and the tasks that it is about."""
    if flag.kind == FlagKind.HELD_BACK:
        return [one for one in results.clients if one.client_no == flag.client_no and one.arm == Arm.HOLDOUT], []
    if flag.client_no is not None:
        return [], [one for one in results.tasks if one.client_no == flag.client_no]
    return [], [one for one in results.tasks if one.staff_no == flag.staff_no]


def reaches(row: FunnelRow, step: FunnelStep) -> bool:
    """Tell whether a task reached a step; a later step counts for those before the recognition."""
    if step in _LATER:
        return row.active[_LATER.index(step)] is True
    dates = (row.handed_on, row.attempted_on, row.connected_on, row.responded_on, row.recognised_on)
    return any(day is not None for day in dates[_FIRST.index(step) :])


def _recognised_by(row: FunnelRow, months: int) -> bool:
    if row.recognised_on is None:
        return False
    return month_of(row.recognised_on) <= month_add(month_of(row.handed_on), months)


DAYS_OF_STEP = dict(zip(_LATER, ACTIVE_DAYS, strict=True))
"""Days after the recognition by step."""

"""The tasks of campaigns: how far each came, who held it, and what a head should look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from data_access.reads.campaign_tasks import CONNECTED, CampaignTask
from data_access.scope import Scope
from domain.holdout import Arm
from domain.months import month_add, month_end, month_ending_near, month_of, month_range
from domain.policies import RuleSet
from domain.quality_flags import (
    ContactFacts,
    Flag,
    FlagLimits,
    HeldBack,
    ReturnFacts,
    WorkedTask,
    cherry_picking,
    contact_batches,
    held_back_contacts,
    trivial_returns,
    wake_cycles,
)
from domain.status import MonthFacts
from domain.words import ContactResult, Status
from metrics.results.facts import ClientResult, OfficeResult, PersonResult, TaskResult
from metrics.uplift import FunnelRow, funnel_of
from metrics.uplift.cohorts import ACTIVE_DAYS

_INTERESTED = ContactResult.INTERESTED.value
TRIED_AFTER_DAYS = 30
"""Days after which a task is old enough to have been tried."""


def task_results(tasks: Iterable[CampaignTask], scope: Scope, known_to_on: date | None,
                 rules: RuleSet) -> list[TaskResult]:  # fmt: skip
    """Return the tasks as far as they came; ``known_to_on``: the end of the newest month known."""
    found = []
    for task in tasks:
        visible = scope.everything or task.staff_unit_id in scope.unit_ids or task.staff_id in scope.staff_ids
        found.append(TaskResult(task.campaign_no, task.client_no, task.client_name, task.staff_no, task.staff_name,
                                task.office_code, task.office_name, task.value_fen,
                                funnel_row(task, known_to_on, rules), visible))  # fmt: skip
    return found


def funnel_row(task: CampaignTask, known_to_on: date | None, rules: RuleSet) -> FunnelRow:
    """Return how far a task came.

    Connected: the client was spoken to. Responded: interest was shown, or a pre-registration made.
    """
    # contacts stand in their order: the first of a kind is the earliest
    attempted = connected = interested = None
    for one in task.contacts:
        attempted = attempted or one.on
        connected = connected or (one.on if one.result in CONNECTED else None)
        if one.result == _INTERESTED:
            interested = one.on
            break  # who showed interest was spoken to
    registered = task.preregistered_on
    row = FunnelRow(
        task.task_no, task.handed_on, task.pool_status, task.state, attempted, connected,
        responded_on=min(interested, registered) if interested and registered else interested or registered,
        preregistered_on=registered, recognised_on=task.recognised_on)  # fmt: skip
    if task.recognised_on is None:
        return row
    thirty, sixty, ninety = ACTIVE_DAYS
    return row._replace(
        active=(is_active(task, thirty, known_to_on, rules), is_active(task, sixty, known_to_on, rules),
                     is_active(task, ninety, known_to_on, rules)),
        returned_30_fen=returned_assets(task, thirty, known_to_on),
        returned_90_fen=returned_assets(task, ninety, known_to_on))  # fmt: skip


def is_active(task: CampaignTask, days: int, known_to_on: date | None, rules: RuleSet) -> bool | None:
    """Tell whether a recognised client is still active some days later; None where it is not known.

    At the month-end nearest to that day: neither lost nor archived, and assets at the line of R-24 or a trade in the
    month.
    """
    month = _month_after(task, days, known_to_on)
    if month is None:
        return None
    if any(spell.covers(month_end(month)) for spell in (*task.lost, *task.archived)):
        return False
    known = task.months.get(month)
    if known is None:
        return None
    facts = MonthFacts(known.end_assets_fen, known.trades_count)
    return True if facts.shows_life(rules) else (False if facts.is_known else None)


def returned_assets(task: CampaignTask, days: int, known_to_on: date | None) -> int | None:
    """Return the inflow (K-59) from the month of the recognition to the month-end nearest to some days later, in fen.

    None where nobody was recognised, that month is not over or a month is unknown.
    """
    last = _month_after(task, days, known_to_on)
    if last is None or task.recognised_on is None:
        return None
    flows = [task.months[month].inflow_fen if month in task.months else None
             for month in month_range(month_of(task.recognised_on), last)]  # fmt: skip
    known = [flow for flow in flows if flow is not None]
    return sum(known) if len(known) == len(flows) else None


def _month_after(task: CampaignTask, days: int, known_to_on: date | None) -> int | None:
    """Return the month whose end is nearest to some days after the recognition; None where it is not known yet."""
    if task.recognised_on is None or known_to_on is None:
        return None
    nearest = month_ending_near(task.recognised_on + timedelta(days=days))
    return nearest if month_end(nearest) <= known_to_on else None


def people_of(tasks: Sequence[TaskResult]) -> list[PersonResult]:
    """Return the tasks by person, in staff order; people the reader does not see by name stand together at the end."""
    groups: dict[tuple[str, str] | None, list[FunnelRow]] = {}
    for task in tasks:
        key = (task.staff_no, task.staff_name) if task.is_visible else None
        groups.setdefault(key, []).append(task.row)
    named = sorted(key for key in groups if key is not None)
    found = [PersonResult(number, name, funnel_of(groups[number, name])) for number, name in named]
    return [*found, *([PersonResult(None, None, funnel_of(groups[None]))] if None in groups else [])]


def offices_of(clients: Sequence[ClientResult], tasks: Sequence[TaskResult]) -> list[OfficeResult]:
    """Return both groups and the tasks by office, in the order of codes; sums over offices are the whole."""
    names = {one.office_code: one.office_name for one in clients} | {one.office_code: one.office_name for one in tasks}
    inside: dict[tuple[str, str], list[ClientResult]] = {}
    for one in clients:
        if one.returned is not None:
            inside.setdefault((one.office_code, one.arm), []).append(one)
    rows: dict[str, list[FunnelRow]] = {}
    for worked in tasks:
        rows.setdefault(worked.office_code, []).append(worked.row)
    found = []
    for code, name in sorted(names.items()):
        task, held = inside.get((code, Arm.TASK.value), []), inside.get((code, Arm.HOLDOUT.value), [])
        found.append(OfficeResult(
            code, name, len(task), sum(bool(one.returned) for one in task), len(held),
            sum(bool(one.returned) for one in held),
            funnel_of(rows.get(code, []))))  # fmt: skip
    return found


def flags_of(tasks: Sequence[CampaignTask], held_back: Sequence[HeldBack],
             held_contacts: Iterable[tuple[str, str, date]], as_of: date, rules: RuleSet,
             is_visible: Callable[[str], bool]) -> list[Flag]:  # fmt: skip
    """Return what a head should look at; what is about a person only is told of people the reader sees by name."""
    limits = FlagLimits(line_fen=rules.activation_inflow_fen)
    returns = [found for found in map(_return_facts, tasks) if found is not None]
    contacts = [ContactFacts(one.client_no, one.staff_no, one.at) for task in tasks for one in task.contacts]
    recognised = sorted({(task.client_no, day) for task in tasks for day in task.recognitions})
    old = as_of - timedelta(days=TRIED_AFTER_DAYS)
    worked = [WorkedTask(task.client_no, task.staff_no, task.value_fen, bool(task.contacts)) for task in tasks
              if task.handed_on <= old]  # fmt: skip
    flags = [*trivial_returns(returns, limits), *wake_cycles(recognised, limits), *contact_batches(contacts, limits),
             *held_back_contacts(held_contacts, held_back), *cherry_picking(worked, limits)]  # fmt: skip
    return [flag for flag in flags if flag.client_no is not None or is_visible(flag.staff_no or "")]


def _return_facts(task: CampaignTask) -> ReturnFacts | None:
    """Return a silent client's recognised return with what came in until then; None where it is not known."""
    if task.recognised_on is None or task.pool_status != Status.SILENT:
        return None
    until = [task.months.get(month) for month in month_range(month_of(task.handed_on), month_of(task.recognised_on))]
    inflow = turnover = 0
    for month in until:
        if month is None or month.inflow_fen is None or month.turnover_fen is None:
            return None
        inflow, turnover = inflow + month.inflow_fen, turnover + month.turnover_fen
    after = task.months.get(month_add(month_of(task.recognised_on), 1))
    moved = None
    if after is not None and after.inflow_fen is not None and after.trades_count is not None:
        moved = after.inflow_fen > 0 or after.trades_count > 0
    return ReturnFacts(task.client_no, task.staff_no, task.recognised_on, inflow, turnover, moved)

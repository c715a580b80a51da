"""The results of campaigns as plain rows: one source for page, export, command line and notebook.

Codes, not words; amounts in yuan, proportions as ratios, None for what is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.holdout import Arm
from domain.months import month_text
from domain.reasons import reason_text
from metrics.results.facts import CampaignResults, ClientResult, Comparison, TaskResult
from metrics.uplift import Funnel, FunnelStep
from metrics.uplift.inflow import InflowDifference

Row = dict[str, Any]
_CENT = Decimal("0.01")


def yuan(fen: float | None) -> Decimal | None:
    """Return fen as yuan with two decimals."""
    return None if fen is None else (Decimal(str(fen)) / 100).quantize(_CENT)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def arm_rows(results: Comparison) -> list[Row]:
    """Return one row per group: clients, returned, contacted, those left out, mean net inflow per client."""
    uplift = results.uplift
    if uplift is None:
        return []
    counts = {Arm.TASK.value: (uplift.task_count, uplift.task_returned, uplift.attempted, results.unknown_task),
              Arm.HOLDOUT.value: (uplift.held_count, uplift.held_returned, uplift.contaminated,
                                  results.unknown_held)}  # fmt: skip
    rows = []
    for arm, (count, returned, contacted, unknown) in counts.items():
        flows = [one.net_inflow_fen for one in results.clients
                 if one.arm == arm and one.returned is not None and one.net_inflow_fen is not None]  # fmt: skip
        rows.append({"arm": arm, "clients": count, "returned": returned, "returned_ratio": _ratio(returned, count),
                     "net_inflow_yuan": yuan(sum(flows) / len(flows)) if flows else None, "contacted": contacted,
                     "unknown": unknown})  # fmt: skip
    return rows


def comparison_row(results: Comparison) -> Row:
    """Return the difference of the groups with its interval, and the verdict."""
    uplift = results.uplift
    inflow: InflowDifference | None = uplift.inflow if uplift else None
    return {
        "days": results.days, "days_planned": results.days_planned,
        "verdict": uplift.verdict.value if uplift else None,
        "difference": uplift.difference if uplift else None, "low": uplift.low if uplift else None,
        "high": uplift.high if uplift else None, "worthwhile": uplift.worthwhile if uplift else None,
        "needed": uplift.needed if uplift else None, "still_needed": uplift.still_needed if uplift else None,
        "inflow_difference_yuan": yuan(inflow.difference_fen) if inflow else None,
        "inflow_low_yuan": yuan(inflow.low_fen) if inflow else None,
        "inflow_high_yuan": yuan(inflow.high_fen) if inflow else None,
        "contamination": uplift.contamination if uplift else None,
    }  # fmt: skip


def change_rows(results: Comparison) -> list[Row]:
    """Return both groups before and after the draw."""
    return [{"arm": one.arm, "clients": one.clients, "months": one.months, "before_yuan": yuan(one.before_fen),
             "after_yuan": yuan(one.after_fen), "traded_before": one.traded_before,
             "traded_after": one.traded_after} for one in results.change]  # fmt: skip


def client_rows(clients: Iterable[ClientResult], translate: Callable[[str], str] = str) -> list[Row]:
    """Return one row per drawn client with its outcome and why."""
    return [{"campaign_no": one.campaign_no, "arm": one.arm, "client_no": one.client_no,
             "client_name": one.client_name, "office_code": one.office_code, "office_name": one.office_name,
             "pool_status": one.pool_status, "tier": one.tier, "months_quiet": one.months_quiet,
             "staff_no": one.staff_no, "staff_name": one.staff_name, "task_no": one.task_no,
             "contacted": one.contacted, "returned": one.returned, "returned_on": one.returned_on,
             "net_inflow_yuan": yuan(one.net_inflow_fen), "why": reason_text(one.reason, translate)}
            for one in clients]  # fmt: skip


def task_rows(tasks: Iterable[TaskResult]) -> list[Row]:
    """Return one row per task as far as it came."""
    return [{"campaign_no": one.campaign_no, "task_no": one.row.task_no, "client_no": one.client_no,
             "client_name": one.client_name, "office_code": one.office_code, "office_name": one.office_name,
             "staff_no": one.staff_no, "staff_name": one.staff_name, "pool_status": one.row.pool_status,
             "state": one.row.state, "handed_on": one.row.handed_on, "attempted_on": one.row.attempted_on,
             "connected_on": one.row.connected_on, "responded_on": one.row.responded_on,
             "preregistered_on": one.row.preregistered_on, "recognised_on": one.row.recognised_on,
             "active_30": one.row.active[0], "active_60": one.row.active[1], "active_90": one.row.active[2],
             "returned_30_yuan": yuan(one.row.returned_30_fen), "returned_90_yuan": yuan(one.row.returned_90_fen),
             "value_yuan": yuan(one.value_fen)} for one in tasks]  # fmt: skip


def funnel_rows(funnel: Funnel) -> list[Row]:
    """Return one row per step: how many reached it, of how many who could have."""
    return [{"step": one.step.value, "count": one.count, "of": one.of, "ratio": one.ratio} for one in funnel.steps]


def cohort_rows(results: CampaignResults) -> list[Row]:
    """Return one row per month of hand-out and pool status (``""``: all), recognised after 0 to 5 months."""
    return [{"pool_status": kind, "month": month_text(one.month), "handed_out": one.handed_out,
             **{f"after_{number}": count for number, count in enumerate(one.recognised)}}
            for kind, cohorts in results.cohorts.items() for one in cohorts]  # fmt: skip


def person_rows(results: CampaignResults) -> list[Row]:
    """Return one row per person; staff_no None: everybody the reader does not see by name."""
    return [{"staff_no": one.staff_no, "staff_name": one.staff_name, **_work(one.funnel)} for one in results.people]


def office_rows(results: CampaignResults) -> list[Row]:
    """Return one row per office, with both groups."""
    return [{"office_code": one.office_code, "office_name": one.office_name, "task_count": one.task_count,
             "task_returned": one.task_returned, "task_ratio": _ratio(one.task_returned, one.task_count),
             "held_count": one.held_count, "held_returned": one.held_returned,
             "held_ratio": _ratio(one.held_returned, one.held_count), **_work(one.funnel)}
            for one in results.offices]  # fmt: skip


def flag_rows(results: CampaignResults, translate: Callable[[str], str] = str) -> list[Row]:
    """Return one row per quality flag with its reason."""
    return [{"kind": one.kind.value, "client_no": one.client_no, "staff_no": one.staff_no,
             "why": reason_text(one.reason, translate)} for one in results.flags]  # fmt: skip


WORK_STEPS = tuple(FunnelStep)[:5]


def _work(funnel: Funnel) -> Mapping[str, Any]:
    counts = {one.step.value: one.count for one in funnel.steps if one.step in WORK_STEPS}
    return {**counts, "unregistered": funnel.expired_unregistered, "median_days": funnel.median_days,
            "returned_90_yuan": yuan(funnel.returned_90_fen) if funnel.returned_90_of else None}  # fmt: skip

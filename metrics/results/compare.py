"""Both groups of campaigns at one and the same day after their draws."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from data_access.reads.outcomes import BEFORE_MONTHS, DrawnCampaign, DrawnFacts
from domain.holdout import Arm
from domain.months import month_add, month_of
from domain.outcomes import months_counted, outcome_of
from domain.policies import RuleSet
from domain.shares import WHOLE_BP
from metrics.results.facts import ArmChange, ClientResult
from metrics.uplift import DrawnClient, Uplift, uplift_of


def days_shown(campaigns: Sequence[DrawnCampaign], days: int | None) -> tuple[int, int | None]:
    """Return the day planned, and the day that the months known reach in every campaign that has one since its draw."""
    planned = days or min((one.outcome_days for one in campaigns), default=0)
    known = [one.known_days for one in campaigns if one.known_days is not None]
    return planned, min([planned, *known]) if known else None


def client_results(drawn: Sequence[DrawnFacts], days: int, rules: Mapping[str, RuleSet]) -> list[ClientResult]:
    """Return the outcome of every drawn client on a day after its draw; ``rules``: of each campaign's draw."""
    found = []
    for one in drawn:
        until = one.campaign.drawn_on + timedelta(days=days)
        outcome = outcome_of(one.conduct, drawn_on=one.campaign.drawn_on, until_on=until,
                             rules=rules[one.campaign.campaign_no])  # fmt: skip
        contacted = any(day <= until for day in one.contacts)
        found.append(ClientResult(
            one.campaign.campaign_no, one.client_no, one.client_name, one.arm, one.office_code, one.office_name,
            one.conduct.status, one.tier, one.months_quiet, one.staff_no, one.staff_name, one.task_no, contacted,
            outcome.returned, outcome.on, outcome.net_inflow_fen, outcome.reason))  # fmt: skip
    return found


def compared(clients: Sequence[ClientResult], campaigns: Sequence[DrawnCampaign]) -> Uplift | None:
    """Return the comparison of the clients whose outcome is known; None where there is none.

    The random draws of the interval start from the campaigns' numbers, so that it never changes between two visits.
    """
    known = [one for one in clients if one.returned is not None]
    if not known:
        return None
    rows = [DrawnClient(f"{one.campaign_no}/{one.client_no}", one.arm, bool(one.returned), one.contacted, one.staff_no,
                        one.net_inflow_fen, one.campaign_no) for one in known]  # fmt: skip
    worthwhile = min(one.worthwhile_bp for one in campaigns) / WHOLE_BP
    return uplift_of(rows, seed=seed_of([one.campaign_no for one in campaigns]), worthwhile=worthwhile)


def seed_of(campaign_nos: Sequence[str]) -> int:
    """Return the beginning of the random draws for some campaigns, whatever their order."""
    return int.from_bytes(hashlib.sha256("/".join(sorted(campaign_nos)).encode()).digest()[:4], "big")


def changes_of(drawn: Sequence[DrawnFacts], days: int) -> list[ArmChange]:
    """Return both groups before and after the draw; nothing where one of them is empty.

    As many months before as count after the draw, at most ``BEFORE_MONTHS``, that of the draw among those after.
    """
    found = []
    for arm in (Arm.TASK, Arm.HOLDOUT):
        count = before = after = traded_before = traded_after = most = 0
        months_of: dict[date, tuple[int, ...]] = {}  # as many before as after
        for one in drawn:
            if one.arm != arm:
                continue
            start = one.campaign.drawn_on
            if start not in months_of:
                later = months_counted(start, start + timedelta(days=days))[:BEFORE_MONTHS]
                months_of[start] = *(month_add(month_of(start), -step) for step in range(1, len(later) + 1)), *later
            months = months_of[start]
            known = [one.conduct.conduct(month) for month in months]
            if not known or any(each.inflow_fen is None or each.outflow_fen is None or each.trades_count is None
                                for each in known):  # fmt: skip
                continue
            half = len(known) // 2
            count, most = count + 1, max(most, half)
            before += sum(each.net_inflow_fen or 0 for each in known[:half])
            after += sum(each.net_inflow_fen or 0 for each in known[half:])
            traded_before += any(each.trades_count for each in known[:half])
            traded_after += any(each.trades_count for each in known[half:])
        if not count:
            return []
        found.append(ArmChange(arm.value, most, count, before / count / most, after / count / most, traded_before,
                               traded_after))  # fmt: skip
    return found

"""Both groups of campaigns at one and the same day after their draws."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from data_access.reads.drawn import DrawnConduct
from data_access.reads.outcomes import DrawnCampaign
from domain.holdout import Arm
from domain.outcomes import decide_idle, decide_kept, decide_outcome
from domain.policies import RuleSet
from domain.shares import WHOLE_BP
from domain.words import Status
from metrics.results.facts import ArmChange, ClientResult
from metrics.uplift import DrawnClient, Uplift, uplift_of

_SILENT = Status.SILENT.value
_NOBODY = (None, None, None, None)


def days_shown(campaigns: Sequence[DrawnCampaign], days: int | None) -> tuple[int, int | None]:
    """Return the day planned, and the day that the months known reach in every campaign that has one since its draw."""
    planned = days or min((one.outcome_days for one in campaigns), default=0)
    known = [one.known_days for one in campaigns if one.known_days is not None]
    return planned, min([planned, *known]) if known else None


def client_results(conduct: DrawnConduct, rules: RuleSet) -> list[ClientResult]:
    """Return the outcome of every drawn client of a campaign; ``rules``: of the draw."""
    drawn, until = conduct.drawn, conduct.until_on
    number, drawn_on = drawn.campaign.campaign_no, drawn.campaign.drawn_on
    idle = decide_idle(rules)
    idle_silent = conduct.since.is_idle.tolist()
    away = conduct.lost.keys() | conduct.archived.keys()
    found = []
    for line, (row, name, net) in enumerate(zip(drawn.rows, conduct.names, conduct.since.sums(), strict=True)):
        client_id, arm, office_id, status, tier, months_quiet, assets, previous, client_no, _name = row
        nothing = idle_silent[line] if status == _SILENT else client_id not in conduct.events
        if nothing and status in idle:
            returned, on, reason = idle[status]
        elif status not in idle and client_id in conduct.standing and client_id not in away:
            standing, end_assets = conduct.standing[client_id]
            returned, on, reason = decide_kept(standing, end_assets, assets, conduct.counted[-1], rules)
        else:
            returned, on, reason = decide_outcome(conduct.facts(line), drawn_on=drawn_on, until_on=until, rules=rules)
        _, office_code, office_name = conduct.offices[office_id]
        task_no, staff_id = conduct.tasks.get(client_id, (None, previous))
        _, staff_no, staff_name, _ = conduct.people.get(staff_id, _NOBODY)
        found.append(ClientResult(number, client_no, name, arm, office_code, office_name, status, tier, months_quiet,
                                  staff_no, staff_name, task_no, client_id in conduct.contacted, returned, on, net,
                                  reason))  # fmt: skip
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


def changes_of(conducts: Sequence[DrawnConduct]) -> list[ArmChange]:
    """Return both groups before and after the draw; nothing where one of them is empty.

    As many months before as count after the draw, at most ``BEFORE_MONTHS``, that of the draw among those after.
    """
    found = []
    for arm in (Arm.TASK.value, Arm.HOLDOUT.value):
        count = before = after = traded_before = traded_after = most = 0
        for one in conducts:
            half = len(one.before)
            flows = one.flows.between(0, 2 * half)
            chosen = np.array([group == arm for group in one.drawn.arms], dtype=np.bool_) & flows.is_known
            if not half or not chosen.any():
                continue
            net, traded = flows.net_inflow_fen[chosen], flows.trades_count[chosen] != 0
            count, most = count + int(chosen.sum()), max(most, half)
            before, after = before + int(net[:, :half].sum()), after + int(net[:, half:].sum())
            traded_before += int(traded[:, :half].any(axis=1).sum())
            traded_after += int(traded[:, half:].any(axis=1).sum())
        if not count:
            return []
        found.append(ArmChange(arm, most, count, before / count / most, after / count / most, traded_before,
                               traded_after))  # fmt: skip
    return found

"""What needs somebody's attention: counts behind the Overview's list, each of them that of the list it leads to."""

from __future__ import annotations

from sqlalchemy import Connection

from data_access.actor import ActingUser
from data_access.reads.approvals import count_waiting
from data_access.reads.client_filter import ClientFilter, near_silent_filter
from data_access.reads.client_lists import count_lists
from data_access.reads.generation import Generation
from data_access.reads.narrowing import narrow_clients
from data_access.reads.rules import read_rules
from data_access.reads.task_filters import OPEN_STATES
from data_access.reads.tasks import count_open_and_late
from data_access.scope import Scope
from domain.approvals import POST_ROLES
from domain.months import month_end
from domain.profiles import EVERYTHING, Profile
from domain.words import POOL, Role, Status, Tier


def read_attention(connection: Connection, generation: Generation, month: int, scope: Scope, user: ActingUser,
                   profile: Profile = EVERYTHING) -> dict[str, int]:  # fmt: skip
    """Count clients and tasks that wait for somebody, for a month of a pinned generation inside a reach.

    Keys: ``near_silent`` (K-55), ``newly_silent``, ``data_gap``, ``lost_valuable`` (lost this month, tier A before),
    ``pool_unassigned`` (pool clients without an open task), ``tasks_open``, ``tasks_overdue`` (due before today).
    ``approvals_waiting``: what the user is to decide, only for roles that decide.
    Tasks are those of the Tasks page: a staff member's own, for others all inside the reach.
    A profile narrows clients by kind and, where they have one, by tier, and tasks by the clients' kind.
    """
    rules = read_rules(connection, month_end(month))
    lists = {
        "near_silent": near_silent_filter(rules),
        "newly_silent": ClientFilter(statuses=(Status.SILENT.value,), newly=rules.silent_months),
        "data_gap": ClientFilter(statuses=(Status.UNDETERMINED.value,)),
        "lost_valuable": ClientFilter(statuses=(Status.LOST.value,), tiers_before=(Tier.A.value,), moved="lost"),
        "pool_unassigned": ClientFilter(statuses=tuple(code.value for code in POOL), has_task=False),
    }
    counts = count_lists(connection, generation, month, scope,
                         [narrow_clients(kept, profile) for kept in lists.values()])  # fmt: skip
    whose = "mine" if user.role == Role.STAFF else "team"
    tasks, overdue = count_open_and_late(connection, scope, user, whose=whose, states=OPEN_STATES, kinds=profile.kinds)
    approvals = {"approvals_waiting": count_waiting(connection, user)} if user.role in (Role.HQ, *POST_ROLES) else {}
    return {**dict(zip(lists, counts, strict=True)), **approvals,
            "tasks_open": sum(tasks.values()), "tasks_overdue": overdue}  # fmt: skip

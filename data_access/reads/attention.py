"""What needs somebody's attention: counts behind the Overview's list, one pass over the clients that can matter."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, and_, case, cast, exists, func, or_, select

from data_access.actor import ActingUser
from data_access.reads.approvals import count_waiting
from data_access.reads.client_beside import task_is_open
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients
from data_access.reads.generation import Generation
from data_access.reads.narrowing import narrow_clients
from data_access.reads.rules import read_rules
from data_access.reads.task_filters import OPEN_STATES
from data_access.reads.tasks import count_open_and_late
from data_access.scope import Scope, clients_in
from data_access.tables import client_status, reactivation_task
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
    now, status = generation.builds[month], client_status.c
    counted = {
        "near_silent": and_(status.status == Status.NORMAL.value,
                            status.months_quiet.between(rules.near_silent_from, rules.near_silent_to)),
        "newly_silent": and_(status.status == Status.SILENT.value, status.months_quiet == rules.silent_months),
        "data_gap": status.status == Status.UNDETERMINED.value,
        "lost_valuable": and_(status.lost_count > 0, status.status == Status.LOST.value,
                              status.tier_before == Tier.A.value),
    }  # fmt: skip
    kinds = [status.client_kind.in_(profile.kinds)] if profile.kinds else []
    if scope.is_personal:
        # few clients: their tasks are looked up one by one, in the same pass
        held = exists().where(reactivation_task.c.client_id == status.client_id, task_is_open())
        counted["pool_unassigned"] = and_(status.status.in_([code.value for code in POOL]), ~held)
    if profile.tiers:
        for name in counted.keys() - {"lost_valuable"}:
            counted[name] = and_(counted[name], status.tier.in_(profile.tiers))
    # one pass over the clients that can matter
    row = connection.execute(
        select(*(cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), BigInteger).label(name)
                 for name, condition in counted.items()))
        .where(status.build_id == now, clients_in(scope, status.client_id, status.office_id), or_(*counted.values()),
               *kinds)
    ).one()  # fmt: skip
    whose = "mine" if user.role == Role.STAFF else "team"
    tasks, overdue = count_open_and_late(connection, scope, user, whose=whose, states=OPEN_STATES, kinds=profile.kinds)
    approvals = {"approvals_waiting": count_waiting(connection, user)} if user.role in (Role.HQ, *POST_ROLES) else {}
    found = {name: int(getattr(row, name)) for name in counted}
    if not scope.is_personal:
        found["pool_unassigned"] = _count_unassigned(connection, generation, month, scope, profile)
    return {**found, **approvals, "tasks_open": sum(tasks.values()), "tasks_overdue": overdue}


def _count_unassigned(connection: Connection, generation: Generation, month: int, scope: Scope,
                      profile: Profile) -> int:  # fmt: skip
    """Count the pool's clients without an open task, as the client list that the count leads to."""
    pool = narrow_clients(ClientFilter(statuses=tuple(code.value for code in POOL)), profile)
    task, status = reactivation_task.c, client_status.c
    # a client has one open task at most, so those without one are the rest of the list
    held = exists().where(status.build_id == generation.builds[month], status.client_id == task.client_id,
                          status.status.in_(pool.statuses),
                          *(column.in_(codes) for column, codes in ((status.client_kind, pool.kinds),
                                                                    (status.tier, pool.tiers)) if codes),
                          clients_in(scope, status.client_id, status.office_id))  # fmt: skip
    assigned = connection.execute(
        select(func.count()).select_from(reactivation_task).where(task.state.in_(OPEN_STATES), held)
    ).scalar_one()
    return count_clients(connection, generation, month, scope, pool) - int(assigned)

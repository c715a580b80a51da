"""Which months a refresh has to build: those that are new, and those whose facts changed since the last one.

Every month rests on the one before, so a change in one month means that month and all later ones. Where it
cannot be told how far back a change reaches, the earliest possible month is taken. A row bears the batch that
wrote it, and a batch writes the tables of its kind only: without a new batch of a kind its tables are not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from data_access.clock import business_date
from data_access.reads.generation import Generation
from data_access.refresh.rules import rules_in_force
from data_access.tables import (
    account_event,
    build,
    client,
    client_month,
    client_revision,
    client_version,
    complaint,
    contact_log,
    generation,
    handled_request,
    import_batch,
    import_undo,
    org_unit_revision,
    refresh_run,
    relationship,
    relationship_revision,
    relationship_share,
    staff_version,
)
from domain.months import month_of, month_range, month_start
from domain.policies import RuleSet
from domain.words import AccountEventKind

_ENDING_COLUMNS = {
    AccountEventKind.CLOSED: client.c.closed_on,
    AccountEventKind.ARCHIVED: client.c.archived_on,
    AccountEventKind.DESIGNATION_WITHDRAWN: client.c.designation_withdrawn_on,
}


_KINDS = frozenset(
    ("client_month", "client", "account_event", "relationship", "staff", "org_unit", "contact", "complaint")
)
"""Kinds of import batch that published figures rest on."""
_SPELL_KINDS = frozenset(("client", "account_event"))


@dataclass(frozen=True)
class Since:
    """What the last published refresh had seen: its newest import batch and the moment it began.

    ``kinds``: the kinds of the batches imported after it.
    """

    batch_id: int
    at: datetime
    kinds: frozenset[str]


def read_newest_batch(connection: Connection) -> int:
    """Return the newest committed import batch, 0 when nothing was imported."""
    newest = select(func.max(import_batch.c.batch_id)).where(import_batch.c.committed_at.is_not(None))
    return connection.execute(newest).scalar() or 0


def read_since(connection: Connection, current: Generation) -> Since:
    """Return what the generation had seen."""
    known = select(func.max(build.c.known_batch_id)).where(build.c.build_id.in_(list(current.builds.values())))
    began = select(refresh_run.c.started_at).join(generation, generation.c.run_id == refresh_run.c.run_id).where(
        generation.c.generation_id == current.generation_id)  # fmt: skip
    batch_id = connection.execute(known).scalar() or 0
    kinds = select(import_batch.c.kind).distinct().where(import_batch.c.batch_id > batch_id)
    return Since(batch_id, connection.execute(began).scalar() or current.published_at,
                 frozenset(connection.execute(kinds).scalars()))  # fmt: skip


def read_touched_clients(connection: Connection, since: Since) -> list[int] | None:
    """Return the clients whose spells may have changed; None when all may have (a batch was rolled back)."""
    if _SPELL_KINDS & {kind for kind, _ in _rolled_back(connection, since)}:
        return None
    found: set[int] = set()
    if "account_event" in since.kinds:
        found.update(
            connection.execute(
                select(account_event.c.client_id).where(account_event.c.batch_id > since.batch_id)
            ).scalars()
        )
    if "client" in since.kinds:
        found.update(connection.execute(select(client.c.client_id).where(client.c.batch_id > since.batch_id)).scalars())
    return sorted(found)


def read_first_dirty_month(
    connection: Connection, *, current: Generation, since: Since, months: Sequence[int], rule_sets: Sequence[RuleSet]
) -> int | None:
    """Return the earliest of ``months`` that must be built again or for the first time; None when none."""
    if min(current.builds) != months[0]:
        return months[0]
    versions = {
        row.build_id: row.rule_version
        for row in connection.execute(
            select(build.c.build_id, build.c.rule_version).where(build.c.build_id.in_(list(current.builds.values())))
        )
    }
    stale = [
        month
        for month in months
        if month not in current.builds
        or versions.get(current.builds[month]) != rules_in_force(rule_sets, month).version
    ]
    # what a batch of another kind than monthly rows replaced is no longer known once it is rolled back
    undone = [(month or 0) if kind == "client_month" else 0 for kind, month in _rolled_back(connection, since)]
    found = [*stale[:1], *undone, *_changed_rows(connection, since, months)]
    found += [month_of(day) for day in _changed_days(connection, since, months[-1]) if day is not None]
    found += [month_of(business_date(at)) for at in _service_moments(connection, since) if at is not None]
    earliest = min((max(month, months[0]) for month in found), default=None)
    return earliest if earliest is not None and earliest <= months[-1] else None


def _rolled_back(connection: Connection, since: Since) -> list[tuple[str, int | None]]:
    """Return the batches that the last refresh had seen and that were rolled back since, where figures rest on them."""
    rows = connection.execute(
        select(import_batch.c.kind, import_batch.c.first_month)
        .where(import_batch.c.rolled_back_at >= since.at, import_batch.c.batch_id <= since.batch_id,
               import_batch.c.kind.in_(sorted(_KINDS))))  # fmt: skip
    return [(row.kind, row.first_month) for row in rows]


def _changed_rows(connection: Connection, since: Since, months: Sequence[int]) -> list[int]:
    """Return the first month that holds a row of a newer ``client_month`` batch."""
    if "client_month" not in since.kinds:
        return []
    loaded = connection.execute(
        select(func.min(import_batch.c.first_month), func.max(import_batch.c.last_month)).where(
            import_batch.c.kind == "client_month", import_batch.c.batch_id > since.batch_id
        )
    ).one()
    for month in month_range(max(loaded[0] or months[0], months[0]), min(loaded[1] or months[-1], months[-1])):
        newer = (
            select(client_month.c.client_id)
            .where(client_month.c.month == month, client_month.c.batch_id > since.batch_id)
            .limit(1)
        )
        if connection.execute(newer).first():
            return [month]
    return []


def _changed_days(connection: Connection, since: Since, last_month: int) -> Iterable[date | None]:
    """Yield, per kind of fact, the earliest day that rows written since then can speak about."""
    newer = since.batch_id
    event, version, post, link = account_event.c, client_version.c, staff_version.c, relationship.c
    # relationships are also confirmed and released on screens, without any batch
    confirmed = link.confirmed_at >= since.at
    days: list[Select[Any]] = [
        select(func.min(link.valid_from)).where(
            or_(link.batch_id > newer, confirmed) if "relationship" in since.kinds else confirmed),
        select(func.min(link.valid_from))
        .join(relationship_revision, relationship_revision.c.relationship_id == link.relationship_id)
        .where(relationship_revision.c.superseded_at >= since.at),
    ]  # fmt: skip
    if "account_event" in since.kinds:
        days += [
            select(func.min(event.on_date)).where(event.batch_id > newer),
            # the first event of a kind puts the client row's date of that kind out of force
            *(select(func.min(column))
              .select_from(client.join(account_event, event.client_id == client.c.client_id))
              .where(event.batch_id > newer, event.event == kind.value) for kind, column in _ENDING_COLUMNS.items()),
        ]  # fmt: skip
    if "client" in since.kinds:
        days.append(
            select(func.min(func.coalesce(version.valid_from, client.c.opened_on)))
            .select_from(client_version.join(client, client.c.client_id == version.client_id))
            .where(version.batch_id > newer)
        )
        yield from _changed_clients(connection, since, last_month)
    if "staff" in since.kinds:
        days += [
            select(func.min(post.valid_from)).where(post.batch_id > newer),
            # a person's first version holds from the beginning: it matters where the person holds anything
            select(func.min(link.valid_from))
            .select_from(
                relationship.join(relationship_share, relationship_share.c.relationship_id == link.relationship_id)
                .join(staff_version, post.staff_id == relationship_share.c.staff_id))
            .where(post.batch_id > newer, post.valid_from.is_(None)),
        ]  # fmt: skip
    for statement in days:
        yield connection.execute(statement).scalar_one()
    moved = select(func.count()).select_from(org_unit_revision).where(org_unit_revision.c.superseded_at >= since.at)
    if connection.execute(moved).scalar():
        yield date.min


def _changed_clients(connection: Connection, since: Since, last_month: int) -> Iterable[date | None]:
    """Yield the days from which client rows written since then speak: new ones, and what differs in changed ones.

    A kind counts since the opening, an ending date from the earlier of its old and new value. Any other change
    can touch completeness only, which is read as it stands when a month is built: it counts for the newest month.
    """
    revised = client_revision.c
    written = client.c.batch_id > since.batch_id
    old = select(revised.client_id).where(revised.superseded_by > since.batch_id)
    yield connection.execute(
        select(func.min(client.c.opened_on)).where(written, client.c.client_id.not_in(old))
    ).scalar_one()
    ends = tuple(column.name for column in _ENDING_COLUMNS.values())
    changed = connection.execute(
        select(revised.body, client.c.kind, client.c.opened_on, *(client.c[name] for name in ends))
        .join(client, client.c.client_id == revised.client_id).where(revised.superseded_by > since.batch_id),
        execution_options={"yield_per": 10_000},
    )  # fmt: skip
    earliest: date | None = None
    for row in changed:
        body = json.loads(row.body)
        days = [month_start(last_month)]
        if body.get("kind") != row.kind:
            days.append(row.opened_on)
        for name in ends:
            before, after = body.get(name), getattr(row, name)
            if before != (after and after.isoformat()):
                days += [day for day in (before and date.fromisoformat(before), after) if day]
        earliest = min(days) if earliest is None else min(earliest, *days)
    yield earliest


def _service_moments(connection: Connection, since: Since) -> Iterable[datetime | None]:
    """Yield the earliest moments of contacts and complaints that churn points (R-74) did not know of yet.

    Contacts are also logged on screens, without any batch, as a form that was handled; an imported row that was
    corrected counts from the earlier of its old and new moment.
    """
    met, handled = contact_log.c, handled_request.c
    # the few forms first: joined to them, every contact would be looked at
    logged = met.request_id.in_(select(handled.request_id).where(handled.at >= since.at))
    yield connection.execute(select(func.min(met.at)).where(logged)).scalar_one()
    for kind, table in (("contact", contact_log), ("complaint", complaint)):
        if kind not in since.kinds:
            continue
        yield connection.execute(select(func.min(table.c.at)).where(table.c.batch_id > since.batch_id)).scalar_one()
        before = connection.execute(
            select(import_undo.c.before).where(
                import_undo.c.batch_id > since.batch_id, import_undo.c.table_name == table.name)
        ).scalars()  # fmt: skip
        yield min((datetime.fromisoformat(json.loads(body)["at"]) for body in before if body), default=None)

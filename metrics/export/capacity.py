"""Files of the Capacity page: the load of every person as of today, and the contact work of a period."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.database import Database
from data_access.reads.capacity import CapacityFilter, CapacityRow, read_capacity
from data_access.reads.rules import read_rules
from data_access.reads.staff_results import read_people
from domain.capacity import CapacityProblem
from domain.words import QualificationKind, StaffCategory, codes
from metrics.catalogue import METRICS
from metrics.export.files import Column, Export
from metrics.export.lists import ListRequest, yuan_of
from metrics.export.plain import plain_export
from metrics.language import translator
from metrics.query import query
from metrics.sources.clients import denominator, numerator
from metrics.units import COUNT, YUAN

Params = Mapping[str, Any]
WORK_KEYS = ("follow_up_rate", "visits", "visits_open_issues", "clients_visited_by_several", "contacts_checked",
             "prospects_met")  # fmt: skip
"""Figures of contact work, in the order of page and file."""
_PARTS = {"follow_up_rate": ("Relationships followed up", "Relationships confirmed"),
          "contacts_checked": ("Number checked", "Contacts logged"),
          "prospects_met": ("Number met seven times", "Prospects")}  # fmt: skip
"""What the two parts of each share count."""
_COLUMNS = (
    Column("staff_no", "Staff number"), Column("name", "Name"), Column("category", "Category", words=StaffCategory),
    Column("office_code", "Office code"), Column("office", "Business office"), Column("team", "Team"),
    Column("open_tasks", "Open tasks", COUNT), Column("ceiling", "Ceiling", COUNT), Column("room", "Room", COUNT),
    Column("overdue", "Overdue", COUNT), Column("effort", "Expected minutes", COUNT),
    Column("value_yuan", "Expected value (yuan)", YUAN), Column("core_clients", "Core clients", COUNT),
    Column("core_limit", "Most core clients", COUNT), Column("capacity", "Capacity (%)", COUNT),
    Column("problems", "Problem"), Column("away", "Away"), Column("licence", "Licence until"),
    Column("advisory", "Advisory qualification until"), Column("futures", "Futures qualification until"),
)  # fmt: skip


def _export_capacity(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    asked = {name: str(params.get(name) or "") or None for name in ("office", "team", "problem")}
    kept = CapacityFilter(asked["office"], asked["team"],
                          asked["problem"] if asked["problem"] in codes(CapacityProblem) else None)  # fmt: skip
    notes = [("Room", "More tasks that the person can take today."),
             ("Licences and qualifications", "The first day without; empty: none, or no end known.")]  # fmt: skip
    return plain_export(db, user, params, title="Capacity", columns=_COLUMNS, rows=_capacity_rows(request, kept),
                        notes=notes)  # fmt: skip


def _capacity_rows(request: ListRequest, kept: CapacityFilter) -> Iterator[dict[str, Any]]:
    translate, today = translator(request.language), business_date()
    with request.db.reading() as connection:
        rows = read_capacity(connection, request.scope, on=today, rules=read_rules(connection, today))
    yield from (_line(row, translate) for row in rows if kept.keeps(row))


def _line(row: CapacityRow, translate: Callable[[str], str]) -> dict[str, Any]:
    load = row.load
    return {
        "staff_no": row.staff_no, "name": row.name, "category": load.category, "office_code": row.office_code,
        "office": row.office, "team": row.team, "open_tasks": load.open_tasks, "ceiling": load.ceiling,
        "room": row.room, "overdue": load.overdue, "effort": load.effort, "value_yuan": yuan_of(load.value_fen),
        "core_clients": load.core_clients, "core_limit": load.core_limit, "capacity": load.capacity,
        "problems": translate(", ").join(translate(problem.label) for problem in row.problems),
        "away": translate(", ").join(f"{away.from_on} – {away.to_on}" for away in load.away),
        **{kind.value: load.ends.get(kind.value) for kind in QualificationKind},
    }  # fmt: skip


def _work_columns() -> tuple[Column, ...]:
    columns = [Column("staff_no", "Staff number"), Column("name", "Name"), Column("unit", "Unit")]
    for key in WORK_KEYS:
        metric = METRICS[key]
        columns.append(Column(key, metric.label, metric.unit))
        if key in _PARTS:
            above, below = _PARTS[key]
            columns += [Column(numerator(metric), above, COUNT), Column(denominator(key), below, COUNT)]
    return tuple(columns)


def _export_work(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    frame = query(WORK_KEYS, by="staff", as_of=request.month, period=str(params.get("period") or "month"),
                  scope=request.scope, db=db, generation=request.generation)  # fmt: skip
    with db.reading() as connection:
        people = read_people(connection, request.scope)
    rows = (_work_line(dict(zip(frame.columns, line, strict=True)), people) for line in frame.to_numpy().tolist()
            if line[0] in people)  # fmt: skip
    return request.made("Contact work", _work_columns(), rows, WORK_KEYS)


def _work_line(row: dict[str, Any], people: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    person = people[row["staff"]]
    return {**row, "staff_no": row["staff"], "name": person["name"], "unit": person["unit"]}


EXPORTERS: dict[str, Callable[[Database, ActingUser, Params], Export]] = {
    "capacity": _export_capacity,
    "contact_work": _export_work,
}
"""Kind of list -> writer of its file; the rows are those inside the user's reach."""

"""Writes org units, staff with their history and qualifications, and absences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, insert, select

from data_access.imports.batches import Batch, Record
from data_access.imports.history import Delivery, Versioned, write_versions
from data_access.listed import chunks
from data_access.tables import org_unit, org_unit_revision, staff, staff_absence, staff_qualification, staff_version
from domain.words import QualificationKind, UnitKind

PARENTS = {
    UnitKind.BRANCH: (UnitKind.HQ,),
    UnitKind.OFFICE: (UnitKind.BRANCH, UnitKind.HQ),
    UnitKind.TEAM: (UnitKind.OFFICE,),
}
"""Under which kinds a unit of a kind may stand."""

_STAFF = Versioned(staff, staff_version, "staff_id", "staff_no", ("category", "unit_id", "manager_id"))


def parents_first(batch: Batch, parents: dict[str, str | None], rows: dict[str, int], column: str) -> list[list[str]]:
    """Return the keys in levels, each after the level that holds its parent; circles are problems.

    ``parents`` maps every delivered key to its parent's key; parents outside the file count as present.
    """
    levels: list[list[str]] = []
    left = dict(parents)
    while left:
        level = [key for key, parent in left.items() if parent is None or parent == key or parent not in left]
        if not level:
            for key in left:
                batch.problems.add("cycle", rows[key], column, "a tree")
            return []
        for key in level:
            if left.pop(key) == key:
                batch.problems.add("own_parent", rows[key], column, "another code")
        levels.append(level)
    return levels


def write_org_units(batch: Batch) -> None:
    """Write units from the top down; a moved unit takes the paths of everything below along."""
    records = {record["unit_code"]: record for record in batch.records()}
    rows = {code: record["row_number"] for code, record in records.items()}
    known: dict[str, Record] = {code: row._asdict() for code, row in batch.units().items()}
    codes_by_id = {unit["unit_id"]: code for code, unit in known.items()}
    for code, record in records.items():
        if "parent_code" not in batch.staged.present and code in known:
            record["parent_code"] = codes_by_id.get(known[code]["parent_id"])
    rows |= dict.fromkeys(known.keys() - rows, 0)
    levels = parents_first(batch, _whole_tree(records, known, codes_by_id), rows, "parent_code")
    for record in records.values():
        _check_unit(batch, record, records, known)
    if batch.problems:
        return
    paths: dict[str, str] = {}
    for code in (code for level in levels for code in level):
        if code not in records:
            parent = codes_by_id.get(known[code]["parent_id"])
            _move(batch, known[code], paths, code, parent)
            continue
        record = records[code]
        parent = record["parent_code"]
        paths[code] = (paths[parent] if parent else "/") + code + "/"
        values: Record = {
            name: record[name]
            for name in ("name", "kind", "city", "region", "valid_from", "valid_to")
            if name in batch.staged.present
        }
        values |= {"unit_code": code, "parent_id": known[parent]["unit_id"] if parent else None, "path": paths[code]}
        known[code] = _write_unit(batch, known.get(code), values)


def _whole_tree(
    records: dict[str, Record], known: dict[str, Record], codes_by_id: dict[int, str]
) -> dict[str, str | None]:
    """Return every unit, delivered or known, with its parent's code, so that circles across both are found."""
    tree = {code: codes_by_id.get(unit["parent_id"]) for code, unit in known.items()}
    return tree | {code: record["parent_code"] for code, record in records.items()}


def _check_unit(batch: Batch, record: Record, records: dict[str, Record], known: dict[str, Record]) -> None:
    code, kind, parent, row = record["unit_code"], record["kind"], record["parent_code"], record["row_number"]
    old = known.get(code)
    if old is not None and old["kind"] != kind:
        batch.problems.add("kind_changed", row, "kind", old["kind"])
    if kind == UnitKind.HQ:
        if parent is not None:
            batch.problems.add("parent_kind", row, "parent_code", "")
        others = {other for source in (known, records) for other, unit in source.items() if unit["kind"] == UnitKind.HQ}
        if others - {code}:
            batch.problems.add("second_hq", row, "kind", "")
        return
    if parent is None:
        batch.problems.add("parent_missing", row, "parent_code", ", ".join(PARENTS[kind]))
        return
    above = records.get(parent) or known.get(parent)
    if above is None:
        batch.problems.add("unit_unknown", row, "parent_code", "unit_code")
    elif above["kind"] not in PARENTS[kind] and parent != code:
        batch.problems.add("parent_kind", row, "parent_code", ", ".join(PARENTS[kind]))


def _move(batch: Batch, unit: Record, paths: dict[str, str], code: str, parent: str | None) -> None:
    paths[code] = (paths[parent] if parent else "/") + code + "/"
    if unit["path"] != paths[code]:
        _write_unit(batch, unit, {"unit_code": code, "path": paths[code]}, counted=False)


def _write_unit(batch: Batch, old: Record | None, values: Record, *, counted: bool = True) -> Record:
    outcome = batch.upsert(org_unit, "unit_id", ("unit_code",), [values])[0]
    if outcome == "changed" and old is not None:
        batch.connection.execute(
            insert(org_unit_revision).values(
                **{name: old[name] for name in list(org_unit_revision.c.keys()) if name != "batch_id" and name in old},
                superseded_at=batch.at,
                batch_id=batch.batch_id,
            )
        )
    if counted:
        batch.count(outcome)
    row = batch.connection.execute(select(org_unit).where(org_unit.c.unit_code == values["unit_code"])).one()
    return row._asdict()


def write_staff(batch: Batch) -> None:
    """Write staff, managers before those who report to them; qualifications beside the history."""
    groups = {
        number: list(group)
        for number, group in groupby(batch.records(("staff_no", "effective_on")), key=lambda record: record["staff_no"])
    }
    managers = {number: group[-1]["manager_no"] for number, group in groups.items()}
    levels = parents_first(
        batch, managers, {number: group[-1]["row_number"] for number, group in groups.items()}, "manager_no"
    )
    units = batch.units()
    known = {number: row.staff_id for number, row in batch.staff().items()}
    for group in groups.values():
        for record in group:
            unit = units.get(record["unit_code"])
            if unit is None:
                batch.problems.add("unit_unknown", record["row_number"], "unit_code", "unit_code")
            elif (
                unit.valid_to is not None
                and record["effective_on"] is not None
                and unit.valid_to <= record["effective_on"]
            ):
                batch.problems.add("unit_closed", record["row_number"], "unit_code", "")
            manager = record["manager_no"]
            if manager is not None and manager not in known and manager not in groups:
                batch.problems.add("staff_unknown", record["row_number"], "manager_no", "staff_no")
    if batch.problems:
        return
    names: list[str] = [
        name
        for name in ("name", "category", "joined_on", "left_on", "agency_contract_no")
        if name in batch.staged.present
    ]
    for level in levels:
        for part in chunks(level, 1_000):
            deliveries = [
                Delivery(
                    number,
                    [
                        (record["effective_on"], _person(batch, record, names, units, known))
                        for record in groups[number]
                    ],
                )
                for number in part
            ]
            known.update(write_versions(batch, _STAFF, deliveries))
            _write_qualifications(batch, known, (record for number in part for record in groups[number]))


def _person(
    batch: Batch, record: Record, names: Sequence[str], units: dict[str, Row[Any]], known: dict[str, int]
) -> Record:
    values: Record = {name: record[name] for name in names}
    values["unit_id"] = units[record["unit_code"]].unit_id
    if "manager_no" in batch.staged.present:
        values["manager_id"] = known.get(record["manager_no"])
    return values


def _write_qualifications(batch: Batch, ids: dict[str, int], records: Iterable[Record]) -> None:
    rows: dict[tuple[int, str, date], Record] = {}
    for record in records:
        for kind, start, number, end in (
            (QualificationKind.LICENCE, record["licence_on"], record["licence_no"], record["licence_to"]),
            (QualificationKind.ADVISORY, record["advisory_on"], None, None),
            (QualificationKind.FUTURES, record["futures_on"], None, None),
        ):
            if start is not None:
                staff_id = ids[record["staff_no"]]
                rows[staff_id, kind.value, start] = {
                    "staff_id": staff_id,
                    "kind": kind.value,
                    "valid_from": start,
                    "number": number,
                    "valid_to": end,
                }
    outcomes = batch.upsert(
        staff_qualification, "qualification_id", ("staff_id", "kind", "valid_from"), list(rows.values())
    )
    if batch.new == 0 and batch.changed == 0 and set(outcomes) - {"same"}:
        # only a qualification differs: the file still changed something
        changed = min(sum(outcome != "same" for outcome in outcomes), batch.same)
        batch.same -= changed
        batch.changed += changed


def write_absences(batch: Batch) -> None:
    """Write absences; key is the person and the first day."""
    people = batch.staff()
    names = [name for name in ("from_on", "to_on", "reason") if name in batch.staged.present]
    rows: list[Record] = []
    for record in batch.records(("staff_no", "from_on")):
        person = people.get(record["staff_no"])
        if person is None:
            batch.problems.add("staff_unknown", record["row_number"], "staff_no", "staff_no")
            continue
        values: Record = {name: record[name] for name in names}
        rows.append({"staff_id": person.staff_id, **values})
    for outcome in batch.upsert(staff_absence, "absence_id", ("staff_id", "from_on"), rows):
        batch.count(outcome)

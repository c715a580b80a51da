"""The demo firm's prospects: every office has some, of every grade, and each keeps the rules and its history."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import func, select

from data_access.reads.prospects import count_prospects
from data_access.scope import FIRM
from data_access.tables import client, org_unit, prospect, prospect_event, staff
from domain.prospects import decide_divisions, decide_grade
from domain.words import UnitKind

ON = date(2025, 11, 3)


def test_every_grade_and_every_part_of_the_register_is_there(demo_db):
    with demo_db.reading() as connection:
        counts = count_prospects(connection, FIRM, ON)
        offices = connection.execute(select(func.count(prospect.c.office_id.distinct()))).scalar_one()
        every = connection.execute(
            select(func.count()).where(org_unit.c.kind == UnitKind.OFFICE.value).select_from(org_unit)
        ).scalar_one()
    assert {grade for grade, _urgency in counts.crossed} == {"A", "B", "C", "D", None}
    assert min(counts.parts.values()) >= 10
    assert offices == every == 24


def test_divisions_fit_together_and_people_belong_to_the_office(demo_db):
    with demo_db.reading() as connection:
        rows = connection.execute(
            select(prospect, client.c.office_id.label("client_office"), client.c.opened_on, staff.c.unit_id,
                   org_unit.c.kind, org_unit.c.parent_id)
            .outerjoin(client, client.c.client_id == prospect.c.client_id)
            .outerjoin(staff, staff.c.staff_id == prospect.c.staff_id)
            .outerjoin(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        ).all()  # fmt: skip
    for row in rows:
        grade = decide_grade(row.need, row.expected_on, ON)
        assert decide_divisions(row.need, row.state, grade, has_account=row.client_id is not None).allowed
        if row.staff_id is not None:
            assert row.office_id == (row.unit_id if row.kind == UnitKind.OFFICE else row.parent_id)
        if row.client_id is not None:
            assert (row.client_office, row.entered_at.date() < row.opened_on) == (row.office_id, True)


def test_the_last_step_of_each_history_is_the_row(demo_db):
    with demo_db.reading() as connection:
        rows = {row.prospect_id: row for row in connection.execute(select(prospect))}
        steps = connection.execute(select(prospect_event).order_by(prospect_event.c.event_id)).all()
    last = {step.prospect_id: step for step in steps}
    assert set(last) == set(rows)
    for number, step in last.items():
        facts = json.loads(step.body)
        row = rows[number]
        assert step.sequence == row.version
        assert (facts["need"], facts["state"], facts["client_id"]) == (row.need, row.state, row.client_id)

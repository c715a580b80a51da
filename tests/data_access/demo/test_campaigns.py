"""The demo firm's campaigns: every state is there, the groups are the product's draw, the held-back are left alone."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select, text

from data_access.database import Database
from data_access.tables import campaign, campaign_member, client, org_unit
from domain.holdout import Candidate, draw_arms
from domain.quality_flags import FlagLimits

NEVER = {
    "a client is held by two running campaigns": """
        SELECT client_id FROM campaign_member WHERE arm IN ('task', 'holdout') AND released_at IS NULL
        GROUP BY client_id HAVING count(*) > 1""",
    "a held-back client has a task of the campaign or another inside the window": """
        SELECT * FROM campaign_member AS m JOIN campaign AS c ON c.campaign_id = m.campaign_id
          JOIN reactivation_task AS t ON t.client_id = m.client_id
        WHERE m.arm = 'holdout' AND (t.campaign_id = m.campaign_id
          OR (date(t.assigned_at) > c.drawn_on AND date(t.assigned_at) <= c.window_to_on))""",
    "a task before its hand-out, or with a due date after the window": """
        SELECT * FROM reactivation_task AS t JOIN hand_out AS h ON h.hand_out_id = t.hand_out_id
          JOIN campaign AS c ON c.campaign_id = t.campaign_id
        WHERE t.assigned_at <> h.committed_at OR t.due_on > c.window_to_on OR h.campaign_id <> t.campaign_id""",
    "a hand-out whose tasks are not as many as it says": """
        SELECT h.hand_out_id FROM hand_out AS h JOIN reactivation_task AS t ON t.hand_out_id = h.hand_out_id
        GROUP BY h.hand_out_id, h.tasks_count HAVING count(*) <> h.tasks_count""",
    "a closed campaign that still holds clients": """
        SELECT * FROM campaign_member AS m JOIN campaign AS c ON c.campaign_id = m.campaign_id
        WHERE c.state <> 'running' AND m.arm <> 'excluded' AND m.released_at IS NULL""",
    "a task that ends in a state its history does not": """
        SELECT * FROM reactivation_task AS t JOIN task_event AS e ON e.task_id = t.task_id
        WHERE t.campaign_id IS NOT NULL AND e.to_state <> t.state AND e.sequence = (
          SELECT max(sequence) FROM task_event AS other WHERE other.task_id = t.task_id)""",
    "a recognised task without a contact": """
        SELECT * FROM reactivation_task WHERE campaign_id IS NOT NULL AND state = 'recognised'
          AND hand_out_id IS NOT NULL AND task_id NOT IN (
            SELECT task_id FROM contact_log WHERE task_id IS NOT NULL)""",
    "a contact before its task": """
        SELECT * FROM contact_log AS l JOIN reactivation_task AS t ON t.task_id = l.task_id
        WHERE t.campaign_id IS NOT NULL AND date(l.at) < date(t.assigned_at)""",
}
"""What must not be found, in SQL."""


@pytest.mark.parametrize("rule", NEVER)
def test_never(demo_db: Database, rule: str) -> None:
    with demo_db.reading() as connection:
        assert connection.execute(text(NEVER[rule])).fetchmany(3) == []


def test_every_state_is_there(demo_db: Database) -> None:
    with demo_db.reading() as connection:
        states = dict(connection.execute(select(campaign.c.state, func.count()).group_by(campaign.c.state)).all())
        said = set(connection.execute(select(campaign.c.said)).scalars())
        purposes = set(connection.execute(select(campaign.c.purpose)).scalars())
        tasks = set(
            connection.execute(text("SELECT state FROM reactivation_task WHERE campaign_id IS NOT NULL")).scalars()
        )
        undone = connection.execute(text("SELECT count(*) FROM hand_out WHERE undone_at IS NOT NULL")).scalar()
        stray = connection.execute(text("""
            SELECT count(*) FROM campaign_member AS m JOIN campaign AS c ON c.campaign_id = m.campaign_id
              JOIN contact_log AS l ON l.client_id = m.client_id
            WHERE m.arm = 'holdout' AND date(l.at) BETWEEN c.drawn_on AND c.window_to_on""")).scalar()  # fmt: skip
        batch = connection.execute(
            text("""
            SELECT max(n) FROM (SELECT count(*) AS n FROM contact_log GROUP BY staff_id, at) AS x""")
        ).scalar()
    assert set(states) == {"running", "closed", "cancelled"}
    assert states["closed"] == 4
    assert said == {"holdout.drawn", "holdout.too_small", "holdout.none"}
    assert purposes == {"reactivation", "retention"}
    assert tasks >= {"open", "recognised", "not_recognised", "expired", "withdrawn"}
    assert undone == 1
    assert (batch or 0) >= FlagLimits().batch_count
    assert 1 <= (stray or 0) <= 6


def test_the_groups_are_those_the_keys_draw(demo_db: Database) -> None:
    member = campaign_member.c
    with demo_db.reading() as connection:
        for row in connection.execute(select(campaign)).all():
            members = connection.execute(
                select(client.c.client_no, member.arm, member.stratum, member.tier, member.months_quiet,
                       org_unit.c.unit_code)
                .join(client, client.c.client_id == member.client_id)
                .join(org_unit, org_unit.c.unit_id == member.office_id)
                .where(member.campaign_id == row.campaign_id, member.arm != "excluded")
            ).all()  # fmt: skip
            draw = draw_arms(row.draw_key, [Candidate(one.client_no, one.tier, one.months_quiet, one.unit_code)
                                            for one in members], row.holdout_bp)  # fmt: skip
            assert {one.client_no: one.arm for one in members} == {no: arm.value for no, arm in draw.arms.items()}
            assert {one.client_no: one.stratum for one in members} == dict(draw.stratum)
            assert (row.said, json.loads(row.said_params)) == (draw.said.reason.code, dict(draw.said.reason.params))


def test_what_limits_the_hand_outs_is_there(demo_db: Database) -> None:
    counts = {
        "staff_capacity": "SELECT count(*) FROM staff_capacity",
        "spot checks": "SELECT count(*) FROM contact_check",
        "posts on other duty": "SELECT count(*) FROM staff_capacity WHERE capacity = 0",
        "own ceilings": "SELECT count(*) FROM staff_capacity WHERE ceiling IS NOT NULL",
        "neighbours": "SELECT count(*) FROM office_neighbour",
        "expiring licences": """SELECT count(*) FROM staff_qualification
            WHERE kind = 'licence' AND valid_to BETWEEN '2025-11-01' AND '2026-02-01'""",
        "open complaints of a list": """SELECT count(*) FROM complaint AS k JOIN campaign_member AS m
            ON m.client_id = k.client_id WHERE k.closed_at IS NULL AND m.released_at IS NULL""",
        "controllers of several": """SELECT count(*) FROM (SELECT controller FROM client WHERE controller IS NOT NULL
            GROUP BY controller HAVING count(*) > 1) AS x""",
    }  # fmt: skip
    with demo_db.reading() as connection:
        assert {what: connection.execute(text(sql)).scalar() for what, sql in counts.items()
                if not connection.execute(text(sql)).scalar()} == {}  # fmt: skip

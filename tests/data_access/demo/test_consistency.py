"""What the demo writes obeys the rules: money adds up, holders may hold, documents are valid, nobody is odd."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from data_access.check import check_invariants
from data_access.database import Database
from data_access.keys import decrypt, match_hash
from domain.identity import normal_document, normal_phone

PREVIOUS = "CASE WHEN now.month % 100 = 1 THEN now.month - 89 ELSE now.month - 1 END"
DEVELOPMENT = (
    "'new_development', 'redevelopment', 'margin_development', 'repo_development', 'agent_development', "
    "'legacy_development'"
)

NEVER = {
    "net income is commission less fees": (
        "SELECT * FROM client_month WHERE net_income_fen <> commission_fen - fees_fen OR fees_fen > commission_fen"
    ),
    "parts of the assets are not more than the assets": (
        "SELECT * FROM client_month WHERE cash_fen + product_assets_fen > end_assets_fen OR cash_fen < 0"
    ),
    "turnover and trades come together": "SELECT * FROM client_month WHERE (trades_count > 0) <> (turnover_fen > 0)",
    "assets move by flows and a bounded market effect": f"""
        SELECT * FROM client_month AS now JOIN client_month AS before
          ON before.client_id = now.client_id AND before.month = {PREVIOUS}
        WHERE abs(now.end_assets_fen - before.end_assets_fen - now.inflow_fen + now.outflow_fen)
              > 0.85 * (before.end_assets_fen + now.inflow_fen) + 100""",
    "no row before the opening": """
        SELECT * FROM client_month JOIN client ON client.client_id = client_month.client_id
        WHERE month < CAST(substr(opened_on, 1, 4) || substr(opened_on, 6, 2) AS INTEGER)""",
    "no event before the opening, none in the future": """
        SELECT * FROM account_event JOIN client ON client.client_id = account_event.client_id
        WHERE on_date < opened_on OR on_date > '2025-10-31'""",
    "every client has an opening event": """
        SELECT * FROM client WHERE client_id NOT IN (SELECT client_id FROM account_event WHERE event = 'opened')""",
    "losses and returns take turns": """
        SELECT * FROM account_event AS one JOIN account_event AS two ON two.client_id = one.client_id
          AND two.event_id > one.event_id WHERE one.event = 'closed' AND two.event = 'closed' AND NOT EXISTS (
            SELECT 1 FROM account_event AS back WHERE back.client_id = one.client_id AND back.event = 'opened'
              AND back.on_date > one.on_date AND back.on_date <= two.on_date)""",
    "shares sum to at most one": """
        SELECT relationship_id FROM relationship_share GROUP BY relationship_id HAVING sum(share_bp) > 10000""",
    "every relationship has a holder": """
        SELECT * FROM relationship WHERE relationship_id NOT IN (SELECT relationship_id FROM relationship_share)""",
    "holders are licensed and with the firm on the first day": """
        SELECT * FROM relationship AS r JOIN relationship_share AS s ON s.relationship_id = r.relationship_id
          JOIN staff ON staff.staff_id = s.staff_id
        WHERE r.valid_from < staff.joined_on OR r.valid_from >= coalesce(staff.left_on, '9999')
          OR NOT EXISTS (SELECT 1 FROM staff_qualification AS q WHERE q.staff_id = s.staff_id AND q.kind = 'licence'
            AND q.valid_from <= r.valid_from AND coalesce(q.valid_to, '9999') > r.valid_from)""",
    "agents hold agent development only, alone, and nobody else holds it": """
        SELECT * FROM relationship AS r JOIN relationship_share AS s ON s.relationship_id = r.relationship_id
          JOIN staff ON staff.staff_id = s.staff_id
        WHERE (staff.category = 'agent') <> (r.type = 'agent_development') OR staff.category = 'back_office'
          OR (r.type = 'agent_development' AND s.share_bp <> 10000)""",
    "core clients have one qualified adviser": """
        SELECT * FROM relationship AS r JOIN relationship_share AS s ON s.relationship_id = r.relationship_id
          JOIN staff ON staff.staff_id = s.staff_id
        WHERE r.type = 'core_service' AND (staff.category <> 'adviser' OR s.share_bp <> 10000 OR NOT EXISTS (
          SELECT 1 FROM staff_qualification AS q WHERE q.staff_id = s.staff_id AND q.kind = 'advisory'
            AND q.valid_from <= r.valid_from))""",
    "at most 100 core clients per adviser": """
        SELECT s.staff_id FROM relationship AS r JOIN relationship_share AS s ON s.relationship_id = r.relationship_id
        WHERE r.type = 'core_service' GROUP BY s.staff_id HAVING count(*) > 100""",
    "core service starts in January or July, after twelve months": """
        SELECT * FROM relationship AS r JOIN client ON client.client_id = r.client_id WHERE r.type = 'core_service'
          AND (substr(r.valid_from, 6, 2) NOT IN ('01', '07')
               OR date(client.opened_on, '+12 months') > r.valid_from)""",
    "IB service needs a futures qualification": """
        SELECT * FROM relationship AS r JOIN relationship_share AS s ON s.relationship_id = r.relationship_id
        WHERE r.type = 'ib_service' AND NOT EXISTS (SELECT 1 FROM staff_qualification AS q
          WHERE q.staff_id = s.staff_id AND q.kind = 'futures' AND q.valid_from <= r.valid_from)""",
    "development types exclude each other": f"""
        SELECT * FROM relationship AS one JOIN relationship AS two ON two.client_id = one.client_id
          AND two.relationship_id > one.relationship_id
        WHERE one.type IN ({DEVELOPMENT}) AND two.type IN ({DEVELOPMENT})
          AND one.state = 'confirmed' AND two.state = 'confirmed'
          AND one.valid_from < coalesce(two.valid_to, '9999') AND two.valid_from < coalesce(one.valid_to, '9999')""",
    "no relationship before the client": """
        SELECT * FROM relationship AS r JOIN client ON client.client_id = r.client_id WHERE r.valid_from < opened_on""",
    "agents have a manager, others none": "SELECT * FROM staff WHERE (category = 'agent') <> (manager_id IS NOT NULL)",
    "task holders are frontline staff of the client's office": """
        SELECT * FROM reactivation_task AS t JOIN staff ON staff.staff_id = t.staff_id
          JOIN client ON client.client_id = t.client_id JOIN org_unit ON org_unit.unit_id = staff.unit_id
        WHERE staff.category NOT IN ('adviser', 'account_manager', 'other_frontline')
          OR client.office_id NOT IN (org_unit.unit_id, org_unit.parent_id) OR t.office_id <> client.office_id
          OR staff.left_on IS NOT NULL""",
    "nobody who opted out is in somebody's hands": """
        SELECT * FROM reactivation_task AS t JOIN client ON client.client_id = t.client_id
        WHERE marketing_opt_out AND t.state <> 'recognised'""",
    "documents are told apart": "SELECT document_hash FROM client GROUP BY document_hash HAVING count(*) > 1",
    "versions of a client follow each other": """
        SELECT * FROM client_version AS one WHERE valid_to IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM client_version AS two WHERE two.client_id = one.client_id AND two.valid_from = one.valid_to)""",
}
"""What must not be found, in SQL; every statement returns the offending rows."""

SOMETIMES = {
    "all ten relationship types": ("SELECT count(DISTINCT type) FROM relationship", 10),
    "splits that leave a remainder": (
        """
        SELECT count(*) FROM (SELECT 1 FROM relationship_share GROUP BY relationship_id
                              HAVING sum(share_bp) < 10000) AS x""",
        20,
    ),
    "relationships that ended": ("SELECT count(*) FROM relationship WHERE valid_to IS NOT NULL", 50),
    "expired licences": (
        ("SELECT count(*) FROM staff_qualification WHERE kind = 'licence' AND valid_to < '2025-11-01'"),
        5,
    ),
    "staff who left": ("SELECT count(*) FROM staff WHERE left_on IS NOT NULL", 5),
    "absences": ("SELECT count(*) FROM staff_absence", 5),
    "staff": ("SELECT count(*) FROM staff", 270),
    "offices": ("SELECT count(*) FROM org_unit WHERE kind = 'office'", 24),
    "branch companies": ("SELECT count(*) FROM org_unit WHERE kind = 'branch'", 6),
    "clients that came back": (
        ("SELECT count(*) FROM account_event WHERE event IN ('designation_made', 'activated')"),
        10,
    ),
    "archived": ("SELECT count(*) FROM account_event WHERE event = 'archived'", 50),
    "transfers": ("SELECT count(*) FROM account_event WHERE event = 'transferred_in'", 10),
    "reasons of losses": ("SELECT count(*) FROM loss_reason_entry", 100),
    "opted out": ("SELECT count(*) FROM client WHERE marketing_opt_out", 50),
    "clients who moved office": ("SELECT count(*) FROM client_version WHERE valid_to IS NOT NULL", 50),
    "open tasks": ("SELECT count(*) FROM reactivation_task WHERE state = 'open'", 10),
    "recognised tasks": ("SELECT count(*) FROM reactivation_task WHERE state = 'recognised'", 10),
    "contacts": ("SELECT count(*) FROM contact_log", 500),
    "complaints": ("SELECT count(*) FROM complaint", 10),
    "targets": ("SELECT count(*) FROM target", 200),
    "blank cells": ("SELECT count(*) FROM client_month WHERE trades_count IS NULL", 10),
    "trading days of the last year": (
        ("SELECT count(*) FROM calendar_day WHERE is_trading_day AND day >= '2025-01-01' AND day < '2026-01-01'"),
        240,
    ),
}
"""What a firm's data hold, and at least how many."""


@pytest.mark.parametrize("rule", NEVER)
def test_nothing_breaks_the_rule(demo_db: Database, rule: str) -> None:
    with demo_db.reading() as connection:
        assert connection.execute(text(NEVER[rule])).fetchmany(3) == []


@pytest.mark.parametrize("what", SOMETIMES)
def test_the_firm_has_some(demo_db: Database, what: str) -> None:
    statement, least = SOMETIMES[what]
    with demo_db.reading() as connection:
        assert connection.execute(text(statement)).scalar_one() >= least


def test_the_invariants_of_the_product_hold(demo_db: Database) -> None:
    assert check_invariants(demo_db) == []


def test_one_office_misses_one_month(demo_db: Database) -> None:
    with demo_db.reading() as connection:
        rows = connection.execute(
            text("""
            SELECT client_month.month, count(*) FROM client_month
            JOIN client ON client.client_id = client_month.client_id
            JOIN org_unit ON org_unit.unit_id = client.office_id
            WHERE unit_code = 'O053' GROUP BY client_month.month""")
        ).all()
    counts = dict(rows)
    assert 202503 not in counts
    assert counts[202502] > 20


def test_numbers_are_stored_in_their_normal_form(demo_db: Database) -> None:
    with demo_db.reading() as connection:
        rows = connection.execute(
            text("SELECT document_kind, document_hash, document_cipher, phone_hash, phone_cipher FROM client")
        ).all()
    for row in rows:
        document = decrypt(row.document_cipher)
        assert normal_document(row.document_kind, document) == document
        assert match_hash(document) == row.document_hash
        if row.phone_cipher:
            phone = decrypt(row.phone_cipher)
            assert normal_phone(phone) == phone
            assert match_hash(phone) == row.phone_hash

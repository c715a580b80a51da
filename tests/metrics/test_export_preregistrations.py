"""The file of pre-registrations: what the list shows, one row per holder, inside the reach, with an audit row."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime

import pytest
from sqlalchemy import insert, select

from data_access.actor import user_from_row
from data_access.clock import frozen
from data_access.database import Database
from data_access.tables import app_user, audit_event, preregistration, preregistration_share
from metrics.export.preregistrations import EXPORTERS
from tests.support.firm import small_firm

NOW = datetime.fromisoformat("2025-07-02T02:00:00+00:00")
RECORDS = (("PR-1", "=1+1", date(2025, 7, 5), {2: 6000, 1: 3333}), ("PR-2", "钱多多", date(2025, 7, 3), {5: 10_000}),
           ("PR-3", "李大", date(2025, 7, 1), {2: 10_000}))  # fmt: skip


@pytest.fixture(scope="module")
def firm(tmp_path_factory, template_folder) -> Database:
    from tests.support.databases import fresh_sqlite

    db = fresh_sqlite(tmp_path_factory.mktemp("prereg-export"), template_folder)
    with frozen(NOW):
        small_firm(db, refreshed=True)
        with db.writing() as connection:
            for place, (number, name, last, holders) in enumerate(RECORDS, start=1):
                connection.execute(insert(preregistration).values(
                    prereg_id=place, prereg_no=number, type="new_development", client_name=name, document_hash=number,
                    document_masked="110***41", contact_masked="138****8000", registered_at=NOW, expires_on=last,
                    state="active", version=1))  # fmt: skip
                connection.execute(
                    insert(preregistration_share),
                    [{"prereg_id": place, "staff_id": one, "share_bp": share} for one, share in holders.items()],
                )
    return db


def rows_of(db: Database, user: str, **params: str) -> list[list[str]]:
    with frozen(NOW):
        with db.reading() as connection:
            row = connection.execute(select(app_user).where(app_user.c.username == user)).one()
            acting = user_from_row(connection, row)
        data = b"".join(EXPORTERS["preregistrations"](db, acting, params).chunks)
    table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    places = [table[0].index(name) for name in ("Record number", "Name", "Days left", "Staff number", "Share")]
    return [[line[place] for place in places] for line in table[1:]]


def test_the_file_holds_the_list_and_leaves_an_audit_row(firm: Database) -> None:
    assert rows_of(firm, "hq") == [
        ["PR-2", "钱多多", "1", "S0005", "1"], ["PR-1", "'=1+1", "3", "S0001", "0.3333"],
        ["PR-1", "'=1+1", "3", "S0002", "0.6"]]  # fmt: skip
    with firm.reading() as connection:
        details = connection.execute(select(audit_event.c.details).order_by(audit_event.c.sequence.desc())).scalar()
    assert json.loads(details)["row_count"] == 3


@pytest.mark.parametrize(("user", "params", "found"), [
    ("staff", {}, ["PR-1", "PR-1"]), ("staff", {"view": "expired"}, ["PR-3"]), ("other_staff", {}, ["PR-2"]),
    ("hq", {"find": "多多"}, ["PR-2"]), ("hq", {"view": "approved"}, ["PR-2", "PR-1", "PR-1"]),
    ("auditor", {"view": "expired"}, ["PR-3"]),
])  # fmt: skip
def test_a_reach_takes_its_own_rows(firm: Database, user: str, params: dict[str, str], found: list[str]) -> None:
    assert [row[0] for row in rows_of(firm, user, **params)] == found


def test_masked_names_stay_masked(firm: Database) -> None:
    assert rows_of(firm, "auditor", view="expired")[0][1] == "李*"

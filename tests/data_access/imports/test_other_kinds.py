"""The remaining kinds: written once, idempotent, taken back; accounts come with one-time passwords."""

from __future__ import annotations

import csv
import stat
from datetime import date

import pytest
from sqlalchemy import select

from data_access import user_accounts, users
from data_access.actor import NotAllowed, SessionActor
from data_access.imports import KINDS, FileRefused, import_file, parse_mapping, rollback_batch
from data_access.imports.staging import stage_file
from data_access.imports.templates import template
from data_access.sessions import begin_session
from data_access.settings import ROOT
from data_access.tables import (
    app_user,
    calendar_day,
    client,
    complaint,
    contact_log,
    permission_register,
    preregistration,
    preregistration_share,
    staff_absence,
    target,
)
from tests.data_access.imports.dump import state
from tests.data_access.imports.files import OPERATOR, load, load_firm, write
from tests.support.accounts import cheapen_hashes, seed_user

BODIES = {
    "calendar": "day,is_working_day,is_trading_day,source\n2026-01-04,TRUE,0,SSE\n2026-01-05,1,yes,SSE\n",
    "staff_absence": "staff_no,from_on,to_on,reason\nS001,2026-02-02,2026-02-13,年假\n",
    "contact": "client_no,staff_no,at,channel,topic,result,satisfaction\n"
    "000123,S001,2026-01-12T14:00:00,phone,风险测评,reached,5\n000123,S001,2026-01-13,visit,,,\n",
    "complaint": "complaint_no,client_no,at,category,staff_no,closed_at\nC1,000123,2026-01-12T14:00:00,服务,S001,\n",
    "target": "scope_code,period,metric,value\nO011,2026-Q1,net_income,1200000.00\nS001,2026,clients_developed,12\n",
    "preregistration": "prereg_no,type,client_name,document_no,contact,registered_at,staff_no,share\n"
    "P1,special_new,李四,11010519491231002X,13800138001,2025-12-31T09:30:00,S001,0.7\n"
    "P1,special_new,李四,11010519491231002X,13800138001,2025-12-31T09:30:00,S002,0.3\n",
}
CHANGES = {
    "calendar": ("2026-01-04,TRUE", "2026-01-04,FALSE"), "staff_absence": ("2026-02-13", "2026-02-14"),
    "complaint": ("S001,\n", "S001,2026-01-20\n"), "target": ("1200000.00", "1300000.00"),
    "preregistration": ("S002,0.3", "S002,0.2"),
}  # fmt: skip
TABLES = {"calendar": calendar_day, "staff_absence": staff_absence, "contact": contact_log, "complaint": complaint,
          "target": target, "preregistration": preregistration}  # fmt: skip


@pytest.mark.parametrize("kind", BODIES)
def test_kind_is_written_once_changed_and_taken_back(db, tmp_path, kind):
    load_firm(db, tmp_path, "org_unit", "staff", "client")
    empty = state(db)
    rows = len(BODIES[kind].splitlines()) - 1
    first = load(db, tmp_path, kind, BODIES[kind])
    assert first.new == rows
    written = state(db)
    assert load(db, tmp_path, kind, BODIES[kind]).same == rows
    assert state(db) == written
    if kind in CHANGES:
        second = load(db, tmp_path, kind, BODIES[kind].replace(*CHANGES[kind]))
        assert second.changed >= 1
        assert state(db)[TABLES[kind].name] != written[TABLES[kind].name]
        rollback_batch(db, actor=OPERATOR, batch_id=second.batch_id)
        assert state(db) == written
    rollback_batch(db, actor=OPERATOR, batch_id=first.batch_id)
    assert state(db) == empty


def test_values_of_the_flat_kinds(sqlite_db, tmp_path):
    load_firm(sqlite_db, tmp_path, "org_unit", "staff", "client")
    for kind, body in BODIES.items():
        load(sqlite_db, tmp_path, kind, body)
    with sqlite_db.reading() as connection:

        def rows(*columns):
            return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]

        assert rows(calendar_day.c.day, calendar_day.c.is_working_day, calendar_day.c.is_trading_day) == [
            (date(2026, 1, 4), True, False),
            (date(2026, 1, 5), True, True),
        ]
        assert rows(target.c.scope_code, target.c.value_hundredths) == [("O011", 120_000_000), ("S001", 1_200)]
        assert rows(preregistration.c.document_masked, preregistration.c.expires_on, preregistration.c.state) == [
            ("110*************2X"[:3] + "*" * 13 + "2X", date(2026, 1, 31), "expired")
        ]
        assert rows(preregistration_share.c.share_bp) == [(3_000,), (7_000,)]
        assert rows(contact_log.c.satisfaction, contact_log.c.channel) == [(None, "visit"), (5, "phone")]


USERS = (
    "username,display_name,role,unit_code,staff_no\nwangfang,王芳,staff,O011,S001\nhead.o011,主任,office_head,O011,\n"
)


def test_accounts_get_one_time_passwords_in_a_private_file(db, tmp_path):
    load_firm(db, tmp_path, "org_unit", "staff")
    result = load(db, tmp_path, "user", USERS)
    assert result.new == 2
    assert stat.S_IMODE(result.password_file.stat().st_mode) == 0o600
    with result.password_file.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["username"] for row in rows] == ["wangfang", "head.o011"]
    assert len({row["one_time_password"] for row in rows}) == 2
    again = load(db, tmp_path, "user", USERS)
    assert (again.new, again.same, again.password_file) == (0, 2, None)
    with pytest.raises(FileRefused) as refused:
        load(db, tmp_path, "user", USERS.replace("office_head", "hq"))
    assert [(p.code, p.row) for p in refused.value.problems.shown] == [("user_differs", 3)]
    rollback_batch(db, actor=OPERATOR, batch_id=result.batch_id)
    with db.reading() as connection:
        assert connection.execute(select(app_user.c.disabled_at.is_(None))).scalars().all() == [False, False]
        entries = connection.execute(select(permission_register.c.action, permission_register.c.applicant_signed)
                                     .order_by(permission_register.c.entry_id)).all()  # fmt: skip
    assert [tuple(entry) for entry in entries] == [("execute", False)] * 2 + [("withdraw", False)] * 2


def _session(db, username, role, **options):
    user_id = seed_user(db, username, role=role, **options)
    with db.writing() as connection:
        return SessionActor(begin_session(connection, user_id=user_id, access_version=1))


def test_a_user_administrator_makes_no_headquarters_by_a_file(sqlite_db, tmp_path, monkeypatch):
    cheapen_hashes(monkeypatch)
    load_firm(sqlite_db, tmp_path, "org_unit", "staff")
    admin = _session(sqlite_db, "clerk", "user_admin")
    body = USERS + "boss,总,hq,HQ,\n"
    with pytest.raises(FileRefused) as refused:
        import_file(sqlite_db, actor=admin, kind="user", path=write(tmp_path, "user", body))
    assert [(p.code, p.row, p.column) for p in refused.value.problems.shown] == [("role_not_yours", 4, "role")]
    made = load(sqlite_db, tmp_path, "user", body)
    assert [name for name, _ in made.passwords] == ["wangfang", "head.o011", "boss"]
    with pytest.raises(NotAllowed):
        rollback_batch(sqlite_db, actor=admin, batch_id=made.batch_id)


def test_accounts_are_hashed_while_nobody_waits(sqlite_db, tmp_path, monkeypatch):
    cheapen_hashes(monkeypatch)
    load_firm(sqlite_db, tmp_path, "org_unit", "staff")
    writing = []
    transact = sqlite_db.transact

    def watched(work):
        writing.append(True)
        try:
            return transact(work)
        finally:
            writing.pop()

    monkeypatch.setattr(sqlite_db, "transact", watched)
    seen = []
    hashed = user_accounts.hash_password
    monkeypatch.setattr(user_accounts, "hash_password", lambda text: seen.append(bool(writing)) or hashed(text))
    assert load(sqlite_db, tmp_path, "user", USERS).new == 2
    assert seen == [False, False]


def test_who_must_change_the_password_imports_and_takes_back_nothing(sqlite_db, tmp_path, monkeypatch):
    cheapen_hashes(monkeypatch)
    batch = load_firm(sqlite_db, tmp_path, "org_unit")["org_unit"].batch_id
    fresh = _session(sqlite_db, "fresh", "hq", must_change=True)
    with pytest.raises(NotAllowed):
        import_file(sqlite_db, actor=fresh, kind="user", path=write(tmp_path, "user", USERS))
    with pytest.raises(NotAllowed):
        rollback_batch(sqlite_db, actor=fresh, batch_id=batch)
    with pytest.raises(NotAllowed):
        users.add_user(sqlite_db, actor=fresh, username="new", display_name="New", role="auditor")


def test_a_password_file_of_a_failed_import_does_not_stay(sqlite_db, tmp_path):
    from data_access.settings import settings

    load_firm(sqlite_db, tmp_path, "org_unit", "staff")
    before = set(settings().files_dir.glob("*"))
    with pytest.raises(FileRefused):
        load(sqlite_db, tmp_path, "user", USERS + "x,短,staff,O011,S003\n")
    assert set(settings().files_dir.glob("*")) == before


FOREIGN = """customerID,customerType,riskLevel,lastQuestionnaireDate,timestamp
A1,Mass,Balanced,2021-11-30,2021-03-19
A1,Premium,Predicted_Income,2021-11-30,2022-01-21
A2,Legal Entity,Conservative,2000-01-01,2020-01-01
A2,Mass,Aggressive,2019-01-01,2019-01-01
"""


def test_the_shipped_mapping_keeps_the_newest_row_and_translates(db, tmp_path):
    load(db, tmp_path, "org_unit", "unit_code,name,kind,parent_code\nHQ,HQ,hq,\nO001,Main,office,HQ\n")
    mapping = parse_mapping((ROOT / "docs/examples/far_trans.toml").read_text(encoding="utf-8"))
    result = load(db, tmp_path, "client", FOREIGN, mapping=mapping)
    assert (result.rows_read, result.new, result.dropped) == (4, 2, 2)
    with db.reading() as connection:
        columns = (
            client.c.client_no,
            client.c.name,
            client.c.segment,
            client.c.kind,
            client.c.risk_level,
            client.c.risk_on,
            client.c.opened_on,
        )
        assert [tuple(row) for row in connection.execute(select(*columns).order_by(client.c.client_no))] == [
            ("A1", "A1", "Premium", "individual", None, date(2021, 11, 30), date(2018, 1, 1)),
            ("A2", "A2", "Legal Entity", "institution", "C2", None, date(2018, 1, 1)),
        ]
    assert load(db, tmp_path, "client", FOREIGN, mapping=mapping).same == 2


@pytest.mark.parametrize(
    "text",
    [
        "x = ",
        "[other]\na = 'b'",
        "[columns]\nnope = 'x'",
        "[columns]\nname = 1",
        "[columns]\nname='a'\n[constants]\nname='b'",
    ],
)
def test_a_wrong_mapping_is_refused(sqlite_db, tmp_path, text):
    with pytest.raises(FileRefused, match="mapping"):
        load(sqlite_db, tmp_path, "client", FOREIGN, mapping=parse_mapping(text))


@pytest.mark.parametrize("chinese", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_template_reads_without_a_problem(tmp_path, kind, chinese):
    with stage_file(kind, write(tmp_path, kind, template(kind, chinese=chinese))) as staged:
        assert staged.rows_read == 1
        assert staged.present == {column.name for column in KINDS[kind].columns}

"""The small firm goes in, the same rows again change nothing, corrections keep what was known before."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from data_access.clock import frozen
from data_access.imports import FileRefused, RollbackRefused, read_batches, read_errors, rollback_batch
from data_access.keys import decrypt, match_hash
from data_access.tables import (
    account_event,
    audit_event,
    client,
    client_month,
    client_month_revision,
    client_revision,
    client_version,
    import_batch,
    org_unit,
    org_unit_revision,
    relationship,
    relationship_revision,
    relationship_share,
    staff,
    staff_qualification,
    staff_version,
)
from tests.data_access.imports.dump import state
from tests.data_access.imports.files import (
    CLIENT,
    CLIENT_MONTH,
    FIRM,
    OPERATOR,
    RELATIONSHIP,
    STAFF,
    as_workbook,
    load,
    load_firm,
)


def read(db, statement):
    with db.reading() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def test_every_kind_of_the_small_firm_is_written(db, tmp_path):
    results = load_firm(db, tmp_path)
    assert {kind: (r.rows_read, r.new, r.changed, r.same) for kind, r in results.items()} == {
        "org_unit": (5, 5, 0, 0),
        "staff": (3, 3, 0, 0),
        "client": (3, 3, 0, 0),
        "account_event": (3, 3, 0, 0),
        "client_month": (3, 3, 0, 0),
        "relationship": (3, 3, 0, 0),
    }
    assert read(db, select(org_unit.c.unit_code, org_unit.c.path).order_by(org_unit.c.path)) == [
        ("HQ", "/HQ/"),
        ("B01", "/HQ/B01/"),
        ("O011", "/HQ/B01/O011/"),
        ("T01", "/HQ/B01/O011/T01/"),
        ("O012", "/HQ/B01/O012/"),
    ]
    boss = staff.alias()
    assert read(db, select(staff.c.staff_no, boss.c.staff_no).join(boss, boss.c.staff_id == staff.c.manager_id)) == [
        ("S002", "S001")
    ]
    assert read(
        db, select(staff_qualification.c.kind, staff_qualification.c.number, staff_qualification.c.valid_from)
    ) == [("licence", "L1", date(2018, 4, 1))]
    assert read(
        db,
        select(client.c.client_no, client.c.name, client.c.document_masked, client.c.phone_masked).order_by(
            client.c.client_no
        ),
    ) == [
        ("000123", "张三", "110*************2X"[:3] + "*" * 13 + "2X", "138****8000"),
        ("000124", "NA", "E12****78", None),
        ("000125", "中山投资", None, None),
    ]
    assert read(
        db,
        select(
            client_month.c.month,
            client_month.c.end_assets_fen,
            client_month.c.net_income_fen,
            client_month.c.trades_count,
        ).order_by(client_month.c.month, client_month.c.client_id),
    ) == [(202501, 100_000, 400, 2), (202501, -2_000, 0, 0), (202502, 110_050, None, None)]
    assert read(db, select(relationship_share.c.share_bp).order_by(relationship_share.c.share_bp)) == [
        (4_000,),
        (6_000,),
        (10_000,),
    ]
    assert read(
        db,
        select(account_event.c.event, account_event.c.at, account_event.c.on_date, account_event.c.has_time).order_by(
            account_event.c.at
        ),
    ) == [
        ("opened", datetime(2016, 5, 9, 2, 15, tzinfo=UTC), date(2016, 5, 9), True),
        ("opened", datetime(2020, 2, 29, 1, 0, tzinfo=UTC), date(2020, 2, 29), True),
        ("closed", datetime(2025, 6, 29, 16, 0, tzinfo=UTC), date(2025, 6, 30), False),
    ]


def test_personal_numbers_are_stored_as_hash_mask_and_cipher(db, tmp_path):
    load_firm(db, tmp_path, "org_unit", "client")
    row = read(
        db,
        select(client.c.document_hash, client.c.document_cipher, client.c.phone_hash, client.c.phone_cipher).where(
            client.c.client_no == "000123"
        ),
    )[0]
    assert row[0] == match_hash("11010519491231002X")
    assert decrypt(bytes(row[1])) == "11010519491231002X"
    assert (row[2], decrypt(bytes(row[3]))) == (match_hash("13800138000"), "13800138000")


def reordered(text, seed):
    header, *rows = text.splitlines()
    random.Random(seed).shuffle(rows)
    return "\n".join([header, *rows])


def swapped_columns(text):
    return "\n".join(",".join(reversed(line.split(","))) for line in text.splitlines())


@pytest.mark.usefixtures("workbooks_in_process")
@pytest.mark.parametrize("kind", FIRM)
def test_the_same_rows_ten_times_change_nothing(db, tmp_path, kind):
    load_firm(db, tmp_path)
    before = state(db)
    body = FIRM[kind]
    numbers = ("end_assets", "inflow", "outflow", "turnover", "trades", "commission", "fees", "share", "amount")
    copies = [
        body,
        body.rstrip("\n"),
        body.replace("\n", "\r\n"),
        reordered(body, 1),
        reordered(body, 2),
        swapped_columns(body),
        body.encode("gb18030"),
        body.encode("utf-8-sig"),
        as_workbook(tmp_path, body),
        as_workbook(tmp_path, reordered(body, 3), numbers=numbers),
    ]
    for index, copy in enumerate(copies):
        result = load(db, tmp_path, kind, copy, name=f"renamed {index}.dat")
        assert (result.new, result.changed, result.same) == (0, 0, len(body.splitlines()) - 1)
    assert state(db) == before
    hashes = read(db, select(import_batch.c.content_hash).where(import_batch.c.kind == kind).distinct())
    assert len(hashes) == 1


def test_a_corrected_month_keeps_the_older_row(db, tmp_path):
    load_firm(db, tmp_path)
    body = CLIENT_MONTH.replace("1100.50,,,,,,", "1200.00,,,,1,,")
    result = load(db, tmp_path, "client_month", body)
    assert (result.new, result.changed, result.same) == (0, 1, 2)
    assert read(
        db,
        select(
            client_month_revision.c.month, client_month_revision.c.end_assets_fen, client_month_revision.c.superseded_by
        ),
    ) == [(202502, 110_050, result.batch_id)]
    assert read(
        db,
        select(client_month.c.end_assets_fen, client_month.c.trades_count, client_month.c.batch_id).where(
            client_month.c.month == 202502
        ),
    ) == [(120_000, 1, result.batch_id)]
    assert read(
        db,
        select(import_batch.c.first_month, import_batch.c.last_month).where(import_batch.c.batch_id == result.batch_id),
    ) == [(202501, 202502)]


def test_columns_that_a_file_lacks_keep_their_values(db, tmp_path):
    load_firm(db, tmp_path)
    result = load(db, tmp_path, "client_month", "client_no,month,end_assets\n000123,2025-01,7.00\n")
    assert result.changed == 1
    assert read(
        db,
        select(client_month.c.end_assets_fen, client_month.c.turnover_fen)
        .where(client_month.c.month == 202501)
        .order_by(client_month.c.client_id),
    ) == [(700, 50_000), (-2_000, 0)]


def test_a_family_and_a_controller_are_kept_and_taken_away_by_a_blank(sqlite_db, tmp_path):
    load_firm(sqlite_db, tmp_path, "org_unit", "client")
    header = "client_no,name,kind,office_code,opened_on,家庭编号,实际控制人编号\n"
    load(sqlite_db, tmp_path, "client", header + "000125,中山投资,institution,O011,2019-01-02,H7,U1\n")
    kin = select(client.c.household, client.c.controller).where(client.c.client_no == "000125")
    assert read(sqlite_db, kin) == [("H7", "U1")]
    load(sqlite_db, tmp_path, "client", header + "000125,中山投资,institution,O011,2019-01-02,H7,\n")
    assert read(sqlite_db, kin) == [("H7", None)]


def test_client_history_begins_at_the_beginning_and_later_versions_at_their_day(db, tmp_path):
    load_firm(db, tmp_path, "org_unit", "client")
    moved = (
        "client_no,name,kind,office_code,opened_on,effective_on\n000123,张三,individual,O012,2001-01-01,2025-03-01\n"
    )
    result = load(db, tmp_path, "client", moved)
    assert result.changed == 1
    offices = dict(read(db, select(org_unit.c.unit_id, org_unit.c.unit_code)))
    versions = read(
        db,
        select(client_version.c.valid_from, client_version.c.valid_to, client_version.c.office_id)
        .join(client, client.c.client_id == client_version.c.client_id)
        .where(client.c.client_no == "000123")
        .order_by(client_version.c.version_id),
    )
    assert [(a, b, offices[c]) for a, b, c in versions] == [
        (None, date(2025, 3, 1), "O011"),
        (date(2025, 3, 1), None, "O012"),
    ]
    head = read(
        db,
        select(client.c.office_id, client.c.opened_on, client.c.segment, client.c.phone_masked).where(
            client.c.client_no == "000123"
        ),
    )[0]
    assert (offices[head[0]], *head[1:]) == ("O012", date(2016, 5, 9), "Mass", "138****8000")
    assert len(read(db, select(client_revision.c.body))) == 1
    assert load(db, tmp_path, "client", moved).same == 1


def test_a_change_without_a_day_holds_from_the_day_of_loading(sqlite_db, tmp_path):
    load_firm(sqlite_db, tmp_path, "org_unit", "client")
    with frozen(datetime(2026, 4, 1, 16, 30, tzinfo=UTC)):  # 2 April in Shanghai
        load(sqlite_db, tmp_path, "client", CLIENT.replace("Mass,C3", "Mass,C4"))
    assert read(
        sqlite_db,
        select(client_version.c.valid_from, client_version.c.risk_level)
        .where(client_version.c.client_id == 1)
        .order_by(client_version.c.version_id),
    ) == [(None, "C3"), (date(2026, 4, 2), "C4")]


def test_a_whole_history_in_one_file_is_idempotent(db, tmp_path):
    load_firm(db, tmp_path, "org_unit")
    body = (
        "client_no,name,kind,office_code,opened_on,segment,effective_on\n"
        "X1,甲,individual,O011,2015-01-01,A,\nX1,甲,individual,O011,2015-01-01,B,2020-01-01\n"
        "X1,甲,individual,O012,2015-01-01,B,2022-01-01\n"
    )
    assert load(db, tmp_path, "client", body).new == 3
    before = state(db)
    assert load(db, tmp_path, "client", body).same == 3
    assert state(db) == before
    assert read(
        db,
        select(client_version.c.valid_from, client_version.c.valid_to, client_version.c.segment).order_by(
            client_version.c.version_id
        ),
    ) == [(None, date(2020, 1, 1), "A"), (date(2020, 1, 1), date(2022, 1, 1), "B"), (date(2022, 1, 1), None, "B")]


def test_a_moved_unit_takes_its_subtree_along(db, tmp_path):
    load_firm(db, tmp_path, "org_unit")
    load(db, tmp_path, "org_unit", "unit_code,name,kind,parent_code\nB02,安徽,branch,HQ\nO011,南京,office,B02\n")
    assert read(
        db, select(org_unit.c.path).where(org_unit.c.unit_code.in_(("O011", "T01"))).order_by(org_unit.c.path)
    ) == [("/HQ/B02/O011/",), ("/HQ/B02/O011/T01/",)]
    assert sorted(read(db, select(org_unit_revision.c.path))) == [("/HQ/B01/O011/",), ("/HQ/B01/O011/T01/",)]


def test_a_changed_split_keeps_the_older_one(db, tmp_path):
    load_firm(db, tmp_path)
    body = RELATIONSHIP.replace("S001,0.6", "S001,0.5").replace("S002,0.4", "S002,0.5")
    result = load(db, tmp_path, "relationship", body)
    assert (result.changed, result.same) == (2, 1)
    assert read(db, select(relationship_share.c.share_bp).order_by(relationship_share.c.share_bp)) == [
        (5_000,),
        (5_000,),
        (10_000,),
    ]
    assert read(db, select(relationship.c.version).order_by(relationship.c.relationship_no)) == [(2,), (1,)]
    assert '"shares": [[' in read(db, select(relationship_revision.c.body))[0][0]


HEAD = RELATIONSHIP.splitlines()[0] + "\n"


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("R8,000123,core_service,2025-06-01,,S001,0.01\n", [2]),
        ("R8,000123,core_service,2025-01-01,2025-01-15,S001,1\n", []),
        ("R8,000123,core_service,2025-01-01,2025-01-16,S001,1\n", [2]),
        ("R8,000123,ib_service,2025-06-01,,S001,1\n", []),
        ("R1,000123,core_service,2025-01-15,2025-06-01,S001,1\nR8,000123,core_service,2025-06-01,,S002,1\n", []),
        ("R8,000125,core_service,2025-01-01,,S001,0.5\nR9,000125,core_service,2025-03-01,,S001,0.6\n", [2, 3]),
    ],
)  # fmt: skip
def test_a_client_is_never_handed_out_twice_over(sqlite_db, tmp_path, rows, wrong):
    load_firm(sqlite_db, tmp_path)
    before = state(sqlite_db)["relationship_share"]
    if not wrong:
        assert load(sqlite_db, tmp_path, "relationship", HEAD + rows).new >= 1
        return
    with pytest.raises(FileRefused) as refused:
        load(sqlite_db, tmp_path, "relationship", HEAD + rows)
    assert [(problem.code, problem.row, problem.column) for problem in refused.value.problems.shown] == [
        ("share_sum_client", row, "share") for row in wrong
    ]
    assert state(sqlite_db)["relationship_share"] == before


CHANGES = {
    "org_unit": "unit_code,name,kind,parent_code\nB02,安徽,branch,HQ\nO011,南京,office,B02\n",
    "staff": STAFF.replace("S003,赵敏,account_manager,O012", "S003,赵敏,adviser,O011")
    + "S004,新人,adviser,T01,S003,,,\n",
    "client": CLIENT.replace("Premium", "Mass").replace("13800138000", "13900139000")
    + "000126,丁,individual,O011,2020-01-01,,,,,\n",
    "account_event": "client_no,account_no,account_kind,event,at,amount\n"
    "000124,A2,margin,opened,2020-02-29T09:00:00+08:00,"
    "250.00\n000124,A9,futures,opened,2021-01-01,\n",
    "client_month": CLIENT_MONTH.replace("1100.50", "9.00") + "000125,2025-03,5.00,,,,,,\n",
    "relationship": RELATIONSHIP.replace("0.6", "0.5") + "R3,000125,maintenance,2025-01-01,,S001,1\n",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_rollback_restores_exactly_what_was_there(db, tmp_path, kind):
    load_firm(db, tmp_path)
    before = state(db)
    result = load(db, tmp_path, kind, CHANGES[kind])
    assert min(result.new, result.changed) >= 1
    assert state(db) != before
    rollback_batch(db, actor=OPERATOR, batch_id=result.batch_id)
    assert state(db) == before


def test_rollback_is_refused_while_a_newer_batch_or_other_rows_build_on_it(db, tmp_path):
    results = load_firm(db, tmp_path)
    newer = {kind: load(db, tmp_path, kind, CHANGES[kind]).batch_id for kind in ("client_month", "relationship")}
    for kind, code in (
        ("client_month", "newer_batch"),
        ("relationship", "newer_batch"),
        ("client", "in_use"),
        ("org_unit", "in_use"),
    ):
        before = state(db)
        with pytest.raises(RollbackRefused, match=code):
            rollback_batch(db, actor=OPERATOR, batch_id=results[kind].batch_id)
        assert state(db) == before
    for batch_id in (
        *newer.values(),
        *(
            results[kind].batch_id
            for kind in ("relationship", "client_month", "account_event", "client", "staff", "org_unit")
        ),
    ):
        rollback_batch(db, actor=OPERATOR, batch_id=batch_id)
    assert read(db, select(org_unit)) == read(db, select(client)) == read(db, select(staff_version)) == []
    with pytest.raises(RollbackRefused, match="batch_state"):
        rollback_batch(db, actor=OPERATOR, batch_id=newer["client_month"])


def test_a_refused_file_writes_nothing_but_the_record_of_its_refusal(db, tmp_path):
    load_firm(db, tmp_path)
    before = state(db)
    body = CLIENT_MONTH.replace("-20.00", "1,5") + "000999,2025-01,1.00,,,,,,\n"
    with pytest.raises(FileRefused) as refused:
        load(db, tmp_path, "client_month", body.replace("1,5", "１．５５５"))
    assert [(p.code, p.row, p.column) for p in refused.value.problems.shown] == [("amount_decimals", 4, "end_assets")]
    with pytest.raises(FileRefused) as refused:
        load(db, tmp_path, "client_month", body.replace("1,5", "1.5"))
    assert [(p.code, p.row, p.column) for p in refused.value.problems.shown] == [("client_unknown", 5, "client_no")]
    assert state(db) == before
    with db.reading() as connection:
        newest = read_batches(connection, 1)[0]
        assert (newest.state, newest.kind, newest.rows_new) == ("refused", "client_month", 0)
        assert [(e.code, e.row_number) for e in read_errors(connection, newest.batch_id)] == [("client_unknown", 5)]
        actions = connection.execute(select(audit_event.c.action).order_by(audit_event.c.sequence)).scalars().all()
    assert actions[-2:] == ["import.refuse", "import.refuse"]
    assert actions[:-2] == ["import.commit"] * 6


def test_a_dry_run_counts_and_leaves_no_trace(db, tmp_path):
    load_firm(db, tmp_path)
    before = state(db, everything=True)
    result = load(db, tmp_path, "client_month", CHANGES["client_month"], dry_run=True)
    assert (result.batch_id, result.new, result.changed, result.same) == (None, 1, 1, 2)
    assert state(db, everything=True) == before

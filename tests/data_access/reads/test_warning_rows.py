"""Rows that the churn model learns from: who is in them, what was known then, who was lost."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import delete, insert, select, update

from data_access.actor import OperatorActor
from data_access.clock import month_closes_at
from data_access.reads.generation import read_generation
from data_access.reads.warning_rows import (
    SPREAD,
    WHOLE,
    count_warning_rows,
    read_log_starts,
    read_lost_ids,
    read_warning_rows,
)
from data_access.refresh import refresh
from data_access.tables import client_month, complaint, contact_log
from metrics.warning.features import features_of
from metrics.warning.training import read_history
from metrics.warning.words import FEATURES
from tests.support.firm import AS_OF, small_firm


def read(db, month, **how):
    with db.reading() as connection:
        return read_warning_rows(connection, read_generation(connection), month, read_log_starts(connection), **how)


def test_lost_and_archived_clients_are_not_in_the_rows(firm_db):
    rows = read(firm_db, AS_OF)
    assert rows["client_id"].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14]
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        assert count_warning_rows(connection, generation, AS_OF) == 11
        assert [read_lost_ids(connection, generation, month) for month in (202412, 202502, AS_OF)] == [{14}, {13}, {12}]
    first = rows.set_index("client_id").loc[1]
    # steady: 1,000,000 yuan, 5,000,000 of turnover a month, twelve months in the tier value
    assert first[["end_assets_fen", "assets_3_fen", "assets_12_fen"]].tolist() == [100_000_000] * 3
    assert (first["turnover_recent_fen"], first["turnover_3_fen"]) == (1_500_000_000, 1_500_000_000)
    assert first["value_fen"] == 1_200_000


def test_slices_and_draws_give_the_same_rows(firm_db):
    whole = read(firm_db, AS_OF)
    first, second = read(firm_db, AS_OF, limit=6), read(firm_db, AS_OF, after=6)
    assert first["client_id"].tolist() + second["client_id"].tolist() == whole["client_id"].tolist()
    wanted = [key for key in whole["client_id"] if key * SPREAD % WHOLE < 0.5 * WHOLE]
    assert read(firm_db, AS_OF, share=0.5)["client_id"].tolist() == wanted
    assert 3 <= len(wanted) <= 8


def test_the_label_is_loss_within_the_horizon(firm_db):
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        one = read_history(connection, generation, [202505], 1)
        three = read_history(connection, generation, [202411, 202503], 3)
    assert one.loc[one["is_lost"] == 1, "client_id"].tolist() == [12]
    lost = three[three["is_lost"] == 1]
    assert list(zip(lost["month"], lost["client_id"], strict=True)) == [(202411, 13), (202411, 14), (202503, 12)]
    assert list(one.columns) == [*FEATURES, "client_id", "month", "is_lost", "warning_points"]


def test_features_of_clients_worked_out_by_hand(firm_db):
    rows = read(firm_db, AS_OF)
    made = features_of(rows, AS_OF).set_index(rows["client_id"])
    new, back, quiet, gap = made.loc[7], made.loc[14], made.loc[8], made.loc[10]
    assert new[["tenure", "first_year", "tier", "not_a_person"]].tolist() == [0, 1, 0, 0]
    assert new["assets"] == pytest.approx(np.log1p(80_000), rel=1e-6)
    assert np.isnan(new["assets_change_1"])
    assert back["cash_share"] == pytest.approx(0.1, abs=1e-6)
    assert quiet[["months_quiet", "months_since_trade", "silent", "assets_change_3"]].tolist() == [12, 12, 1, 0]
    assert gap["silent"] == 0
    assert made.loc[1, ["tier", "assets_change_12", "months_since_trade"]].tolist() == [2, 0, 0]
    # 10,000 in, against 1,000,000 before, 10,000 in and the floor of 100
    assert made.loc[1, "net_inflow"] == pytest.approx(10_000 / 1_010_100, rel=1e-6)
    assert made.loc[5, "not_a_person"] == 1


def test_contacts_and_complaints_count_up_to_the_months_end_only(sqlite_db):
    small_firm(sqlite_db, refreshed=True)
    closes, long_ago = month_closes_at(202503), month_closes_at(202312)
    with sqlite_db.writing() as connection:
        connection.execute(delete(contact_log))
        connection.execute(
            insert(contact_log).values(client_id=3, staff_id=1, at=long_ago, channel="phone", request_id="c")
        )
        connection.execute(insert(complaint).values(complaint_no="K", client_id=3, at=long_ago))
        for number, at in enumerate((month_closes_at(202412), closes - timedelta(seconds=1), closes)):
            connection.execute(insert(contact_log).values(client_id=1, staff_id=1, at=at, channel="phone",
                                                          request_id=f"c{number}"))  # fmt: skip
            connection.execute(insert(complaint).values(complaint_no=f"K{number}", client_id=2, at=at))
    rows = read(sqlite_db, 202503).set_index("client_id")
    assert rows.loc[1, ["contacts_count", "complaints_count"]].tolist() == [2, 0]
    assert rows.loc[2, ["contacts_count", "complaints_count"]].tolist() == [0, 2]


def test_before_the_first_record_of_a_log_nothing_is_known_of_it(sqlite_db):
    small_firm(sqlite_db, refreshed=True)
    with sqlite_db.writing() as connection:
        connection.execute(delete(contact_log))
    assert read(sqlite_db, 202503)["contacts_count"].isna().all()
    with sqlite_db.writing() as connection:
        connection.execute(insert(contact_log).values(client_id=1, staff_id=1, at=month_closes_at(202412),
                                                      channel="phone", request_id="c"))  # fmt: skip
    known = {month: read(sqlite_db, month)["contacts_count"].notna().all() for month in (202502, 202503)}
    assert known == {202502: False, 202503: True}
    made = features_of(read(sqlite_db, 202503), 202503)
    assert made["contacts"].tolist()[:2] == [pytest.approx(np.log(2)), 0]
    assert made["complaints"].isna().all()


def test_what_happens_later_never_changes_the_features_of_a_month(sqlite_db):
    small_firm(sqlite_db, refreshed=True)
    before = features_of(read(sqlite_db, 202502), 202502)
    with sqlite_db.writing() as connection:
        later = client_month.c.month > 202502
        connection.execute(update(client_month).where(later).values(end_assets_fen=1, trades_count=0, turnover_fen=0))
        assert connection.execute(select(client_month.c.client_id).where(later)).first()
    refresh(sqlite_db, actor=OperatorActor("test"), full=True)
    assert features_of(read(sqlite_db, 202502), 202502).equals(before)
    assert not features_of(read(sqlite_db, 202503), 202503).equals(before)

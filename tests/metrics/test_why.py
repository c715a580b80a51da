"""Why a client stands where it stands: rule, what was found, what is asked, what would change it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from data_access.scope import Scope
from metrics import why
from metrics.errors import QuestionError

D = Decimal


def lines(db, number, aspect, **asked):
    frame = why(f"{number:08d}", db=db, **asked)
    return frame[frame["aspect"] == aspect].drop(columns="aspect").values.tolist()


def test_a_silent_client_shows_twelve_month_ends_and_the_way_out(firm_db):
    found = lines(firm_db, 8, "status")
    assert [row[:3] for row in found[:2]] == [
        ["silent", "R-24", "R-24.open_months"], ["silent", "R-24", "R-24.month_ends"]]  # fmt: skip
    assert [row[3:7] for row in found if row[2] == "R-24.assets"][-1] == [True, D("500"), D("1000"), "2025-06"]
    assert found[0][7] == ("One of these by the end of 2025-07: Month-end assets of 2025-07 reach 1,000.00 yuan. "
                           "A trade in 2025-07.")  # fmt: skip
    # why not lost and not archived
    assert [(row[2], row[3], row[8]) for row in found[2 + 2 * 12 :]] == [
        ("R-20.since", False, "lost"), ("R-23.since", False, "archived")]  # fmt: skip
    assert lines(firm_db, 8, "pool")[0][:4] == ["silent", "R-26", "R-26.pool", True]


def test_a_gap_is_undetermined_and_names_the_missing_month(firm_db):
    found = lines(firm_db, 10, "status")
    assert {row[0] for row in found} == {"undetermined"}
    assert [row[6] for row in found if row[2] == "R-24.assets" and row[4] is None] == ["2025-01"]


def test_lost_and_archived_say_since_when(firm_db):
    assert lines(firm_db, 12, "status")[0][:7] == ["lost", "R-20", "R-20.since", True, None, None, "2025-06-18"]
    assert lines(firm_db, 11, "status")[0][:7] == ["archived", "R-23", "R-23.since", True, None, None, "2025-03-14"]
    assert lines(firm_db, 12, "tier")[0][0] is None
    assert lines(firm_db, 12, "status", as_of="2025-05-31")[0][0] == "normal"


def test_a_tier_shows_value_cut_off_and_what_is_missing(firm_db):
    change = ("Net income of 2025-07 reaches 6,500.00 yuan: tier A. "
              "Trailing net income is below 6,000.00 yuan at the end of 2025-07: tier B ends.")  # fmt: skip
    assert lines(firm_db, 2, "tier") == [
        ["B", "R-53", "R-53.value_A", False, D("6000"), D("12000"), "2025-06-30", change, "A"],
        ["B", "R-53", "R-53.value_B", True, D("6000"), D("6000"), "2025-06-30", change, "B"],
        ["B", "R-53", "R-53.value_C", False, D("6000"), D("6000"), "2025-06-30", change, "C"]]  # fmt: skip
    assert lines(firm_db, 1, "tier")[0][7].startswith("Trailing net income is below 12,000.00 yuan")
    assert [row[2] for row in lines(firm_db, 12, "tier")][-1] == "R-53.not_lost"
    assert {row[7] for row in lines(firm_db, 12, "tier")} == {None}


def test_a_client_outside_the_reach_is_not_found(firm_db):
    with pytest.raises(QuestionError, match="Client 00000001 was not found as of 2025-06"):
        why("00000001", db=firm_db, scope=Scope(office_ids=frozenset({6})))
    with pytest.raises(QuestionError, match="Client nobody was not found"):
        why("nobody", db=firm_db)

from __future__ import annotations

import csv
import io

import pytest

from data_access.actor import ActingUser
from data_access.scope import FIRM, Scope
from metrics.errors import QuestionError
from metrics.export.lifecycle import EXPORTERS

HQ = ActingUser(1, "hq", "HQ", "hq", 1, None, FIRM)


def lines(db, name, user=HQ, **params):
    made = EXPORTERS[name](db, user, {"as_of": "2025-06", **params})
    return list(csv.reader(io.StringIO(b"".join(made.chunks).decode("utf-8-sig"))))


def test_losses_of_a_period_as_on_the_page(firm_db):
    head, *found = lines(firm_db, "losses")
    assert [row[0][-2:] for row in found] == ["12", "14", "13"]
    assert dict(zip(head, found[0], strict=True)) | {"Name": "", "Holders": ""} == {
        "Client number": "00000012", "Name": "", "Office code": "O012", "Business office": "杭州庆春路营业部",
        "Kind": "Individual", "Lost on": "2025-06-18", "Loss reason": "", "Note": "", "Tier before": "Tier C",
        "Net income, 12 months before (yuan)": "240.00", "Assets the month before (yuan)": "20000.00", "Back on": "",
        "Holders": ""}  # fmt: skip


@pytest.mark.parametrize(("params", "found"), [
    ({"period": "month"}, ["12"]), ({"reason": "without"}, ["12", "14"]), ({"reason": "with"}, ["13"]),
    ({"why": ["commission"]}, ["13"]), ({"back": "yes"}, ["14"]),
    ({"back": "no", "kind": ["individual"]}, ["12", "13"]), ({"tier_before": ["A"]}, []), ({"unit": "O011"}, ["14"]),
])  # fmt: skip
def test_filters_of_the_page_keep_the_same_losses(firm_db, params, found):
    assert [row[0][-2:] for row in lines(firm_db, "losses", **params)[1:]] == found


def test_a_masked_reach_gets_its_own_without_names(firm_db):
    analyst = ActingUser(9, "a", "A", "analyst", 3, None, Scope(office_ids=frozenset({6}), masks_names=True))
    assert [row[:3] for row in lines(firm_db, "losses", analyst)[1:]] == [["00000013", "梁*", "O021"]]


def test_warnings_and_unknown_periods(firm_db):
    assert [row[:1] for row in lines(firm_db, "warnings", why=["outflow", "unknown"])] == [["Client number"]]
    with pytest.raises(QuestionError, match="Unknown period"):
        lines(firm_db, "losses", period="century")

"""R-50 to R-52 with the worked examples of the catalogue, and the edges between them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.prospects import (
    Need,
    ProspectGrade,
    ProspectState,
    decide_divisions,
    decide_grade,
    decide_urgency,
    decide_words,
    is_open,
)
from domain.words import codes

ON = date(2024, 3, 15)


@pytest.mark.parametrize(("need", "expected_on", "grade"), [
    ("target", date(2024, 4, 15), "A"), ("target", date(2024, 4, 16), "B"), ("target", date(2024, 6, 15), "B"),
    ("target", date(2024, 6, 16), "C"), ("target", date(2024, 9, 15), "C"), ("target", date(2024, 9, 16), "D"),
    ("target", date(2024, 3, 1), "A"), ("target", None, None), ("potential", date(2024, 3, 22), "D"),
    ("potential", None, "D"), ("none", None, "E"), ("none", date(2024, 3, 16), "E"),
])  # fmt: skip
def test_grades(need: str, expected_on: date | None, grade: str | None) -> None:
    assert decide_grade(need, expected_on, ON) == grade


@pytest.mark.parametrize(("on", "expected_on", "grade"), [
    (date(2024, 1, 31), date(2024, 2, 29), "A"), (date(2024, 1, 31), date(2024, 3, 1), "B"),
    (date(2023, 8, 31), date(2024, 2, 29), "C"), (date(2023, 8, 31), date(2024, 3, 1), "D"),
])  # fmt: skip
def test_a_month_ends_with_the_month(on: date, expected_on: date, grade: str) -> None:
    assert decide_grade("target", expected_on, on) == grade


@pytest.mark.parametrize(("act_by", "urgency"), [
    (ON + timedelta(days=7), "urgent"), (ON + timedelta(days=8), "soon"), (date(2024, 4, 15), "soon"),
    (date(2024, 4, 16), "not_urgent"), (date(2024, 6, 15), "not_urgent"), (date(2024, 6, 16), "slow"),
    (date(2024, 3, 14), "urgent"), (None, None),
])  # fmt: skip
def test_urgency(act_by: date | None, urgency: str | None) -> None:
    assert decide_urgency(act_by, ON) == urgency


@pytest.mark.parametrize(("need", "state", "grade", "has_account", "code"), [
    ("target", "negotiating", "A", False, "R-52.allowed"), ("none", "potential", "B", False, "R-52.grade"),
    ("potential", "potential", "D", False, "R-52.allowed"), ("none", "potential", "E", False, "R-52.allowed"),
    ("potential", "potential", "E", False, "R-52.grade"), ("target", "won", "A", False, "R-52.no_account"),
    ("target", "won", "A", True, "R-52.allowed"), ("target", "negotiating", "A", True, "R-52.has_account"),
    ("target", "potential", None, False, "R-52.allowed"),
])  # fmt: skip
def test_divisions_fit_together(need: str, state: str, grade: str | None, has_account: bool, code: str) -> None:
    decision = decide_divisions(need, state, grade, has_account=has_account)
    assert (decision.reason.code, decision.allowed) == (code, code == "R-52.allowed")


@given(st.sampled_from(codes(Need)), st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_grade_e_if_and_only_if_there_is_no_need(need: str, expected_on: date | None) -> None:
    grade = decide_grade(need, expected_on, ON)
    assert (grade == ProspectGrade.E) == (need == Need.NONE)
    assert decide_divisions(need, ProspectState.POTENTIAL, grade, has_account=False).allowed


@pytest.mark.parametrize(("need", "state", "open_"), [
    ("target", "negotiating", True), ("potential", "potential", True), ("none", "potential", False),
    ("target", "won", False)])  # fmt: skip
def test_won_and_dead_prospects_are_not_worked_on(need: str, state: str, open_: bool) -> None:
    assert is_open(need, state) is open_


@pytest.mark.parametrize(("name", "note", "code"), [
    ("  ", "", "prospect.name_missing"), ("x" * 61, "", "prospect.name_long"), ("x" * 60, "", "prospect.allowed"),
    (" 王 ", "n" * 501, "prospect.note_long"), ("王", "n" * 500, "prospect.allowed"),
])  # fmt: skip
def test_words(name: str, note: str, code: str) -> None:
    assert decide_words(name, note).reason.code == code

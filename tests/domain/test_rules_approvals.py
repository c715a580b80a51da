"""Worked examples of the forms and documents of approvals (R-16, R-37), of posts and of delegations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.documents import LARGEST_BYTES, Form, decide_file, decide_forms, required_documents
from domain.posts import Handing, PostPerson, decide_delegation, decide_post_holder
from domain.register_words import ChainKind
from domain.relationship_types import FIRST_TYPE_RULES

OPENED = date(2024, 7, 8)
TODAY = date(2024, 7, 10)
RISK, SERVICE = Form("risk_form", OPENED, is_checked=True), Form("service_form", OPENED, is_checked=True)
RULES = {rule.type: rule for rule in FIRST_TYPE_RULES}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 20 + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


@pytest.mark.parametrize(("forms", "code"), [
    pytest.param((RISK, SERVICE), "R-37.forms_allowed", id="R-37-1-both-forms"),
    pytest.param((RISK,), "R-37.no_form", id="R-37-3-form-missing"),
    pytest.param((RISK, replace(SERVICE, signed_on=date(2024, 7, 9))), "R-37.wrong_day", id="R-37-4-day-after-opening"),
    pytest.param((replace(RISK, signed_on=None), SERVICE), "R-37.wrong_day", id="R-37-4-without-day"),
    pytest.param((RISK, replace(SERVICE, is_checked=False)), "R-37.unchecked", id="R-37-unchecked"),
    pytest.param((RISK, replace(SERVICE, signed_on=date(2024, 7, 9)), SERVICE), "R-37.forms_allowed",
                 id="R-37-a-second-copy-is-right"),
])  # fmt: skip
def test_forms_of_an_agents_client(forms: tuple[Form, ...], code: str) -> None:
    required = required_documents(RULES["agent_development"].documents, ChainKind.IN_TIME)
    decision = decide_forms(required, forms, event_on=OPENED)
    assert (decision.allowed, decision.reason.code) == (code == "R-37.forms_allowed", code)


@pytest.mark.parametrize(("kind", "forms", "code"), [
    pytest.param("cross_branch", (Form("statement"),), "R-37.forms_allowed", id="R-16-1-statement-attached"),
    pytest.param("cross_branch", (), "R-37.no_form", id="R-16-2-statement-missing"),
    pytest.param("makeup", (), "R-37.forms_allowed", id="R-16-3-no-cooperation"),
])  # fmt: skip
def test_the_statement_of_a_cooperation(kind: str, forms: tuple[Form, ...], code: str) -> None:
    required = required_documents(RULES["new_development"].documents, kind)
    assert decide_forms(required, forms, event_on=OPENED).reason.code == code


@pytest.mark.parametrize(("name", "content", "code"), [
    ("form.pdf", PDF, "document.allowed"), ("scan.PNG", PNG, "document.allowed"), ("a.jpeg", JPEG, "document.allowed"),
    ("a.jpg", JPEG, "document.allowed"), ("form.pdf", PNG, "document.kind_unknown"),
    ("form.pdf", b"", "document.empty"), ("form.pdf", b"%PDF-1.7 cut off", "document.kind_unknown"),
    ("form.svg", b"<svg onload=alert(1)>", "document.kind_unknown"), ("form", PDF, "document.kind_unknown"),
    ("form.pdf.exe", PDF, "document.kind_unknown"), ("a.html", b"<html>%PDF-", "document.kind_unknown"),
    ("form.pdf", PDF + b" " * LARGEST_BYTES, "document.too_large"), ("x" * 117 + ".pdf", PDF, "document.name_long"),
])  # fmt: skip
def test_files_that_are_kept(name: str, content: bytes, code: str) -> None:
    assert decide_file(name, content).reason.code == code


PERSON = PostPerson("r1", "branch_reviewer", is_live=True, belongs=True)


@pytest.mark.parametrize(("post", "person", "day", "code"), [
    pytest.param("opening_review", PERSON, TODAY, "post.allowed", id="R-14-named-person"),
    pytest.param("outlet_review", replace(PERSON, posts=frozenset({"opening_review"})), TODAY, "post.same_person",
                 id="R-14-two-persons-for-two-reviews"),
    pytest.param("stock_approval", replace(PERSON, role="branch_head"), TODAY, "post.allowed", id="R-38-head-himself"),
    pytest.param("final_approval", PERSON, TODAY, "post.not_named", id="R-14-final-approval-is-the-heads"),
    pytest.param("opening_review", replace(PERSON, role="staff"), TODAY, "post.role", id="staff"),
    pytest.param("opening_review", replace(PERSON, belongs=False), TODAY, "post.person", id="other-branch"),
    pytest.param("opening_review", replace(PERSON, is_live=False), TODAY, "post.person", id="disabled"),
    pytest.param("opening_review", PERSON, date(2024, 7, 9), "post.past", id="yesterday"),
])  # fmt: skip
def test_who_is_named_for_a_post(post: str, person: PostPerson, day: date, code: str) -> None:
    assert decide_post_holder(post, person, valid_from=day, today=TODAY).reason.code == code


HEAD = PostPerson("head", "branch_head", is_live=True, belongs=True, posts=frozenset({"final_approval"}))
HANDING = Handing(1, 2, TODAY, date(2024, 7, 12))


@pytest.mark.parametrize(("holder", "delegate", "handing", "others", "code"), [
    pytest.param(HEAD, PERSON, HANDING, (), "post.allowed", id="R-14-recorded-delegate"),
    pytest.param(replace(HEAD, posts=frozenset()), PERSON, HANDING, (), "delegation.not_held",
                 id="R-14-who-does-not-hold-it"),
    pytest.param(HEAD, HEAD, replace(HANDING, to_user=1), (), "delegation.self", id="deputy-of-oneself"),
    pytest.param(HEAD, PERSON, HANDING, (Handing(2, 1, TODAY, TODAY),), "delegation.ring", id="ring-of-two"),
    pytest.param(HEAD, PERSON, HANDING, (Handing(2, 3, TODAY, TODAY), Handing(3, 1, TODAY, TODAY)), "delegation.ring",
                 id="ring-of-three"),
    pytest.param(HEAD, PERSON, HANDING, (Handing(2, 1, date(2024, 7, 13), date(2024, 7, 14)),), "post.allowed",
                 id="back-again-later"),
    pytest.param(HEAD, PERSON, replace(HANDING, valid_from=date(2024, 7, 9)), (), "post.past", id="from-yesterday"),
    pytest.param(HEAD, PERSON, replace(HANDING, valid_to=date(2024, 7, 9)), (), "delegation.period", id="ends-before"),
    pytest.param(HEAD, PERSON, replace(HANDING, valid_to=date(2025, 7, 11)), (), "delegation.long", id="367-days"),
    pytest.param(HEAD, PERSON, replace(HANDING, valid_to=date(2025, 7, 10)), (), "post.allowed", id="366-days"),
    pytest.param(HEAD, replace(PERSON, belongs=False), HANDING, (), "post.person", id="other-branch"),
    pytest.param(HEAD, replace(PERSON, role="staff"), HANDING, (), "post.role", id="staff"),
])  # fmt: skip
def test_who_decides_for_whom(holder: PostPerson, delegate: PostPerson, handing: Handing,
                              others: tuple[Handing, ...], code: str) -> None:  # fmt: skip
    assert decide_delegation("final_approval", holder, delegate, handing, others, today=TODAY).reason.code == code

"""System > Rules: versions for every reader, the draft and its publication for headquarters only."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest
from sqlalchemy import select

from data_access.actor import OperatorActor
from data_access.commands.rules import open_draft, save_draft
from data_access.database import Database
from data_access.reads.rule_versions import read_draft, read_versions
from data_access.refresh import refresh
from data_access.tables import audit_event
from domain.policies import FIRST_RULE_SET, RuleSet
from domain.rule_faults import KNOWN_FIELDS
from metrics.language import CHINESE, read_messages
from pages._ui.rules.fields import FIELDS, GROUPS, PEERS, PROFILE
from tests.support.apptest import Open, Screen

OPERATOR = OperatorActor("tests")
READERS = ["branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor", "user_admin"]


def drafted(db: Database, **values: object) -> RuleSet:
    """Open a draft and save it with other numbers."""
    rules = replace(open_draft(db, actor=OPERATOR), **values)  # type: ignore[arg-type]
    save_draft(db, actor=OPERATOR, seen=stamp(db), rules=rules)
    return rules


def stamp(db: Database) -> str:
    with db.reading() as connection:
        found = read_draft(connection)
    assert found is not None
    return found.stamp


def number(screen: Screen, name: str) -> object:
    return next(entry for entry in screen.at.number_input if str(entry.key).endswith(name))


def test_every_number_of_a_rule_set_has_a_place_a_name_and_a_translation() -> None:
    assert {one.name for one in FIELDS} == {one.name for one in fields(RuleSet)} - {"version"}
    assert {one.group for one in FIELDS} == set(GROUPS)
    assert {name for known in KNOWN_FIELDS.values() for name in known} == set(PROFILE)
    chinese = read_messages(CHINESE)
    words = [text for one in FIELDS for text in (one.label, one.help)]
    words += [text for pair in GROUPS.values() for text in pair] + [*PEERS.values(), *PROFILE.values()]
    assert [text for text in words if text not in chinese] == []


@pytest.mark.parametrize("user", ["hq", *READERS])
def test_every_reader_sees_the_published_numbers(look: Open, user: str) -> None:
    screen = look("rules", user)
    assert screen.heading == "Rules"
    assert list(screen.table("Version", "Valid from")["Version"]) == [1]
    numbers = screen.table("Number", "Value", "Rule")
    values = dict(zip(numbers["Number"], numbers["Value"], strict=True))
    assert (values["Tier A: the top"], values["Silent below"], values["Silent after"]) == (
        "5 %", "1,000.00 yuan", "12 months")  # fmt: skip
    assert any("newest month 2025-06 follows version 1" in text for text in screen.says("caption"))


@pytest.mark.parametrize("user", READERS)
def test_a_draft_is_nobody_elses_business(open_screen: Open, firm: Database, user: str) -> None:
    drafted(firm, watch_months=7)
    for view in ("versions", "compare", "draft"):
        screen = open_screen("rules", user, query={"view": view})
        assert "Draft" not in screen.options("filter_view")
        assert not [
            button.label for button in screen.at.button if button.label in ("Begin a draft", "What would change")
        ]
        assert "7 months" not in screen.everything()


def test_a_draft_is_begun_edited_previewed_and_published(open_screen: Open, firm: Database) -> None:
    screen = open_screen("rules", "hq", query={"view": "draft"})
    assert any("No draft is open" in text for text in screen.says("info"))
    screen.press("Begin a draft")
    assert any("Nothing is changed yet" in text for text in screen.says("markdown"))
    number(screen, "tier_b_bp").set_value(50.0)  # type: ignore[attr-defined]
    number(screen, "watch_months").set_value(3)  # type: ignore[attr-defined]
    screen.press("Save the draft")
    said = "\n".join(screen.says("markdown"))
    assert "Tiers · Tiers A and B: the top: 20 % → 50 %" in said
    assert "Tiers · Months on watch: 0 months → 3 months" in said

    screen.press("What would change")
    matrix = screen.table("Before", "→ A")
    # N = 8 with value: B reaches down to the fourth instead of the second, so two clients rise
    assert matrix.set_index("Before").loc["C", "→ B"] == 2
    assert (screen.cards["Clients that change"], screen.cards["Tier up"], screen.cards["Tier down"]) == ("2", "2", "0")
    assert set(screen.table("Client", "Tier")["Client"]) == {"00000003", "00000005"}
    assert screen.cards["Their trailing income"] == "¥6.00K"  # 2,400 + 3,600

    screen.at.checkbox[0].check()
    screen.run().press("Publish version 2")
    assert any("Version 2 was published" in text for text in screen.says("success"))
    with firm.reading() as connection:
        newest = read_versions(connection)[0]
        acts = connection.execute(select(audit_event.c.action).where(audit_event.c.object_kind == "rule_set")).scalars()
        assert list(acts) == ["rules.draft", "rules.save", "rules.publish"]
    assert (newest.state, newest.rules.tier_b_bp, newest.rules.watch_months) == ("published", 5_000, 3)
    refresh(firm, actor=OPERATOR)
    after = open_screen("tiers", "hq").table("Tier", "Clients")
    assert dict(zip(after["Tier"], after["Clients"], strict=True)) == {"A": "1", "B": "3", "C": "8"}
    listed = open_screen("rules", "staff")
    assert list(listed.table("Version", "Changes")["Version"]) == [2, 1]


def test_faults_are_named_and_nothing_is_saved(open_screen: Open, firm: Database) -> None:
    drafted(firm, watch_months=3)
    before = stamp(firm)
    screen = open_screen("rules", "hq", query={"view": "draft"})
    number(screen, "tier_a_bp").set_value(30.0)  # type: ignore[attr-defined]
    number(screen, "near_silent_to").set_value(40)  # type: ignore[attr-defined]
    screen.press("Save the draft")
    said = "\n".join(screen.says("error"))
    assert "Tiers · Tier A: the top: The share of tier A cannot be greater" in said
    assert "Near silent to: Near silent must end before" in said
    assert stamp(firm) == before


def test_a_draft_changed_by_another_is_not_overwritten(open_screen: Open, firm: Database) -> None:
    rules = drafted(firm, watch_months=3)
    screen = open_screen("rules", "hq", query={"view": "draft"})
    number(screen, "watch_months").set_value(9)  # type: ignore[attr-defined]
    save_draft(firm, actor=OPERATOR, seen=stamp(firm), rules=replace(rules, watch_months=5))
    screen.press("Save the draft")
    with firm.reading() as connection:
        found = read_draft(connection)
    assert found is not None
    assert found.rules.watch_months == 5


def test_a_draft_is_discarded(open_screen: Open, firm: Database) -> None:
    drafted(firm, watch_months=3)
    screen = open_screen("rules", "hq", query={"view": "draft"}).press("Discard the draft")
    assert any("No draft is open" in text for text in screen.says("info"))
    with firm.reading() as connection:
        assert [one.rules for one in read_versions(connection)] == [FIRST_RULE_SET]


def test_two_versions_side_by_side(open_screen: Open, firm: Database) -> None:
    drafted(firm, watch_months=3, tier_a_bp=700, valid_from=date(2025, 8, 1))
    screen = open_screen("rules", "hq", query={"view": "compare"}, language="zh")
    table = screen.table("第 1 版")
    assert ["0 个月", "3 个月"] in table.iloc[:, -2:].to_numpy().tolist()
    assert ["5 %", "7 %"] in table.iloc[:, -2:].to_numpy().tolist()
    assert any("目前只有一个版本" in text for text in
               open_screen("rules", "staff", query={"view": "compare"}, language="zh").says("success"))  # fmt: skip

"""Lifecycle & churn on the small firm: every view for every role, and entering a reason."""

from __future__ import annotations

from datetime import date

import pytest

from data_access.actor import SessionActor
from data_access.commands.loss_reasons import SeenLoss, enter_loss_reasons
from data_access.database import Database
from domain.words import LossReason
from metrics.catalogue import METRICS
from pages._ui.lifecycle import reads as lifecycle_reads
from tests.support.apptest import Open

VIEWS = ["stages", "moves", "flow", "reasons", "near", "survival", "warnings"]
READERS = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor"]
# losses of 2024-07 to 2025-06 inside each reach, the most valuable first
LOST = {"hq": ["12", "14", "13"], "branch_head": ["12", "14"], "branch_reviewer": ["12", "14"], "office_head": ["14"],
        "staff": ["14"], "analyst": ["12", "14", "13"], "auditor": ["12", "14", "13"]}  # fmt: skip
MAY_ENTER = {"hq", "branch_head", "office_head", "staff"}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_opens_in_both_languages(look: Open, view: str, language: str) -> None:
    screen = look("lifecycle", "hq", language=language, query={"view": view})
    assert screen.heading == {"en": "Lifecycle & churn", "zh": "生命周期与流失"}[language]
    assert screen.value("filter_view") == view


@pytest.mark.parametrize("user", READERS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_role_opens_every_view(look: Open, user: str, view: str) -> None:
    assert look("lifecycle", user, query={"view": view}).heading == "Lifecycle & churn"


def test_stages_add_up_to_the_clients(look: Open) -> None:
    screen = look("lifecycle", "hq")
    table = screen.table("Stage", "Clients").set_index("Stage")["Clients"].to_dict()
    assert table == {"Potential": 0, "Building": 1, "Growing": 0, "Mature": 7, "Declining": 4, "Lost": 2}
    places = screen.table("Group", "Declining share").set_index("Group")
    assert places[["Building", "Growing", "Mature", "Declining"]].sum().sum() == 12
    assert places["Declining share"].round(1).tolist() == [33.3, 33.3]


def test_the_clients_behind_a_move(look: Open) -> None:
    screen = look("lifecycle", "hq", query={"view": "moves", "to": "lost"})
    assert screen.clients == ["00000012", "00000013"]  # lost since 2025-03, and lost at both ends
    screen.choose("filter_from", "lost")
    assert screen.clients == ["00000013"]
    assert screen.address == {"view": "moves", "from": "lost", "to": "lost"}


@pytest.mark.parametrize("user", READERS)
def test_losses_of_a_year_inside_the_reach(look: Open, user: str) -> None:
    screen = look("lifecycle", user, query={"view": "flow"})
    rows = screen.table("client", "lost_on")
    assert [link.rsplit("client=", 1)[1][-2:] for link in rows["client"]] == LOST[user]
    assert screen.cards[METRICS["lost_clients"].label] == ("0" if user in ("office_head", "staff") else "1")
    names = set(rows["name"])
    assert any("*" in name for name in names) == (user in ("analyst", "auditor"))


def test_churn_by_tier_and_by_place(look: Open) -> None:
    screen = look("lifecycle", "hq", query={"view": "flow"})
    tiers = screen.table("Group", "Lost").set_index("Group")
    assert tiers["Lost"].to_dict() == {"A": 0, "B": 0, "C": 3}
    assert (tiers["Lost assets (yuan)"]["C"], tiers["Lost trailing income (yuan)"]["C"]) == (60_000.0, 450.0)
    assert round(tiers["Churn rate"]["C"], 4) == round(3 / 11, 4)
    screen.choose("filter_by", "office")
    offices = screen.table("Group", "Net churn rate")
    assert sorted(zip(offices["Lost"], offices["Churn rate"], offices["Returned"], strict=True)) == [
        (1, 0.2, 1), (1, 0.25, 0), (1, 0.25, 0)]  # fmt: skip
    screen.choose("filter_period", "month")
    assert screen.table("Group", "Lost")["Lost"].sum() == 1


def test_losses_without_a_reason_wait_and_others_do_not(look: Open) -> None:
    screen = look("lifecycle", "hq", query={"view": "reasons"})
    assert screen.cards[METRICS["loss_reason_filled"].label] == "33.3%"
    reasons = screen.table("Reason", "Losses")
    assert dict(zip(reasons["Reason"], reasons["Losses"], strict=True)) == {"Commission": 1, "No reason yet": 2}
    assert len(screen.table("client", "lost_on")) == 2
    screen.choose("filter_reason", "with")
    assert list(screen.table("client", "lost_on")["reason"]) == ["Commission"]


@pytest.mark.parametrize("user", READERS)
def test_who_may_enter_a_reason_is_asked_to(look: Open, user: str) -> None:
    screen = look("lifecycle", user, query={"view": "reasons"})
    offers = [button.label for button in screen.at.button if button.key == "enter_reason"]
    assert offers == (["Select rows to enter a reason"] if user in MAY_ENTER else [])


def test_the_dialog_asks_for_one_reason_of_the_selection(open_screen: Open) -> None:
    """What the dialog commits is a run of its own fragment, and the command has tests of its own."""
    screen = open_screen("lifecycle", "branch_head", query={"view": "reasons"})
    screen.select_rows("reasons_without_0", 0, 1)
    screen.press("Enter the reason of the selected (2)")
    assert "罗军 00000012、宋杰 00000014" in screen.says("text")
    assert [str(option) for option in screen.at.selectbox[-1].options] == [reason.label for reason in LossReason]
    asked = screen.at.session_state["reason_asked"]
    assert asked["losses"] == [SeenLoss("00000012", date(2025, 6, 18)), SeenLoss("00000014", date(2024, 12, 5))]


def test_an_entered_reason_counts_at_once(firm: Database, open_screen: Open) -> None:
    screen = open_screen("lifecycle", "branch_head", query={"view": "reasons"})
    done = enter_loss_reasons(firm, actor=SessionActor(screen.token), losses=[SeenLoss("00000012", date(2025, 6, 18))],
                              reason="service", request_id="r")  # fmt: skip
    assert done.entered == ["00000012"]
    lifecycle_reads.forget_reasons()
    screen.run()
    assert screen.cards[METRICS["loss_reason_filled"].label] == "50.0%"
    assert [link[-2:] for link in screen.table("client", "lost_on")["client"]] == ["14"]


def test_how_long_clients_stayed(look: Open) -> None:
    screen = look("lifecycle", "hq", query={"view": "survival"})
    table = screen.table("Tier", "Median (months)")
    assert list(table["Tier"]) == ["Tier A", "Tier B", "Tier C"]
    assert list(table["Clients"]) == ["1", "1", "10"]
    assert list(table["Lost"]) == ["0", "0", "3"]
    assert set(table["Median (months)"]) == {"not reached"}


def test_nobody_is_near_silence_or_warned_here(look: Open) -> None:
    assert look("lifecycle", "hq", query={"view": "near"}).says("success") == ["No client is about to fall silent."]
    screen = look("lifecycle", "hq", query={"view": "warnings"})
    assert screen.says("success") == ["No client inside this scope has a churn warning."]


def test_the_first_month_has_nothing_to_compare_with(look: Open) -> None:
    for view in VIEWS:
        screen = look("lifecycle", "hq", query={"view": view, "as_of": "2024-05"})
        assert screen.heading == "Lifecycle & churn"
    assert "No earlier month is published." in look(
        "lifecycle", "hq", query={"view": "moves", "as_of": "2024-05"}
    ).says("info")

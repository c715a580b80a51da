"""Explore for every role: exact figures of the small firm, choices in the address, drill, list, export, refusals."""

from __future__ import annotations

import pytest

from tests.support.apptest import Open

TOTALS = {"hq": 12, "analyst": 12, "auditor": 12, "branch_head": 9, "branch_reviewer": 9, "office_head": 6, "staff": 5}


@pytest.mark.parametrize("role", list(TOTALS))
def test_every_reader_sees_the_own_reach(look: Open, role: str) -> None:
    screen = look("explore", role)
    table = screen.table("by_0", "clients_0_value")
    assert (screen.heading, table["by_0"].tolist()[-1], table["clients_0_value"].tolist()[-1]) == (
        "Explore", "Total", TOTALS[role])  # fmt: skip


def test_clients_and_income_by_office(look: Open) -> None:
    screen = look("explore", "hq", query={"measure": ["net_income", "clients"], "by": "office"})
    table = screen.table("by_0", "net_income_0_value")
    assert table["net_income_0_value"].tolist() == [1540.0, 350.0, 305.0, 2195.0]
    assert table["clients_0_value"].tolist() == [6, 3, 3, 12]


def test_a_dimension_across_with_several_of_them(look: Open) -> None:
    screen = look("explore", "hq", query={"by": "office", "across": "tier", "sort": "code"})
    table = screen.table("by_0", "clients_0_value")
    assert table["by_0"].tolist()[-1] == "Total"
    assert table.filter(like="_value").iloc[-1].dropna().tolist() == [1, 1, 10, 12]


def test_a_ratio_shows_its_parts_and_zero_is_not_applicable(look: Open) -> None:
    screen = look("explore", "hq", query={"measure": "active_ratio", "by": "status"})
    table = screen.table("by_0", "active_ratio_0_value").set_index("by_0")
    assert table.loc["Lost", "active_ratio_0_value"] == "n/a"
    assert table.loc["Total", ["active_ratio_0_above", "active_ratio_0_below"]].tolist() == [8, 12]
    chinese = look("explore", "hq", language="zh", query={"measure": "active_ratio", "by": "status"})
    assert "不适用" in chinese.table("by_0", "active_ratio_0_value")["active_ratio_0_value"].tolist()


def test_comparison_with_the_month_before(look: Open) -> None:
    screen = look("explore", "hq", query={"by": "office", "compare": "previous"})
    total = screen.table("by_0", "clients_0_change").iloc[-1]
    assert (total["clients_0_before"], total["clients_0_difference"]) == (11, 1)
    assert float(total["clients_0_change"]) == pytest.approx(1 / 11)
    assert "Compared with the period that ends 2025-05." in screen.says("caption")
    bare = look("explore", "hq", query={"compare": "year", "as_of": "2024-05"})
    assert "Nothing to compare with: the month of the other period is not published." in bare.says("caption")


@pytest.mark.parametrize("chart", ["bar", "line", "heat", "scatter", "table", "spread"])
def test_every_chart_can_be_drawn(look: Open, chart: str) -> None:
    query = {"measure": ["clients", "net_income"], "by": ["month", "office"], "chart": chart}
    assert look("explore", "hq", query=query).value("explore_chart") == chart


def test_the_chart_that_fits(look: Open) -> None:
    for by, expected in ((["office"], "bar"), (["month"], "line"), (["office", "tier"], "heat"), (["none"], "table")):
        assert look("explore", "hq", query={"by": by}).value("explore_chart") == expected


def test_choices_stand_in_the_address_as_codes(look: Open) -> None:
    screen = look("explore", "hq")
    screen.choose("explore_measure", ["net_income", "assets"]).choose("explore_by", ["office"])
    screen.choose("explore_period", "12m").choose("explore_compare", "year")
    assert screen.address == {"measure": ["net_income", "assets"], "by": "office", "period": "12m", "compare": "year"}
    screen.press("Start anew")
    assert screen.address == {}


def test_a_cell_opens_to_its_rows_and_its_list(look: Open) -> None:
    screen = look("explore", "hq", query={"measure": "net_income", "by": "office", "sort": "code"})
    assert "Choose a cell of the table to see the rows that make its number." in screen.says("caption")
    screen.at.session_state["explore_table"] = {"selection": {"rows": [], "columns": [],
                                                              "cells": [(1, "net_income_0_value")]}}  # fmt: skip
    screen.run()
    rows = screen.table("client_no", "net_income")
    assert [link.rsplit("client=", 1)[1] for link in rows["client_no"]][:2] == ["00000003", "00000004"]
    assert rows["net_income"].sum() == 305.0
    assert any("Business office" in text and "O012" not in text for text in screen.says("markdown"))


def test_those_who_hand_out_select_on_the_list_behind_a_cell(look: Open) -> None:
    cell = {"cell": "measure=pool_silent&period=month"}
    assert "Select rows to hand out" in [button.label for button in look("list", "office_head", query=cell).at.button]
    assert "Select rows to hand out" not in [button.label for button in look("list", "analyst", query=cell).at.button]
    assert "Select rows to hand out" not in [button.label for button in look("list", "office_head").at.button]


def test_the_list_behind_a_cell(look: Open) -> None:
    cell = "measure=net_income&period=12m&.tier=A&.tier=B"
    screen = look("list", "hq", query={"cell": cell})
    assert screen.clients == ["00000001", "00000002"]
    assert any("Clients behind a number" in text for text in screen.says("markdown"))
    narrow = look("list", "branch_head", query={"cell": "measure=clients&period=month&.branch=B02"})
    assert not narrow.has_table("client", "name")
    assert not look("list", "staff", query={"cell": "measure=clients&period=month&.office=O021"}).has_table("client")
    assert len(look("list", "hq", query={"cell": "measure=nothing"}).clients) == 14


def test_what_the_catalogue_does_not_know_changes_nothing(look: Open) -> None:
    query = {"measure": ["salary", "clients"], "by": ["phone"], "where": ["x:y", "tier:Z"], "top": "7",
             "period": "century", "sort": "1;drop", "chart": "3d"}  # fmt: skip
    screen = look("explore", "hq", query=query)
    assert screen.value("explore_measure") == ["clients"]
    assert any("Left out" in text for text in screen.says("caption"))
    assert screen.table("clients_0_value")["clients_0_value"].tolist() == [12]


def test_a_filter_outside_the_reach_is_left_out_without_its_value(look: Open) -> None:
    screen = look("explore", "office_head", query={"where": ["office:O021", "tier:A"], "by": "office"})
    assert screen.table("by_0", "clients_0_value")["clients_0_value"].tolist() == [1, 1]
    assert "O021" not in screen.everything()


def test_a_personal_reach_is_not_offered_parts_of_places(look: Open) -> None:
    screen = look("explore", "staff", query={"measure": "attributed_net_income", "by": "relationship_type"})
    assert screen.value("explore_measure") == ["clients"]


def test_results_of_persons_bring_their_dimension(look: Open) -> None:
    screen = look("explore", "hq", query={"measure": "staff_net_income", "by": "none"})
    table = screen.table("by_0", "staff_net_income_0_value")
    assert table["staff_net_income_0_value"].tolist() == [1125.0, 496.66, 200.0, 146.66, 10.0]


def test_a_runaway_question_is_stopped_with_a_sentence(open_screen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages._ui.explore.reads.DEADLINE_S", 0.0)
    screen = open_screen("explore", "hq")
    assert screen.says("warning") == [
        "The question took longer than 0 seconds and was stopped; take fewer dimensions or more filters."]  # fmt: skip


def test_too_many_rows_are_refused_with_a_sentence(open_screen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.explore.answer.MOST_ROWS", 1)
    screen = open_screen("explore", "hq")
    assert screen.says("warning") == [
        "This question cannot be answered as it stands; take fewer dimensions or more filters."]  # fmt: skip

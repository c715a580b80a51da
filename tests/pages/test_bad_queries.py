"""Addresses that nobody should type: what stands behind the ``?`` reads as not found or falls back, never an error."""

from __future__ import annotations

import pytest

from metrics.catalogue import METRICS
from tests.support.apptest import Open

LONG = "9" * 8192
CLIENTS = METRICS["clients"].label


@pytest.mark.parametrize("asked", [
    "00000005", "-1", "0", "1e309", "1 OR 1=1", "[00000002]", LONG, "００００００02", "%00", "\x00", "../users", "NaN",
    "00000002'--", ["00000001", "00000002"]], ids=lambda value: str(value)[:20])  # fmt: skip
def test_a_client_that_is_not_there(look: Open, asked: str | list[str]) -> None:
    screen = look("client", "staff", query={"client": asked})
    assert (screen.heading, screen.says("warning"), screen.says("header")) == ("Client", ["Not found."], [])
    assert "00000002" not in screen.everything()


def test_no_client_asked_for(look: Open) -> None:
    screen = look("client", "staff", query={"client": ""})
    assert (screen.says("warning"), screen.cards) == ([], {})


@pytest.mark.parametrize("query", [
    {"as_of": "2026-02-30"}, {"as_of": "2025-13"}, {"as_of": "１999"}, {"as_of": "9999-12"}, {"as_of": LONG},
    {"as_of": ["x", "2019-01"]}, {"date": "2026-02-30"}, {"tz": "Etc/GMT+99"}, {"unit": "../x"}, {"unit": "O099"},
    {"unit": "%2e%2e"}, {"unit": LONG}, {"unit": ["B09", "x"]}, {"role": "hq"}, {"org": "HQ"}, {"user": "hq"},
    {"page": "../users"}, {"view": "secret"}, {"limit": "1000000000"}, {"sort": "name;drop"}, {"export": "1"},
    {"unit": "HQ"}, {"unit": "B02"}, {"unit": "O021"}, {"trend": "x"}, {"language": "xx"}],
    ids=lambda query: "&".join(f"{name}={str(value)[:20]}" for name, value in query.items()))  # fmt: skip
def test_an_office_head_still_sees_the_own_office_now(look: Open, query: dict[str, str | list[str]]) -> None:
    screen = look("overview", "office_head", query=query)
    assert (screen.heading, screen.cards[CLIENTS], screen.value("as_of_choice")) == ("Overview", "6", 202506)


@pytest.mark.parametrize("query", [
    {"status": "everything"}, {"status": ["x", "y"]}, {"order": "name;drop table client"}, {"quiet": "9-x"},
    {"quiet": "60-0"}, {"quiet": "-5--1"}, {"quiet": "1e9-1e10"}, {"quiet": LONG}, {"kind": "robot"}, {"task": "1=1"},
    {"tier_before": "Z"}, {"office": "O021' OR '1'='1"}, {"office": LONG}, {"limit": "-1"}, {"hand_out": "1"}],
    ids=lambda query: "&".join(f"{name}={str(value)[:20]}" for name, value in query.items()))  # fmt: skip
def test_filters_that_do_not_exist_keep_everything(look: Open, query: dict[str, str | list[str]]) -> None:
    screen = look("pool", "hq", query=query)
    assert screen.clients == ["00000008", "00000009"]


@pytest.mark.parametrize(
    ("address", "query", "columns", "count"),
    [
        (
            "list",
            {"status": "gone", "tier": "D", "moved": "away", "kind": "x", "tier_before": "'"},
            ("client", "name"),
            14,
        ),
        ("tiers", {"by": "phone", "tier": "Z", "kind": "x"}, ("Client number", "Name"), 1),
        ("performance", {"period": "century", "by": "salary", "category": "boss"}, ("rank", "staff_no"), 5),
        ("tasks", {"show": "everything", "whose": "all", "state": "x"}, ("task", "due"), 1),
        ("data", {"as_of": "x", "unit": "x", "batch": "1"}, ("Month", "State"), 14),
        ("users", {"role": "hq", "user": "staff", "find": "'"}, ("User name", "Role"), 11),
        ("definitions", {"find": "'", "tab": "9"}, ("Figure", "Key"), len(METRICS)),
    ],
)
def test_unknown_codes_on_the_other_pages(
    look: Open, address: str, query: dict[str, str], columns: tuple[str, str], count: int
) -> None:
    assert len(look(address, "hq", query=query).table(*columns)) == count


@pytest.mark.parametrize("query", [{"reveal": "1"}, {"reveal": "phone", "purpose": "contact"}, {"role": "admin"}])
def test_nothing_is_revealed_by_an_address(look: Open, query: dict[str, str]) -> None:
    screen = look("client", "staff", query={"client": "00000001", **query})
    assert "19900000001" not in screen.everything()
    assert "199****0001" in screen.everything()

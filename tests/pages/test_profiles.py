"""A scope profile in the address narrows every page to the reader's part of it; the head keeps and closes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from data_access.actor import SessionActor
from data_access.commands.views import save_view, share_view
from data_access.database import Database
from data_access.scope import Scope
from data_access.tables import org_unit
from domain.months import month_end
from metrics import query
from metrics.catalogue import METRICS
from metrics.language import translator
from metrics.units import write_value
from pages._ui import gate
from pages._ui.profiles import pinned
from tests.pages.test_exports import fetch, on_page, press_export, rows_of
from tests.support.apptest import Open, Screen, token_of
from tests.support.firm import AS_OF, client_no

__all__ = ["press_export"]
MIXED = {"unit": ["O011", "O021"], "kind": ["individual"], "tier": ["B", "C"]}
WHERE = {"client_kind": ("individual",), "tier": ("B", "C")}
HEADLINES = ["clients", "monthly_active_clients", "assets", "net_income", "new_clients", "lost_clients"]
PAGES: dict[str, list[dict[str, str]]] = {
    "overview": [{}], "pool": [{}, {"status": "lost"}], "list": [{}], "performance": [{}], "tasks": [{}],
    "explore": [{}, {"by": "none", "chart": "spread"}], "client": [{}],
    "tiers": [{"view": view} for view in ("distribution", "migration", "segments", "measures", "watch", "prospects")],
    "lifecycle": [{"view": view}
                  for view in ("stages", "moves", "flow", "reasons", "near", "survival", "warnings")],
}  # fmt: skip


def kept(db: Database, owner: str, body: Mapping[str, list[str]], *, shared: bool = False, name: str = "Mine") -> str:
    """Keep a profile of a user and return its number as it stands in an address."""
    actor = SessionActor(token_of(db, owner))
    key = save_view(db, actor=actor, kind="profile", name=name, body=body)
    if shared:
        share_view(db, actor=actor, view_id=key, version=1, shared=True)
    return str(key)


def offices(db: Database, *codes: str) -> Scope:
    with db.reading() as connection:
        rows = connection.execute(org_unit.select()).all()
    ids = frozenset(row.unit_id for row in rows if row.unit_code in codes)
    return Scope(office_ids=ids, unit_ids=ids)


def test_headlines_are_the_catalogue_s_with_the_same_filters(firm: Database, open_screen: Open) -> None:
    screen = open_screen("overview", "hq", query={"profile": kept(firm, "hq", MIXED)})
    scope = offices(firm, "O011", "O021")
    for key in HEADLINES:
        where = {"client_kind": ("individual",)} if key == "lost_clients" else WHERE
        value = query(key, where=where, scope=scope, as_of=month_end(AS_OF), db=firm)[key].tolist()[0]
        assert screen.cards[METRICS[key].label] == write_value(value, METRICS[key].unit, "en")
    assert "The tiers of the profile do not apply to: Lost clients." in screen.says("caption")
    assert screen.value("unit_choice") == ""


def test_income_shares_within_a_profile(firm: Database, open_screen: Open) -> None:
    screen = open_screen("tiers", "hq", query={"profile": kept(firm, "hq", MIXED)})
    asked = {"where": {"client_kind": ("individual",)}, "scope": offices(firm, "O011", "O021"), "db": firm}
    for key in ("income_share_top5", "income_share_top20"):
        value = query(key, **asked)[key].tolist()[0]  # type: ignore[arg-type]
        assert screen.cards[METRICS[key].label] == write_value(value, METRICS[key].unit, "en")
        assert isinstance(value, Decimal)


@pytest.mark.parametrize(("user", "outside", "pages"), [
    pytest.param("hq", 0, PAGES, marks=pytest.mark.soak), ("staff", 2, PAGES),
    ("branch_head", 1, ["overview", "list"]), ("analyst", 0, ["pool"]),
    ("office_head", 1, ["tasks", "performance"]),
])  # fmt: skip
def test_every_page_and_view_bears_a_profile(
    firm: Database, open_screen: Open, user: str, outside: int, pages: Iterable[str]
) -> None:
    key = kept(firm, "hq", MIXED, shared=True)
    said = f"{outside} places of this profile lie outside your scope and were left out."
    for address in pages:
        for view in PAGES[address]:
            screen = open_screen(address, user, query={"profile": key, **view})
            assert screen.address["profile"] == key
            assert (said in screen.says("caption")) is bool(outside)
            foreign = [] if user == "staff" else [client_no(3), client_no(4), client_no(10), client_no(12)]
            assert not [number for number in foreign if f"client={number}" in listed(screen)], (address, view)
            assert f"client={client_no(5)}" not in listed(screen), (address, view)


def listed(screen: Screen) -> str:
    return "\n".join(entry.value.to_csv() for entry in screen.at.dataframe if "client" in entry.value.columns)


@pytest.mark.parametrize(("page", "query_of", "numbers"), [
    ("list", {}, [2, 7, 8, 11, 14, 6, 9]), ("list", {"moved": "returned"}, [14]),
    ("pool", {"status": "silent"}, [8, 9]), ("pool", {"status": "lost"}, [13]),
    ("tiers", {"tier": "B"}, [2]),
])  # fmt: skip
def test_lists_hold_the_profile_s_clients(firm: Database, open_screen: Open, page: str, query_of: dict[str, str],
                                          numbers: list[int]) -> None:  # fmt: skip
    screen = open_screen(page, "hq", query={"profile": kept(firm, "hq", MIXED), **query_of})
    assert sorted(screen.clients) == sorted(client_no(number) for number in numbers)


def test_lost_clients_have_no_tier_and_the_page_says_so(firm: Database, open_screen: Open) -> None:
    screen = open_screen("pool", "hq", query={"profile": kept(firm, "hq", {"tier": ["A"]}), "status": "lost"})
    assert sorted(screen.clients) == [client_no(12), client_no(13)]
    assert "The tiers of the profile do not apply here." in screen.says("caption")


def test_a_place_inside_the_profile_can_be_chosen(firm: Database, open_screen: Open) -> None:
    key = kept(firm, "hq", {"unit": ["O011", "O021"]})
    screen = open_screen("list", "hq", query={"profile": key})
    assert len(screen.clients) == 10  # lost ones included
    screen.choose("unit_choice", "O021")
    assert screen.address == {"profile": key, "unit": "O021"}
    assert sorted(screen.clients) == [client_no(number) for number in (5, 6, 9, 13)]
    # one outside the profile falls back to all of the profile
    assert len(open_screen("list", "hq", query={"profile": key, "unit": "O012"}).clients) == 10


def test_links_and_the_next_page_carry_the_profile(firm: Database, open_screen: Open) -> None:
    key = kept(firm, "hq", {"unit": ["O011"]})
    screen = open_screen("list", "hq", query={"profile": key})
    assert all(f"profile={key}&" in str(link) for link in screen.table("client", "name")["client"])
    again = open_screen("pool", "hq", state={"profile": key})
    assert again.address["profile"] == key


@pytest.mark.parametrize("asked", ["999999", "x", "-1", "1 OR 1=1", "９", "1" * 5_000])
def test_an_unknown_profile_reads_as_not_found_and_none_holds(open_screen: Open, asked: str) -> None:
    screen = open_screen("overview", "branch_head", query={"profile": asked})
    assert screen.says("warning") == ["Not found."]
    assert "profile" not in screen.address
    assert screen.cards["Clients"] == "9"


def test_somebody_else_s_profile_reads_as_not_found(firm: Database, open_screen: Open) -> None:
    key = kept(firm, "hq", {"unit": ["O011"]}, name="Secret")
    screen = open_screen("overview", "branch_head", query={"profile": key})
    assert screen.says("warning") == ["Not found."]
    assert "Secret" not in screen.everything()
    view = save_view(firm, actor=SessionActor(token_of(firm, "hq")), kind="explore", name="No profile", body={})
    assert open_screen("overview", "hq", query={"profile": str(view)}).says("warning") == ["Not found."]


def test_a_profile_that_leaves_nothing_of_the_reach_leaves_the_reach(firm: Database, open_screen: Open) -> None:
    key = kept(firm, "hq", {"unit": ["O021", "B02", "HQ"]}, shared=True)
    assert open_screen("overview", "branch_head", query={"profile": key}).cards["Clients"] == "9"


def test_keeping_changing_and_closing_a_profile(firm: Database, open_screen: Open) -> None:
    screen = open_screen("overview", "hq", state={"profile_drawer": True})
    screen.press("Keep as a new profile")
    assert screen.says("error") == ["Choose at least one place, kind or tier."]
    screen.at.multiselect(key="profile_units_new").set_value(["O021"])
    screen.at.text_input(key="profile_name_new").input("South")
    screen.press("Keep as a new profile")
    key = screen.address["profile"]
    assert screen.cards["Clients"] == "3"
    screen.at.multiselect(key=f"profile_units_{key}_1").set_value(["O011"])
    screen.press("Change this profile")
    assert (screen.cards["Clients"], screen.address["profile"]) == ("6", key)
    screen.press("No profile")
    assert (screen.cards["Clients"], "profile" in screen.address) == ("12", False)
    screen.press("South")
    assert (screen.cards["Clients"], screen.address["profile"]) == ("6", key)


def test_the_drawer_offers_nothing_to_change_of_others(firm: Database, open_screen: Open) -> None:
    key = kept(firm, "hq", {"unit": ["O011"]}, shared=True, name="**Shared** [x](y)")
    screen = open_screen("overview", "branch_head", query={"profile": key}, state={"profile_drawer": True})
    labels = [button.label for button in screen.at.button]
    assert "Change this profile" not in labels
    assert "Rename" not in labels
    assert any(label.startswith(r"\*\*Shared\*\* \[x\]\(y\)") for label in labels)


@pytest.mark.parametrize(("address", "query_of"), [
    ("list", {}), ("pool", {"status": "silent"}), ("tiers", {"tier": "C"}), ("tasks", {}),
])  # fmt: skip
def test_the_file_holds_the_profile_s_rows(
    firm: Database, open_screen: Open, press_export: Any, address: str, query_of: dict[str, str]
) -> None:
    screen = open_screen(address, "hq", query={"profile": kept(firm, "hq", MIXED), **query_of})
    rows = rows_of(fetch(press_export(screen, "csv"), screen.token)[2])
    assert rows
    assert [row["Client number"] for row in rows] == on_page(screen, "client")


def test_how_a_number_is_made_holds_the_profile_s_filters(firm: Database, open_screen: Open) -> None:
    name = "how_" + "_".join(HEADLINES)
    screen = open_screen("overview", "hq", query={"profile": kept(firm, "hq", MIXED)}, state={name: True})
    assert len(screen.says("code")) == 1
    every, lost = screen.says("code")[0].split(";")
    assert ("client_kind IN ('individual')" in every, "tier IN ('B', 'C')" in every) == (True, True)
    assert ("client_kind IN ('individual')" in lost, "tier IN" in lost, "lost_clients" in lost) == (True, False, True)


def test_explore_asks_within_the_profile_and_its_address_does_not_hold_it(firm: Database, open_screen: Open) -> None:
    key = kept(firm, "hq", MIXED)
    screen = open_screen("explore", "hq", query={"profile": key, "by": "office"})
    table = screen.table("by_0", "clients_0_value")
    assert table["clients_0_value"].tolist() == [5, 2, 7]
    assert screen.address == {"profile": key, "by": "office"}
    mixed = open_screen("explore", "hq", query={"profile": key, "measure": ["clients", "lost_clients"], "by": "office"})
    assert "The tiers of the profile do not apply here." in mixed.says("caption")


def test_answers_of_two_profiles_are_kept_apart(firm: Database, open_screen: Open) -> None:
    one, other = kept(firm, "hq", {"kind": ["individual"]}, name="1"), kept(firm, "hq", {"tier": ["A"]}, name="2")
    assert open_screen("overview", "hq", query={"profile": one}).cards["Clients"] == "11"
    assert open_screen("overview", "hq", query={"profile": other}).cards["Clients"] == "1"
    assert open_screen("overview", "hq").cards["Clients"] == "12"


def test_the_address_survives_the_sign_in(open_screen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(gate, "go_to", sent.append)
    monkeypatch.setattr(gate.sign_in, "read_ticket", lambda: "ticket")
    open_screen("tiers", None, query={"profile": "17", "unit": "B01"})
    assert [address.split("next=")[1] for address in sent] == ["%2Ftiers%3Fprofile%3D17%26unit%3DB01"]


def test_words_of_a_profile_are_chinese(firm: Database, open_screen: Open) -> None:
    screen = open_screen("performance", "hq", language="zh", query={"profile": kept(firm, "hq", MIXED)})
    assert translator("zh_CN")("The kinds and tiers of the profile do not apply here.") in screen.says("caption")
    assert "profile" not in "\n".join(screen.says("caption"))


def test_the_state_of_a_profile_is_one_name() -> None:
    assert pinned.NAME == "profile"

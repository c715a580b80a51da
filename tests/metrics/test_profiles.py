"""A profile's kinds and tiers narrow every figure and list that knows them, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, select

from data_access.actor import ActingUser
from data_access.database import Database
from data_access.reads import attention, losses, segments, survival, tasks, warned, watch
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients, read_clients
from data_access.reads.generation import Generation, read_generation
from data_access.reads.losses import LossFilter
from data_access.reads.narrowing import narrow_clients, narrow_losses, narrow_warnings
from data_access.reads.tiers import TOPS, read_concentration
from data_access.reads.warned import WarningFilter
from data_access.scope import FIRM, Scope, narrow_to_units
from data_access.tables import org_unit
from domain.months import month_start
from domain.profiles import EVERYTHING, NOTHING, Profile
from domain.words import ClientKind, Role, Tier, codes
from metrics import query
from metrics.catalogue import METRICS, Source
from metrics.explore.asked import Exploration
from metrics.moves import moves
from metrics.profiles import groups_of, joined, narrow_exploration, narrow_where, not_narrowed
from metrics.segments import segment_table
from metrics.tier_measures import compare_measures
from tests.support.firm import AS_OF, client_no

PROFILES = [Profile(kinds=kinds, tiers=tiers) for kinds, tiers in product(
    [(), ("individual",), ("institution", "product")], [(), ("A",), ("B", "C")])]  # fmt: skip
PLACES = [(), ("O011",), ("O011", "O021"), ("B02", "O012")]


@pytest.fixture(scope="module")
def pinned(firm_db: Database) -> Generation:
    with firm_db.reading() as connection:
        found = read_generation(connection)
    assert found is not None
    return found


@pytest.fixture
def connection(firm_db: Database) -> Iterator[Connection]:
    with firm_db.reading() as found:
        yield found


def places(connection: Connection, *units: str) -> Scope:
    return narrow_to_units(connection, FIRM, units)[0]


def test_where_of_a_figure() -> None:
    both = Profile(kinds=("individual",), tiers=("A", "B"))
    assert narrow_where("clients", (), both) == (("client_kind", ("individual",)), ("tier", ("A", "B")))
    assert narrow_where("clients", (("tier", ["B", "C"]), ("office", ["O011"])), both) == (
        ("office", ("O011",)), ("client_kind", ("individual",)), ("tier", ("B",)))  # fmt: skip
    assert narrow_where("clients", (("tier", ["C"]),), both) == (("client_kind", ("individual",)), ("tier", ()))
    for key in ("lost_clients", "pool_lost", "churn_rate", "lost_assets_before", "income_share_top5"):
        assert narrow_where(key, (), both) == (("client_kind", ("individual",)),)
    for key in ("staff_net_income", "tasks_open", "attributed_net_income", "core_clients"):
        assert narrow_where(key, (), both) == ()


def test_figures_that_a_profile_does_not_narrow_are_named() -> None:
    keys = ["clients", "lost_clients", "staff_assets"]
    assert not_narrowed(keys, Profile(kinds=("individual",))) == {"client_kind": ["staff_assets"]}
    assert not_narrowed(keys, Profile(tiers=("A",))) == {"tier": ["lost_clients", "staff_assets"]}
    assert not_narrowed(keys, Profile(units=("O011",))) == {}


@pytest.mark.parametrize("profile", [PROFILES[3], PROFILES[2], PROFILES[-2]], ids=["kind", "tiers", "both"])
def test_figures_within_a_profile_are_the_catalogue_s_with_its_filters(firm_db: Database, profile: Profile) -> None:
    keys = [key for key, metric in METRICS.items() if metric.source in (Source.CLIENT, Source.RATE, Source.LOSS)]
    for by in ((), ("month",), ("office",), ("tier",)):
        known = [key for key in keys if set(by) <= METRICS[key].dimensions]
        parts = [query(some, by=by, where=dict(where), db=firm_db)
                 for where, some in groups_of(known, (), profile).items()]  # fmt: skip
        found = joined(parts, known, by)
        assert [name for name in found.columns if name in known] == known
        for key in known:
            where = {}
            if profile.kinds:
                where["client_kind"] = profile.kinds
            if profile.tiers and "tier" in METRICS[key].dimensions and key not in (
                    "lost_clients", "pool_lost", "assets_of_lost"):  # fmt: skip
                where["tier"] = profile.tiers
            alone = query(key, by=by, where=where, db=firm_db).to_dict("records")
            here = {tuple(row[name] for name in by): row[key] for row in found.to_dict("records")}
            for row in alone:
                group = tuple(row[name] for name in by)
                assert here.pop(group) == row[key], (key, group)
            assert all(not value for value in here.values()), (key, here)


def test_filters_with_nothing_in_common_count_nobody(firm_db: Database) -> None:
    where = dict(narrow_where("clients", (("tier", ("A",)),), Profile(tiers=("B",))))
    assert query("clients", where=where, db=firm_db)["clients"].tolist() == [0]
    assert met_nobody(firm_db, narrow_clients(ClientFilter(tiers=("A",)), Profile(tiers=("B",))))
    assert met_nobody(firm_db, narrow_clients(ClientFilter(kinds=("product",)), Profile(kinds=("individual",))))


def met_nobody(db: Database, kept: ClientFilter) -> bool:
    with db.reading() as connection:
        found = read_generation(connection)
        assert found is not None
        return (count_clients(connection, found, AS_OF, FIRM, kept),
                read_clients(connection, found, AS_OF, FIRM, kept)) == (0, [])  # fmt: skip


@pytest.mark.parametrize(("profile", "units"), list(product(PROFILES, PLACES[::2])))
def test_lists_hold_the_clients_that_figures_count(
    firm_db: Database, connection: Connection, pinned: Generation, profile: Profile, units: tuple[str, ...]
) -> None:
    scope = places(connection, *units)
    alive = ClientFilter(statuses=("normal", "silent", "archived", "undetermined"))
    lists = {"clients": alive, "pool_lost": ClientFilter(statuses=("lost",)),
             "pool_silent": ClientFilter(statuses=("silent",)), "lost_clients": ClientFilter(moved="lost"),
             "returned_clients": ClientFilter(moved="returned"),
             "monthly_active_clients": replace(alive, active="month")}  # fmt: skip
    for key, kept in lists.items():
        within = narrow_clients(kept, profile)
        where = dict(narrow_where(key, (), profile))
        counted = query(key, where=where, scope=scope, db=firm_db)[key].tolist()[0]
        assert count_clients(connection, pinned, AS_OF, scope, within) == counted, key
        assert len(read_clients(connection, pinned, AS_OF, scope, within)) == counted, key


def test_clients_behind_a_number_are_those_that_it_counted() -> None:
    class Anyone:
        def select_ids(self, *_given: Any) -> Any: ...

    kept = ClientFilter(among=Anyone())
    assert narrow_clients(kept, Profile(kinds=("individual",), tiers=("A",))) is kept
    segment = ClientFilter(segment="other")
    assert narrow_clients(segment, Profile(kinds=("individual",), tiers=("A",))) == ClientFilter(
        segment="other", kinds=("individual",))  # fmt: skip


@pytest.mark.parametrize(("kinds", "units"), list(product([(), ("individual",), ("institution",)], PLACES)))
def test_income_shares_added_up_are_the_catalogue_s(
    firm_db: Database, connection: Connection, pinned: Generation, kinds: tuple[str, ...], units: tuple[str, ...]
) -> None:
    scope = places(connection, *units)
    found = read_concentration(connection, pinned.builds[AS_OF], scope, kinds)
    for percent in TOPS:
        key = f"income_share_top{percent}"
        line = query(key, where={"client_kind": kinds} if kinds else {}, scope=scope, db=firm_db).iloc[0]
        top, total = found.tops.get(percent, (0, 0))
        assert (Decimal(top) / 100, Decimal(total) / 100) == (
            line[f"{key}_numerator"] or 0, line[f"{key}_denominator"] or 0)  # fmt: skip
    assert not found.curve or found.curve[-1] == (1.0, 1.0)
    assert list(found.curve) == sorted(found.curve)


def test_the_curve_added_up_is_the_published_one(connection: Connection, pinned: Generation) -> None:
    build = pinned.builds[AS_OF]
    published = read_concentration(connection, build, FIRM)
    added = read_concentration(connection, build, FIRM, codes(ClientKind))
    assert added.tops == published.tops
    assert added.curve == published.curve
    assert read_concentration(connection, build, FIRM, NOTHING).curve == ()


@pytest.mark.parametrize("kinds", [("individual",), ("institution",), ("individual", "institution")])
def test_reads_of_the_views_know_kinds(firm_db: Database, connection: Connection, pinned: Generation,
                                       kinds: tuple[str, ...]) -> None:  # fmt: skip
    where = {"client_kind": kinds}
    build, months = pinned.builds[AS_OF], sorted(pinned.builds)

    def asked(key: str, **more: Any) -> Any:
        return query(key, db=firm_db, where={**where, **more}, period="12m" if key.startswith("lost") else "month")[
            key].tolist()[0]  # fmt: skip

    alive, lost = asked("clients"), asked("pool_lost")
    found = segments.read_segments(connection, build, FIRM, month_start(AS_OF), kinds)
    assert sum(one.clients for one in found.values()) == alive + lost
    assert segment_table(connection, pinned, AS_OF, FIRM, kinds).total.clients == alive + lost
    assert compare_measures(connection, pinned, AS_OF, FIRM, kinds=kinds).totals.clients == alive
    moved = moves("tier", first=months[-2], last=AS_OF, where=where, db=firm_db)
    assert sum(moved[moved["goal"].isin([*codes(Tier)])]["clients"]) == alive
    by_tier = losses.read_losses_by_tier(connection, pinned, months[-12:], FIRM, kinds)
    assert sum(one.lost for one in by_tier) == asked("lost_clients")
    counts = losses.read_reason_counts(connection, pinned, months[-12:], FIRM, LossFilter(kinds=kinds))
    assert sum(count for _month, _reason, count in counts) == asked("lost_clients")
    lives = survival.read_lives(connection, pinned, months[0], AS_OF, FIRM, kinds)
    at_start = query("clients", where=where, as_of=months[0], db=firm_db)["clients"].tolist()[0]
    assert sum(life.count for life in lives) == at_start
    opened = survival.read_cohort_months(connection, pinned, AS_OF, FIRM, kinds)
    new = query("new_clients", by="month", where=where, db=firm_db)
    # the firm's first whole quarter of openings starts with 2024-07
    assert sum(line.opened for line in opened) == sum(new[new["month"] >= "2024-07"]["new_clients"])


def test_reads_of_the_views_know_tiers(connection: Connection, pinned: Generation) -> None:
    months = sorted(pinned.builds)
    every = losses.read_losses_by_tier(connection, pinned, months[-12:], FIRM)
    assert losses.read_losses_by_tier(connection, pinned, months[-12:], FIRM, (), ("C",)) == [
        one for one in every if one.tier == "C"]  # fmt: skip
    lives = survival.read_lives(connection, pinned, months[0], AS_OF, FIRM)
    assert survival.read_lives(connection, pinned, months[0], AS_OF, FIRM, (), ("A",)) == [
        life for life in lives if life.group == "A"]  # fmt: skip
    assert watch.count_watch(connection, pinned.builds[AS_OF], FIRM, ("individual",), ("A",)) == {}
    nobody = narrow_warnings(WarningFilter(tiers=("A",)), Profile(tiers=("C",)))
    assert warned.count_warned(connection, pinned, AS_OF, FIRM, nobody) == 0
    assert set(warned.count_reasons(connection, pinned, AS_OF, FIRM, nobody).values()) == {0}
    kept = narrow_losses(LossFilter(), Profile(kinds=("individual",), tiers=("C",)))
    rows = losses.read_losses(connection, pinned, months[-12:], FIRM, kept)
    assert {row["client_no"] for row in rows} == {client_no(12), client_no(13), client_no(14)} & {
        row["client_no"] for row in losses.read_losses(connection, pinned, months[-12:], FIRM, LossFilter())
        if row["tier_then"] == "C"}  # fmt: skip


def test_attention_and_tasks_within_a_profile(connection: Connection, pinned: Generation) -> None:
    user = ActingUser(1, "hq", "hq", Role.HQ.value, None, None, FIRM)

    def counted(profile: Profile) -> dict[str, int]:
        found = attention.read_attention(connection, pinned, AS_OF, FIRM, user, profile)
        return {name: found[name] for name in ("data_gap", "pool_unassigned", "tasks_open")}

    assert counted(EVERYTHING) == {"data_gap": 1, "pool_unassigned": 4, "tasks_open": 1}
    assert counted(Profile(kinds=("individual",))) == counted(EVERYTHING)
    assert counted(Profile(kinds=("institution",))) == {"data_gap": 0, "pool_unassigned": 0, "tasks_open": 0}
    assert counted(Profile(tiers=("A",))) == {"data_gap": 0, "pool_unassigned": 0, "tasks_open": 1}
    assert [row.client_no for row in tasks.read_tasks(connection, FIRM, user, states=["open"], kinds=("individual",))
            ] == [client_no(8)]  # fmt: skip
    assert tasks.read_tasks(connection, FIRM, user, states=["open"], kinds=("institution",)) == []


def test_a_question_of_explore_within_a_profile() -> None:
    both = Profile(units=("O011",), kinds=("individual",), tiers=("A",))
    asked = Exploration(measures=("clients", "assets"), by=("office",), where=(("tier", ("A", "B")),))
    assert narrow_exploration(asked, both).where == (("client_kind", ("individual",)), ("tier", ("A",)))
    assert narrow_exploration(replace(asked, measures=("clients", "lost_clients")), both).where == (
        ("client_kind", ("individual",)), ("tier", ("A", "B")))  # fmt: skip
    people = Exploration(measures=("staff_assets",), by=("staff",))
    assert narrow_exploration(people, both) == people
    # a distribution counts clients, whatever the measure
    spread = replace(people, by=(), chart="spread")
    assert narrow_exploration(spread, both).where == (("client_kind", ("individual",)), ("tier", ("A",)))


def test_the_firm_has_its_offices(connection: Connection) -> None:
    known = set(connection.execute(select(org_unit.c.unit_code)).scalars())
    assert {code for units in PLACES for code in units} <= known

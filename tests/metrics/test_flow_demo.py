"""Flow and bridge of the demo firm, every place and month: against each client's rows, and the generator's truth."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.demo.behaviour import Behaviour, Called
from data_access.demo.build import TRUTH_KEY, build_demo
from data_access.demo.profiles import draw_profiles
from data_access.reads.flow import fold, read_changes, read_territory
from data_access.reads.generation import read_generation
from data_access.refresh import refresh
from data_access.scope import FIRM
from data_access.tables import app_setting, client_status, org_unit
from domain.months import month_text
from metrics.bridge import asset_bridge, bridges, chained
from metrics.flow import client_flow
from metrics.terms import BRIDGE_TERMS

pytestmark = pytest.mark.soak

CLIENTS, MONTHS, UNTIL = 20_000, 36, 202410
FLOW = ("opening", "new", "returned", "lost", "transferred_in", "transferred_out", "closing")
BRIDGE = ("opening", "net_inflow", "market_effect", "won", "lost", "transferred_in", "transferred_out", "data_gaps",
          "closing")  # fmt: skip
_COLUMNS = ("client_id", "office_id", "status", "new_count", "returned_count", "lost_count", "end_assets_fen",
            "inflow_fen", "outflow_fen")  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory, template_folder):
    from tests.support.databases import fresh_sqlite

    db = fresh_sqlite(tmp_path_factory.mktemp("demo"), template_folder)
    build_demo(db, clients=CLIENTS, months=MONTHS, until=UNTIL)
    refresh(db, actor=OperatorActor("tests"))
    yield db
    db.dispose()


class Firm:
    """What each build says of every client, and the places of the org tree."""

    def __init__(self, db: Database) -> None:
        with db.reading() as connection:
            self.generation = read_generation(connection)
            self.units = {row.unit_code: row for row in connection.execute(
                select(org_unit).where(org_unit.c.kind != "team").order_by(org_unit.c.path))}  # fmt: skip
            self.paths = dict(connection.execute(select(org_unit.c.unit_id, org_unit.c.path)).all())
            self.months = {month: pd.DataFrame(connection.execute(
                select(*(client_status.c[name] for name in _COLUMNS)).where(client_status.c.build_id == build_id)
            ).all(), columns=list(_COLUMNS)).set_index("client_id") for month, build_id in
                self.generation.builds.items()}  # fmt: skip
        self.ends = sorted(self.months)

    def offices(self, unit_code: str) -> list[int]:
        """Return the ids of the units at or below a unit."""
        return [key for key, path in self.paths.items() if path.startswith(self.units[unit_code].path)]

    def month(self, before: int, now: int) -> pd.DataFrame:
        """Return one line per client: both ends, what happened, and each client's part in every term."""
        past = self.months[before][["office_id", "status", "end_assets_fen"]].add_suffix("_before")
        line = self.months[now].join(past)
        was = (line["status_before"].notna() & (line["status_before"] != "lost")).astype(int)
        stays = (line["status"] != "lost").astype(int)
        change = line["end_assets_fen"].fillna(0) - line["end_assets_fen_before"].fillna(0)
        known = line[["end_assets_fen", "end_assets_fen_before", "inflow_fen", "outflow_fen"]].notna().all(axis=1)
        same = was == stays
        paid = (line["inflow_fen"] - line["outflow_fen"]).fillna(0)
        return line.assign(
            was=was, stays=stays, stayed=same & known, won=change.where(stays > was, 0),
            lost_change=change.where(stays < was, 0), data_gaps=change.where(same & ~known, 0),
            net_inflow=paid.where(same & known, 0), market_effect=(change - paid).where(same & known, 0),
        )  # fmt: skip


def worked_out(line: pd.DataFrame, before: pd.DataFrame, offices: list[int]) -> tuple[dict[str, int], dict[str, int]]:
    """Return flow and bridge (fen) of one place and month from the lines of its clients."""
    here, there = line["office_id"].isin(offices), line["office_id_before"].isin(offices)
    came, went = line[here & ~there & line["office_id_before"].notna()], line[there & ~here]
    mine, old = line[here], before[before["office_id"].isin(offices)]
    flow = {"opening": (old["status"] != "lost").sum(), "new": mine["new_count"].sum(),
            "returned": mine["returned_count"].sum(), "lost": mine["lost_count"].sum(),
            "transferred_in": came["was"].sum(), "transferred_out": went["was"].sum(),
            "closing": mine["stays"].sum()}  # fmt: skip
    bridge = {"opening": old["end_assets_fen"].sum(), "lost": mine["lost_change"].sum(),
              **{key: mine[key].sum() for key in ("won", "data_gaps", "net_inflow", "market_effect")},
              "transferred_in": came["end_assets_fen_before"].sum(),
              "transferred_out": went["end_assets_fen_before"].sum(),
              "closing": mine["end_assets_fen"].sum()}  # fmt: skip
    return {key: int(flow[key]) for key in FLOW}, {key: int(bridge[key]) for key in BRIDGE}


class Tally:
    """Checks made and failed."""

    def __init__(self) -> None:
        self.made: dict[str, int] = {}
        self.failed: dict[str, list[object]] = {}

    def check(self, name: str, holds: bool, what: object) -> None:
        self.made[name] = self.made.get(name, 0) + 1
        self.failed.setdefault(name, [])
        if not holds:
            self.failed[name].append(what)

    def report(self) -> None:
        for name, count in self.made.items():
            print(f"{name}: {count:,} checks, {len(self.failed[name])} failures")
        print(f"all: {sum(self.made.values()):,} checks, {sum(map(len, self.failed.values()))} failures")
        assert [what for found in self.failed.values() for what in found[:5]] == []


def test_every_place_and_month_balances(demo):
    firm, tally = Firm(demo), Tally()
    asked = {"first": firm.ends[0], "last": firm.ends[-1], "db": demo}
    flows = {code: client_flow(**asked, unit=code).set_index("month") for code in firm.units}
    steps = {code: asset_bridge(**asked, unit=code, by_month=True).set_index("month") for code in firm.units}
    offices = {code: firm.offices(code) for code in firm.units}
    for before, now in pairwise(firm.ends):
        line = firm.month(before, now)
        for code in firm.units:
            flow, bridge = worked_out(line, firm.months[before], offices[code])
            found = flows[code].loc[month_text(now)]
            for key in FLOW:
                tally.check("flow term", found[key] == flow[key], (code, now, key))
            left = found["opening"] + found["new"] + found["returned"] - found["lost"]
            left += found["transferred_in"] - found["transferred_out"] - found["closing"]
            tally.check("flow balances", left == 0, (code, now))
            found = steps[code].loc[month_text(now)]
            for key in BRIDGE:
                tally.check("bridge term", int(found[key] * 100) == bridge[key], (code, now, key))
            left = found["opening"] - found["closing"]
            left += sum(term.sign * found[key] for key, term in BRIDGE_TERMS.items())
            tally.check("bridge balances", left == 0, (code, now))
    for row in firm.units.values():
        children = [one.unit_code for one in firm.units.values() if one.parent_id == row.unit_id]
        for month in steps[row.unit_code].index if children else ():
            _whole_and_parts(tally, steps, flows, row.unit_code, children, month)
    tally.report()


def _whole_and_parts(tally, steps, flows, code, children, month):
    for key in set(BRIDGE) - {"transferred_in", "transferred_out"}:
        parts = sum((steps[child].loc[month, key] for child in children), Decimal(0))
        tally.check(
            "bridge of a node is the sum of its parts", steps[code].loc[month, key] == parts, (code, month, key)
        )
    for key in set(FLOW) - {"transferred_in", "transferred_out"}:
        parts = sum(flows[child].loc[month, key] for child in children)
        tally.check("flow of a node is the sum of its parts", flows[code].loc[month, key] == parts, (code, month, key))
    for frames, name in ((steps, "assets"), (flows, "clients")):
        net = [frames[one].loc[month, "transferred_in"] - frames[one].loc[month, "transferred_out"]
               for one in (code, *children)]  # fmt: skip
        tally.check(f"transfers of {name} between siblings cancel", net[0] == sum(net[1:]), (code, month))


def test_any_two_months_are_the_chain_of_the_months_between(demo):
    firm, tally = Firm(demo), Tally()
    chooser = random.Random(1)
    pairs = [(firm.ends[0], firm.ends[-1]), *(sorted(chooser.sample(firm.ends, 2)) for _ in range(19))]
    with demo.reading() as connection:
        for code in firm.units:
            territory = read_territory(connection, FIRM, unit=code)
            months = bridges(fold(read_changes(connection, firm.generation.builds, territory), territory.whole))
            for first, last in pairs:
                whole = chained([bridge for month, bridge in months if first < month <= last])
                frame = asset_bridge(first=first, last=last, unit=code, db=demo).iloc[0]
                for key in BRIDGE:
                    tally.check("bridge of two months", int(frame[key] * 100) == whole[key], (code, first, last, key))
    tally.report()


def test_the_residual_is_the_market_that_the_generator_made(demo):
    firm = Firm(demo)
    with demo.reading() as connection:
        truth = json.loads(connection.execute(
            select(app_setting.c.value).where(app_setting.c.key == TRUTH_KEY)).scalar_one())  # fmt: skip
    behaviour = Behaviour(truth["seed"], draw_profiles(truth["seed"], truth["clients"], truth["months"]))
    rows = []
    called = [Called(one["at"], one["chance"], tuple(one["clients"])) for one in truth["called"]]
    for at, month in enumerate(truth["months"]):
        behaviour.hear(called, at)
        figures = behaviour.advance(at, truth["market_returns"][at], truth["busyness"][at])
        if month == firm.ends[0]:
            continue
        line = firm.month(truth["months"][at - 1], month)
        line["truth"] = pd.Series(figures.effect, index=figures.clients + 1)
        line["truth"] = line["truth"].fillna(0)
        left = (line["stays"] < line["was"]), (line["stays"] > line["was"])
        parts = {"stayed": line["stayed"], "lost": left[0], "won": left[1]}
        parts["data gaps"] = ~np.logical_or.reduce(list(parts.values()))
        for code in firm.units:
            here = line["office_id"].isin(firm.offices(code))
            rows.append({"unit": code, "month": month, "residual": line.loc[here, "market_effect"].sum(),
                         "truth": line.loc[here, "truth"].sum(),
                         **{name: line.loc[here & part, "truth"].sum() for name, part in parts.items()}})  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["difference"] = frame["residual"] - frame["stayed"]
    yuan = (frame.groupby("unit", sort=False).sum(numeric_only=True).drop(columns="month") / 100).round(2)
    print(yuan.to_string())
    whole = frame[frame["unit"] == "HQ"]
    print(f"unit-months {len(frame):,}; equal to the fen {int((frame['difference'] == 0).sum()):,}; "
          f"largest difference {frame['difference'].abs().max() / 100:,.2f} yuan")  # fmt: skip
    print(
        f"firm: residual {whole['residual'].sum() / 100:,.2f}, truth of all clients {whole['truth'].sum() / 100:,.2f}"
    )
    # what parts the residual from the whole market: the first month of those won, and clients without a number
    assert (frame["difference"] == 0).all()
    assert (frame["truth"] == frame[["stayed", "lost", "won", "data gaps"]].sum(axis=1)).all()

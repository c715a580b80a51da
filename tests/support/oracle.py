"""What a refresh must publish for a book, worked out the slow way in plain Python.

Nothing is shared with the refresh or the rules: months are walked backwards from the raw rows, days are looked
up one by one, shares are exact fractions. Read beside the definitions of the figures.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from domain.policies import RuleSet
from tests.support.books import Book

LINE_FEN, WINDOW = 100_000, 12
TYPE_ORDER = (
    "new_development",
    "redevelopment",
    "core_service",
    "ib_service",
    "margin_development",
    "repo_development",
    "agent_development",
    "legacy_development",
    "maintenance",
    "key_service",
)
PERSON_FIELDS = (
    "document_hash",
    "phone_hash",
    "birth_on",
    "gender",
    "education",
    "occupation",
    "risk_level",
    "risk_on",
)
FIRM_FIELDS = ("document_hash", "phone_hash", "institution_group", "risk_level", "risk_on")
RESULTS = ("end_assets_fen", "net_income_fen", "turnover_fen", "net_inflow_fen")


def last_day(month: int) -> date:
    return date(month // 100, month % 100, monthrange(month // 100, month % 100)[1])


def back(month: int, count: int) -> int:
    index = month // 100 * 12 + month % 100 - 1 - count
    return index // 12 * 100 + index % 12 + 1


class Oracle:
    """Expected rows of every published month of one book, under one rule set or several, oldest first.

    Of the rules the numbers of tiers, watch, warning limit and the months compared are read; all others are those
    first published.
    """

    def __init__(self, book: Book, rules: tuple[RuleSet, ...] = (RuleSet(),)) -> None:
        self.book = book
        self.rule_sets = rules
        self.clients = {row["client_id"]: row for row in book.client}
        self.rows = {(row["month"], row["client_id"]): row for row in book.client_month}
        loaded = sorted({row["month"] for row in book.client_month})
        self.months: list[int] = []
        if loaded:
            month = loaded[-1]
            while month >= loaded[0]:
                self.months.insert(0, month)
                month = back(month, 1)
        self.units = {row["unit_id"]: row for row in book.org_unit}
        self.lost = {key: self.spells(key, self.is_lost) for key in self.clients}
        self.archived = {key: self.spells(key, self.is_archived) for key in self.clients}
        self._tiers: dict[int, dict[int, tuple[str | None, str | None, int]]] = {}

    def rules(self, month: int) -> RuleSet:
        return [one for one in self.rule_sets if one.valid_from <= last_day(month)][-1]

    # --- lost and archived, day by day

    def events(self, client_id: int, *kinds: str) -> list[dict[str, Any]]:
        ending = ("closed", "designation_withdrawn", "archived")
        mine = [row for row in self.book.account_event if row["client_id"] == client_id and row["event"] in kinds]
        return sorted(mine, key=lambda row: (row["at"], row["event"] in ending))

    def is_lost(self, client_id: int, day: date) -> bool:
        return self.is_closed(client_id, day) or self.is_withdrawn(client_id, day)

    def is_closed(self, client_id: int, day: date) -> bool:
        closed_on = self.clients[client_id]["closed_on"]
        moves = self.events(client_id, "opened", "closed")
        if any(row["event"] == "closed" for row in moves):
            closed_on = None
        states = []
        for account in [row for row in self.book.account if row["client_id"] == client_id]:
            own = [row for row in moves if row["account_id"] == account["account_id"]]
            past = [row for row in own if row["on_date"] <= day]
            if past:
                state = past[-1]["event"] == "opened"
            elif own and own[0]["event"] == "opened":
                continue
            else:
                state = True
            if closed_on is not None and closed_on <= day and not (past and past[-1]["on_date"] > closed_on):
                state = False
            states.append(state)
        if closed_on is not None and closed_on <= day:
            states.append(False)
        return bool(states) and not any(states)

    def is_withdrawn(self, client_id: int, day: date) -> bool:
        withdrawn_on = self.clients[client_id]["designation_withdrawn_on"]
        moves = self.events(client_id, "designation_made", "designation_withdrawn")
        if any(row["event"] == "designation_withdrawn" for row in moves):
            withdrawn_on = None
        past = [row for row in moves if row["on_date"] <= day]
        if withdrawn_on is not None:
            return withdrawn_on <= day and not any(row["on_date"] > withdrawn_on for row in past)
        newest = {row["account_id"]: row["event"] for row in past}
        return bool(newest) and all(event == "designation_withdrawn" for event in newest.values())

    def is_archived(self, client_id: int, day: date) -> bool:
        archived_on = self.clients[client_id]["archived_on"]
        moves = self.events(client_id, "archived", "activated", "opened")
        if any(row["event"] == "archived" for row in moves):
            archived_on = None
        past = [row for row in moves if row["on_date"] <= day]
        if archived_on is not None:
            return archived_on <= day and not any(row["on_date"] > archived_on for row in past)
        return bool(past) and past[-1]["event"] == "archived"

    def spells(self, client_id: int, inside: Any) -> list[tuple[date, date | None]]:
        row = self.clients[client_id]
        days = {row["opened_on"], row["closed_on"], row["archived_on"], row["designation_withdrawn_on"]}
        days |= {event["on_date"] for event in self.book.account_event if event["client_id"] == client_id}
        found: list[tuple[date, date | None]] = []
        for day in sorted(one for one in days if one is not None and one >= row["opened_on"]):
            now = inside(client_id, day)
            running = bool(found) and found[-1][1] is None
            if now and not running:
                found.append((day, None))
            elif running and not now:
                found[-1] = (found[-1][0], day)
        return found

    @staticmethod
    def at(spells: list[tuple[date, date | None]], day: date) -> date | None:
        return next((start for start, stop in spells if start <= day and (stop is None or stop > day)), None)

    # --- one client at one month's end

    def is_out(self, client_id: int, month: int) -> bool:
        end = last_day(month)
        return self.at(self.lost[client_id], end) is not None or self.at(self.archived[client_id], end) is not None

    def counted_from(self, client_id: int, month: int) -> int:
        """The first month whose end counts for silence: that of the opening or of the newest return."""
        starts = [self.clients[client_id]["opened_on"]]
        starts += [
            stop
            for _, stop in self.lost[client_id] + self.archived[client_id]
            if stop is not None and stop <= last_day(month)
        ]
        return max(starts).year * 100 + max(starts).month

    def run(self, client_id: int, month: int, *, gaps_count: bool) -> int:
        """Month-ends in a row up to this one that show no life, or that are known."""
        if self.is_out(client_id, month):
            return 0
        start, count = self.counted_from(client_id, month), 0
        while month >= start:
            row = self.rows.get((month, client_id), {})
            assets, trades = row.get("end_assets_fen"), row.get("trades_count")
            if gaps_count:
                if (assets is not None and assets >= LINE_FEN) or (trades is not None and trades > 0):
                    return count
            elif assets is None or trades is None:
                return count
            count, month = count + 1, back(month, 1)
        return count

    def status(self, client_id: int, month: int) -> str:
        end = last_day(month)
        if self.at(self.lost[client_id], end):
            return "lost"
        if self.at(self.archived[client_id], end):
            return "archived"
        if self.clients[client_id]["opened_on"] > last_day(back(month, WINDOW)):
            return "normal"
        if self.counted_from(client_id, month) > back(month, WINDOW - 1):
            return "normal"
        last_twelve = [self.rows.get((back(month, step), client_id), {}) for step in range(WINDOW)]
        pairs = [(row.get("end_assets_fen"), row.get("trades_count")) for row in last_twelve]
        if any((assets or 0) >= LINE_FEN or (trades or 0) > 0 for assets, trades in pairs):
            return "normal"
        return "undetermined" if any(None in pair for pair in pairs) else "silent"

    def value(self, client_id: int, month: int) -> int:
        opened = self.clients[client_id]["opened_on"]
        window = [back(month, step) for step in range(self.rules(month).tier_window_months)]
        return sum(
            self.rows.get((one, client_id), {}).get("net_income_fen") or 0
            for one in window
            if one >= opened.year * 100 + opened.month
        )

    def open_clients(self, month: int) -> list[int]:
        return [key for key, row in self.clients.items() if row["opened_on"] <= last_day(month)]

    def peer(self, key: int, month: int) -> str:
        return "firm" if self.rules(month).tier_peer == "firm" else self.clients[key]["kind"]

    def ranked(self, month: int, peer: str) -> list[int]:
        values = [
            self.value(key, month)
            for key in self.open_clients(month)
            if self.status(key, month) != "lost" and self.peer(key, month) == peer
        ]
        return sorted((value for value in values if value > 0), reverse=True)

    def line(self, month: int, peer: str, tier: str) -> tuple[int, int, int | None]:
        """Base, rank and line of a tier among its peers."""
        rules, ranked = self.rules(month), self.ranked(month, peer)
        share, floor_fen = {"A": (rules.tier_a_bp, rules.tier_a_floor_fen),
                            "B": (rules.tier_b_bp, rules.tier_b_floor_fen)}[tier]  # fmt: skip
        rank = ceil(Fraction(len(ranked) * share, 10_000))
        return len(ranked), rank, max(ranked[rank - 1], floor_fen) if rank else None

    def held(self, month: int) -> dict[int, tuple[str | None, str | None, int]]:
        """Tier held, tier by the line, months on watch."""
        if month not in self._tiers:
            lines = {(peer, tier): self.line(month, peer, tier)[2]
                     for peer in ("firm", "individual", "institution", "product") for tier in "AB"}  # fmt: skip
            before = self.held(back(month, 1)) if back(month, 1) in self.months else {}
            found: dict[int, tuple[str | None, str | None, int]] = {}
            for key in self.open_clients(month):
                if self.status(key, month) == "lost":
                    found[key] = (None, None, 0)
                    continue
                value, peer = self.value(key, month), self.peer(key, month)
                reached = [tier for tier in "AB" if (cut := lines[peer, tier]) is not None and value >= cut]
                line = reached[0] if reached else "C"
                tier, _, count = before.get(key, (None, None, 0))
                keeps = tier is not None and "ABC".index(tier) < "ABC".index(line)
                if keeps and count < self.rules(month).watch_months:
                    found[key] = (tier, line, count + 1)
                else:
                    found[key] = (line, line, 0)
            self._tiers[month] = found
        return self._tiers[month]

    def tiers(self, month: int) -> dict[int, str | None]:
        return {key: tier for key, (tier, _, _) in self.held(month).items()}

    def tier_before(self, client_id: int, month: int) -> str | None:
        pool = ("lost", "archived", "silent")
        if self.status(client_id, month) not in pool:
            return None
        while month in self.months and client_id in self.tiers(month):
            if self.status(client_id, month) not in pool:
                return self.tiers(month)[client_id]
            month = back(month, 1)
        return None

    def version(self, client_id: int, month: int) -> dict[str, Any]:
        end = last_day(month)
        return next(
            row
            for row in self.book.client_version
            if row["client_id"] == client_id
            and (row["valid_from"] is None or row["valid_from"] <= end)
            and (row["valid_to"] is None or row["valid_to"] > end)
        )

    def above(self, unit_id: int | None, kind: str) -> int | None:
        while unit_id is not None and self.units[unit_id]["kind"] != kind:
            unit_id = self.units[unit_id]["parent_id"]
        return unit_id

    # --- lifecycle and warning

    def traded(self, key: int, month: int) -> list[int]:
        first = self.clients[key]["opened_on"]
        return [
            one
            for one in self.months
            if one <= month and last_day(one) >= first and (self.rows.get((one, key), {}).get("trades_count") or 0) > 0
        ]

    def office(self, key: int, month: int) -> int:
        return self.rows.get((month, key), {}).get("office_id") or self.version(key, month)["office_id"]

    def was_there(self, key: int, month: int, months: int) -> bool:
        then = back(month, months)
        return then in self.months and self.clients[key]["opened_on"] <= last_day(then)

    def assets(self, key: int, month: int, months: int) -> int | None:
        return self.rows.get((back(month, months), key), {}).get("end_assets_fen")

    def turnover(self, key: int, month: int, months: int) -> int:
        """Turnover of the months compared that end ``months`` earlier, from the opening on."""
        opened = self.clients[key]["opened_on"]
        compared = [back(month, months + step) for step in range(self.rules(month).stage_compare_months)]
        rows = [self.rows.get((one, key), {}) for one in compared if last_day(one) >= opened]
        return sum(row.get("turnover_fen") or 0 for row in rows)

    def is_young(self, key: int, month: int) -> bool:
        """Not yet past the day that is three months after the opening, clamped to the month's end."""
        opened = self.clients[key]["opened_on"]
        later = back(opened.year * 100 + opened.month, -3)
        return min(last_day(later), last_day(later).replace(day=min(opened.day, last_day(later).day))) >= last_day(
            month
        )

    def changes(self, key: int, month: int) -> tuple[Fraction | None, Fraction | None, bool]:
        """Change of assets and of turnover over the months compared (None: cannot be told), and no trade in them."""
        months = self.rules(month).stage_compare_months
        then = self.assets(key, month, months) if self.was_there(key, month, months) else None
        now = self.assets(key, month, 0)
        assets = None if now is None or then is None or then <= 0 else Fraction(now - then, then)
        before = self.turnover(key, month, months) if self.was_there(key, month, months) else 0
        trading = Fraction(self.turnover(key, month, 0) - before, before) if before > 0 else None
        known = self.run(key, month, gaps_count=False) >= months
        stopped = known and not any(one > back(month, months) for one in self.traded(key, month))
        return assets, trading, stopped

    def stage(self, key: int, month: int) -> str:
        status = self.status(key, month)
        if status == "lost":
            return "lost"
        if self.is_young(key, month):
            return "building"
        assets, trading, stopped = self.changes(key, month)
        limit = Fraction(3, 10)
        if status == "archived" or stopped or (assets is not None and assets <= -limit):
            return "declining"
        growing = (assets is not None and assets >= limit) or (trading is not None and trading >= limit)
        return "growing" if growing else "mature"

    def warning(self, key: int, month: int) -> set[int] | None:
        if self.status(key, month) in ("lost", "archived", "silent") or self.is_young(key, month):
            return None
        assets, trading, stopped = self.changes(key, month)
        before = self.assets(key, month, 1) if self.was_there(key, month, 1) else None
        outflow = self.rows.get((month, key), {}).get("outflow_fen")
        found = set()
        if assets is not None and assets <= -Fraction(3, 10):
            found.add(1)
        if stopped:
            found.add(2)
        elif trading is not None and trading <= -Fraction(1, 2):
            found.add(4)
        if outflow is not None and before is not None and before > 0 and Fraction(outflow, before) >= Fraction(3, 10):
            found.add(8)
        complaints, contacts = self.service(self.book.complaint, month), self.service(self.book.contact_log, month)
        if any(one["client_id"] == key and self.months_ago(one, month) < 3 for one in complaints):
            found.add(16)
        met = any(one["client_id"] == key and self.months_ago(one, month) < 6 for one in contacts)
        if contacts and not met and self.tiers(month)[key] == "A":
            found.add(32)
        return found

    @staticmethod
    def months_ago(row: dict[str, Any], month: int) -> int:
        on = (row["at"] + timedelta(hours=8)).date()
        return month // 100 * 12 + month % 100 - on.year * 12 - on.month

    def service(self, rows: list[dict[str, Any]], month: int) -> list[dict[str, Any]]:
        """Those until the month's end in Shanghai."""
        return [row for row in rows if self.months_ago(row, month) >= 0]

    # --- the published tables

    def client_status(self, month: int) -> list[dict[str, Any]]:
        return [self.status_row(key, month) for key in self.open_clients(month)]

    def status_row(self, key: int, month: int) -> dict[str, Any]:
        client, row, version = self.clients[key], self.rows.get((month, key), {}), self.version(key, month)
        status, end = self.status(key, month), last_day(month)
        undisturbed, known = self.run(key, month, gaps_count=True), self.run(key, month, gaps_count=False)
        office, traded, warned = self.office(key, month), self.traded(key, month), self.warning(key, month)
        was_there = self.was_there(key, month, 1)
        fields = PERSON_FIELDS if client["kind"] == "individual" else FIRM_FIELDS
        dated = {name: version[name] for name in ("risk_level", "risk_on", "institution_group", "segment")}

        def in_month(day: date | None) -> bool:
            return day is not None and (day.year, day.month) == (month // 100, month % 100)

        return {
            "client_id": key, "month": month, "branch_id": self.above(office, "branch"), "office_id": office,
            "client_kind": client["kind"], "institution_group": dated["institution_group"],
            "segment": dated["segment"], "risk_level": dated["risk_level"], "status": status,
            "lost_on": self.at(self.lost[key], end), "archived_on": self.at(self.archived[key], end),
            "stage": self.stage(key, month), "tier": self.tiers(month)[key],
            "tier_before": self.tier_before(key, month), "line_tier": self.held(month)[key][1],
            "watch_count": self.held(month)[key][2],
            "value_fen": self.value(key, month), "has_row": bool(row),
            **{name: row.get(name) for name in ("end_assets_fen", "cash_fen", "inflow_fen", "outflow_fen",
                                                "turnover_fen", "trades_count", "net_income_fen")},
            "months_undisturbed": undisturbed, "months_known": known, "months_quiet": min(undisturbed, known),
            "last_trade_month": max(traded, default=None),
            "is_active": status != "lost" and bool(traded) and max(traded) >= back(month, 2),
            "is_monthly_active": status != "lost" and month in traded,
            "new_count": int(in_month(client["opened_on"])),
            "lost_count": sum(in_month(start) for start, _ in self.lost[key]),
            "returned_count": sum(in_month(stop) for _, stop in self.lost[key]),
            "filled_count": sum((dated.get(name, client[name])) is not None for name in fields),
            "required_count": len(fields), "turnover_recent_fen": self.turnover(key, month, 0),
            "warning_points": None if warned is None else len(warned),
            "warning_reasons": None if warned is None else sum(warned),
            "assets_before_fen": self.assets(key, month, 1) if was_there else None,
            "office_before_id": self.office(key, back(month, 1)) if was_there else None,
        }  # fmt: skip

    def cube_client(self, month: int) -> dict[tuple[Any, ...], dict[str, int]]:
        cells: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in self.client_status(month):
            cell = cells[
                tuple(row[name] for name in ("branch_id", "office_id", "client_kind", "status", "tier", "stage"))
            ]
            lost = row["status"] == "lost"
            cell["clients_count"] += 1
            cell["alive_count"] += not lost
            cell["active_count"] += row["is_active"]
            cell["monthly_active_count"] += row["is_monthly_active"]
            cell["row_count"] += row["has_row"]
            cell["lost_assets_fen"] += (row["end_assets_fen"] or 0) * lost
            cell["watch_count"] += row["watch_count"] > 0
            cell["warned_count"] += (row["warning_points"] or 0) >= self.rules(month).warning_limit
            change = (row["end_assets_fen"] or 0) - (row["assets_before_fen"] or 0)
            facts = (row["end_assets_fen"], row["assets_before_fen"], row["inflow_fen"], row["outflow_fen"])
            balance = row["new_count"] + row["returned_count"] - row["lost_count"]
            cell["won_change_fen"] += change if balance > 0 else 0
            cell["lost_change_fen"] += change if balance < 0 else 0
            cell["gap_change_fen"] += change if balance == 0 and None in facts else 0
            for name in ("inflow_fen", "outflow_fen"):
                cell[f"stayed_{name}"] += row[name] if balance == 0 and None not in facts else 0
            for name in (
                "assets_before_fen",
                "new_count",
                "lost_count",
                "returned_count",
                "end_assets_fen",
                "cash_fen",
                "inflow_fen",
                "outflow_fen",
                "turnover_fen",
                "trades_count",
                "net_income_fen",
                "value_fen",
                "filled_count",
                "required_count",
            ):
                cell[name] += row[name] or 0
        return {key: dict(cell) for key, cell in cells.items()}

    def cube_transfer(self, month: int) -> dict[tuple[int, int], tuple[int, int]]:
        moved: dict[tuple[int, int], tuple[int, int]] = {}
        for row in self.client_status(month):
            key = (row["office_before_id"], row["office_id"])
            if key[0] is not None and key[0] != key[1]:
                clients, assets = moved.get(key, (0, 0))
                was_client = self.status(row["client_id"], back(month, 1)) != "lost"
                moved[key] = (clients + was_client, assets + (row["assets_before_fen"] or 0))
        return moved

    def tier_cutoff(self, month: int) -> dict[tuple[str, str], tuple[int, int, int | None]]:
        firm = self.rules(month).tier_peer == "firm"
        peers = ("firm",) if firm else ("individual", "institution", "product")
        return {(peer, tier): self.line(month, peer, tier) for peer in peers for tier in "AB"}

    def cube_share(self, month: int) -> dict[int, tuple[int, ...]]:
        values: dict[int, list[int]] = defaultdict(list)
        for row in self.client_status(month):
            if row["status"] != "lost" and row["value_fen"] > 0:
                for unit_id in {self.above(row["office_id"], kind) for kind in ("hq", "branch", "office")}:
                    if unit_id is not None:
                        values[unit_id].append(row["value_fen"])
        found = {}
        for unit_id, some in values.items():
            some.sort(reverse=True)
            top5, top20 = ceil(Fraction(len(some) * 5, 100)), ceil(Fraction(len(some) * 20, 100))
            found[unit_id] = (len(some), top5, top20, sum(some[:top5]), sum(some[:top20]), sum(some))
        return found

    def holdings(self, month: int) -> list[dict[str, Any]]:
        """Per relationship and holder: the part of the client's month, to the fen; a type's shares are one list."""
        end, start = last_day(month), last_day(month).replace(day=1)
        numbers = {row["staff_id"]: row["staff_no"] for row in self.book.staff}
        statuses = {row["client_id"]: row for row in self.client_status(month)}
        lines = []
        for link in self.book.relationship:
            begins, ends = link["valid_from"], link["valid_to"]
            active = begins <= end and (ends is None or ends > end)
            starts = start <= begins <= end and (ends is None or ends > begins)
            if link["state"] == "confirmed" and link["client_id"] in statuses and (active or starts):
                lines += [
                    {
                        **share,
                        "client_id": link["client_id"],
                        "type": link["type"],
                        "active": active,
                        "starts": starts,
                        "staff_no": numbers[share["staff_id"]],
                    }
                    for share in self.book.relationship_share
                    if share["relationship_id"] == link["relationship_id"]
                ]
        lines.sort(key=lambda line: (line["staff_no"], line["relationship_id"]))
        for line in lines:
            row = statuses[line["client_id"]]
            line["office"], line["branch"] = row["office_id"], row["branch_id"]
            totals = {
                **{name: row[name] or 0 for name in RESULTS[:3]},
                "net_inflow_fen": (row["inflow_fen"] or 0) - (row["outflow_fen"] or 0),
            }
            same = (line["client_id"], line["type"])
            together = [
                one for one in lines if line["active"] and one["active"] and (one["client_id"], one["type"]) == same
            ]
            line.update(dict.fromkeys(RESULTS, 0))
            upto = 0
            for one in together:
                before, upto = upto, upto + one["share_bp"]
                if one is line:
                    for name, total in totals.items():
                        size = abs(total)
                        part = floor(Fraction(size * upto, 10_000)) - floor(Fraction(size * before, 10_000))
                        line[name] = part if total >= 0 else -part
        return lines

    def staff_month(self, month: int) -> dict[tuple[str, int, int], dict[str, Any]]:
        lines = self.holdings(month)
        groups: dict[tuple[str, int, int], list[dict[str, Any]]] = defaultdict(list)
        for line in lines:
            groups[line["type"], line["office"], line["staff_id"]].append(line)
            groups["any", line["office"], line["staff_id"]].append(line)
        return {key: self._staff_row(key, some, month) for key, some in groups.items()}

    def _staff_row(self, key: tuple[str, int, int], lines: list[dict[str, Any]], month: int) -> dict[str, Any]:
        counting = [line for line in lines if line["active"]]
        if key[0] == "any":
            held: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
            for line in counting:
                held[line["client_id"]][line["type"]] += line["share_bp"]
            best = {
                client_id: min(types, key=lambda code: (-types[code], TYPE_ORDER.index(code)))
                for client_id, types in held.items()
            }
            counting = [line for line in counting if best[line["client_id"]] == line["type"]]
        end = last_day(month)
        post = next(
            row
            for row in self.book.staff_version
            if row["staff_id"] == key[2]
            and (row["valid_from"] is None or row["valid_from"] <= end)
            and (row["valid_to"] is None or row["valid_to"] > end)
        )
        started = [line for line in lines if line["starts"]]
        return {
            "client_branch_id": lines[0]["branch"], "staff_unit_id": post["unit_id"],
            "staff_office_id": self.above(post["unit_id"], "office"),
            "staff_branch_id": self.above(post["unit_id"], "branch"), "staff_category": post["category"],
            "client_count": len({line["client_id"] for line in counting}),
            "weighted_bp": sum(line["share_bp"] for line in counting),
            **{name: sum(line[name] for line in counting) for name in RESULTS},
            "started_count": len(started), "started_bp": sum(line["share_bp"] for line in started),
        }  # fmt: skip

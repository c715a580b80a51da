"""Hand-written SQLite statements that answer the same questions as a page's reads, over the same derived tables."""

# ruff: noqa: E501 -- statements and tables read better whole

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date

from data_access.clock import business_date, month_closes_at
from domain.months import month_add, month_end, month_range, month_start
from domain.prospects import ProspectGrade
from domain.words import RelationshipType
from pages._ui.top_clients import TOP
from tests.load.page_data import View

Step = tuple[str, list[object]]
"""A statement and its values."""
OPEN = "('open', 'preregistered')"
DEVELOPMENT = ("('new_development', 'redevelopment', 'margin_development', 'repo_development', 'agent_development', "
               "'legacy_development')")  # fmt: skip
GRADES = " ".join(f"WHEN '{grade.value}' THEN {place + (place > 4)}" for place, grade in enumerate(ProspectGrade, 1))
"""The order of grades; a client without one stands between D and E."""


class Hand:
    """What every statement of one view needs: months and builds, and the reach as SQL."""

    def __init__(self, raw: sqlite3.Connection, view: View) -> None:
        self.view, self.month, self.scope = view, view.month, view.user.scope
        self.builds = dict(
            raw.execute(
                "SELECT month, build_id FROM generation_month JOIN generation USING (generation_id) WHERE is_current"
            )
        )
        self.build = self.builds[self.month]
        self.personal = self.scope.is_personal
        self.today: date = business_date()
        people = ", ".join(str(one) for one in sorted(self.scope.staff_ids))
        self.held = (
            "(SELECT r.client_id FROM relationship_share s JOIN relationship r USING (relationship_id) "
            f"WHERE s.staff_id IN ({people}) AND r.state = 'confirmed' AND r.valid_from <= '{self.today}' "
            f"AND (r.valid_to IS NULL OR r.valid_to > '{self.today}') "
            f"UNION SELECT client_id FROM reactivation_task WHERE staff_id IN ({people}) AND state IN {OPEN})"
        )

    def reach(self, row: str = "") -> str:
        """Return the condition that keeps the reach's clients of ``row`` (a table alias)."""
        prefix = f"{row}." if row else ""
        if self.scope.everything:
            return "1"
        if self.personal:
            return f"{prefix}client_id IN {self.held}"
        return f"{prefix}office_id IN ({', '.join(str(one) for one in sorted(self.scope.office_ids))})"

    def past(self) -> str:
        """Return the builds of the months that charts show as a list."""
        return self.last(24)

    def last(self, months: int) -> str:
        """Return the builds of the last months as a list."""
        span = month_range(month_add(self.month, 1 - months), self.month)
        return ", ".join(str(self.builds[month]) for month in span if month in self.builds)

    def year_apart(self) -> str:
        """Return the builds of the month and of that a year before as a list."""
        both = (self.month, month_add(self.month, -12))
        return ", ".join(str(self.builds[month]) for month in both if month in self.builds)

    @property
    def table(self) -> str:
        """Sums come from the cube; of one person's clients from the client rows."""
        return "client_status" if self.personal else "cube_client"

    def sums(self) -> str:
        """Return the sums a page's headlines and trends need."""
        if self.personal:
            return ("count(*) FILTER (WHERE status <> 'lost'), sum(is_active), sum(is_monthly_active), "
                    "sum(end_assets_fen), sum(net_income_fen), sum(turnover_fen), "
                    "coalesce(sum(inflow_fen), 0) - coalesce(sum(outflow_fen), 0), "
                    "sum(new_count), sum(lost_count), sum(returned_count), sum(has_row), count(*)")  # fmt: skip
        return ("sum(alive_count), sum(active_count), sum(monthly_active_count), sum(end_assets_fen), "
                "sum(net_income_fen), sum(turnover_fen), sum(inflow_fen) - sum(outflow_fen), sum(new_count), "
                "sum(lost_count), sum(returned_count), sum(row_count), sum(clients_count)")  # fmt: skip

    def head(self) -> Iterator[Step]:
        yield ("SELECT * FROM generation JOIN generation_month USING (generation_id) WHERE is_current", [])
        yield "SELECT unit_id, unit_code, name, kind, path FROM org_unit WHERE kind <> 'team' ORDER BY path", []
        yield "SELECT state FROM month_state WHERE month = ?", [self.month]
        yield (("SELECT committed_at FROM import_batch WHERE kind = 'client_month' AND committed_at IS NOT NULL "
               "AND rolled_back_at IS NULL AND coalesce(first_month, 0) <= ? AND coalesce(last_month, 999999) >= ? "
               "ORDER BY committed_at DESC LIMIT 1"), [self.month, self.month])  # fmt: skip
        yield (("SELECT unit_code, name FROM org_unit JOIN cube_client ON office_id = unit_id WHERE build_id = ? "
               "GROUP BY unit_id HAVING sum(row_count) = 0 AND sum(alive_count) > 0 ORDER BY unit_code"),
               [self.build])  # fmt: skip

    def by_month(self) -> Step:
        return ((f"SELECT month, {self.sums()} FROM {self.table} WHERE build_id IN ({self.past()}) AND {self.reach()} "
                "GROUP BY build_id ORDER BY month"), [])  # fmt: skip

    def mix(self, dimension: str = "") -> Step:
        """Tier mix of the trailing year: the value of a client is its net income of the window (R-53)."""
        alive = "count(*)" if self.personal else "sum(alive_count)"
        group = f"{dimension}, tier" if dimension else "tier"
        return ((f"SELECT {group}, {alive}, sum(value_fen), sum(end_assets_fen) FROM {self.table} "
                f"WHERE build_id = ? AND {self.reach()} GROUP BY {group}"), [self.build])  # fmt: skip

    def clients(self, condition: str, *, history: bool, order: str = "value_fen", limit: int = 500) -> Iterator[Step]:
        """Count of a list, its first rows by value, their holders, tasks and (with ``history``) assets."""
        where = f"build_id = {self.build} AND {self.reach('v')} AND {condition}"
        yield f"SELECT count(*) FROM client_status v WHERE {where}", []
        yield ((f"IDS SELECT client_id FROM client_status v WHERE {where} "
               f"ORDER BY {order} DESC, client_id LIMIT {limit}"), [])  # fmt: skip
        # what belongs to the page's rows is read for the ids of the statement before
        yield (("SELECT v.*, c.client_no, c.name, u.unit_code, u.name FROM client_status v "
               "JOIN client c USING (client_id) JOIN org_unit u ON u.unit_id = v.office_id "
               f"WHERE (v.build_id, v.client_id) IN (SELECT {self.build}, value FROM json_each('[:ids]'))"), [])  # fmt: skip
        yield (("SELECT r.client_id, r.valid_to, r.valid_from, p.name FROM relationship r "
               "JOIN relationship_share s USING (relationship_id) JOIN staff p USING (staff_id) "
               "WHERE r.client_id IN (:ids) AND r.state IN ('confirmed', 'released') "
               "ORDER BY r.client_id, r.valid_from DESC, p.staff_no"), [])  # fmt: skip
        yield (("SELECT client_id, task_no, name FROM reactivation_task JOIN staff USING (staff_id) "
               f"WHERE client_id IN (:ids) AND state IN {OPEN}"), [])  # fmt: skip
        if history:
            months = ", ".join(str(one) for one in month_range(month_add(self.month, -23), self.month))
            yield ((f"SELECT client_id, end_assets_fen FROM client_month WHERE month IN ({months}) "
                   "AND client_id IN (:ids) AND end_assets_fen IS NOT NULL ORDER BY month"), [])  # fmt: skip


def overview(hand: Hand) -> Iterator[Step]:
    yield from hand.head()
    yield hand.by_month()
    yield hand.mix()
    yield ((f"SELECT month, {'branch_id' if hand.scope.everything else 'office_id'} AS place, sum(net_income_fen) "
           f"FROM {hand.table} WHERE build_id IN ({hand.year_apart()}) AND {hand.reach()} GROUP BY build_id, place"), [])  # fmt: skip
    yield (("SELECT sum(status = 'normal' AND months_quiet BETWEEN 9 AND 11), "
           "sum(status = 'silent' AND months_quiet = 12), sum(status = 'undetermined'), "
           "sum(status = 'lost' AND lost_count > 0 AND tier_before = 'A') "
           f"FROM client_status WHERE build_id = ? AND {hand.reach()}"), [hand.build])  # fmt: skip
    yield ((f"SELECT count(*), sum(due_on < '{hand.today}') FROM reactivation_task "
           f"WHERE state IN {OPEN} AND {hand.reach()}"), [])  # fmt: skip
    yield ((f"SELECT count(*) FROM client_status v WHERE build_id = ? AND {hand.reach('v')} "
           "AND status IN ('lost', 'archived', 'silent') AND NOT EXISTS (SELECT 1 FROM reactivation_task t "
           f"WHERE t.client_id = v.client_id AND t.state IN {OPEN})"), [hand.build])  # fmt: skip


def tiers(hand: Hand) -> Iterator[Step]:
    yield from hand.head()
    yield hand.by_month()
    if hand.personal:
        yield (("SELECT month, sum(value_fen) FILTER (WHERE place <= (base * 5 + 99) / 100), "
               "sum(value_fen) FILTER (WHERE place <= (base * 20 + 99) / 100), sum(value_fen) FROM (SELECT month, "
               "value_fen, row_number() OVER (PARTITION BY month ORDER BY value_fen DESC, client_id) AS place, "
               "count(*) OVER (PARTITION BY month) AS base FROM client_status "
               f"WHERE build_id IN ({hand.past()}) AND status <> 'lost' AND value_fen > 0 AND {hand.reach()}) "
               "GROUP BY month"), [])  # fmt: skip
    else:
        yield ((f"SELECT month, top5_fen, top20_fen, total_fen FROM cube_share WHERE build_id IN ({hand.past()}) "
               "AND unit_id = ?"), [hand.view.reader.unit_id])  # fmt: skip
    yield hand.mix()
    yield "SELECT * FROM tier_cutoff WHERE build_id = ?", [hand.build]
    yield (("SELECT part, count(*), sum(value_fen) FROM (SELECT value_fen, ntile(100) OVER (ORDER BY value_fen DESC, "
           f"client_id) AS part FROM client_status WHERE build_id = ? AND {hand.reach()} AND status <> 'lost' "
           "AND value_fen > 0) GROUP BY part"), [hand.build])  # fmt: skip
    alive = "count(*) FILTER (WHERE status <> 'lost')" if hand.personal else "sum(alive_count)"
    yield ((f"SELECT month, tier, {alive} FROM {hand.table} WHERE build_id IN ({hand.past()}) AND {hand.reach()} "
           "GROUP BY build_id, tier"), [])  # fmt: skip
    yield hand.mix("branch_id")
    yield from hand.clients("tier = 'A'", history=True, limit=TOP)


def pool(code: str) -> Callable[[Hand], Iterator[Step]]:
    def steps(hand: Hand) -> Iterator[Step]:
        yield from hand.head()
        yield ((f"SELECT status, count(*), sum(months_quiet BETWEEN 9 AND 11) FROM client_status WHERE build_id = ? "
               f"AND {hand.reach()} AND (status IN ('lost', 'archived', 'silent') OR status = 'normal' "
               "AND months_quiet BETWEEN 9 AND 11) GROUP BY status"), [hand.build])  # fmt: skip
        near = "status = 'normal' AND months_quiet BETWEEN 9 AND 11"
        yield from hand.clients(near if code == "near" else f"status = '{code}'", history=True)

    return steps


def client_list(hand: Hand) -> Iterator[Step]:
    yield from hand.head()
    yield from hand.clients("1", history=False)


def client_page(hand: Hand) -> Iterator[Step]:
    yield from hand.head()
    key = "(SELECT client_id FROM client WHERE client_no = ?)"
    number: list[object] = [hand.view.client_no]
    past = [build for month, build in hand.builds.items() if month <= hand.month]
    builds = ", ".join(str(one) for one in past)
    months = ", ".join(str(one) for one in month_range(month_add(hand.month, -35), hand.month))
    yield ((f"SELECT c.*, u.name FROM client c JOIN org_unit u ON u.unit_id = c.office_id WHERE client_no = ? "
           f"AND {hand.reach('c')}"), number)  # fmt: skip
    yield f"SELECT * FROM client_status WHERE build_id IN ({builds}) AND client_id = {key} ORDER BY month", number
    yield f"SELECT * FROM client_month WHERE month IN ({months}) AND client_id = {key} ORDER BY month", number
    yield f"SELECT * FROM account WHERE client_id = {key} ORDER BY account_no", number
    yield (
        f"SELECT * FROM account_event JOIN account USING (account_id) WHERE account_event.client_id = {key} ORDER BY at DESC",
        number,
    )
    yield (("SELECT * FROM relationship r JOIN relationship_share USING (relationship_id) JOIN staff USING (staff_id) "
           f"JOIN org_unit USING (unit_id) WHERE r.client_id = {key} ORDER BY r.valid_from DESC, staff_no"), number)  # fmt: skip
    yield (("SELECT * FROM reactivation_task JOIN staff USING (staff_id) "
           f"WHERE client_id = {key} ORDER BY assigned_at DESC"), number)  # fmt: skip
    yield (("SELECT * FROM reactivation_task JOIN task_event e USING (task_id) LEFT JOIN app_user ON user_id = by_user_id "
           f"WHERE client_id = {key} ORDER BY e.at DESC"), number)  # fmt: skip
    yield (
        f"SELECT * FROM contact_log JOIN staff USING (staff_id) WHERE client_id = {key} ORDER BY at DESC LIMIT 200",
        number,
    )
    yield f"SELECT * FROM complaint WHERE client_id = {key} ORDER BY at DESC", number
    yield (("SELECT v.*, u.name FROM client_version v JOIN org_unit u ON u.unit_id = v.office_id "
           f"WHERE client_id = {key} ORDER BY version_id DESC"), number)  # fmt: skip
    yield (("SELECT campaign_no, name, window_to_on FROM campaign_member JOIN campaign USING (campaign_id) "
           f"WHERE client_id = {key} AND arm = 'holdout' AND released_at IS NULL AND window_to_on >= '{hand.today}'"), number)  # fmt: skip
    # the trace: rules and lines of every month on watch, the newest complaint and contact of the month's end
    yield f"SELECT month, tier, base_count, k_count, cut_fen FROM tier_cutoff WHERE build_id IN ({builds})", []
    yield (
        f"SELECT month, version, body FROM build LEFT JOIN rule_set ON version = rule_version WHERE build_id IN ({builds})",
        [],
    )
    until = f"{month_closes_at(hand.month):%Y-%m-%d %H:%M:%S.%f}"
    yield ((f"SELECT (SELECT max(at) FROM complaint WHERE client_id = {key} AND at < ?), "
            f"(SELECT max(at) FROM contact_log WHERE client_id = {key} AND at < ?), "
            "EXISTS (SELECT 1 FROM contact_log WHERE at < ?)"), [*number, until, *number, until, until])  # fmt: skip


def performance(period: str, *, drill: bool = False) -> Callable[[Hand], Iterator[Step]]:
    def steps(hand: Hand) -> Iterator[Step]:
        yield from hand.head()
        count = hand.month % 100 if period == "year" else 1
        first, last = month_start(month_add(hand.month, 1 - count)), month_end(hand.month)
        builds = hand.last(count)
        scope = hand.scope
        people = ", ".join(str(one) for one in sorted(scope.staff_ids))
        units = ", ".join(str(one) for one in sorted(scope.unit_ids))
        inside = (
            "1" if scope.everything else f"staff_id IN ({people})" if hand.personal else f"staff_unit_id IN ({units})"
        )
        post = "1" if scope.everything else f"v.staff_id IN ({people})" if hand.personal else f"v.unit_id IN ({units})"
        yield ((f"SELECT staff_no, sum(net_income_fen), sum(CASE WHEN build_id = {hand.build} THEN end_assets_fen END), "
               f"sum(CASE WHEN build_id = {hand.build} THEN client_count END) FROM staff_month JOIN staff "
               f"USING (staff_id) WHERE build_id IN ({builds}) AND type = 'any' AND {inside} GROUP BY staff_id"), [])  # fmt: skip
        holds = f"(v.valid_from IS NULL OR v.valid_from <= '{last}') AND (v.valid_to IS NULL OR v.valid_to > '{last}')"
        yield (("SELECT s.staff_id, sum(share_bp), count(DISTINCT client_id) FROM relationship r "
               "JOIN relationship_share s USING (relationship_id) JOIN staff_version v ON v.staff_id = s.staff_id "
               f"AND {holds} WHERE r.state = 'confirmed' AND r.type IN {DEVELOPMENT} "
               f"AND r.valid_from BETWEEN '{first}' AND '{last}' AND (r.valid_to IS NULL OR r.valid_to > r.valid_from) "
               f"AND {post} GROUP BY s.staff_id"), [])  # fmt: skip
        yield (("SELECT s.staff_id, count(DISTINCT relationship_id) FROM relationship r "
               "JOIN relationship_share s USING (relationship_id) JOIN staff_version v ON v.staff_id = s.staff_id "
               f"AND {holds} WHERE r.state = 'confirmed' AND r.type = 'core_service' AND r.valid_from <= '{last}' "
               f"AND (r.valid_to IS NULL OR r.valid_to > '{last}') AND {post} GROUP BY s.staff_id"), [])  # fmt: skip
        yield (
            "SELECT p.staff_no, p.name, p.category, p.left_on, u.name FROM staff p JOIN org_unit u USING (unit_id)",
            [],
        )
        if drill:
            yield _credited(hand, count)
        if not hand.personal:
            offices = hand.reach().replace("office_id", "client_office_id")
            yield ((f"SELECT type, sum(CASE WHEN {inside} THEN net_income_fen END), sum(net_income_fen) FROM staff_month "
                   f"WHERE build_id IN ({builds}) AND type <> 'any' AND {offices} GROUP BY type"), [])  # fmt: skip
            yield f"SELECT sum(net_income_fen) FROM cube_client WHERE build_id IN ({builds}) AND {hand.reach()}", []

    return steps


def _credited(hand: Hand, count: int) -> Step:
    """One person's part of each client: split among the holders of a type, once under the largest share (R-61)."""
    person = "(SELECT staff_id FROM staff WHERE staff_no = ?)"
    numbers = " ".join(f"WHEN '{kind.value}' THEN {kind.number}" for kind in RelationshipType)
    months = month_range(month_add(hand.month, 1 - count), hand.month)
    ends = " UNION ALL ".join(f"SELECT {hand.builds[one]} AS build_id, '{month_end(one)}' AS on_day" for one in months)
    part = ("CASE share_bp WHEN 10000 THEN {0} ELSE {0} / 10000 * upto + {0} % 10000 * upto / 10000 "
            "- {0} / 10000 * (upto - share_bp) - {0} % 10000 * (upto - share_bp) / 10000 END")  # fmt: skip
    return ((f"WITH ends AS ({ends}), line AS (SELECT build_id, r.client_id, r.type, s.staff_id, s.share_bp, "
            "sum(s.share_bp) OVER (PARTITION BY build_id, r.client_id, r.type ORDER BY p.staff_no, r.relationship_id "
            "ROWS UNBOUNDED PRECEDING) AS upto, "
            "sum(s.share_bp) OVER (PARTITION BY build_id, r.client_id, s.staff_id, r.type) AS type_bp "
            "FROM relationship r JOIN ends ON r.valid_from <= on_day AND (r.valid_to IS NULL OR r.valid_to > on_day) "
            "JOIN relationship_share s USING (relationship_id) JOIN staff p USING (staff_id) WHERE r.state = 'confirmed' "
            "AND r.client_id IN (SELECT client_id FROM relationship JOIN relationship_share USING (relationship_id) "
            f"WHERE staff_id = {person})), "
            "one AS (SELECT *, dense_rank() OVER (PARTITION BY build_id, client_id, staff_id "
            f"ORDER BY type_bp DESC, CASE type {numbers} END) AS place FROM line) "
            f"SELECT c.client_no, c.name, one.type, max(type_bp), sum({part.format('v.net_income_fen')}) AS net_income, "
            f"sum(CASE WHEN v.build_id = {hand.build} THEN {part.format('v.end_assets_fen')} END), "
            f"max(CASE WHEN v.build_id = {hand.build} THEN v.status END), "
            f"max(CASE WHEN v.build_id = {hand.build} THEN v.tier END) "
            "FROM one JOIN client_status v ON v.build_id = one.build_id AND v.client_id = one.client_id "
            f"JOIN client c ON c.client_id = one.client_id WHERE one.staff_id = {person} AND place = 1 "
            "GROUP BY c.client_no, one.type ORDER BY net_income DESC"), [hand.view.staff_no] * 2)  # fmt: skip


def tasks(hand: Hand) -> Iterator[Step]:
    yield from hand.head()
    people = ", ".join(str(one) for one in sorted(hand.scope.staff_ids))
    seen = f"t.staff_id IN ({people})" if hand.personal else hand.reach("c")
    yield ((f"SELECT t.state, count(*), sum(t.state IN {OPEN} AND due_on < '{hand.today}') FROM reactivation_task t "
           f"JOIN client c USING (client_id) WHERE {seen} GROUP BY t.state"), [])  # fmt: skip
    order = f"t.due_on, coalesce(t.value_fen, -1) DESC, CASE t.grade {GRADES} ELSE 5 END, t.task_id"
    yield (("SELECT t.*, c.client_no, c.name, u.name, p.staff_no, p.name, a.display_name, k.at, k.result, k.next_step_on, "
           "g.campaign_no, g.name FROM (SELECT t.task_id FROM reactivation_task t JOIN client c USING (client_id) "
           f"WHERE t.state IN {OPEN} AND {seen} ORDER BY {order} LIMIT 500) JOIN reactivation_task t USING (task_id) "
           "JOIN client c USING (client_id) JOIN staff p USING (staff_id) JOIN org_unit u ON u.unit_id = c.office_id "
           "LEFT JOIN app_user a ON a.user_id = t.assigned_by LEFT JOIN campaign g ON g.campaign_id = t.campaign_id "
           "LEFT JOIN contact_log k ON k.contact_id = (SELECT n.contact_id FROM contact_log n WHERE n.task_id = t.task_id "
           f"ORDER BY n.at DESC, n.contact_id DESC LIMIT 1) ORDER BY {order}"), [])  # fmt: skip


def data(hand: Hand) -> Iterator[Step]:
    yield "SELECT * FROM generation JOIN generation_month USING (generation_id) WHERE is_current", []
    yield "SELECT month, state FROM month_state", []
    builds = ", ".join(str(one) for one in hand.builds.values())
    yield (("SELECT month, sum(n), sum(alive), sum(n = 0 AND alive > 0) FROM (SELECT build_id, month, office_id, "
           "sum(row_count) AS n, sum(alive_count) AS alive FROM cube_client "
           f"WHERE build_id IN ({builds}) GROUP BY build_id, office_id) GROUP BY month"), [])  # fmt: skip
    yield "SELECT * FROM import_batch ORDER BY batch_id DESC LIMIT 50", []
    yield "SELECT * FROM refresh_run ORDER BY run_id DESC LIMIT 10", []


PAGES: dict[str, Callable[[Hand], Iterator[Step]]] = {
    "overview": overview, "tiers": tiers, "pool: silent": pool("silent"), "pool: lost": pool("lost"),
    "pool: archived": pool("archived"), "pool: near": pool("near"), "list": client_list, "client": client_page,
    "performance: month": performance("month"), "performance: year": performance("year"),
    "performance: drill": performance("month", drill=True), "tasks": tasks, "data": data,
}  # fmt: skip


def run(raw: sqlite3.Connection, view: View, page: str) -> None:
    """Answer one page view by hand, every row fetched."""
    for sql, values in prepared(raw, view, page):
        raw.execute(sql, values).fetchall()


def prepared(raw: sqlite3.Connection, view: View, page: str) -> Iterator[Step]:
    """Yield the statements of one page view with the ids of its rows filled in."""
    ids = ""
    for sql, values in PAGES[page](Hand(raw, view)):
        if sql.startswith("IDS "):
            ids = ", ".join(str(row[0]) for row in raw.execute(sql[4:], values))
            yield sql[4:], values
            continue
        yield sql.replace(":ids", ids), values


def plan(raw: sqlite3.Connection, sql: str, values: list[object]) -> list[str]:
    """Return the lines of a statement's query plan."""
    return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

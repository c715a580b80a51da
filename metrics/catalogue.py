"""Every figure of the product, defined once: page, notebook, command line, export and glossary read this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.words import POOL, Status
from metrics.dimensions import ATTRIBUTED, CLIENT, STAFF, UNATTRIBUTED
from metrics.units import COUNT, RATIO, WEIGHTED, YUAN, Unit

UP_IS_GOOD, DOWN_IS_GOOD, NEUTRAL = "up_is_good", "down_is_good", "neutral"


class Kind(StrEnum):
    """How a figure behaves over time: a state at a month's end, a sum over a period, or a quotient."""

    STOCK = "stock"
    FLOW = "flow"
    RATIO = "ratio"


class Source(StrEnum):
    """Which facts make a figure, hence which dimensions it knows."""

    CLIENT = "client"
    SHARE = "share"
    STAFF = "staff"
    DEVELOPED = "developed"
    DEVELOPED_DISTINCT = "developed_distinct"
    CORE = "core"
    ATTRIBUTED = "attributed"
    UNATTRIBUTED = "unattributed"
    TASK = "task"


@dataclass(frozen=True)
class Sum:
    """A sum over client rows: one additive column less another, over clients of some statuses (None: all)."""

    plus: str
    minus: str | None = None
    statuses: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Metric:
    """One figure.

    ``definition`` states population, window and exclusions. ``numerator`` (and ``denominator`` of a ratio)
    are sums of client columns; ``column`` names the staff or task column of the other sources. ``drill``
    are further columns of ``rows``; ``rules`` the rules and KPIs of the catalogue it follows.
    """

    key: str
    label: str
    definition: str
    unit: Unit
    direction: str
    kind: Kind
    source: Source
    dimensions: frozenset[str]
    rules: tuple[str, ...]
    numerator: Sum | None = None
    denominator: Sum | None = None
    column: str | None = None
    drill: tuple[str, ...] = ()

    @property
    def is_money(self) -> bool:
        """True when stored in fen and shown in yuan."""
        return self.unit is YUAN


def _client(key: str, label: str, definition: str, unit: Unit, direction: str, kind: Kind, rules: tuple[str, ...],
            numerator: Sum, denominator: Sum | None = None, *, drill: tuple[str, ...] = ()) -> Metric:  # fmt: skip
    return Metric(key, label, definition, unit, direction, kind, Source.CLIENT, CLIENT, rules, numerator,
                  denominator, drill=("office", "status", "tier", *drill))  # fmt: skip


_ALIVE = tuple(status.value for status in Status if status is not Status.LOST)
STOCK, FLOW = Kind.STOCK, Kind.FLOW

_CLIENTS = (
    _client("clients", "Clients",
            "Clients opened on or before the month's end and not lost at it. Archived, silent and undetermined "
            "clients count.", COUNT, UP_IS_GOOD, STOCK, ("R-20", "K-50"), Sum("alive_count"), drill=("opened_on",)),
    _client("active_clients", "Active clients",
            "Clients not lost with at least one trade in the three months ending with this one.",
            COUNT, UP_IS_GOOD, STOCK, ("R-70",), Sum("active_count"), drill=("last_trade_month",)),
    _client("monthly_active_clients", "Monthly active",
            "Clients not lost with at least one trade in this month.",
            COUNT, UP_IS_GOOD, STOCK, ("R-70",), Sum("monthly_active_count"), drill=("trades_count",)),
    _client("active_ratio", "Active share of clients", "Active clients ÷ clients.", RATIO, UP_IS_GOOD, Kind.RATIO,
            ("R-70",), Sum("active_count"), Sum("alive_count"), drill=("last_trade_month",)),
    _client("assets", "Client assets",
            "Sum of the month-end assets over all clients that have the month's row, those lost at its end "
            "included; negative assets (debt) count.", YUAN, UP_IS_GOOD, STOCK, ("K-03",), Sum("end_assets_fen")),
    _client("assets_of_lost", "Assets of lost clients",
            "Month-end assets of the clients lost at the month's end; part of client assets.",
            YUAN, DOWN_IS_GOOD, STOCK, ("R-20",), Sum("lost_assets_fen"), drill=("lost_on",)),
    _client("net_income", "Net income",
            "Sum of the clients' net income (commission less exchange and regulatory fees) over the period.",
            YUAN, UP_IS_GOOD, FLOW, ("K-02",), Sum("net_income_fen")),
    _client("turnover", "Turnover", "Sum of the clients' trading turnover over the period.",
            YUAN, UP_IS_GOOD, FLOW, ("K-04",), Sum("turnover_fen"), drill=("trades_count",)),
    _client("net_inflow", "Net inflow", "Money paid in less money paid out over the period.",
            YUAN, UP_IS_GOOD, FLOW, ("K-05",), Sum("inflow_fen", "outflow_fen")),
    _client("new_clients", "New clients",
            "Clients opened in the period. Clients at the start + new − lost + returned = clients at the end.",
            COUNT, UP_IS_GOOD, FLOW, ("R-30",), Sum("new_count"), drill=("opened_on",)),
    _client("lost_clients", "Lost clients",
            "Transitions to lost in the period: closed, or the Shanghai A designation withdrawn and not made "
            "again. Lost and back in one month counts in both.", COUNT, DOWN_IS_GOOD, FLOW, ("R-20", "R-72"),
            Sum("lost_count"), drill=("lost_on", "tier_before", "value_fen")),
    _client("returned_clients", "Returned clients", "Transitions from lost back to client in the period.",
            COUNT, UP_IS_GOOD, FLOW, ("R-21",), Sum("returned_count")),
    _client("pool_lost", "Lost (pool)", "Clients whose status at the month's end is lost.",
            COUNT, DOWN_IS_GOOD, STOCK, ("R-20", "R-21"), Sum("clients_count", statuses=(POOL[0].value,)),
            drill=("lost_on", "tier_before", "value_fen")),
    _client("pool_archived", "Archived (pool)", "Clients whose status at the month's end is archived (dormant).",
            COUNT, DOWN_IS_GOOD, STOCK, ("R-23",), Sum("clients_count", statuses=(POOL[1].value,)),
            drill=("archived_on", "tier_before", "value_fen")),
    _client("pool_silent", "Silent (pool)",
            "Clients with month-end assets under the line and no trade at twelve month-ends in a row, open for "
            "twelve months or more, neither lost nor archived.", COUNT, DOWN_IS_GOOD, STOCK, ("R-24",),
            Sum("clients_count", statuses=(POOL[2].value,)), drill=("months_quiet", "tier_before", "value_fen")),
    _client("pool_data_gap", "Undetermined (data gap)",
            "Clients that would be silent but for a missing or blank month among the last twelve; counted in clients.",
            COUNT, DOWN_IS_GOOD, STOCK, ("R-24",), Sum("clients_count", statuses=(Status.UNDETERMINED.value,)),
            drill=("months_known",)),
    _client("clients_on_watch", "Clients on watch",
            "Clients whose value stands below the line of the tier that they still hold; after the published number of "
            "month-ends there they fall.", COUNT, DOWN_IS_GOOD, STOCK, ("R-53",), Sum("watch_count"),
            drill=("line_tier", "value_fen")),
    _client("completeness", "Profile completeness",
            "Filled ÷ required profile fields of the client's kind, over clients not lost; the list of fields is "
            "part of the rule set.", RATIO, UP_IS_GOOD, Kind.RATIO, ("K-42",),
            Sum("filled_count", statuses=_ALIVE), Sum("required_count", statuses=_ALIVE)),
)  # fmt: skip


def _share(percent: int) -> Metric:
    return Metric(
        f"income_share_top{percent}", f"Top {percent} % share",
        f"Net income of the ceil({percent} % × N) most valuable clients ÷ net income of the N clients not lost with "
        "value above 0, over the trailing twelve months; computed within each group.",
        RATIO, NEUTRAL, Kind.RATIO, Source.SHARE, CLIENT, ("R-53", "R-54"), column=f"top{percent}",
        drill=("office", "tier"),
    )  # fmt: skip


def _attributed(measure: str, words: str, column: str, kind: Kind) -> tuple[Metric, Metric]:
    return (
        Metric(f"attributed_{measure}", f"Attributed {words}",
               f"Part of the clients' {words} that belongs to holders of the relationship type by share; a unit "
               "filter means the unit's clients. With the unattributed part it is the firm's total to the fen.",
               YUAN, UP_IS_GOOD, kind, Source.ATTRIBUTED, ATTRIBUTED, ("R-15", "R-60"), column=column),
        Metric(f"unattributed_{measure}", f"Unattributed {words}",
               f"Remainder of the clients' {words}: clients without the relationship type and shares not handed out.",
               YUAN, DOWN_IS_GOOD, kind, Source.UNATTRIBUTED, UNATTRIBUTED, ("R-15", "R-60"), column=column),
    )  # fmt: skip


_STAFF = (
    Metric("clients_developed", "Clients developed",
           "Sum of the shares of development relationships (types 1, 2, 5, 6, 7, 8) that started in the period; a "
           "whole client is 1.", WEIGHTED, UP_IS_GOOD, FLOW, Source.DEVELOPED, ATTRIBUTED, ("K-01", "R-61"),
           column="started_bp"),
    Metric("clients_developed_distinct", "Clients developed (distinct)",
           "Different clients with a development relationship (types 1, 2, 5, 6, 7, 8) that started in the period.",
           COUNT, UP_IS_GOOD, FLOW, Source.DEVELOPED_DISTINCT, ATTRIBUTED, ("K-01", "R-61")),
    Metric("staff_net_income", "Net income in charge",
           "Net income of the clients with whom the person holds any relationship active at the month's end, by "
           "share; a client counts once per person, at the largest share. Sums over persons may exceed the firm.",
           YUAN, UP_IS_GOOD, FLOW, Source.STAFF, ATTRIBUTED, ("K-02", "R-61"), column="net_income_fen"),
    Metric("staff_assets", "Assets in charge",
           "Month-end assets of the clients with whom the person holds any active relationship, by share; a client "
           "counts once per person, at the largest share. Sums over persons may exceed the firm.",
           YUAN, UP_IS_GOOD, STOCK, Source.STAFF, ATTRIBUTED, ("K-03", "R-61"), column="end_assets_fen"),
    Metric("staff_clients", "Clients in charge",
           "Clients with whom the person holds any relationship active at the month's end, each once.",
           COUNT, UP_IS_GOOD, STOCK, Source.STAFF, ATTRIBUTED, ("R-61",), column="client_count"),
    Metric("core_clients", "Core clients", "Core service relationships active at the month's end.",
           COUNT, NEUTRAL, STOCK, Source.CORE, STAFF, ("R-33",)),
    Metric("tasks_open", "Open tasks", "Reactivation tasks that were open at the month's end.",
           COUNT, NEUTRAL, STOCK, Source.TASK, STAFF, ("R-26",)),
    Metric("tasks_done", "Tasks recognised", "Reactivation tasks closed as recognised in the period.",
           COUNT, UP_IS_GOOD, FLOW, Source.TASK, STAFF, ("R-25", "R-26")),
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        *_CLIENTS, _share(5), _share(20), *_STAFF,
        *_attributed("net_income", "net income", "net_income_fen", FLOW),
        *_attributed("assets", "assets", "end_assets_fen", STOCK),
    )
}  # fmt: skip
"""Every metric by key, in the order of lists, glossary and help texts."""

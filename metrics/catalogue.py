"""Every figure of the product, defined once: page, notebook, command line, export and glossary read this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.words import POOL, Status
from metrics.dimensions import ATTRIBUTED, CLIENT, STAFF, STANDING, TASKS, UNATTRIBUTED
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
    RATE = "rate"
    LOSS = "loss"
    SHARE = "share"
    STAFF = "staff"
    DEVELOPED = "developed"
    DEVELOPED_DISTINCT = "developed_distinct"
    CORE = "core"
    ATTRIBUTED = "attributed"
    UNATTRIBUTED = "unattributed"
    TASK = "task"
    HAND_OUT = "hand_out"
    RETURNED = "returned"
    COVERAGE = "coverage"
    FOLLOW_UP = "follow_up"
    CONTACT = "contact"
    PROSPECT = "prospect"


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
    _client("pool_clients", "Reactivation pool", "Clients whose status at the month's end is lost, archived or silent.",
            COUNT, DOWN_IS_GOOD, STOCK, ("R-26", "K-57"),
            Sum("clients_count", statuses=tuple(status.value for status in POOL)), drill=("value_fen",)),
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


_LIFECYCLE = (
    _client("warned_clients", "Clients with a churn warning",
            "Clients whose rule points for falling assets, fallen or no trading, outflow, complaint and lack of "
            "contact reach the published limit at the month's end. Points are counted reasons, not a probability; "
            "lost, archived and silent clients and new accounts are not rated.", COUNT, DOWN_IS_GOOD, STOCK,
            ("R-74", "K-56"), Sum("warned_count"), drill=("warning_points", "warning_reasons", "value_fen")),
    Metric("churn_rate", "Churn rate",
           "Clients lost in the period ÷ clients at its start, gross: returns are not taken off. A client counts where "
           "it stands at the month's end.", RATIO, DOWN_IS_GOOD, Kind.RATIO, Source.RATE, STANDING,
           ("K-51", "R-20"), Sum("lost_count"), Sum("opening_count")),
    Metric("return_rate", "Return rate",
           "Clients back from lost in the period ÷ clients at its start: the same base as the churn rate, so that "
           "churn less return is the net loss.", RATIO, UP_IS_GOOD, Kind.RATIO, Source.RATE, STANDING,
           ("K-51", "R-21"), Sum("returned_count"), Sum("opening_count")),
    Metric("net_churn_rate", "Net churn rate",
           "Clients lost less clients back in the period ÷ clients at its start; new clients are not counted against "
           "it.", RATIO, DOWN_IS_GOOD, Kind.RATIO, Source.RATE, STANDING, ("K-51",),
           Sum("lost_count", "returned_count"), Sum("opening_count")),
    Metric("lost_assets_before", "Lost assets",
           "Assets, at the end of the month before, of the clients lost in the period.",
           YUAN, DOWN_IS_GOOD, FLOW, Source.LOSS, STANDING, ("K-52",), column="assets"),
    Metric("lost_income_before", "Lost trailing income",
           "Net income of the trailing twelve months, at the end of the month before, of the clients lost in the "
           "period.", YUAN, DOWN_IS_GOOD, FLOW, Source.LOSS, STANDING, ("K-52",), column="income"),
    Metric("loss_reason_filled", "Losses with a reason",
           "Losses of the period with a reason ÷ losses of the period. A reason is entered for one loss; that of the "
           "client file counts for a client's first loss. Reasons stand as they are known today.",
           RATIO, UP_IS_GOOD, Kind.RATIO, Source.LOSS, STANDING, ("R-72", "K-53"), column="reasons"),
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

_CONTACTS = (
    Metric("follow_up_rate", "Follow-up rate",
           "Relationships confirmed in the period whose client has answered a follow-up call ÷ relationships confirmed "
           "in the period. Those of an import are left out. Calls count as they are known today; a relationship with "
           "several holders counts once for each of them.", RATIO, UP_IS_GOOD, Kind.RATIO, Source.FOLLOW_UP, ATTRIBUTED,
           ("R-07", "K-84")),
    Metric("visits", "Visits", "Contacts logged as a visit in the period.", COUNT, UP_IS_GOOD, FLOW, Source.CONTACT,
           STAFF, ("K-85",), column="visits"),
    Metric("visits_open_issues", "Visits with an open issue",
           "Visits of the period that left a next step, with no later contact with the client, by anybody, up to the "
           "period's end.", COUNT, DOWN_IS_GOOD, FLOW, Source.CONTACT, STAFF, ("K-85",), column="open_issues"),
    Metric("clients_visited_by_several", "Clients visited by several",
           "Different clients whom two or more persons visited in the period. Of a person: the clients that the person "
           "visited and somebody else too, so sums over persons exceed the firm.", COUNT, NEUTRAL, FLOW, Source.CONTACT,
           STAFF, ("K-85",), column="several"),
    Metric("contacts_checked", "Contacts checked",
           "Contacts logged for the period that a lead has checked ÷ contacts logged for the period. Checks count as "
           "they are known today.", RATIO, UP_IS_GOOD, Kind.RATIO, Source.CONTACT, STAFF, ("K-86",), column="checked"),
    Metric("prospects_met", "Prospects met seven times",
           "Prospects met seven times or more, visits and meetings at the office, up to the month's end ÷ prospects "
           "entered by then. Prospects as they stand today: those worked on, without the ones that became clients or "
           "have no need. A hint, no target.", RATIO, NEUTRAL, Kind.RATIO, Source.PROSPECT, STAFF, ("K-87",)),
)  # fmt: skip

_REACTIVATION = (
    Metric("pool_coverage", "Pool handed out",
           "Clients of the pool with an open reactivation task at the month's end ÷ clients of the pool.",
           RATIO, NEUTRAL, Kind.RATIO, Source.COVERAGE, CLIENT, ("R-26", "K-57")),
    Metric("reactivation_tasks", "Tasks handed out",
           "Reactivation tasks of pool clients handed out in the period; a hand-out that was undone counts nowhere.",
           COUNT, NEUTRAL, FLOW, Source.HAND_OUT, TASKS, ("R-26", "K-58")),
    Metric("reactivation_recognised", "Recognised of those handed out",
           "Reactivation tasks of pool clients handed out in the period that are recognised by now; by month a cohort.",
           COUNT, UP_IS_GOOD, FLOW, Source.HAND_OUT, TASKS, ("R-28", "K-58")),
    Metric("reactivation_rate", "Reactivation success",
           "Tasks handed out in the period that are recognised by now ÷ tasks handed out in the period.",
           RATIO, UP_IS_GOOD, Kind.RATIO, Source.HAND_OUT, TASKS, ("R-28", "K-58"), column="reactivation_recognised"),
    Metric("reactivation_unregistered", "Ran out unregistered",
           "Tasks handed out in the period that ran out without a pre-registration ÷ tasks handed out in the period.",
           RATIO, DOWN_IS_GOOD, Kind.RATIO, Source.HAND_OUT, TASKS, ("R-27", "K-58"),
           column="reactivation_unregistered"),
    *(Metric(f"returned_assets_{days}", f"Returned assets, {days} days",
             "Inflow of the clients recognised in the period, from the month of the recognition to the month-end "
             f"nearest to {days} days after it; a recognition whose months are not all known adds nothing yet.",
             YUAN, UP_IS_GOOD, FLOW, Source.RETURNED, TASKS, ("R-25", "K-59")) for days in (30, 90)),
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        *_CLIENTS, *_LIFECYCLE, _share(5), _share(20), *_STAFF, *_REACTIVATION, *_CONTACTS,
        *_attributed("net_income", "net income", "net_income_fen", FLOW),
        *_attributed("assets", "assets", "end_assets_fen", STOCK),
    )
}  # fmt: skip
"""Every metric by key, in the order of lists, glossary and help texts."""

"""What is asked: keys, groups, period, filters and reach, checked and resolved against what is published."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select

from data_access.reads.generation import Generation
from data_access.reads.periods import PERIODS, period_months
from data_access.reads.places import read_node
from data_access.scope import Scope
from data_access.tables import build, client_version, org_unit, rule_set, staff
from domain.policies import RuleSet
from metrics.catalogue import METRICS, Kind, Metric, Source
from metrics.dimensions import DIMENSIONS
from metrics.errors import QuestionError
from metrics.pinning import as_of_month, pin_generation

Where = Mapping[str, str | Sequence[str]]
# made once: making them takes longer than running them
_PERSON = select(staff.c.staff_id).where(staff.c.staff_no == bindparam("staff_no"))
_RULES_OF_BUILDS = (
    select(rule_set.c.body).join(build, build.c.rule_version == rule_set.c.version)
    .where(build.c.build_id.in_(bindparam("builds", expanding=True))).distinct()
)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """One as-of month with the published months its flows run over; builds in the order of the months."""

    month: int
    build_id: int
    months: tuple[int, ...]
    builds: tuple[int, ...]


@dataclass(frozen=True)
class Question:
    """A checked question. ``where`` holds ids for places and staff and codes for the rest (None: no value)."""

    metrics: tuple[Metric, ...]
    by: tuple[str, ...]
    windows: tuple[Window, ...]
    period: str
    where: Mapping[str, tuple[int | str | None, ...]]
    scope: Scope
    generation: Generation
    has_trailing_value: bool = False
    """The period is the trailing window of the published tier value, so that net income per client is at hand."""
    node: int | None = None
    """The one unit that is exactly the reach, None when there is none."""
    warning_limits: Mapping[int, int] = field(default_factory=dict)
    """Points that make a warning by build, where the question counts warned clients (R-74)."""
    is_shape: bool = False
    """The question stands for all of its shape: what its window and filters hold enters a statement by name."""

    @property
    def as_of(self) -> Window:
        """The newest as-of month of the question."""
        return self.windows[-1]

    @property
    def groups(self) -> tuple[str, ...]:
        """The dimensions of the groups without the month."""
        return tuple(key for key in self.by if key != "month")

    def about(self, *metrics: Metric) -> Question:
        """Return the same question about some of its metrics."""
        return replace(self, metrics=metrics)


def ask(
    connection: Connection,
    keys: str | Sequence[str],
    *,
    by: str | Sequence[str] = (),
    as_of: date | str | int | None = None,
    period: str = "month",
    where: Where | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    months: Collection[int] | None = None,
    scope: Scope,
    generation: Generation | int | None = None,
) -> Question:
    """Check a question and pin what it reads; raises ``QuestionError``.

    ``months``: those to answer for where the month is a group, as far as they are published and not later than
    ``as_of``; None for all of them.
    """
    metrics = tuple(_metric(key) for key in _listed(keys))
    if not metrics:
        raise QuestionError("Name at least one metric; `python -m metrics list` shows all of them.")
    groups = tuple(dict.fromkeys(_listed(by)))
    for key in groups:
        _require_dimension(key)
    if period not in PERIODS:
        raise QuestionError(f"Unknown period {period!r}; allowed are {', '.join(PERIODS)}.")
    filters = _filters(connection, where or {})
    for metric in metrics:
        _require_combination(metric, groups, filters, scope)
    pinned = pin_generation(connection, known_at, generation, rules)
    last = as_of_month(pinned, as_of)
    windows = tuple(_window(pinned, month, period) for month in _months(pinned, groups, last, months))
    trailing = period == "12m" and _tier_windows(connection, windows) == {12}
    node = read_node(connection, scope) if any(metric.source is Source.SHARE for metric in metrics) else None
    limits = _warning_limits(connection, windows) if any(_counts_warned(metric) for metric in metrics) else {}
    return Question(metrics, groups, windows, period, filters, scope, pinned, trailing, node, limits)


def _months(pinned: Generation, groups: Sequence[str], last: int, wanted: Collection[int] | None) -> list[int]:
    if "month" not in groups:
        if wanted is not None:
            raise QuestionError("Months are named only for figures by month; name one with as_of.")
        return [last]
    found = sorted(month for month in pinned.builds if month <= last and (wanted is None or month in wanted))
    if not found:
        raise QuestionError("None of the months asked for is published.")
    return found


def _counts_warned(metric: Metric) -> bool:
    return metric.numerator is not None and metric.numerator.plus == "warned_count"


def _warning_limits(connection: Connection, windows: Sequence[Window]) -> dict[int, int]:
    rows = connection.execute(
        select(build.c.build_id, rule_set.c.body).join(rule_set, rule_set.c.version == build.c.rule_version)
        .where(build.c.build_id.in_([number for window in windows for number in window.builds]))
    )  # fmt: skip
    return {row.build_id: RuleSet.from_body(json.loads(row.body)).warning_limit for row in rows}


def _tier_windows(connection: Connection, windows: Sequence[Window]) -> set[int]:
    """Return the months over which the builds' rule sets add up the tier value."""
    bodies = connection.execute(_RULES_OF_BUILDS, {"builds": [window.build_id for window in windows]}).scalars()
    return {RuleSet.from_body(json.loads(body)).tier_window_months for body in bodies}


def _listed(value: str | Sequence[str]) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else list(value)
    return [part.strip() for part in parts if part.strip()]


def _metric(key: str) -> Metric:
    if key not in METRICS:
        raise QuestionError(f"Unknown metric {key!r}; allowed are {', '.join(METRICS)}.")
    return METRICS[key]


def _require_dimension(key: str) -> None:
    if key not in DIMENSIONS:
        raise QuestionError(f"Unknown dimension {key!r}; allowed are {', '.join(DIMENSIONS)}.")


def _require_combination(metric: Metric, by: Sequence[str], where: Mapping[str, object], scope: Scope) -> None:
    for key in (*by, *where):
        if key not in metric.dimensions:
            allowed = ", ".join(name for name in DIMENSIONS if name in metric.dimensions)
            raise QuestionError(f"{metric.key} cannot be split or filtered by {key}; allowed are {allowed}.")
    if metric.source is Source.STAFF and "staff" not in by and len(where.get("staff", ())) != 1:  # type: ignore[arg-type]
        raise QuestionError(f"{metric.key} belongs to persons and has no total; add --by staff or --where staff=NO.")
    if metric.source in (Source.ATTRIBUTED, Source.UNATTRIBUTED):
        if "relationship_type" not in by and len(where.get("relationship_type", ())) != 1:  # type: ignore[arg-type]
            raise QuestionError(f"{metric.key} stands per relationship type; add --by relationship_type or "
                                "--where relationship_type=CODE.")  # fmt: skip
        if scope.is_personal:
            raise QuestionError(f"{metric.key} belongs to places; ask for staff_net_income or staff_assets instead.")


def _filters(connection: Connection, where: Where) -> dict[str, tuple[int | str | None, ...]]:
    filters: dict[str, tuple[int | str | None, ...]] = {}
    for key, given in where.items():
        _require_dimension(key)
        if key == "month":
            raise QuestionError("month is not a filter; use --as-of for one month or --by month for all of them.")
        values = [given] if isinstance(given, str) else list(given)
        filters[key] = tuple(dict.fromkeys(_resolved(connection, key, value) for value in values))
    return filters


def _resolved(connection: Connection, key: str, value: str | None) -> int | str | None:
    """Return the id or code a filter value stands for; the empty text stands for rows without a value."""
    if not value:
        return None
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise QuestionError(f"Unknown {key} {value!r}; it holds characters that no value has.")
    words = DIMENSIONS[key].words
    if words is not None:
        allowed = [word.value for word in words]
        if value not in allowed:
            raise QuestionError(f"Unknown {key} {value!r}; allowed are {', '.join(allowed)}.")
        return value
    if key == "staff":
        found = connection.execute(_PERSON, {"staff_no": value}).scalar()
        if found is None:
            raise QuestionError(f"Unknown staff {value!r}; use a staff_no of the firm.")
        return int(found)
    if key in ("branch", "office"):
        units = dict(connection.execute(
            select(org_unit.c.unit_code, org_unit.c.unit_id).where(org_unit.c.kind == key)
            .order_by(org_unit.c.unit_code)).all())  # fmt: skip
        if value not in units:
            raise QuestionError(f"Unknown {key} {value!r}; allowed are {_some(list(units))}.")
        return int(units[value])
    column = {"region": org_unit.c.region, "institution_group": client_version.c.institution_group,
              "segment": client_version.c.segment}[key]  # fmt: skip
    known = connection.execute(select(column).where(column.is_not(None)).distinct().order_by(column)).scalars().all()
    if value not in known:
        raise QuestionError(f"Unknown {key} {value!r}; allowed are {_some(known)}.")
    return value


def _some(values: Sequence[str]) -> str:
    return (", ".join(values[:30]) + (" and others" if len(values) > 30 else "")) or "none yet"


def _window(pinned: Generation, month: int, period: str) -> Window:
    months = period_months(pinned, month, period)
    return Window(month, pinned.builds[month], months, tuple(pinned.builds[one] for one in months))


def flows_over_months(question: Question) -> bool:
    """Tell whether some figure of the question is a flow over more than one month."""
    several = any(len(window.months) > 1 for window in question.windows)
    return several and any(metric.kind is Kind.FLOW or metric.source in (Source.RATE, Source.LOSS)
                           for metric in question.metrics)  # fmt: skip

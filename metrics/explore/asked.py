"""What a reader asks on Explore, as codes of the catalogue: what stands in an address and in a saved view.

Only codes of closed lists and values of filters pass; a value of a filter is bound, never written into a statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from data_access.reads.periods import PERIODS
from metrics.catalogue import METRICS, Metric, Source
from metrics.dimensions import DIMENSIONS

CHARTS = ("table", "bar", "line", "heat", "scatter", "spread")
COMPARISONS = ("previous", "year")
TOPS = (5, 10, 20, 50)
SPREADS = ("assets", "value", "quiet", "completeness")
MOST_MEASURES, MOST_DIMENSIONS, MOST_VALUES = 4, 3, 200
LONGEST_VALUE = 200
Where = tuple[tuple[str, tuple[str, ...]], ...]
Params = dict[str, list[str]]


@dataclass(frozen=True)
class Exploration:
    """One question: measures, up to three dimensions (``across`` spreads the last into columns), filters, shape.

    ``top`` 0 keeps every member of the first dimension; ``sort`` is a measure or ``code``; ``compare`` and ``chart``
    are '' for none and for the chart that fits. ``spread`` is the client number whose distribution is drawn.
    """

    measures: tuple[str, ...] = ("clients",)
    by: tuple[str, ...] = ("tier",)
    across: str = ""
    where: Where = ()
    period: str = "month"
    compare: str = ""
    top: int = 0
    sort: str = ""
    chart: str = ""
    spread: str = "assets"
    dropped: tuple[str, ...] = field(default=(), compare=False)
    """Codes of the address that the catalogue does not know; they change nothing."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """All dimensions, the one across last."""
        return (*self.by, self.across) if self.across else self.by

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The measures' entries of the catalogue."""
        return tuple(METRICS[key] for key in self.measures)

    @property
    def shape(self) -> str:
        """The chart to draw: the reader's choice where it can be drawn, else the one that fits."""
        return self.chart if self.chart in self.charts else self.charts[0]

    @property
    def charts(self) -> tuple[str, ...]:
        """The charts that can be drawn, the one that fits best first; a table always can."""
        if not self.dimensions:
            return ("table", "spread")
        if "month" in self.dimensions:
            best = ["line", "bar"]
        elif len(self.dimensions) == 1:
            best = ["bar"]
        else:
            best = ["heat", "bar"]
        if len(self.dimensions) >= 2 and "heat" not in best:
            best.append("heat")
        if len(self.measures) >= 2:
            best.append("scatter")
        return (*best, "table", "spread")

    def params(self) -> Params:
        """Return the question as parameters of an address; what is the default is left out."""
        default = Exploration()
        found: Params = {}
        if self.measures != default.measures:
            found["measure"] = list(self.measures)
        if self.by != default.by:
            found["by"] = list(self.by) or ["none"]
        for name in ("across", "period", "compare", "sort", "chart", "spread"):
            if getattr(self, name) != getattr(default, name):
                found[name] = [getattr(self, name)]
        if self.top:
            found["top"] = [str(self.top)]
        if self.where:
            found["where"] = [f"{key}:{value}" for key, values in self.where for value in values]
        return found


def read_exploration(params: Mapping[str, Sequence[str]]) -> Exploration:
    """Read a question from an address or a saved view; what the catalogue does not know is left out and named."""
    dropped: list[str] = []
    measures = _known("measure", params, METRICS, MOST_MEASURES, dropped) or Exploration().measures
    allowed = dimensions_of(measures)
    if "by" in params:
        by = _known("by", params, allowed, MOST_DIMENSIONS, dropped, quiet=("none",))
    else:
        by = tuple(key for key in Exploration().by if key in allowed)
    across = _one("across", params, [key for key in allowed if key not in by], dropped)
    if len(by) + bool(across) > MOST_DIMENSIONS:
        by = by[: MOST_DIMENSIONS - 1]
    needed = _needed(measures, by, across, params)
    if needed:
        by = (needed, *by)[: MOST_DIMENSIONS - bool(across)]
    top = _one("top", params, [str(number) for number in TOPS], dropped)
    return Exploration(
        measures, by, across, _where(params, allowed, dropped), _one("period", params, PERIODS, dropped) or "month",
        _one("compare", params, COMPARISONS, dropped), int(top or 0),
        _one("sort", params, (*measures, "code"), dropped), _one("chart", params, CHARTS, dropped),
        _one("spread", params, SPREADS, dropped) or "assets", tuple(dropped),
    )  # fmt: skip


def dimensions_of(measures: Iterable[str]) -> list[str]:
    """Return the dimensions that all of the measures know, in their order."""
    sets = [METRICS[key].dimensions for key in measures]
    return [key for key in DIMENSIONS if all(key in known for known in sets)]


def _needed(measures: Sequence[str], by: Sequence[str], across: str, params: Mapping[str, Sequence[str]]) -> str:
    """Return the dimension without which a measure says nothing and that is not there, '' for none."""
    for key in measures:
        needed = needs(METRICS[key])
        given = [text for text in params.get("where", ()) if needed and text.startswith(f"{needed}:")]
        if needed and needed not in by and needed != across and len(given) != 1:
            return needed
    return ""


def needs(metric: Metric) -> str:
    """Return the dimension over which a measure has no total, '' where it has one."""
    if metric.source is Source.STAFF:
        return "staff"
    return "relationship_type" if metric.source in (Source.ATTRIBUTED, Source.UNATTRIBUTED) else ""


def _known(name: str, params: Mapping[str, Sequence[str]], allowed: Iterable[str], most: int, dropped: list[str],
           quiet: Sequence[str] = ()) -> tuple[str, ...]:  # fmt: skip
    known = set(allowed)
    asked = list(dict.fromkeys(params.get(name, ())))
    dropped += [code[:40] for code in asked if code not in known and code not in quiet]
    return tuple(code for code in asked if code in known)[:most]


def _one(name: str, params: Mapping[str, Sequence[str]], allowed: Iterable[str], dropped: list[str]) -> str:
    return next(iter(_known(name, params, allowed, 1, dropped, quiet=("",))), "")


def _where(params: Mapping[str, Sequence[str]], allowed: Sequence[str], dropped: list[str]) -> Where:
    """Read ``DIM:VALUE`` entries: codes of closed lists are checked here, values of open lists when they are asked."""
    found: dict[str, list[str]] = {}
    for text in params.get("where", ())[: MOST_VALUES * 2]:
        key, sign, value = text.partition(":")
        words = DIMENSIONS[key].words if key in DIMENSIONS else None
        known = key in allowed and key != "month" and bool(sign) and len(value) <= LONGEST_VALUE and value.isprintable()
        if not known or (words is not None and value and value not in {word.value for word in words}):
            dropped.append(text[:40])
            continue
        values = found.setdefault(key, [])
        if value not in values and len(values) < MOST_VALUES:
            values.append(value)
    return tuple((key, tuple(found[key])) for key in DIMENSIONS if key in found)

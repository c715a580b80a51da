"""The dimensions by which figures can be grouped and filtered."""

from __future__ import annotations

from dataclasses import dataclass

from domain.words import ClientKind, RelationshipType, RiskLevel, StaffCategory, Stage, Status, Tier, Word


@dataclass(frozen=True)
class Dimension:
    """One way to group: stable ``key``, English ``label``, meaning, and its closed list where it has one.

    ``fills`` marks the closed lists whose empty groups are part of every answer.
    """

    key: str
    label: str
    definition: str
    words: type[Word] | None = None
    fills: bool = False


_ALL = (
    Dimension("month", "Month", "Calendar month (YYYY-MM); every published month up to the as-of date."),
    Dimension("branch", "Branch company",
              "Branch company of the client's office as of that month; for staff results the person's branch then."),
    Dimension("office", "Business office",
              "Business office of the client as of that month; for staff results the person's office then."),
    Dimension("region", "Region", "Region of the office, or of its branch company where the office has none."),
    Dimension("client_kind", "Client kind", "Individual, institution or product.", ClientKind),
    Dimension("institution_group", "Institution group", "Target group of institutional clients as of that month."),
    Dimension("segment", "Segment", "The firm's own client segment as of that month."),
    Dimension("risk_level", "Risk level", "Investor risk level as of that month.", RiskLevel),
    Dimension("tier", "Client tier",
              "Client tier at the month's end by trailing net income; lost clients have none.", Tier, fills=True),
    Dimension("status", "Status",
              "One status per client at the month's end: lost before archived before silent.", Status, fills=True),
    Dimension("stage", "Lifecycle stage", "Lifecycle stage at the month's end.", Stage, fills=True),
    Dimension("staff", "Staff member", "Staff number."),
    Dimension("staff_category", "Staff category", "Category of the person at the month's end.", StaffCategory),
    Dimension("pool_kind", "Pool kind", "Why the client was handed out: its status then.", Status),
    Dimension("relationship_type", "Relationship type", "One of the ten relationship types.", RelationshipType,
              fills=True),
)  # fmt: skip
DIMENSIONS: dict[str, Dimension] = {dimension.key: dimension for dimension in _ALL}
"""Every dimension by key, in the order of lists and help texts."""

CUBE = frozenset({"month", "branch", "office", "region", "client_kind", "tier", "status", "stage"})
"""Dimensions that the client cube answers without touching client rows."""
CLIENT = CUBE | {"institution_group", "segment", "risk_level"}
PLACES = frozenset({"branch", "office", "region"})
GROUP_OF_AS_OF = frozenset({"tier", "status", "stage"})
"""Over several months a client counts in its group of the as-of month."""
STANDING = CLIENT - GROUP_OF_AS_OF
"""Dimensions of figures that set a period against its start: a group of the end would leave out who was lost."""
STAFF = frozenset({"month", "branch", "office", "region", "staff", "staff_category"})
TASKS = STAFF | {"pool_kind"}
ATTRIBUTED = STAFF | {"relationship_type"}
"""Results of persons also know the type under which a client counts."""
UNATTRIBUTED = frozenset({"month", "branch", "office", "region", "relationship_type"})

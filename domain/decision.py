"""The answer of every rule: allowed or not, and the reason as a code with parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Parameter = str | int | None


@dataclass(frozen=True)
class Reason:
    """Why a rule answered as it did.

    ``code`` is stable (``R-26.open_task``); ``params`` hold plain values (dates as ISO text, money in
    fen under ``*_fen``). Words are made from both at the edge, so that page, log, audit row and test
    carry the same reason.
    """

    code: str
    params: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """A rule's verdict with its reason; truthy when allowed."""

    allowed: bool
    reason: Reason

    def __bool__(self) -> bool:
        return self.allowed


def allow(code: str, **params: Parameter) -> Decision:
    """Build an allowing decision."""
    return Decision(allowed=True, reason=Reason(code, params))


def refuse(code: str, **params: Parameter) -> Decision:
    """Build a refusing decision."""
    return Decision(allowed=False, reason=Reason(code, params))

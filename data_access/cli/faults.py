"""Faults of the register as lines of text: how many of each kind, then the first of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from data_access.register.faults import Fault
from domain.reasons import reason_text
from domain.register_words import ConflictKind

SHOWN = 20
"""Faults of a kind that are written out; all are counted."""


def fault_lines(faults: Sequence[Fault]) -> Iterator[str]:
    """Yield a summary line per kind and the first faults below it; nothing when there are none."""
    by_kind: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_kind[fault.kind].append(fault)
    for kind in ConflictKind:
        found = by_kind.get(kind.value, [])
        if found:
            yield f"{len(found):,} x {kind.label} ({kind.value})"
        for fault in found[:SHOWN]:
            yield f"  {fault.relationship_no or '-'}: {reason_text(fault.reason)} [{fault.reason.code}]"
        if len(found) > SHOWN:
            yield f"  and {len(found) - SHOWN:,} more"

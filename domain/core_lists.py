"""Lists of core clients: what one line needs, what a whole list needs, when it may come (R-30 to R-33).

A branch company proposes, headquarters reviews; a faulty line falls, the others stand. Limits are those of the type
rule: ``min_account_months``, ``max_per_holder``, ``change_months``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.confirmation import decide_number
from domain.decision import Decision, allow, refuse
from domain.months import add_months
from domain.register_words import CoreAction, ForcedGround
from domain.relationship_types import TypeRule
from domain.words import Origin

LIST_LIMIT = 5_000
"""Lines of one list."""
NUMBER_LENGTH = 40
"""The longest client or staff number of a pasted line."""
_ACTIONS = {"add": CoreAction.ADD, "分配": CoreAction.ADD, "release": CoreAction.RELEASE, "解除": CoreAction.RELEASE}


@dataclass(frozen=True)
class CoreLine:
    """A line of a list: who is to be assigned to whom, or released from whom."""

    action: str
    client_no: str
    staff_no: str


@dataclass(frozen=True)
class CoreClient:
    """A client as a list sees it on its day.

    ``left_on``: the day on which the client closed the account, None while here. ``opening_no``: a relationship,
    confirmed or waiting for approval, that the opening itself made (R-30). ``adviser_no``: the present core adviser.
    """

    client_no: str
    branch_id: int | None
    opened_on: date
    left_on: date | None = None
    origin: str | None = None
    opening_no: str | None = None
    adviser_no: str | None = None


@dataclass(frozen=True)
class CoreAdviser:
    """An adviser as a list sees them: ``may_hold`` is the verdict of ``domain.holders``, ``clients`` a count."""

    staff_no: str
    branch_id: int | None
    may_hold: Decision
    clients: int = 0


@dataclass(frozen=True)
class WindowFacts:
    """What a branch company has sent before: of this window, and ever (its core relationships count as sent)."""

    sent_no: str | None = None
    has_history: bool = False


def read_pasted(text: str) -> tuple[list[CoreLine], list[int]]:
    """Read lines as people paste them from a sheet and return them with the numbers of those that cannot be read.

    A line names the client and the adviser, parted by a comma, a tab or spaces, and ``release`` (解除) where the client
    is to be released; empty lines are passed over.
    """
    lines, faulty = list[CoreLine](), list[int]()
    for number, row in enumerate(text.splitlines(), start=1):
        words = re.split(r"[\s,;\uff0c\uff1b\u3001]+", row.strip())
        if words == [""]:
            continue
        action = {2: CoreAction.ADD, 3: _ACTIONS.get(words[-1].lower())}.get(len(words))
        if action is None or max(map(len, words)) > NUMBER_LENGTH:
            faulty.append(number)
        else:
            lines.append(CoreLine(action.value, words[0], words[1]))
    return lines, faulty


def is_window(rule: TypeRule, on: date) -> bool:
    """Tell whether relationships of the type may be changed in the month of a day (R-33); no months: always."""
    return not rule.change_months or on.month in rule.change_months


def next_window(rule: TypeRule, on: date) -> date | None:
    """Return the first day of the next month of change after this one; None where the type knows none."""
    if not rule.change_months:
        return None
    starts = [date(year, month, 1) for year in (on.year, on.year + 1) for month in rule.change_months]
    return min(start for start in starts if start > on)


def decide_window(rule: TypeRule, on: date, facts: WindowFacts) -> Decision:
    """Decide whether a branch company may send a list on a day (R-33, A14).

    One list per window; outside January and July only the first list that a branch company ever sends.
    """
    if facts.sent_no is not None:
        return refuse("R-33.sent", list_no=facts.sent_no)
    if is_window(rule, on) or not facts.has_history:
        return allow("R-33.allowed")
    following = next_window(rule, on)
    return refuse("R-33.closed", on=on.isoformat(), next_on=following.isoformat() if following else None)


def decide_client(rule: TypeRule, client: CoreClient, branch_id: int, on: date) -> Decision:
    """Decide whether a client may be assigned to an adviser on a day, whoever that is (R-30)."""
    if client.branch_id != branch_id:
        return refuse("R-30.other_branch", client_no=client.client_no)
    if client.left_on is not None and client.left_on <= on:
        return refuse("R-30.client_left", left_on=client.left_on.isoformat())
    if rule.min_account_months is not None:
        ripe_on = add_months(client.opened_on, rule.min_account_months)
        if on < ripe_on:
            return refuse("R-30.too_young", opened_on=client.opened_on.isoformat(), months=rule.min_account_months,
                          ripe_on=ripe_on.isoformat())  # fmt: skip
    if rule.needs_natural_client:
        if client.opening_no is not None:
            return refuse("R-30.developed", relationship_no=client.opening_no)
        if client.origin == Origin.DEVELOPED:
            return refuse("R-30.origin")
    return allow("R-30.allowed")


def decide_lines(
    rule: TypeRule, lines: Sequence[CoreLine], *, branch_id: int, on: date, clients: Mapping[str, CoreClient],
    advisers: Mapping[str, CoreAdviser],
) -> list[Decision]:  # fmt: skip
    """Decide every line of a list, in the list's order (R-30, R-31).

    Clients and advisers that are not in the mappings lie outside the reach. Releases are counted first, so that a
    swap within one list keeps to the limit; beyond the limit the later lines fall.
    """
    wanted: dict[str, set[str]] = {}
    for line in lines:
        if line.action == CoreAction.ADD:
            wanted.setdefault(line.client_no, set()).add(line.staff_no)
    first = {line: place for place, line in reversed(list(enumerate(lines)))}
    verdicts: dict[int, Decision] = {}
    released: set[str] = set()
    held = Counter({number: adviser.clients for number, adviser in advisers.items()})
    for place, line in enumerate(lines):
        if first[line] != place:
            verdicts[place] = refuse("R-31.twice")
        elif line.action == CoreAction.RELEASE:
            verdicts[place] = _release(line, clients, branch_id)
            if verdicts[place]:
                released.add(line.client_no)
                held[line.staff_no] -= 1
    for place, line in enumerate(lines):
        if place in verdicts:
            continue
        if len(wanted[line.client_no]) > 1:
            verdicts[place] = refuse("R-31.two_advisers", staff_nos=", ".join(sorted(wanted[line.client_no])))
            continue
        verdicts[place] = _assign(rule, line, branch_id, on, clients, advisers, released, held[line.staff_no])
        held[line.staff_no] += bool(verdicts[place])
    return [verdicts[place] for place in range(len(lines))]


def _release(line: CoreLine, clients: Mapping[str, CoreClient], branch_id: int) -> Decision:
    client = clients.get(line.client_no)
    if client is None:
        return refuse("client.not_found", client_no=line.client_no)
    if client.branch_id != branch_id:
        return refuse("R-30.other_branch", client_no=line.client_no)
    if client.adviser_no != line.staff_no:
        return refuse("R-31.not_held", staff_no=line.staff_no)
    return allow("R-30.allowed")


def _assign(rule: TypeRule, line: CoreLine, branch_id: int, on: date, clients: Mapping[str, CoreClient],
            advisers: Mapping[str, CoreAdviser], released: set[str], held: int) -> Decision:  # fmt: skip
    client, adviser = clients.get(line.client_no), advisers.get(line.staff_no)
    if client is None:
        return refuse("client.not_found", client_no=line.client_no)
    if adviser is None:
        return refuse("task.staff_not_found", staff_no=line.staff_no)
    fit = decide_client(rule, client, branch_id, on)
    if not fit:
        return fit
    if client.adviser_no is not None and line.client_no not in released:
        return refuse("R-31.core_held", staff_no=client.adviser_no)
    if adviser.branch_id != branch_id:
        return refuse("R-30.adviser_branch", staff_no=line.staff_no)
    if not adviser.may_hold:
        return adviser.may_hold
    room = decide_number(rule, line.staff_no, held)
    return allow("R-30.allowed") if room else room


@dataclass(frozen=True)
class ForcedFacts:
    """A core relationship as the forced release sees it: half-open days of the adviser's qualifications by kind.

    ``client_left_on``: the client's first day away; ``left_on``: the adviser's last day in service.
    """

    valid_from: date
    client_left_on: date | None = None
    left_on: date | None = None
    qualifications: Mapping[str, Sequence[tuple[date, date | None]]] | None = None


def find_forced_end(rule: TypeRule, facts: ForcedFacts, on: date) -> tuple[date, ForcedGround] | None:
    """Return the first day without the relationship and the ground, when one has come by a day (R-33).

    None: nothing forces an end. The end never lies before the relationship's first day.
    """
    found: list[tuple[date, ForcedGround]] = []
    if facts.client_left_on is not None:
        found.append((facts.client_left_on, ForcedGround.CLIENT_LEFT))
    if facts.left_on is not None:
        found.append((facts.left_on + timedelta(days=1), ForcedGround.LEFT))
    for kind in rule.qualifications:
        lost_on = _lost_on((facts.qualifications or {}).get(kind, ()), facts.valid_from, on)
        if lost_on is not None:
            found.append((lost_on, ForcedGround.QUALIFICATION))
    reached = [(max(day, facts.valid_from), ground) for day, ground in found if day <= on]
    return min(reached, key=lambda one: one[0]) if reached else None


def _lost_on(periods: Sequence[tuple[date, date | None]], since: date, on: date) -> date | None:
    """Return from when on a qualification is missing at ``on``: the day itself where it never held; None: it holds."""
    ends = [end for first, end in periods if first <= on]
    if any(end is None or end > on for end in ends):
        return None
    return max((end for end in ends if end is not None and end > since), default=on)

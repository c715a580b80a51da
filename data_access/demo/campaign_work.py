"""The work of the demo firm's campaigns: tasks as they went, with their history, and the contacts of both arms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.bulk import load_rows
from data_access.demo.campaign_plan import KEPT, STATUS, CampaignPlan, Drawn
from data_access.demo.event_rows import EventBook
from data_access.demo.moments import business_minutes, moment_texts
from data_access.demo.staffing import FAR, People
from data_access.demo.streams import stream
from data_access.tables import contact_log, reactivation_task, task_event
from domain.campaigns import UNDONE
from domain.months import month_end
from domain.policies import FIRST_RULE_SET as RULES
from domain.tasks import UNTOUCHED

FIRST_MINUTE, MINUTE, UNDO_MINUTE = 605, 632, 617
"""Minutes of the day of a hand-out that is undone, of one that stands, and of the undoing."""
_DAY = np.timedelta64(1, "D")
_RESULTS = ("reached", "not_reached", "interested", "refused", "wrong_number")
_RESULT_WEIGHTS = (0.46, 0.27, 0.13, 0.10, 0.04)
_GRADES = {"interested": "B", "reached": "D", "refused": "E"}
_CHANNELS, _CHANNEL_WEIGHTS = ("phone", "message", "visit"), (0.74, 0.20, 0.06)
_NOTES = ("客户表示近期再联系", "已说明账户状态", "客户关注手续费", "约定到营业部办理", "号码无人接听")
_BATCH, _STRAY_CALLS = 9, 3
_TASK_COLUMNS = (
    "task_id", "task_no", "client_id", "staff_id", "office_id", "state", "pool_status", "priority", "due_on",
    "campaign_id", "hand_out_id", "effort", "value_fen", "grade", "extended_count", "assigned_by", "assigned_at",
    "request_id", "closed_at", "closed_on", "result_reason", "version")  # fmt: skip
_EVENT_COLUMNS = ("task_id", "sequence", "kind", "from_state", "to_state", "staff_id", "reason", "by_user_id", "at")
_CONTACT_COLUMNS = ("client_id", "staff_id", "task_id", "at", "channel", "topic", "result", "note", "next_step_on",
                    "request_id")  # fmt: skip

_Step = tuple[str, str | None, str, int | None, str, str | None]  # act, state before and after, by whom, when, why


def moment(day: np.datetime64 | date, minute: int) -> str:
    """Write a Shanghai day and minute of the day as a UTC moment."""
    return moment_texts(np.array([day], dtype="datetime64[D]"), np.array([minute]))[0]


@dataclass(frozen=True)
class Batch:
    """One hand-out: its key, who made it, the day, the day its tasks are due, and the minutes of work by place."""

    drawn: Drawn
    key: int
    user: int
    given: np.datetime64
    until: date
    effort: list[int]
    turn: dict[int, int] = field(default_factory=dict)


@dataclass
class Work:
    """Collects tasks, their events and contacts. ``won``: holder (index) of a redevelopment by client index."""

    plan: CampaignPlan
    staff: People
    book: EventBook
    offices: list[int]
    last: np.datetime64
    next_task: int
    won: dict[int, int]

    def __post_init__(self) -> None:
        self.random = stream(self.plan.seed, "campaign_rows")
        self.teams: dict[tuple[int, str], np.ndarray] = {}
        self.tasks: list[tuple[Any, ...]] = []
        self.events: list[tuple[Any, ...]] = []
        self.contacts: list[tuple[Any, ...]] = []

    def undone(self, batch: Batch, place: int) -> None:
        """Collect a task of a hand-out that was undone a few minutes later."""
        person = self._person(int(self.plan.profiles.office[batch.drawn.members[place]]), batch)
        start, end = moment(batch.given, FIRST_MINUTE), moment(batch.given, UNDO_MINUTE)
        steps: list[_Step] = [("assigned", None, "open", batch.user, start, None),
                              ("withdrawn", "open", "withdrawn", batch.user, end, UNDONE)]  # fmt: skip
        self._note(batch, place, person, (end, str(batch.given)), None, steps)

    def task(self, batch: Batch, place: int) -> None:
        """Collect one task as it went: contacts, then recognised, run out, gone back untouched, or open still."""
        drawn, random, given = batch.drawn, self.random, batch.given
        index, due = int(drawn.members[place]), np.datetime64(batch.until)
        person = self._person(int(self.plan.profiles.office[index]), batch)
        back = self._returned(drawn, index)
        back = back if back is not None and given < back <= min(self.last, due) else None
        winner = self.won.get(index) if back is not None else None
        person = person if winner is None else winner
        calls = 1 + int(random.random() < 0.45) if drawn.called[place] or winner is not None else 0
        first = given + int(random.integers(1, 20)) * _DAY
        first = max(first if back is None else min(first, back - 2 * _DAY), given)
        days = [first + 9 * step * _DAY for step in range(calls)]
        results = [self._contact(index, person, day, step) for step, day in enumerate(days) if day <= self.last]
        steps: list[_Step] = [("assigned", None, "open", batch.user, moment(given, MINUTE), None)]
        state, done, reason = self._end(drawn, place, back, winner if results else None, len(results), given, due)
        if state == "recognised":
            record = max(first, done - int(random.integers(2, 20)) * _DAY)
            steps.append(("preregistered", "open", "preregistered", None, moment(record, 1_000), None))
        ended: tuple[str | None, str | None] = (None, None)
        if done is not None:
            ended = (moment(done, 1_005), str(done))
            act = "returned" if reason == UNTOUCHED else state
            steps.append((act, steps[-1][2], state, None, moment(done, 1_005), reason))
        self._note(batch, place, person, ended, _GRADES.get(results[-1]) if results else None, steps)

    def stray_calls(self, batch: Batch) -> None:
        """Let a few held-back clients be called all the same, by colleagues without a task."""
        for place in np.flatnonzero(batch.drawn.held)[:_STRAY_CALLS].tolist():
            index = int(batch.drawn.members[place])
            person = self._person(int(self.plan.profiles.office[index]), batch)
            at, key = moment(batch.given + 5 * _DAY, 640 + place % 50), f"demo-campaign-{len(self.contacts)}"
            self.contacts.append((index + 1, person + 1, None, at, "phone", "market view", "reached", None, None, key))

    def same_minute(self, batch: Batch) -> None:
        """Let the person with the most contacts since a hand-out log some of them within one minute."""
        fresh = [place for place, row in enumerate(self.contacts) if row[3] >= moment(batch.given, 0)]
        people = [self.contacts[place][1] for place in fresh]
        if not people:
            return
        busiest = max(sorted(set(people)), key=people.count)
        mine = [place for place in fresh if self.contacts[place][1] == busiest][:_BATCH]
        evening = max(self.contacts[place][3] for place in mine)[:10] + " 09:58:00.000000"
        for place in mine:
            row = self.contacts[place]
            self.contacts[place] = (*row[:3], evening, *row[4:])

    def write(self, connection: Connection) -> int:
        """Write what was collected and return how many tasks."""
        load_rows(connection, reactivation_task, _TASK_COLUMNS, self.tasks)
        load_rows(connection, task_event, _EVENT_COLUMNS, self.events)
        load_rows(connection, contact_log, _CONTACT_COLUMNS, self.contacts)
        return len(self.tasks)

    def _end(
        self, drawn: Drawn, place: int, back: np.datetime64 | None, winner: int | None, calls: int,
        given: np.datetime64, due: np.datetime64,
    ) -> tuple[str, Any, str | None]:  # fmt: skip
        """Return the state a task came to, the day (None: still open) and the reason."""
        if back is not None:
            return ("recognised", back, None) if winner is not None else ("not_recognised", back, "R-27")
        unworked = given + RULES.task_return_days_c * _DAY
        if not calls and unworked < self.last and drawn.kind[place] != KEPT:
            return "expired", unworked, UNTOUCHED
        return ("expired", due + _DAY, "life_over") if due < self.last else ("open", None, None)

    def _person(self, office: int, batch: Batch) -> int:
        team = self.teams.get((office, str(batch.given)))
        if team is None:
            staff, given = self.staff, batch.given
            serving = (staff.left == FAR) & (staff.licence_end == FAR)
            serving &= (staff.joined < given) & (staff.licence < given)
            team = np.flatnonzero(serving & (staff.office == office) & np.isin(staff.category, (0, 1, 2)))
            self.teams[office, str(given)] = team
        batch.turn[office] = batch.turn.get(office, -1) + 1
        return int(team[batch.turn[office] % len(team)])

    def _returned(self, drawn: Drawn, index: int) -> np.datetime64 | None:
        """Return the day on which a client came back after the draw: by an event, or at the end of a lively month."""
        at = int(self.plan.behaviour.returned_at[index])
        if at <= drawn.at or drawn.wave.kinds == (KEPT,):
            return None
        day = self.book.returned_on.get(index)
        return day if day is not None and day > drawn.day else np.datetime64(month_end(self.plan.months[at]))

    def _note(self, batch: Batch, place: int, person: int, ended: tuple[str | None, str | None], grade: str | None,
              steps: list[_Step]) -> None:  # fmt: skip
        number, self.next_task = self.next_task, self.next_task + 1
        drawn, index = batch.drawn, int(batch.drawn.members[place])
        priority = "high" if drawn.tier[place] in ("A", "B") else "normal"
        self.tasks.append((
            number, f"T{number:08d}", index + 1, person + 1, self.offices[self.plan.profiles.office[index]],
            steps[-1][2], STATUS[drawn.kind[place]], priority, str(batch.until), drawn.number, batch.key,
            batch.effort[place], int(drawn.value[place]), grade, 0, batch.user, steps[0][4],
            f"demo-hand-out-{batch.key}", *ended, steps[-1][5], len(steps)))  # fmt: skip
        self.events += [(number, at, kind, before, after, person + 1, why, by, when)
                        for at, (kind, before, after, by, when, why) in enumerate(steps, start=1)]  # fmt: skip

    def _contact(self, index: int, person: int, day: np.datetime64, step: int) -> str:
        random = self.random
        result = str(random.choice(_RESULTS, p=_RESULT_WEIGHTS))
        channel = str(random.choice(_CHANNELS, p=_CHANNEL_WEIGHTS)) if step else "phone"
        note = _NOTES[int(random.integers(len(_NOTES)))] if random.random() < 0.3 else None
        later = str(day + 7 * _DAY) if result == "interested" else None
        minute = int(business_minutes(random, 1)[0])
        self.contacts.append((index + 1, person + 1, self.next_task, moment(day, minute), channel, "reactivation",
                              result, note, later, f"demo-campaign-{len(self.contacts)}"))  # fmt: skip
        return result

"""Work around the clients: reactivation tasks with their history, contacts, complaints, satisfaction, targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from data_access.bulk import load_columns, load_rows
from data_access.demo.behaviour import EMPTIED, HERE, Behaviour
from data_access.demo.event_rows import EventBook
from data_access.demo.moments import business_minutes, day_texts, moment_texts
from data_access.demo.places import OFFICES
from data_access.demo.profiles import Profiles
from data_access.demo.staffing import FAR, People
from data_access.demo.streams import stream
from data_access.demo.ties import Ties
from data_access.tables import client, complaint, contact_log, reactivation_task, satisfaction, target, task_event

TASK_SHARE = 0.035
"""Part of the pool that is in somebody's hands at the end."""
VALUABLE_SHARE, VALUABLE_CONTACTS = 0.10, 3.0
"""Part of the clients whom every holder sees more often, and how many more contacts a year that means."""
_YEAR = np.timedelta64(365, "D")
_CHANNELS = (("phone", 0.52), ("message", 0.22), ("visit", 0.12), ("branch", 0.10), ("email", 0.04))
_RESULTS = (("reached", 0.46), ("not_reached", 0.27), ("interested", 0.13), ("refused", 0.10), ("wrong_number", 0.04))
_TOPICS = ("market view", "account review", "product maturity", "new share subscription", "service follow-up")
_COMPLAINTS = (("服务类", 0.35), ("质量类", 0.30), ("综合类", 0.25), ("突发事件", 0.10))

_Step = tuple[str, str | None, str, int | None, str, str | None]  # act, state before and after, by whom, when, why


def store_tasks(
    connection: Connection,
    seed: int,
    profiles: Profiles,
    behaviour: Behaviour,
    staff: People,
    book: EventBook,
    heads: dict[int, int],
    offices: list[int],
    months: int,
    last: np.datetime64,
    taken: np.ndarray,
) -> int:
    """Write open tasks for pool clients and closed ones of the last months; returns how many.

    ``taken``: clients (indexes) of campaigns, who are left out. One open task per client; holders are frontline
    staff of the client's office, handed out by its head.
    """
    random = stream(seed, "tasks")
    lost_long = np.isin(
        np.arange(len(profiles)), [i for i, day in book.lost_on.items() if day < last - np.timedelta64(95, "D")]
    )
    gone = behaviour.place != HERE
    pool = np.select(
        [
            gone & (lost_long | behaviour.lost_before),
            gone,
            behaviour.archived,
            (behaviour.mood == EMPTIED) & (behaviour.emptied_months >= 13) & (profiles.opened_at < months - 13),
        ],
        [1, 0, 2, 3],
        0,
    )
    pool[behaviour.returned_at == months - 1] = 0
    opted_out = connection.execute(select(client.c.client_id).where(client.c.marketing_opt_out)).scalars().all()
    pool[np.array(opted_out, dtype=np.int64) - 1] = 0
    pool[taken] = 0
    waiting = np.flatnonzero(pool > 0)
    count = min(len(waiting), max(30, int(len(waiting) * TASK_SHARE)))
    chosen = np.sort(random.choice(waiting, count, replace=False))
    states = random.choice(
        np.array(["open", "open", "open", "withdrawn", "expired", "not_recognised"]),
        count,
        p=[0.3, 0.2, 0.2, 0.08, 0.14, 0.08],
    ).tolist()
    plan = [(i, int(pool[i]), state) for i, state in zip(chosen.tolist(), states, strict=True)]
    returned = np.setdiff1d(np.flatnonzero(behaviour.returned_at >= max(0, months - 12)), taken)
    back = [i for i in returned.tolist() if random.random() < 0.6]
    plan += [(i, int(behaviour.returned_from[i]), "recognised") for i in back]
    rows: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    contacts: list[tuple[Any, ...]] = []
    for index, from_pool, state in plan:
        office = int(profiles.office[index])
        team = np.flatnonzero(
            (staff.office == office)
            & np.isin(staff.category, (0, 1, 2))
            & (staff.left == FAR)
            & (staff.licence_end == FAR)
            & (staff.joined < last - np.timedelta64(380, "D"))
        )
        person = int(random.choice(team)) + 1
        given = last - np.timedelta64(int(random.integers(1, 60)), "D")
        done = None
        if state == "recognised":
            done = book.returned_on.get(
                index, last - np.timedelta64(30 * (months - 1 - int(behaviour.returned_at[index])) + 12, "D")
            )
            given = done - np.timedelta64(int(random.integers(8, 60)), "D")
        elif state != "open":
            done = last - np.timedelta64(int(random.integers(2, 200)), "D")
            given = done - np.timedelta64(93 if state == "expired" else int(random.integers(20, 91)), "D")
        due = given + np.timedelta64(int(random.integers(21, 75)), "D")
        start = moment_texts(np.array([given]), np.array([600]))[0]
        end = moment_texts(np.array([done]), np.array([930]))[0] if done is not None else None
        number = len(rows) + 1
        reason = {"withdrawn": "reassigned", "expired": "life_over", "not_recognised": "R-27"}.get(state)
        rows.append(
            (
                number,
                f"T{number:08d}",
                index + 1,
                person,
                offices[office],
                state,
                ("", "lost", "archived", "silent")[from_pool],
                str(random.choice(["high", "normal", "normal", "low"])),
                str(due),
                heads[office],
                start,
                f"demo-{number // 20}",
                end,
                None if done is None else str(done),
                reason,
                {"open": 1, "recognised": 3}.get(state, 2),
            )
        )
        steps: list[_Step] = [("assigned", None, "open", heads[office], start, None)]
        if state == "recognised":
            day = given + np.timedelta64(4, "D")
            steps.append(
                (
                    "preregistered",
                    "open",
                    "preregistered",
                    None,
                    moment_texts(np.array([day]), np.array([660]))[0],
                    None,
                )
            )
        if end:
            steps.append((state, steps[-1][2], state, heads[office] if state == "withdrawn" else None, end, reason))
        events += [
            (number, place, kind, before, after, person, why, by, at)
            for place, (kind, before, after, by, at, why) in enumerate(steps, start=1)
        ]
        for step in range(int(random.integers(0, 3)) + (state == "recognised")):
            day = min(given + np.timedelta64(3 + 6 * step, "D"), last)
            contacts.append(
                (
                    index + 1,
                    person,
                    number,
                    moment_texts(np.array([day]), np.array([620 + step]))[0],
                    "phone" if step == 0 else "message",
                    "reactivation",
                    _pick(random, _RESULTS),
                    f"demo-task-{number}-{step}",
                )
            )
    load_rows(
        connection,
        reactivation_task,
        (
            "task_id",
            "task_no",
            "client_id",
            "staff_id",
            "office_id",
            "state",
            "pool_status",
            "priority",
            "due_on",
            "assigned_by",
            "assigned_at",
            "request_id",
            "closed_at",
            "closed_on",
            "result_reason",
            "version",
        ),
        rows,
    )
    load_rows(
        connection,
        task_event,
        ("task_id", "sequence", "kind", "from_state", "to_state", "staff_id", "reason", "by_user_id", "at"),
        events,
    )
    load_rows(
        connection,
        contact_log,
        ("client_id", "staff_id", "task_id", "at", "channel", "topic", "result", "request_id"),
        contacts,
    )
    return len(rows)


def store_contacts(
    connection: Connection,
    seed: int,
    profiles: Profiles,
    ties: list[Ties],
    first: np.datetime64,
    last: np.datetime64,
    hushed: tuple[np.ndarray, np.ndarray],
) -> int:
    """Write contacts of holders with their clients, complaints and satisfaction.

    All clients' contacts are kept for the last twelve months; those of the most valuable for as long as the months.
    ``hushed``: by client the first and last day on which nobody contacts it (NaT: none).
    """
    random = stream(seed, "contacts")
    worth = profiles.wealth * profiles.rate_bp * profiles.pace
    valuable = worth >= np.quantile(worth, 1 - VALUABLE_SHARE)
    served = [(tie, {"core_service": 2.5, "key_service": 2.0, "maintenance": 0.8}.get(tie.type, 0.25)) for tie in ties]
    clients, people, days = [], [], []
    for tie, often in served:
        prized = valuable[tie.clients]
        rate = often + VALUABLE_CONTACTS * prized
        for until, length, wanted in (
            (last, 365, rate),
            (last - _YEAR, int((last - first - _YEAR).astype(int)), rate * prized),
        ):
            if length <= 0:
                continue
            rows = np.repeat(np.arange(len(tie.clients)), random.poisson(wanted * length / 365))
            day = until - random.integers(0, length, len(rows)).astype("timedelta64[D]")
            held = (day >= tie.since[rows]) & (day < tie.until[rows]) & (day >= first)
            clients.append(tie.clients[rows][held])
            people.append(tie.holders[rows, 0][held])
            days.append(day[held])
    who, person, day = np.concatenate(clients), np.concatenate(people), np.concatenate(days)
    free = ~((day >= hushed[0][who]) & (day <= hushed[1][who]))
    who, person, day = who[free], person[free], day[free]
    size = len(who)
    minutes = business_minutes(random, size)
    moments = moment_texts(day, minutes)
    results = _picks(random, _RESULTS, size)
    scores = np.where(random.random(size) < 0.25, random.choice(5, size, p=[0.02, 0.05, 0.18, 0.45, 0.30]) + 1, 0)
    load_columns(
        connection,
        contact_log,
        {
            "client_id": (who + 1).tolist(),
            "staff_id": (person + 1).tolist(),
            "at": moments,
            "channel": _picks(random, _CHANNELS, size),
            "topic": [_TOPICS[i] for i in random.integers(0, 5, size).tolist()],
            "result": results,
            "satisfaction": [score or None for score in scores.tolist()],
            "request_id": [f"demo-contact-{number}" for number in range(size)],
        },
    )
    upset = np.flatnonzero(random.random(size) < 0.02)
    closed = moment_texts(
        day[upset] + random.integers(1, 20, len(upset)).astype("timedelta64[D]"), np.full(len(upset), 990)
    )
    open_still = (random.random(len(upset)) < 0.15).tolist()
    load_columns(
        connection,
        complaint,
        {
            "complaint_no": [f"K{number + 1:06d}" for number in range(len(upset))],
            "client_id": (who[upset] + 1).tolist(),
            "staff_id": (person[upset] + 1).tolist(),
            "at": [moments[i] for i in upset.tolist()],
            "category": _picks(random, _COMPLAINTS, len(upset)),
            "closed_at": [None if still else text for still, text in zip(open_still, closed, strict=True)],
        },
    )
    asked = np.flatnonzero(scores)
    load_columns(
        connection,
        satisfaction,
        {
            "client_id": (who[asked] + 1).tolist(),
            "staff_id": (person[asked] + 1).tolist(),
            "on_date": day_texts(day[asked]),
            "score": scores[asked].tolist(),
            "source": ["contact"] * len(asked),
        },
    )
    return size


def store_targets(
    connection: Connection,
    seed: int,
    staff: People,
    year: int,
    yearly_income_fen: np.ndarray,
    new_clients: np.ndarray,
    offices: list[int],
) -> None:
    """Write the year's targets of every office (income by quarter, new clients) and of account managers (by month)."""
    random = stream(seed, "targets")
    rows: list[tuple[Any, ...]] = []
    for index, (code, *_rest) in enumerate(OFFICES):
        goal = int(yearly_income_fen[index] * float(random.uniform(0.9, 1.25))) // 10_000 * 10_000
        unit = offices[index]
        rows.append((code, unit, None, f"{year}", "net_income", goal))
        rows.extend((code, unit, None, f"{year}-Q{quarter}", "net_income", goal // 4) for quarter in range(1, 5))
        rows.append((code, unit, None, f"{year}", "new_clients", int(new_clients[index]) * 110))
    for i in np.flatnonzero((staff.category == 1) & (staff.left == FAR)).tolist():
        rows.extend(
            (f"S{i + 1:04d}", None, i + 1, f"{year}-{month:02d}", "clients_developed", 200) for month in range(1, 13)
        )
    load_rows(connection, target, ("scope_code", "unit_id", "staff_id", "period", "metric", "value_hundredths"), rows)


def _picks(random: np.random.Generator, options: tuple[tuple[str, float], ...], size: int) -> list[str]:
    words = [word for word, _weight in options]
    return [words[i] for i in random.choice(len(words), size, p=[weight for _word, weight in options]).tolist()]


def _pick(random: np.random.Generator, options: tuple[tuple[str, float], ...]) -> str:
    return _picks(random, options, 1)[0]

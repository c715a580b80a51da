"""The clients behind a cell of an answer, as a set that client lists, hand-outs and exports keep.

A cell is plain codes, so it can stand in an address; whoever opens the address sees the clients inside the own reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection, Select, false, select

from data_access.reads.generation import Generation
from data_access.reads.periods import PERIODS
from data_access.scope import Scope
from data_access.tables import client
from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
from metrics.errors import QuestionError
from metrics.explore.answer import ALL, REST, Answer, Codes
from metrics.explore.asked import LONGEST_VALUE, MOST_VALUES, SPREADS, Where
from metrics.explore.spread import SPREAD_OF, select_range
from metrics.question import ask
from metrics.rows import select_clients_behind

MOST_TEXT = 6_000
"""Characters of a cell in an address."""


@dataclass(frozen=True)
class Cell:
    """A measure over a period under filters, or one range of a spread (``place``; -1: no data)."""

    measure: str
    period: str = "month"
    where: Where = ()
    spread: str = ""
    place: int = -1

    def text(self) -> str:
        """Return the cell as the text that stands in an address."""
        parts = [("measure", self.measure), ("period", self.period)]
        if self.spread:
            parts += [("spread", self.spread), ("place", str(self.place))]
        return urlencode(parts + [(f".{key}", value) for key, values in self.where for value in values])

    def select_ids(self, connection: Connection, generation: Generation, month: int, scope: Scope) -> Select[Any]:
        """Return the ids of the clients behind the cell inside the reach; none when it asks what cannot be asked."""
        try:
            question = ask(connection, self.measure, as_of=month, period=self.period, scope=scope,
                           where={key: list(values) for key, values in self.where},
                           generation=generation)  # fmt: skip
        except QuestionError:
            return select(client.c.client_id).where(false())
        if self.spread:
            return select_range(question, self.spread, None if self.place < 0 else self.place)
        return select_clients_behind(question)


def read_cell(text: str) -> Cell | None:
    """Read a cell from an address; None for a text that is none."""
    if not text or len(text) > MOST_TEXT:
        return None
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_VALUES + 8)
    except ValueError:
        return None
    plain = dict(pairs)
    where: dict[str, list[str]] = {}
    for key, value in pairs:
        if key.startswith("."):
            where.setdefault(key[1:], []).append(value)
    spread = plain.get("spread", "")
    place = plain.get("place", "-1")
    known = (
        plain.get("measure") in METRICS and plain.get("period") in PERIODS and spread in ("", *SPREADS)
        and all(key in DIMENSIONS and key != "month" for key in where)
        and all(len(value) <= LONGEST_VALUE and value.isprintable() for values in where.values() for value in values)
        and place in {"-1", *(str(one) for one in range(len(SPREAD_OF["assets"].ends) + 1))}
    )  # fmt: skip
    if not known:
        return None
    ordered = tuple((key, tuple(dict.fromkeys(where[key]))) for key in DIMENSIONS if key in where)
    return Cell(plain["measure"], plain["period"], ordered, spread, int(place) if spread else -1)


def cell_of(answer: Answer, line: Codes, column: str | None, key: str) -> tuple[Cell, str | None] | None:
    """Return the cell of an answer and its month (None: the answer's own); None where it is too long for an address."""
    asked = answer.asked
    codes = dict(zip(asked.dimensions, (*line, column) if asked.across else line, strict=True))
    where = dict(asked.where)
    month = codes.pop("month", None)
    for name, code in codes.items():
        if code == ALL:
            continue
        where[name] = rest_of(answer, name) if code == REST else (code or "",)
    if any(len(values) > MOST_VALUES for values in where.values()):
        return None
    cell = Cell(key, asked.period, tuple((name, tuple(where[name])) for name in DIMENSIONS if name in where))
    return (cell, month) if len(cell.text()) <= MOST_TEXT else None


def rest_of(answer: Answer, name: str) -> tuple[str, ...]:
    """Return the codes that the row of all others stands for."""
    return tuple(code or "" for code in answer.others) if name in answer.asked.by else ()

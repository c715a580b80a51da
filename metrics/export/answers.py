"""The export of an answer: exactly the table that the page shows, asked again with the reach of the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from data_access.actor import ActingUser
from data_access.database import Database
from data_access.deadline import TookTooLong
from data_access.reads.places import read_place_names
from data_access.reads.staff_results import read_people
from data_access.scope import Scope
from metrics.errors import QuestionError
from metrics.explore.answer import DEADLINE_S, explore
from metrics.explore.asked import Exploration, read_exploration
from metrics.explore.spread import SPREAD_OF, read_spread
from metrics.explore.table import Names, answer_table, range_name
from metrics.export.files import Column, Export
from metrics.export.lists import ListRequest
from metrics.language import translator
from metrics.profiles import narrow_exploration
from metrics.question import ask
from metrics.units import COUNT

_NAMES = ("measure", "by", "across", "where", "period", "compare", "top", "sort", "chart", "spread")


def export_answer(db: Database, user: ActingUser, params: Mapping[str, Any]) -> Export:
    """Return the file of an answer; raises ``QuestionError``."""
    try:
        return _export(db, user, params)
    except TookTooLong as stopped:
        raise QuestionError(str(stopped)) from stopped


def _export(db: Database, user: ActingUser, params: Mapping[str, Any]) -> Export:
    request = ListRequest(db, user, params)
    asked = read_exploration({name: request.listed(name) for name in _NAMES if name in params})
    asked = narrow_exploration(asked, request.profile)
    translate = translator(request.language)
    with db.reading(deadline_s=DEADLINE_S) as connection:
        if asked.shape == "spread":
            question = ask(connection, "clients", as_of=request.month, scope=request.scope,
                           generation=request.generation,
                           where={key: list(values) for key, values in asked.where})  # fmt: skip
            ranges = read_spread(connection, question, asked.spread)
            columns = (Column("range", SPREAD_OF[asked.spread].label), Column("clients", "Clients", COUNT))
            rows = ({"range": range_name(asked.spread, one, translate, request.language), "clients": one.clients}
                    for one in ranges)  # fmt: skip
            return request.made("Explore", columns, iter(rows), ("clients",))
        answer = explore(connection, asked, month=request.month, scope=request.scope, generation=request.generation)
        table = answer_table(answer, translate, read_names(connection, asked, request.scope))
    return request.made("Explore", table.columns, iter(table.rows), asked.measures)


def read_names(connection: Connection, asked: Exploration, scope: Scope) -> Names:
    """Return the names of the places and persons that an answer can hold."""
    names: dict[tuple[str, str], str] = {}
    if {"branch", "office"} & set(asked.dimensions):
        places = read_place_names(connection)
        names |= {(key, code): name for key in ("branch", "office") for code, name in places.items()}
    if "staff" in asked.dimensions:
        names |= {("staff", number): f"{number} {person['name']}"
                  for number, person in read_people(connection, scope).items()}  # fmt: skip
    return names

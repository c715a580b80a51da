"""Whatever is typed in any slot of a question: refused, or a plain value; the shape of the statements stays."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from data_access.database import Database
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients
from data_access.reads.generation import Generation, read_generation
from data_access.scope import FIRM
from metrics.errors import QuestionError
from metrics.explore.answer import explore
from metrics.explore.asked import read_exploration
from metrics.explore.cells import Cell, read_cell
from metrics.query import answer
from metrics.question import ask
from metrics.rows import read_rows
from tests.support.firm import AS_OF

COUNT = 5_000
SIGNS = set("'\";\\<＇\x00|")
_SEEDS = [
    "' OR '1'='1", "'; DROP TABLE client; --", '" OR ""="', "1; SELECT pg_sleep(9)",
    "clients) UNION SELECT name FROM client--", "a' AND (SELECT count(*) FROM app_user) > 0 --", "clients AS x",
    "sum(clients)", "*", "1=1", "/**/", "--", ";", "\\", "%", "_", "%(x)s", ":x", "?", "$1", "{0}", "${x}", "\x00",
    "\x00rest", "\x00all", "\u202e", "\ud800", "＇ OR １＝１", "NULL", "null", "None", "nan", "inf", "-1", "1e999",
    "0x10", "9" * 400, "client_status.name", "tier; name", "tier,clients", "a:b:c", "=cmd|' /C calc'!A0", "<script>",
    "../../etc", "tier\n", " tier", "TIER", "тier", "客户", "month", "name", "phone_hash", "document_hash",
    "sqlite_master", "pg_user",
]  # fmt: skip


def hostile(count: int = COUNT) -> list[str]:
    """Return so many strings: known attacks, glued together and mangled; the same on every run."""
    choose = random.Random(20)
    alphabet = string.printable + "'\"`;--/*\x00＇；\u2028客"
    found = list(_SEEDS)
    while len(found) < count:
        parts = [choose.choice(_SEEDS) if choose.random() < 0.5
                 else "".join(choose.choice(alphabet) for _ in range(choose.randint(1, 12)))
                 for _ in range(choose.randint(1, 3))]  # fmt: skip
        found.append("".join(parts))
    return found


@pytest.fixture(scope="module")
def watched(firm_db: Database) -> Iterator[tuple[Connection, Generation, list[tuple[str, Any]]]]:
    """One connection whose statements and bound values are written down."""
    seen: list[tuple[str, Any]] = []
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        assert generation is not None

        def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            seen.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", keep)
        yield connection, generation, seen
        event.remove(connection, "before_cursor_execute", keep)


SLOTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "measure": lambda text: {"keys": [text]},
    "dimension": lambda text: {"by": [text]},
    "filter key": lambda text: {"where": {text: "A"}},
    "filter value of a closed list": lambda text: {"where": {"tier": [text]}},
    "filter value of a place": lambda text: {"where": {"office": [text]}},
    "filter value of a person": lambda text: {"keys": ["staff_assets"], "where": {"staff": [text]}},
    "filter value of the firm's own list": lambda text: {"where": {"segment": [text]}},
    "period": lambda text: {"period": text},
    "as of": lambda text: {"as_of": text},
    "known at": lambda text: {"known_at": text},
}  # fmt: skip


@pytest.mark.parametrize("slot", list(SLOTS))
def test_no_slot_of_a_question_changes_a_statement(watched: tuple[Any, ...], slot: str) -> None:
    connection, generation, seen = watched
    shapes: set[str] = set()
    answered = refused = 0
    for text in hostile():
        options = {"keys": ["clients"], "scope": FIRM, **SLOTS[slot](text)}
        pinned = {} if slot == "known at" else {"generation": generation}
        seen.clear()
        try:
            question = ask(connection, options.pop("keys"), **options, **pinned)
        except QuestionError:
            refused += 1
        else:
            answered += 1
            if answered <= 3:  # what a value leaves of the statement is the same every time
                answer(connection, question)
                read_rows(connection, question, 5)
        shapes |= {statement for statement, _values in seen}
        if set(text) & SIGNS:
            assert not [statement for statement, _values in seen if text in statement]
    assert refused + answered == COUNT
    assert answered <= COUNT // 50  # an empty text stands for no value; blanks around a key are cut
    assert len(shapes) <= 12


def test_no_parameter_of_an_address_changes_a_statement(watched: tuple[Any, ...]) -> None:
    connection, generation, seen = watched
    base = {"measure": ["clients"], "by": ["office"], "across": ["tier"], "top": ["5"]}
    seen.clear()
    explore(connection, read_exploration(base), month=AS_OF, scope=FIRM, generation=generation)
    known = {statement for statement, _values in seen}
    texts = hostile()
    slots = ("measure", "by", "across", "period", "compare", "top", "sort", "chart", "spread", "where")
    for slot in slots:
        for text in texts:
            given_ = [f"tier:{text}"] if slot == "where" else [text]
            asked = read_exploration({**base, slot: [*base.get(slot, []), *given_]})
            assert read_exploration(asked.params()) == asked
            assert asked.measures == ("clients",) or text.strip() in asked.measures
            assert set(asked.dimensions) <= {"office", "tier", "month"}
            assert not asked.where or asked.where[0][1][0] in ("", "A", "B", "C")
    seen.clear()
    for slot in ("measure", "by", "period", "sort", "where"):
        bad = [f"tier:{texts[1]}"] if slot == "where" else [texts[1]]
        asked = read_exploration({**base, slot: [*base.get(slot, []), *bad]})
        explore(connection, asked, month=AS_OF, scope=FIRM, generation=generation)
    assert {statement for statement, _values in seen} <= known


def test_values_of_open_lists_are_bound_and_never_written(watched: tuple[Any, ...]) -> None:
    connection, generation, seen = watched
    for text in filter(str.isprintable, hostile(1_000)):
        cell = Cell("clients", where=(("segment", (text,)),))
        assert read_cell(cell.text()) in (cell, None)
    texts = [text for text in hostile(400) if len(text) > 4 and text.isprintable()][:60]
    shapes = set()
    for text in texts:
        seen.clear()
        kept = ClientFilter(among=Cell("clients", where=(("segment", (text,)),)))
        assert count_clients(connection, generation, AS_OF, FIRM, kept) == 0
        assert not set(text) & SIGNS or not [statement for statement, _values in seen if text in statement]
        shapes |= {statement for statement, _values in seen}
    assert len(shapes) <= 4


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(
    st.sampled_from(["measure", "by", "across", "where", "period", "compare", "top", "sort", "chart", "spread", "x"]),
    st.lists(st.text(max_size=30) | st.sampled_from(["clients", "tier", "tier:A", "office", "month", "staff_assets"]),
             max_size=6)))  # fmt: skip
def test_any_address_is_a_question_of_the_catalogue(params: dict[str, list[str]]) -> None:
    asked = read_exploration(params)
    assert read_exploration(asked.params()) == asked
    assert asked.shape in asked.charts
    assert len(asked.dimensions) <= 3


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_cell_or_none(text: str) -> None:
    cell = read_cell(text)
    assert cell is None or read_cell(cell.text()) == cell

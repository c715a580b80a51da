from __future__ import annotations

import pytest
from sqlalchemy import select

from data_access.actor import NotAllowed
from data_access.commands.acting import Refused
from data_access.commands.months import mark_month_final
from data_access.database import Database
from data_access.tables import month_state
from tests.support.book_rows import Book, signed_in


def test_headquarters_marks_a_published_month(db: Database, book: Book) -> None:
    actor = signed_in(db, book, "hq")
    for state in ("final", "provisional"):
        mark_month_final(db, actor=actor, month=202406, state=state)
        with db.reading() as connection:
            rows = connection.execute(select(month_state.c.month, month_state.c.state, month_state.c.marked_by)).all()
            assert rows == [(202406, state, book.users["hq"])]


def test_other_roles_months_and_states_are_refused(db: Database, book: Book) -> None:
    with pytest.raises(NotAllowed):
        mark_month_final(db, actor=signed_in(db, book, "b01"), month=202406)
    actor = signed_in(db, book, "hq")
    with pytest.raises(Refused, match="2024-07 has not been published"):
        mark_month_final(db, actor=actor, month=202407)
    with pytest.raises(Refused, match="closed is not a value of state"):
        mark_month_final(db, actor=actor, month=202406, state="closed")

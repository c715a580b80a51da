"""Many rows at once: what is written stays as it is, and columns of numbers come back as arrays."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, cast, literal, select, update

from data_access.bulk import join_whole_tables, load_columns, load_rows, read_numbers
from data_access.database import Database
from data_access.tables import app_setting, month_state


def test_loading_keeps_text_as_it_is_and_fills_defaults(db: Database) -> None:
    odd = "tab\there, line\nbreak, back\\slash, \\N, 䶮"
    with db.writing() as connection:
        assert load_rows(connection, app_setting, ("key", "value"), [("a", odd), ("b", "NA")]) == 2
        assert load_rows(connection, app_setting, ("key", "value"), []) == 0
        load_columns(
            connection,
            month_state,
            {"month": [202501], "state": ["final"], "marked_by": [None], "marked_at": ["2025-02-01 16:00:00.000000"]},
        )
        found = dict(connection.execute(select(app_setting.c.key, app_setting.c.value)).all())
        state = connection.execute(select(month_state)).one()
    assert found == {"a": odd, "b": "NA"}
    assert (state.marked_by, state.marked_at.isoformat()) == (None, "2025-02-01T16:00:00+00:00")


def test_columns_of_different_length_are_refused(sqlite_db: Database) -> None:
    with sqlite_db.writing() as connection, pytest.raises(ValueError, match="differ in length"):
        load_columns(connection, app_setting, {"key": ["a", "b"], "value": ["x"]})


def test_numbers_come_as_columns_of_one_order(db: Database) -> None:
    large = cast(literal(2**62, BigInteger), BigInteger)
    with db.writing() as connection:
        at = "2025-12-31 16:00:00.000000"
        load_rows(connection, month_state, ("month", "state", "marked_at"),
                  [(202500 + n, "final", at) for n in range(1, 13)])  # fmt: skip
        months = month_state.c.month
        late = [months > 202502]
        found, doubled, big = read_numbers(connection, months, months * 2, large, where=late)
        assert sorted(found.tolist()) == list(range(202503, 202513))
        assert (doubled == found * 2).all()
        assert set(big.tolist()) == {2**62}
        assert [one.tolist() for one in read_numbers(connection, months, where=[months > 209912])] == [[]]
        connection.execute(update(month_state).where(months == 202505).values(marked_by=7))
        with pytest.raises(ValueError, match="unknown"):
            read_numbers(connection, months, month_state.c.marked_by, where=late)


def test_whole_tables_are_joined_until_the_transaction_ends(postgres_db: Database) -> None:
    with postgres_db.writing() as connection:
        join_whole_tables(connection)
        assert connection.exec_driver_sql("SHOW enable_nestloop").scalar_one() == "off"
    with postgres_db.writing() as connection:
        assert connection.exec_driver_sql("SHOW enable_nestloop").scalar_one() == "on"

"""A firm of twelve clients and three months in which every kind of change happens once, worked out by hand.

Months 202401 … 202403; offices O011 and O012 of B01, O021 of B02. End assets of January and February, yuan, and what
happened in February:

====== ============ ======= ======= ==============================================================================
client office       January Feb     what happened
====== ============ ======= ======= ==============================================================================
1      O011           1,000   1,200 stayed: paid in 150, out 30, so the market made 80
2      O011               –     500 opened on 10 February, paid in 480
3      O012             300      20 closed on 15 February
4      O021               –      70 closed in December, opened again on 5 February
5      O012             400     410 closed on 6 and opened again on 20 February; paid in 25, out 5: the market took 10
6      O011 → O021      600     660 moved on 12 February, paid in 50: the market made 10
7      O012 → O021       90       0 moved on 3 February, closed on 25 February
8      O011             250 unknown no number in February; 260 in March
9      O021             -40     -55 debt; no payments
10     O012             100     130 payments unknown
11     O011               –       5 opened on 2 and closed on 20 February
12     O012              80      80 lost since December, its rest still here
====== ============ ======= ======= ==============================================================================

March repeats February's end without payments, but for client 8.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.refresh import refresh
from tests.support.books import Book, add_client, add_event, add_relationship, firm, month_row, version, write_book

JANUARY, FEBRUARY, MARCH = 202401, 202402, 202403
O011, O012, O021 = 3, 4, 7
_OLD = date(2023, 11, 15)
_CLIENTS = ((1, O011), (2, O011), (3, O012), (4, O021), (5, O012), (6, O021), (7, O021), (8, O011), (9, O021),
            (10, O012), (11, O011), (12, O012))  # fmt: skip
_OPENED = {2: date(2024, 2, 10), 11: date(2024, 2, 2)}
_MOVED = {6: (O011, date(2024, 2, 12)), 7: (O012, date(2024, 2, 3))}
_ASSETS: dict[int, tuple[int | None, int | None, int | None]] = {
    1: (1000, 1200, 1200), 2: (None, 500, 500), 3: (300, 20, 20), 4: (None, 70, 70), 5: (400, 410, 410),
    6: (600, 660, 660), 7: (90, 0, 0), 8: (250, None, 260), 9: (-40, -55, -55), 10: (100, 130, 130),
    11: (None, 5, 5), 12: (80, 80, 80),
}  # fmt: skip
_PAID: dict[int, tuple[int | None, int | None]] = {
    1: (150, 30), 2: (480, 0), 5: (25, 5), 6: (50, 0), 10: (None, None)
}  # fmt: skip
_EVENTS = ((3, "closed", date(2024, 2, 15)), (4, "closed", date(2023, 12, 5)), (4, "opened", date(2024, 2, 5)),
           (5, "closed", date(2024, 2, 6)), (5, "opened", date(2024, 2, 20)), (7, "closed", date(2024, 2, 25)),
           (11, "closed", date(2024, 2, 20)))  # fmt: skip


def flow_book() -> Book:
    """Return the firm as rows; person 1 (S005) holds clients 1 and 6."""
    book = firm()
    for key, office in _CLIENTS:
        values: dict[str, Any] = {"designation_withdrawn_on": date(2023, 12, 20)} if key == 12 else {}
        add_client(book, key, _OPENED.get(key, _OLD), office_id=office, **values)
        if key in _MOVED:
            before, on = _MOVED[key]
            book.client_version[-1] |= {"office_id": before, "valid_to": on}
            book.client_version.append(version(key, on, None, office))
        for month, assets in zip((JANUARY, FEBRUARY, MARCH), _ASSETS[key], strict=True):
            paid = _PAID.get(key, (0, 0)) if month == FEBRUARY else (0, 0)
            if assets is not None or (key, month) == (8, FEBRUARY):
                book.client_month.append(_row(key, month, assets, *paid))
    for key, event, on in _EVENTS:
        add_event(book, key, "A", event, on)
    for key in (1, 6):
        add_relationship(book, key, "core_service", date(2024, 1, 1), None, {1: 10_000})
    return book


def publish_flow_firm(db: Database) -> int:
    """Write and publish the firm; return the generation."""
    with db.writing() as connection:
        write_book(connection, flow_book())
    return refresh(db, actor=OperatorActor("tests")).generation_id


def _row(key: int, month: int, assets: int | None, paid_in: int | None, paid_out: int | None) -> dict[str, Any]:
    def fen(yuan: int | None) -> int | None:
        return None if yuan is None else 100 * yuan

    return month_row(key, month, end_assets_fen=fen(assets), inflow_fen=fen(paid_in), outflow_fen=fen(paid_out),
                     trades_count=1, net_income_fen=100)  # fmt: skip

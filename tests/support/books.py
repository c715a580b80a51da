"""Small random books of a firm, as plain rows, and how they get into a database.

Ids are given by the book, so that the same book is the same on every engine. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from data_access.tables import (
    account,
    account_event,
    client,
    client_month,
    client_version,
    complaint,
    contact_log,
    import_batch,
    org_unit,
    relationship,
    relationship_share,
    staff,
    staff_version,
)

Rows = list[dict[str, Any]]
LOADED_AT = datetime(2024, 1, 1, tzinfo=UTC)
TYPES = ("new_development", "redevelopment", "core_service", "maintenance", "key_service")

UNITS = (
    # id, code, kind, parent, path
    (1, "HQ", "hq", None, "/HQ/"),
    (2, "B01", "branch", 1, "/HQ/B01/"),
    (3, "O011", "office", 2, "/HQ/B01/O011/"),
    (4, "O012", "office", 2, "/HQ/B01/O012/"),
    (5, "T0111", "team", 3, "/HQ/B01/O011/T0111/"),
    (6, "B02", "branch", 1, "/HQ/B02/"),
    (7, "O021", "office", 6, "/HQ/B02/O021/"),
)
OFFICES = (3, 4, 7)


class Book:
    """Rows by table name, in the order in which they can be inserted."""

    def __init__(self) -> None:
        self.org_unit: Rows = []
        self.staff: Rows = []
        self.staff_version: Rows = []
        self.client: Rows = []
        self.client_version: Rows = []
        self.account: Rows = []
        self.account_event: Rows = []
        self.client_month: Rows = []
        self.relationship: Rows = []
        self.relationship_share: Rows = []
        self.complaint: Rows = []
        self.contact_log: Rows = []

    def __repr__(self) -> str:
        """Show what differs between books, without empty columns: a failing example stays readable."""
        tables = {name: rows for name, rows in vars(self).items() if name not in ("org_unit", "staff")}
        text = "; ".join(
            f"{name}: " + ", ".join("/".join(str(value) for value in row.values() if value is not None) for row in rows)
            for name, rows in tables.items()
        )
        return f"Book({text[:20_000]})"

    def copy(self) -> Book:
        """Return a book whose rows can be changed apart from this one's."""
        book = Book()
        for name, rows in vars(self).items():
            setattr(book, name, [dict(row) for row in rows])
        return book


TABLES = {
    "org_unit": org_unit, "staff": staff, "staff_version": staff_version, "client": client,
    "client_version": client_version, "account": account, "account_event": account_event,
    "client_month": client_month, "relationship": relationship, "relationship_share": relationship_share,
    "complaint": complaint, "contact_log": contact_log,
}  # fmt: skip


def write_book(connection: Connection, book: Book) -> None:
    """Insert every row of the book into empty tables."""
    for name, table in TABLES.items():
        rows = getattr(book, name)
        if rows:
            connection.execute(insert(table), rows)


def write_batch(connection: Connection, kind: str, months: list[int] | None = None) -> int:
    """Insert a committed import batch and return its id."""
    key = connection.execute(
        insert(import_batch).values(
            kind=kind,
            file_name=f"{kind}.csv",
            content_hash="0",
            state="committed",
            operator="tests",
            first_month=min(months) if months else None,
            last_month=max(months) if months else None,
            started_at=LOADED_AT,
            committed_at=LOADED_AT,
        )
    ).inserted_primary_key
    assert key is not None
    return int(key[0])


def firm() -> Book:
    """Return the fixed part of every book: the org tree and five people, one of whom moves office."""
    book = Book()
    book.org_unit = [
        {"unit_id": unit_id, "unit_code": code, "name": code, "kind": kind, "parent_id": parent, "path": path}
        for unit_id, code, kind, parent, path in UNITS
    ]
    people = (
        (1, "S005", "adviser", 5),
        (2, "S001", "account_manager", 4),
        (3, "S003", "agent", 7),
        (4, "S002", "other_frontline", 3),
        (5, "S004", "back_office", 1),
    )
    book.staff = [
        {"staff_id": key, "staff_no": no, "name": no, "category": category, "unit_id": unit}
        for key, no, category, unit in people
    ]
    for key, _, category, unit in people:
        moved_on = date(2024, 2, 10) if key == 2 else None
        if moved_on:
            book.staff_version.append(_post(key, None, moved_on, "adviser", 7))
        book.staff_version.append(_post(key, moved_on, None, category, unit))
    return book


def add_client(book: Book, client_id: int, opened_on: date, *, office_id: int = 3, **values: Any) -> None:
    """Add a client with its first version."""
    row = {"client_id": client_id, "client_no": f"C{client_id:05d}", "name": f"Client {client_id}",
           "kind": "individual", "office_id": office_id, "opened_on": opened_on, "closed_on": None,
           "archived_on": None, "designation_withdrawn_on": None, "marketing_opt_out": False,
           "document_hash": None, "phone_hash": None, "birth_on": None, "gender": None, "education": None,
           "occupation": None, "risk_level": None, "risk_on": None, "segment": None, "institution_group": None,
           "batch_id": None, "loaded_at": LOADED_AT}  # fmt: skip
    book.client.append(row | values)
    book.client_version.append(version(client_id, None, None, office_id, risk_level=values.get("risk_level"),
                                       risk_on=values.get("risk_on"), segment=values.get("segment"),
                                       institution_group=values.get("institution_group")))  # fmt: skip


def version(
    client_id: int, valid_from: date | None, valid_to: date | None, office_id: int, **values: Any
) -> dict[str, Any]:
    """Return a ``client_version`` row."""
    row = {"client_id": client_id, "valid_from": valid_from, "valid_to": valid_to, "office_id": office_id,
           "segment": None, "risk_level": None, "risk_on": None, "institution_group": None,
           "loaded_at": LOADED_AT, "batch_id": None}  # fmt: skip
    return row | values


def month_row(client_id: int, month: int, **values: Any) -> dict[str, Any]:
    """Return a ``client_month`` row; columns not given are unknown."""
    row = dict.fromkeys(
        (
            "office_id",
            "end_assets_fen",
            "cash_fen",
            "inflow_fen",
            "outflow_fen",
            "turnover_fen",
            "trades_count",
            "commission_fen",
            "fees_fen",
            "net_income_fen",
            "product_assets_fen",
            "margin_balance_fen",
            "batch_id",
        )
    )
    return {"month": month, "client_id": client_id, **row, **values}


def add_event(book: Book, client_id: int, account_no: str, event: str, on: date, hour: int = 2, **values: Any) -> None:
    """Add an account event at ``hour`` UTC (Shanghai date ``on``), and the account when it is new."""
    known = {(row["client_id"], row["account_no"]): row["account_id"] for row in book.account}
    key = known.get((client_id, account_no))
    if key is None:
        key = len(book.account) + 1
        book.account.append(
            {
                "account_id": key,
                "client_id": client_id,
                "account_no": account_no,
                "account_kind": "cash",
                "batch_id": None,
            }
        )
    at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    if any(row["account_id"] == key and row["event"] == event and row["at"] == at for row in book.account_event):
        return
    book.account_event.append({"client_id": client_id, "account_id": key, "event": event, "at": at, "on_date": on,
                               "has_time": True, "batch_id": None, **values})  # fmt: skip


def add_relationship(
    book: Book,
    client_id: int,
    kind: str,
    valid_from: date,
    valid_to: date | None,
    shares: dict[int, int],
    **values: Any,
) -> None:
    """Add a confirmed relationship with holders (staff id to basis points)."""
    key = len(book.relationship) + 1
    book.relationship.append({"relationship_id": key, "relationship_no": f"R{key:05d}", "client_id": client_id,
                              "type": kind, "state": "confirmed", "valid_from": valid_from, "valid_to": valid_to,
                              "batch_id": None, "version": 1, "confirmed_at": None, **values})  # fmt: skip
    book.relationship_share += [
        {"relationship_id": key, "staff_id": one, "share_bp": share} for one, share in sorted(shares.items())
    ]


def add_complaint(book: Book, client_id: int, on: date, hour: int = 2, **values: Any) -> None:
    """Add a complaint at ``hour`` UTC."""
    at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    key = len(book.complaint) + 1
    book.complaint.append({"complaint_id": key, "complaint_no": f"T{key:05d}", "client_id": client_id, "at": at,
                           "batch_id": None, **values})  # fmt: skip


def add_contact(book: Book, client_id: int, on: date, hour: int = 2, **values: Any) -> None:
    """Add a contact of the first person at ``hour`` UTC."""
    at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    key = len(book.contact_log) + 1
    book.contact_log.append({"contact_id": key, "client_id": client_id, "staff_id": 1, "at": at, "channel": "phone",
                             "request_id": f"Q{key:05d}", "batch_id": None, **values})  # fmt: skip


def _post(staff_id: int, valid_from: date | None, valid_to: date | None, category: str, unit_id: int) -> dict[str, Any]:
    return {
        "staff_id": staff_id,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "category": category,
        "unit_id": unit_id,
        "loaded_at": LOADED_AT,
        "batch_id": None,
    }


def _months(first: int, count: int) -> list[int]:
    index = first // 100 * 12 + first % 100 - 1
    return [(index + step) // 12 * 100 + (index + step) % 12 + 1 for step in range(count)]


def _days(first: date, last: date) -> st.SearchStrategy[date]:
    # the days around month ends carry the rules, so they are drawn as often as all others together
    spans = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    edges = [day for day in spans if day.day in (1, 15, 28, 29, 30, 31)]
    return st.one_of(st.sampled_from(edges or spans), st.sampled_from(spans))


MONTHS = _months(202306, 17)
FIRST_DAY, LAST_DAY = date(2023, 6, 1), date(2024, 11, 20)


@st.composite
def client_months(draw: st.DrawFn, client_id: int, months: list[int]) -> list[dict[str, Any]]:
    """Rows of one client: mostly quiet or mostly busy, with missing rows, blanks, debts and exact lines."""
    calm = draw(st.booleans())
    kinds = ["quiet"] * 12 + ["gap", "blank", "line", "busy"] if calm else ["busy", "quiet", "gap", "blank", "line"]
    rows = []
    for month, kind in zip(months, draw(st.lists(st.sampled_from(kinds), min_size=len(months), max_size=len(months))),
                           strict=True):  # fmt: skip
        income = draw(st.sampled_from((None, 0, 1, 100, 100, 250, 999_999_999_999, -40, 33_333)))
        flow = draw(st.sampled_from((None, 0, 7, 12_345)))
        common = {
            "net_income_fen": income,
            "inflow_fen": flow,
            "outflow_fen": draw(st.sampled_from((None, 0, 10_001))),
            "turnover_fen": draw(st.sampled_from((None, 0, 1_000_003))),
            "office_id": draw(st.sampled_from((None, None, None, 3, 7))),
        }
        if kind == "quiet":
            rows.append(
                month_row(
                    client_id, month, end_assets_fen=draw(st.sampled_from((-5, 0, 99_999))), trades_count=0, **common
                )
            )
        elif kind == "line":
            rows.append(month_row(client_id, month, end_assets_fen=100_000, trades_count=0, **common))
        elif kind == "busy":
            rows.append(
                month_row(
                    client_id, month, end_assets_fen=draw(st.sampled_from((50, 5_000_001))), trades_count=3, **common
                )
            )
        elif kind == "blank":
            assets, trades = draw(st.sampled_from(((None, 0), (0, None), (None, None), (None, 2), (200_000, None))))
            rows.append(month_row(client_id, month, end_assets_fen=assets, trades_count=trades, **common))
    return rows


@st.composite
def random_books(draw: st.DrawFn, clients: int = 6) -> Book:
    """A firm with a few clients over seventeen months: returns, gaps, ties, splits, moves."""
    book = firm()
    months = MONTHS
    any_day = _days(FIRST_DAY, LAST_DAY)
    maybe_day = st.one_of(st.none(), st.none(), st.none(), any_day)
    for client_id in range(1, draw(st.integers(1, clients)) + 1):
        opened_on = draw(st.one_of(st.sampled_from((date(2020, 1, 31), date(2022, 6, 30), date(2022, 9, 3))), any_day))
        kind = draw(st.sampled_from(("individual", "individual", "institution", "product")))
        risk = draw(st.sampled_from((None, "C3")))
        add_client(
            book,
            client_id,
            opened_on,
            office_id=draw(st.sampled_from(OFFICES)),
            kind=kind,
            risk_level=risk,
            phone_hash=draw(st.sampled_from((None, "p"))),
            closed_on=draw(maybe_day),
            archived_on=draw(maybe_day),
            designation_withdrawn_on=draw(maybe_day),
        )
        moved_on = draw(maybe_day)
        if moved_on is not None:
            book.client_version[-1]["valid_to"] = moved_on
            office_id = draw(st.sampled_from(OFFICES))
            book.client_version.append(version(client_id, moved_on, None, office_id, segment="gold"))
            # the client itself holds the newest version
            book.client[-1] |= {"office_id": office_id, "segment": "gold", "risk_level": None}
        for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2, 4)))):
            event = draw(
                st.sampled_from(
                    (
                        "opened",
                        "closed",
                        "designation_withdrawn",
                        "designation_made",
                        "archived",
                        "activated",
                        "transferred_out",
                    )
                )
            )
            add_event(
                book,
                client_id,
                draw(st.sampled_from(("A", "A", "B"))),
                event,
                draw(any_day),
                draw(st.sampled_from((1, 2, 2))),
            )
        first = next(
            (index for index, month in enumerate(months) if month >= opened_on.year * 100 + opened_on.month),
            len(months),
        )
        book.client_month += draw(client_months(client_id, months[first:]))
        for add in (add_complaint, add_contact):
            for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
                # 15 and 16 UTC lie on the two sides of midnight in Shanghai
                add(book, client_id, draw(any_day), draw(st.sampled_from((2, 15, 16))))
        for _ in range(draw(st.integers(0, 3))):
            begins = draw(any_day)
            ends = draw(st.one_of(st.none(), st.just(begins), _days(begins, LAST_DAY)))
            people = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True))
            shares = {3: (3_333, 3_333, 3_334), 2: (6_000, 3_999), 1: (draw(st.sampled_from((10_000, 2_500))),)}
            add_relationship(
                book,
                client_id,
                draw(st.sampled_from(TYPES)),
                begins,
                ends,
                dict(zip(people, shares[len(people)], strict=True)),
                state=draw(st.sampled_from(("confirmed", "confirmed", "confirmed", "pending"))),
            )
    return book

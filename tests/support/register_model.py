"""The world of the random sequences over the register, and a plain model of who may decide for which post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select, update

from data_access.clock import business_date
from data_access.database import Database
from data_access.register.numbers import next_id
from data_access.tables import (
    app_user,
    approval_chain,
    approval_step,
    delegation,
    org_unit,
    post_holder,
    preregistration,
    preregistration_share,
    relationship,
    relationship_share,
)
from tests.support.approval_book import Shown, write_approval_book
from tests.support.book_rows import NOW, Book, add_staff, add_user
from tests.support.firm import PASSWORD, cheap_hash


@dataclass(frozen=True)
class Person:
    """Somebody who may become a client."""

    name: str
    document: str


CLIENTS = {
    "N1": Person("欧阳文", "110101198001010010"), "N2": Person("刘洋", "110101198001010029"),
    "N3": Person("张伟", "110101198001010045"), "N4": Person("黄敏", "110101198001010053"),
    "N5": Person("马超", "110101198001010061"), "N6": Person("林静", "11010119800101007X"),
}  # fmt: skip
OFFICES = ("O011", "O011", "O012", "O021")
PERSONS = ("S1", "S1", "S2", "S2", "S3", "S9", "AG1", "U1", "L1")
"""S1 to S9 licensed, an agent, one without licence, one whose licence ends on 20 July 2024."""
APPROVERS = ("opening", "outlet", "stock", "deputy", "b01", "b02", "o011", "hq", "opening2", "outlet2")
STAFF_OF = {"opening": "S2"}
"""The opening reviewer is S2, who may hold clients as well."""
NAMED = {("opening_review", "B01"): "opening", ("outlet_review", "B01"): "outlet", ("stock_approval", "B01"): "stock",
         ("opening_review", "B02"): "opening2", ("outlet_review", "B02"): "outlet2"}  # fmt: skip
HEADS = {
    ("final_approval", "B01"): "b01",
    ("final_approval", "B02"): "b02",
    ("branch_confirmation", "B01"): "b01",
    ("branch_confirmation", "B02"): "b02",
    ("stock_approval", "B01"): "b01",
    ("stock_approval", "B02"): "b02",
}


def write_machine_book(db: Database) -> Book:
    """Write the book of the approvals with the persons of the machine; clients come by import."""
    book = write_approval_book(db)
    with db.writing() as connection:
        add_staff(connection, book, "AG1", category="agent", agency_contract_no="K1")
        add_staff(connection, book, "U1", licence=None)
        add_staff(connection, book, "L1", licence=(date(2015, 1, 1), date(2024, 7, 20)))
        for number in ("S3", "S9", "AG1", "U1", "L1"):
            add_user(connection, book, number.lower(), role="staff", staff_no=number)
        add_user(connection, book, "outlet2", role="branch_reviewer", unit="B02")
        connection.execute(insert(post_holder).values(
            post_holder_id=next_id(connection, post_holder), post="outlet_review", unit_id=book.units["B02"], type="",
            user_id=book.users["outlet2"], valid_from=date(2024, 1, 1), named_at=NOW))  # fmt: skip
        connection.execute(update(app_user).where(app_user.c.username == "opening")
                           .values(staff_id=book.staff["S2"]))  # fmt: skip
        connection.execute(update(app_user).where(app_user.c.username == "hq")
                           .values(password_hash=cheap_hash(PASSWORD)))  # fmt: skip
    return book


@dataclass(frozen=True)
class Case:
    """A chain as the model judges it: open steps of its level, who is barred, who decided before."""

    chain_no: str
    state: str
    level: int
    shown: Shown
    valid_from: date
    open_steps: tuple[tuple[str, str | None], ...]
    barred: frozenset[str]
    decided: frozenset[str]


@dataclass
class Posts:
    """Who is named from which day, and who handed which post to whom."""

    people: dict[tuple[str, str], list[tuple[date, str]]] = field(
        default_factory=lambda: {place: [(date(2024, 1, 1), who)] for place, who in NAMED.items()}
    )
    handings: list[tuple[str, str, str, str, date, date]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def named(self, post: str, unit: str, who: str, since: date) -> None:
        """A person is named from a day on: whoever was to begin on it or later never does."""
        earlier = [entry for entry in self.people[post, unit] if entry[0] < since]
        self.people[post, unit] = [*earlier, (since, who)]

    def handed(self, post: str, unit: str, giver: str, taker: str, first: date, last: date) -> None:
        """A post is handed on for some days."""
        self.handings.append((post, unit, giver, taker, first, last))

    def left(self, staff_no: str) -> None:
        """A person has left: the own accounts decide nothing, posts end after the day, delegations at once."""
        names = {name for name, number in STAFF_OF.items() if number == staff_no} | {staff_no.lower()}
        self.gone |= names
        self.handings = [one for one in self.handings if one[2] not in names and one[3] not in names]

    def may_decide(self, case: Case, who: str) -> bool:
        """Tell whether somebody may decide one of the open steps of the level now."""
        for post, unit in case.open_steps:
            for principal in self._principals(post, unit, who):
                if not {who, principal} & (case.barred | case.decided | self.gone):
                    return True
            if self._principals(post, unit, who):
                return False
        return False

    def _principals(self, post: str, unit: str | None, who: str) -> list[str]:
        """Return for whom somebody decides for a post today: for themselves first, else for the giver."""
        if post == "headquarters":
            return [who] if who == "hq" else []
        today, place = business_date(), (post, str(unit))
        named = [name for since, name in self.people.get(place, ()) if since <= today]
        holders = {*named[-1:], HEADS.get(place, "")} - self.gone
        if who in holders:
            return [who]
        givers = [giver for name, at, giver, taker, first, last in self.handings
                  if (name, at, taker) == (*place, who) and first <= today <= last and giver in holders]  # fmt: skip
        return givers[:1]


def open_chains(db: Database) -> list[str]:
    """Return the numbers of the open approvals, oldest first."""
    with db.reading() as connection:
        return list(connection.execute(select(approval_chain.c.chain_no)
                                       .where(approval_chain.c.state.in_(["running", "returned"]))
                                       .order_by(approval_chain.c.chain_id)).scalars())  # fmt: skip


def read_case(db: Database, chain_no: str) -> Case:
    """Read a chain for the model, past the product's own reads."""
    step = approval_step.c
    with db.reading() as connection:
        users = {row.user_id: row for row in connection.execute(select(app_user))}
        chain = connection.execute(select(approval_chain).where(approval_chain.c.chain_no == chain_no)).one()
        steps = connection.execute(
            select(approval_step, org_unit.c.unit_code, delegation.c.from_user_id)
            .outerjoin(org_unit, org_unit.c.unit_id == step.unit_id)
            .outerjoin(delegation, delegation.c.delegation_id == step.delegation_id)
            .where(step.chain_id == chain.chain_id, step.round == chain.round).order_by(step.position)
        ).all()  # fmt: skip
        held = connection.execute(select(relationship).where(relationship.c.relationship_id == chain.object_id)).one()
        holders = set(connection.execute(select(relationship_share.c.staff_id).where(
            relationship_share.c.relationship_id == chain.object_id)).scalars())  # fmt: skip
        record = connection.execute(select(preregistration).where(
            preregistration.c.prereg_id == held.prereg_id)).first()  # fmt: skip
    entered = {chain.submitted_by, held.created_by, record.registered_by if record else None}
    barred = {row.username for key, row in users.items() if key in entered or row.staff_id in holders}
    people = {user for line in steps if line.decision for user in (line.decided_by, line.from_user_id) if user}
    shown = Shown(chain.state, chain.level, chain.version, chain.content_hash, chain.round)
    todo = tuple((line.post, line.unit_code) for line in steps if line.level == chain.level and line.decision is None)
    return Case(chain_no, chain.state, chain.level, shown, held.valid_from, todo, frozenset(barred),
                frozenset(users[user].username for user in people))  # fmt: skip


def relationships_of(db: Database, state: str) -> Sequence[Row[Any]]:
    """Return the relationships of a state that have no end yet."""
    with db.reading() as connection:
        return connection.execute(
            select(relationship).where(relationship.c.state == state, relationship.c.valid_to.is_(None))
            .order_by(relationship.c.relationship_id)
        ).all()  # fmt: skip


def valid_records(db: Database) -> Sequence[Row[Any]]:
    """Return the pre-registrations that stand, with the account of a holder."""
    share = preregistration_share.c
    with db.reading() as connection:
        return connection.execute(
            select(preregistration.c.prereg_no, preregistration.c.version, app_user.c.username)
            .join(preregistration_share, share.prereg_id == preregistration.c.prereg_id)
            .join(app_user, app_user.c.staff_id == share.staff_id)
            .where(preregistration.c.state == "active", app_user.c.role == "staff")
            .order_by(preregistration.c.prereg_id, app_user.c.username)
        ).all()  # fmt: skip

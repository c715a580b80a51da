"""Random sequences of everything that moves the register, through the real commands; its promises hold after each."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from data_access.clock import business_date, frozen, now
from data_access.commands.acting import Refused
from data_access.commands.approvals import ChainOutcome, resubmit_chain, withdraw_chain
from data_access.commands.assigned import end_relationship, enter_relationship
from data_access.commands.documents import check_document, store_document
from data_access.commands.posts import name_post_holder, record_delegation
from data_access.commands.preregistrations import preregister, withdraw
from data_access.commands.staff_exit import ExitPlan, close_exit
from data_access.reads.leaver_items import read_inventory
from data_access.register.match_run import match_events
from tests.domain.test_rules_approvals import PDF
from tests.support.approval_book import press
from tests.support.book_rows import NOW
from tests.support.databases import fresh_sqlite
from tests.support.firm import PASSWORD
from tests.support.register_invariants import register_faults
from tests.support.register_model import (
    APPROVERS,
    CLIENTS,
    OFFICES,
    PERSONS,
    open_chains,
    read_case,
    relationships_of,
    valid_records,
    write_machine_book,
)
from tests.support.register_world import OPERATOR, RegisterWorld

STEPS = int(os.environ.get("REGISTER_STEPS", "10000"))
A_DAY = timedelta(days=1)
clients = st.sampled_from(sorted(CLIENTS))
persons = st.sampled_from(PERSONS)
index = st.integers(0, 30)
splits = st.one_of(
    st.tuples(st.just(""), st.integers(1, 10_000), st.just(0)),
    st.integers(1, 9_999).flatmap(lambda share: st.tuples(
        st.sampled_from(["S1", "S2", "S3", "S9"]), st.just(share), st.sampled_from([10_000 - share, 10_001 - share]))),
)  # fmt: skip
"""(partner, own share, the partner's), the partner '' and 0 for nobody; now and then a basis point too many."""
decisions = st.sampled_from(["approved"] * 4 + ["rejected", "returned", "returned"])


class Register(RegisterWorld):
    """Every act may be refused; what gets through has to be legal, and the promises hold after each."""

    @rule(person=persons, client=clients, split=splits, margin=st.booleans())
    def pre_register_or_make_up(self, person: str, client: str, split: tuple[str, int, int], margin: bool) -> None:
        partner, share, other = split
        partner = "S1" if partner == person == "S2" else "S2" if partner == person else partner
        agent = person.startswith("AG")
        kind = "agent_development" if agent else "margin_development" if margin and client in self.opened else \
            "new_development"  # fmt: skip
        wanted = [(person, share), (partner, other)] if other else [(person, share)]
        number = self.tried("makeup" if client in self.opened else "preregister", lambda request: preregister(
            self.db, actor=self.actor(person.lower()), type=kind, client_name=CLIENTS[client].name,
            document_kind="id_card", document_no=CLIENTS[client].document, contact="13800138000", holders=wanted,
            request_id=request))  # fmt: skip
        if number is not None:
            assert sum(bp for _, bp in wanted) <= 10_000
            assert not (agent and other)

    @rule(client=clients, office=st.sampled_from(OFFICES))
    def open_account(self, client: str, office: str) -> None:
        def act(_request: str) -> bool:
            times = self.opened[client] = self.opened.get(client, 0) + 1
            if times == 1:
                self.load("client", "client_no,name,kind,office_code,opened_on,document_kind,document_no\n"
                          f"{client},{CLIENTS[client].name},individual,{office},{business_date()},id_card,"
                          f"{CLIENTS[client].document}\n")  # fmt: skip
            kind = ("cash", "margin")[min(times, 2) - 1]
            self.load("account_event", "client_no,account_no,account_kind,event,at\n"
                      f"{client},{client}-{times},{kind},opened,{now().isoformat()}\n")  # fmt: skip
            match_events(self.db, actor=OPERATOR)
            return True

        if self.opened.get(client, 0) < 2:
            self.tried("open", act)

    @rule(people=st.lists(persons, min_size=1, max_size=2), client=clients, split=splits,
          office=st.sampled_from(OFFICES), late=st.booleans())  # fmt: skip
    def register_and_open(self, people: list[str], client: str, split: tuple[str, int, int], office: str,
                          late: bool) -> None:  # fmt: skip
        """The usual order of things, which chance alone meets seldom."""
        if late:
            self.open_account(client, office)
        for person in people:
            self.pre_register_or_make_up(person, client, split, margin=False)
        if not late:
            self.open_account(client, office)

    @rule(record=index)
    def withdraw_record(self, record: int) -> None:
        found = valid_records(self.db)
        if found:
            row = found[record % len(found)]
            self.tried("withdraw record", lambda request: withdraw(
                self.db, actor=self.actor(row.username), prereg_no=row.prereg_no,
                version=row.version, reason="a mistake", request_id=request) or True)  # fmt: skip

    @rule(chain=index, who=st.sampled_from(APPROVERS), decision=decisions, stale=st.booleans())
    def decide(self, chain: int, who: str, decision: str, stale: bool) -> None:
        found = open_chains(self.db)
        if found:
            self._press(found[chain % len(found)], who, decision, stale=stale)

    @rule(chain=index, which=index, decision=decisions)
    def decide_in_turn(self, chain: int, which: int, decision: str) -> None:
        """Let somebody decide who may, on the first chain from some place on that waits for such a person."""
        found = open_chains(self.db)
        start = chain % len(found) if found else 0
        for chain_no in found[start:] + found[:start]:
            case = read_case(self.db, chain_no)
            able = [who for who in APPROVERS if case.state == "running" and self.posts.may_decide(case, who)]
            if able:
                self._press(chain_no, able[which % len(able)], decision, stale=False)
                return

    @rule(chain=index, which=index)
    def decide_to_the_end(self, chain: int, which: int) -> None:
        for _ in range(3):
            self.decide_in_turn(chain, which, "approved")

    def _press(self, chain_no: str, who: str, decision: str, *, stale: bool) -> None:
        """Press as somebody on the screen of now, or on the first one that was seen of the chain."""
        case = read_case(self.db, chain_no)
        first = self.screens.setdefault(chain_no, case.shown)
        seen = first if stale else case.shown
        legal = case.state == "running" and seen == case.shown and self.posts.may_decide(case, who)
        code = []

        def act(request: str) -> ChainOutcome:
            try:
                return press(self.db, self.book, who, chain_no, decision, seen=seen, request_id=request,
                             actor=self.actor(who))  # fmt: skip
            except Refused as refused:
                code.append(refused.reason.code)
                raise

        outcome = self.tried(decision, act)
        self.done["pressed"] += 1
        assert outcome is None or legal, f"{who} decided level {case.level} of {chain_no}"
        if outcome is None and legal:
            # what the confirmation itself refuses is another matter
            assert [reason for reason in code if not reason.startswith("approval.")], f"{who} was refused: {code}"

    @rule(chain=index, who=index, stranger=st.integers(0, 5))
    def withdraw_or_resubmit(self, chain: int, who: int, stranger: int) -> None:
        found = open_chains(self.db)
        if not found:
            return
        case = read_case(self.db, found[chain % len(found)])
        own = sorted(case.barred)
        name = own[who % len(own)] if own and stranger else "b02"
        act = resubmit_chain if case.state == "returned" else withdraw_chain
        done = self.tried("resubmit" if case.state == "returned" else "withdraw", lambda request: act(
            self.db, actor=self.actor(name), chain_no=case.chain_no, seen_version=case.shown.version,
            reason="as asked", request_id=request))  # fmt: skip
        assert done is None or name in own

    @rule(chain=index, checks=st.booleans())
    def put_forms_on_file(self, chain: int, checks: bool) -> None:
        """Store what an agent's client needs, and let another person check it."""
        found = [case for case in map(partial(read_case, self.db), open_chains(self.db)) if "ag1" in case.barred]
        if not found:
            return
        case = found[chain % len(found)]
        for purpose in ("risk_form", "service_form"):
            key = self.tried("form", lambda request, purpose=purpose: store_document(
                self.db, actor=self.actor("ag1"), number=case.chain_no, purpose=purpose, file_name="form.pdf",
                content=PDF, signed_on=case.valid_from, request_id=request))  # fmt: skip
            if key is not None and checks:
                self.tried("form checked", lambda request, key=key: check_document(
                    self.db, actor=self.actor("deputy"), chain_no=case.chain_no, document_id=key,
                    request_id=request))  # fmt: skip

    @rule(client=clients, person=persons, share=st.integers(1, 10_000), who=st.sampled_from(["stock", "b01", "hq"]),
          kind=st.sampled_from(["legacy_development", "maintenance"]))  # fmt: skip
    def assign(self, client: str, person: str, share: int, who: str, kind: str) -> None:
        self.tried("assign", lambda request: enter_relationship(
            self.db, actor=self.actor(who), client_no=client, type=kind, valid_from=business_date(),
            holders=[(person, share)], request_id=request))  # fmt: skip

    @rule(which=index, who=st.sampled_from(["stock", "b01", "b02", "hq"]), days=st.integers(0, 3))
    def release(self, which: int, who: str, days: int) -> None:
        found = relationships_of(self.db, "confirmed")
        if found:
            row = found[which % len(found)]
            self.tried("release", lambda request: end_relationship(
                self.db, actor=self.actor(who), relationship_no=row.relationship_no,
                version=row.version, end_on=business_date() + A_DAY * days, reason="moved",
                request_id=request))  # fmt: skip

    @rule(post=st.sampled_from(["opening_review", "outlet_review", "stock_approval", "final_approval"]),
          giver=st.sampled_from(["opening", "outlet", "stock", "b01"]),
          days=st.tuples(st.integers(0, 3), st.integers(0, 5)),
          taker=st.sampled_from(["opening", "outlet", "stock", "deputy", "o011"]))  # fmt: skip
    def delegate(self, post: str, giver: str, taker: str, days: tuple[int, int]) -> None:
        first = business_date() + A_DAY * days[0]
        last = first + A_DAY * days[1]
        if self.tried("delegate", lambda request: record_delegation(
                self.db, actor=self.actor(giver), post=post, unit_code="B01", to_username=taker,
                valid_from=first, valid_to=last, request_id=request)):  # fmt: skip
            self.posts.handed(post, "B01", giver, taker, first, last)

    @rule(post=st.sampled_from(["opening_review", "outlet_review", "stock_approval"]),
          who=st.sampled_from(["opening", "outlet", "stock", "deputy"]), days=st.integers(0, 2))  # fmt: skip
    def name_successor(self, post: str, who: str, days: int) -> None:
        since = business_date() + A_DAY * days
        if self.tried("name", lambda request: name_post_holder(
                self.db, actor=self.actor("b01"), post=post, unit_code="B01", username=who,
                valid_from=since, request_id=request)):  # fmt: skip
            self.posts.named(post, "B01", who, since)

    @rule(branch=st.sampled_from(["B01", "B02"]))
    def move_office(self, branch: str) -> None:
        self.tried("move", lambda _request: self.load(
            "org_unit", f"unit_code,name,kind,parent_code\nO012,Unit O012,office,{branch}\n") or True)  # fmt: skip

    @rule(person=st.sampled_from(["S2", "S3", "S9"]))
    def leave(self, person: str) -> None:
        last_day = business_date() - A_DAY
        with self.db.reading() as connection:
            seen = read_inventory(connection, self.book.staff[person], exit_on=last_day).stamp
        plan = ExitPlan(person, last_day, "resigned", {})
        left = self.tried("leave", lambda request: close_exit(
            self.db, actor=self.actor("hq"), plan=plan, seen=seen, password=PASSWORD,
            request_id=request))  # fmt: skip
        if left is not None:
            self.posts.left(person)

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.wait(A_DAY * days)

    @invariant()
    def promises_hold(self) -> None:
        if self.requests == self.checked:
            return
        self.checked = self.requests
        with self.db.reading() as connection:
            assert register_faults(connection) == []


def run_machine(folder: Path, template_folder: Path, examples: int, length: int, *, same: bool = False) -> Counter[str]:
    """Run so many sequences of so many acts and return how often each act got through.

    ``same``: the same sequences every time. A failing one is shown as it was found: acts are too slow to shrink it.
    """
    with frozen(NOW):
        first = fresh_sqlite(folder, template_folder)
        Register.book = write_machine_book(first)
        first.dispose()
    # the last connection to close has moved everything into the file
    Register.template, Register.done = Path(str(first.path)), Counter()
    Register.places = (made for made in map(folder.joinpath, map(str, count())) if made.mkdir() is None)
    run_state_machine_as_test(Register, settings=settings(
        max_examples=examples, stateful_step_count=length, deadline=None, derandomize=same, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck)))  # fmt: skip
    return Register.done


def test_a_few_sequences(tmp_path: Path, template_folder: Path) -> None:
    assert run_machine(tmp_path, template_folder, 3, 25, same=True)["steps"] > 0


@pytest.mark.soak
def test_many_sequences(tmp_path: Path, template_folder: Path) -> None:
    done = run_machine(tmp_path, template_folder, STEPS // 40 + 1, 80)
    assert done["steps"] >= STEPS
    acts = ("preregister", "makeup", "open", "approved", "rejected", "returned", "withdraw", "resubmit", "assign",
            "delegate", "name", "move", "leave", "release", "withdraw record", "form", "form checked")  # fmt: skip
    assert [act for act in acts if not done[act]] == []

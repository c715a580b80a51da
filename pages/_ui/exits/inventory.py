"""Everything open that names a leaver, kind by kind, with what becomes of it; tasks with their proposed successors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.reads.leaver_items import Inventory
from data_access.reads.staff_exit import Leaver
from data_access.reads.tasks import AssignableStaff, read_assignable_staff
from data_access.reads.type_rules import read_type_rules
from domain.assigned import is_assigned
from domain.register_words import ChainKind, Post
from domain.staff_exit import Colleague, ExitItem, HeldItemFate, propose_successors
from domain.words import Role, TaskState
from pages._ui import states
from pages._ui.components import card
from pages._ui.data import db
from pages._ui.grid import grid, table_height
from pages._ui.hand_out import person_words
from pages._ui.navigation import screen_page
from pages._ui.relationships.words import type_word
from pages._ui.texts import _, label, labels, moment_text


def show_counts(found: Inventory) -> None:
    """Draw how many items of each kind name the person."""
    with st.container(horizontal=True, gap="small"):
        for item, count in found.counts.items():
            st.metric(label(ExitItem, item), f"{count:,}", border=True, width=150)


def show_relationships(found: Inventory) -> None:
    """Draw the relationships, those under approval too, and what becomes of each."""
    with card(_("Relationships"), _("They end with the last day. What is shared goes on with the other holders and "
                                    "their shares; a successor follows the rules of each type.")):  # fmt: skip
        rows = [(row, False) for row in found.relationship] + [(row, True) for row in found.pending]
        if not rows:
            states.nothing_to_do(_("None."))
            return
        grid(pd.DataFrame([
            {"client": f"/client?client={quote_plus(row.client_no)}", _("Name"): row.name,
             _("Type"): type_word(row.type), _("Share"): row.share_bp / 100,
             _("Afterwards"): label(HeldItemFate, _fate(row.holders)),
             _("Since"): row.valid_from, _("State"): _("under approval") if pending else _("confirmed")}
            for row, pending in rows
        ]), key="exit_relationships", height=table_height(len(rows), 360), column_config={
            "client": st.column_config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)"),
            _("Share"): st.column_config.NumberColumn(format="%.2f%%"),
            _("Since"): st.column_config.DateColumn(format="YYYY-MM-DD")})  # fmt: skip


def choose_holders(user: ActingUser, leaver: Leaver, found: Inventory) -> dict[str, str]:
    """Draw the relationships that people assign with a proposed holder each; return whom to propose for which."""
    with db().reading() as connection:
        rules = read_type_rules(connection, business_date())
    rows = [row for row in found.relationship if row.type in rules and is_assigned(rules[row.type])
            and user.role in rules[row.type].created_by]  # fmt: skip
    if not rows:
        return {}
    with card(_("Successors for assigned relationships"),
              _("Proposed where nobody else holds the relationship. Each begins an approval for the leaver's part from "
                "today; empty: nobody.")):  # fmt: skip
        alone = [(row.relationship_no, row.office_id) for row in rows if row.holders == 1]
        people = _colleagues(user, leaver, sorted({row.office_id for row in rows}))
        chosen = _edit(
            [{_("Relationship"): row.relationship_no, _("Client number"): row.client_no, _("Name"): row.name,
              _("Type"): type_word(row.type), _("Share"): row.share_bp / 100} for row in rows],
            [row.relationship_no for row in rows], alone, people, key=f"exit_holders_{found.stamp}",
            columns={_("Share"): st.column_config.NumberColumn(format="%.2f%%")})  # fmt: skip
    return {number: staff_no for number, staff_no in chosen.items() if staff_no}


def choose_successors(user: ActingUser, leaver: Leaver, found: Inventory) -> dict[str, str]:
    """Draw the tasks with a proposed successor each, which can be changed; return who takes which ('': the pool)."""
    with card(_("Reactivation tasks"), _("Proposed: colleagues of the client's office who can take a client, those "
                                         "with the fewest open tasks first. Empty: back to the pool.")):  # fmt: skip
        if not found.task:
            states.nothing_to_do(_("None."))
            return {}
        people = _colleagues(user, leaver, sorted({row.office_id for row in found.task}))
        return _edit(
            [{_("Task"): row.task_no, _("Client number"): row.client_no, _("Name"): row.name,
              _("State"): label(TaskState, row.state), _("Due"): row.due_on} for row in found.task],
            [row.task_no for row in found.task], [(row.task_no, row.office_id) for row in found.task], people,
            key=f"exit_tasks_{found.stamp}", columns={_("Due"): st.column_config.DateColumn(format="YYYY-MM-DD")},
        )  # fmt: skip


People = Mapping[str, tuple[AssignableStaff, frozenset[int]]]
"""Colleagues by number, with the offices whose clients they can take."""


def _edit(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], wanted: Sequence[tuple[str, int]], people: People, *,
          key: str, columns: Mapping[str, Any]) -> dict[str, str]:  # fmt: skip
    """Draw rows with an editable successor and return the staff number for each key, '' for nobody.

    ``wanted``: (key, office) of the rows for which somebody is proposed.
    """
    proposed = propose_successors(
        wanted, [Colleague(number, offices, person.open_tasks) for number, (person, offices) in people.items()]
    )
    words = {number: person_words(person) for number, (person, _offices) in people.items()}
    table = pd.DataFrame([{**row, "successor": words.get(proposed.get(one) or "")}
                          for row, one in zip(rows, keys, strict=True)])  # fmt: skip
    edited = st.data_editor(
        table, key=key, hide_index=True, placeholder="–",
        disabled=[name for name in table.columns if name != "successor"],
        column_config={**columns, "successor": st.column_config.SelectboxColumn(
            _("Successor"), options=list(words.values()), width="large")})  # fmt: skip
    numbers = {text: number for number, text in words.items()}
    return {one: numbers.get(text, "") if isinstance(text, str) else ""
            for one, text in zip(keys, edited["successor"], strict=True)}  # fmt: skip


def _colleagues(user: ActingUser, leaver: Leaver,
                offices: Sequence[int]) -> People:  # fmt: skip
    people: dict[str, AssignableStaff] = {}
    places: dict[str, set[int]] = {}
    with db().reading() as connection:
        for office in offices:
            for person in read_assignable_staff(connection, user.scope, office):
                if person.problem is None and person.staff_no != leaver.staff_no:
                    people[person.staff_no] = person
                    places.setdefault(person.staff_no, set()).add(office)
    return {number: (people[number], frozenset(places[number])) for number in sorted(people)}


def show_rest(found: Inventory) -> None:
    """Draw everything else that names the person: approvals, posts, records, prospects, views, accounts."""
    posts, kinds, roles = labels(Post), labels(ChainKind), labels(Role)
    columns: Mapping[ExitItem, Callable[[Any], dict[str, Any]]] = {
        ExitItem.STEP: lambda row: {_("Approval"): row.chain_no, _("Kind"): kinds.get(row.kind, row.kind),
                                    _("Post"): posts[row.post], _("Since"): moment_text(row.submitted_at)},
        ExitItem.POST: lambda row: {_("Post"): posts[row.post], _("Place"): row.unit_name, _("Since"): row.valid_from},
        ExitItem.DELEGATION: lambda row: {_("Post"): posts[row.post], _("From"): row.giver, _("To"): row.taker,
                                          _("Until"): row.valid_to},
        ExitItem.PREREGISTRATION: lambda row: {_("Number"): row.prereg_no, _("Name"): row.client_name,
                                               _("Until"): row.expires_on,
                                               _("Afterwards"): label(HeldItemFate, _fate(row.holders))},
        ExitItem.PROSPECT: lambda row: {_("Name"): row.name},
        ExitItem.VIEW: lambda row: {_("Name"): row.name},
        ExitItem.ACCOUNT: lambda row: {_("User name"): row.username, _("Role"): roles.get(row.role, row.role)},
    }  # fmt: skip
    some = [item for item in columns if found.of(item)]
    with card(_("Approvals, posts, records, accounts"),
              _("Approvals go to those who hold the post now; everything else ends.")):  # fmt: skip
        if not some:
            states.nothing_to_do(_("None."))
            return
        for item in some:
            st.markdown(f"**{label(ExitItem, item)}**")
            grid(pd.DataFrame([columns[item](row) for row in found.of(item)]), key=f"exit_{item.value}")
        if found.post or found.step:
            _link_to_posts()


def _fate(holders: int) -> HeldItemFate:
    return HeldItemFate.CONTINUED if holders > 1 else HeldItemFate.ENDED


def _link_to_posts() -> None:
    """Say where successors for posts are named, once that screen exists."""
    st.caption(_("Name successors for the posts before the exit is closed."))
    try:
        st.page_link(screen_page("posts"), label=_("Name somebody for a post"), icon=":material/badge:")
    except StopIteration:
        return

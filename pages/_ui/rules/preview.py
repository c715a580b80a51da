"""What would change under the draft: figures, tables and one chart, worked out on request."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser
from data_access.reads.generation import Generation
from data_access.reads.rule_versions import RuleVersion
from data_access.refresh.preview import LISTED, Preview, preview_rules
from domain.months import month_text
from domain.words import ClientKind, Stage, Status, Tier, Word
from metrics.figures.rules import moves_figure
from metrics.units import COUNT, YUAN, write_exact, write_value
from pages._ui import cached, states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.grid import grid
from pages._ui.session import actor
from pages._ui.texts import _, label, language
from pages._ui.theme import tokens

_KEPT = "rules_preview"
_DRAWN = 15
"""Offices in the chart; the table holds all of them."""
_NAMES: dict[str, tuple[str, type[Word] | None]] = {"status": ("Status", Status), "stage": ("Stage", Stage),
                                                     "warned": ("Churn warning", None)}  # fmt: skip
_WARNED = {"yes": "On the warning list", "no": "Not on the list"}


def kept_preview(draft: RuleVersion, generation: Generation) -> Preview | None:
    """Return what was worked out for exactly this draft and this publication."""
    stamp, found = st.session_state.get(_KEPT, (None, None))
    return found if stamp == (draft.stamp, generation.generation_id) else None


def offer_preview(draft: RuleVersion) -> None:
    """Draw the button that works out what would change, and follow the work."""
    if not st.button(_("What would change"), type="primary", icon=":material/difference:"):
        return
    with st.status(_("Working out what would change …"), expanded=False) as status:

        def follow(month: str, done: int, months: int) -> None:
            if done < months:
                status.update(label=_("Month {month}: {done} of {total}", month=month, done=done + 1, total=months))

        found = attempt(lambda: preview_rules(db(), actor=actor(), rules=draft.rules, progress=follow))
    if found is not None:
        st.session_state[_KEPT] = ((draft.stamp, found.generation_id), found)
        st.rerun()


def show_preview(found: Preview, user: ActingUser, draft: RuleVersion) -> None:
    """Draw what would change."""
    st.subheader(_("What would change in {month}", month=month_text(found.month)), anchor=False)
    if found.is_later:
        st.info(_("The rules hold from {day} on. This is what they would have made of the newest month.",
                  day=draft.rules.valid_from.isoformat()), icon=":material/event:")  # fmt: skip
    if found.has_newer_facts:
        st.warning(_("Data were loaded since the figures were published; their effect is part of the comparison. "
                     "Refresh first to see the rules alone."), icon=":material/sync_problem:")  # fmt: skip
    if not found.moving:
        states.nothing_to_do(_("Nobody changes tier, status, stage or warning."))
        _lines(found)
        return
    _headlines(found)
    left, right = st.columns([2, 3])
    with left, st.container(border=True, height="stretch"):
        st.subheader(_("Tiers before and after"), anchor=False)
        st.caption(_("Clients; rows before, columns after."))
        grid(_matrix(found.moves["tier"]), key="tier_matrix")
        _lines(found)
        _others(found)
    with right, st.container(border=True, height="stretch"):
        st.subheader(_("Business offices"), anchor=False)
        st.caption(_("Clients that change, the offices with most of them first."))
        _chart(found, user)
    with st.expander(_("All business offices"), icon=":material/apartment:"):
        grid(_office_table(found), key="office_table", height=360)
    with st.expander(_("{count} people hold clients that change", count=f"{found.staff_count:,}"),
                     icon=":material/badge:"):  # fmt: skip
        grid(pd.DataFrame([
            {_("Staff number"): row["staff_no"], _("Name"): row["name"], _("Place"): row["unit"],
             _("Clients that change"): row["clients"]} for row in found.people
        ]), key="people_table", height=360)  # fmt: skip
        _cut(found.staff_count)
    with st.expander(_("{count} clients change", count=f"{found.moving:,}"), icon=":material/group:"):
        grid(_client_table(found), key="moving_clients", height=460,
             column_config={_("Value (yuan)"): st.column_config.NumberColumn(format="accounting"),
                            _("Assets (yuan)"): st.column_config.NumberColumn(format="accounting")})  # fmt: skip
        _cut(found.moving)


def _cut(count: int) -> None:
    if count > LISTED:
        st.caption(_("The first {shown} of {count} are listed.", shown=f"{LISTED:,}", count=f"{count:,}"))


def _headlines(found: Preview) -> None:
    def total(name: str) -> int:
        return sum(getattr(one, name) for one in found.offices)

    cards = [
        (_("Clients that change"), found.moving), (_("Tier up"), total("up")), (_("Tier down"), total("down")),
        (_("Into the pool"), total("into_pool")), (_("Out of the pool"), total("out_of_pool")),
        (_("Newly warned"), total("warned")), (_("Staff affected"), found.staff_count),
    ]  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for name, count in cards:
            st.metric(name, write_value(count, COUNT, language()), border=True, width=140)
        for name, fen in ((_("Their trailing income"), found.income_fen), (_("Their assets"), found.assets_fen)):
            st.metric(name, write_value(Decimal(fen) / 100, YUAN, language()), border=True, width=148)


def _matrix(moves: Mapping[tuple[str | None, str | None], int]) -> pd.DataFrame:
    codes = [tier.value for tier in Tier]
    if any(None in pair and pair[0] != pair[1] for pair in moves):
        codes.append("")
    return pd.DataFrame([
        {_("Before"): then or _("Lost"),
         **{f"→ {now or _('Lost')}": moves.get((then or None, now or None), 0) for now in codes}} for then in codes
    ])  # fmt: skip


def _lines(found: Preview) -> None:
    for line in found.lines:
        peer = "" if line["peer"] == "firm" else f"{label(ClientKind, line['peer'])} · "
        st.caption(peer + _("Tier {tier} from {before} → {after} yuan, {k_before} → {k_after} clients by rank",
                            tier=line["tier"], before=_cut_text(line["cut_fen_before"]),
                            after=_cut_text(line["cut_fen_after"]), k_before=_rank(line["k_count_before"]),
                            k_after=_rank(line["k_count_after"])))  # fmt: skip


def _cut_text(fen: int | None) -> str:
    return write_exact(None if fen is None else Decimal(fen) / 100, YUAN)


def _rank(count: int | None) -> str:
    return write_exact(count, COUNT)


def _word(aspect: str, code: str | None) -> str:
    words = _NAMES[aspect][1]
    return _(_WARNED[str(code)]) if words is None else label(words, code)


def _others(found: Preview) -> None:
    rows = [
        {_("What"): _(name), _("Change"): f"{_word(aspect, then)} → {_word(aspect, now)}", _("Clients"): count}
        for aspect, (name, _words) in _NAMES.items()
        for (then, now), count in sorted(found.moves[aspect].items(), key=lambda entry: -entry[1])
    ]
    if rows:
        grid(pd.DataFrame(rows), key="other_moves", height="auto" if len(rows) < 7 else 248)


def _chart(found: Preview, user: ActingUser) -> None:
    first = found.offices[:_DRAWN]
    worse = {_("Newly warned"): [one.warned for one in first], _("Into the pool"): [one.into_pool for one in first],
             _("Tier down"): [one.down for one in first]}  # fmt: skip
    better = {_("Tier up"): [one.up for one in first], _("Out of the pool"): [one.out_of_pool for one in first],
              _("No longer warned"): [one.unwarned for one in first]}  # fmt: skip
    if not any(sum(counts) for counts in (*worse.values(), *better.values())):
        st.info(_("Only stages change."), icon=":material/info:")
        return
    place = (moves_figure.__module__, moves_figure.__name__)
    figure = cached.figure(user.scope.key, place, tokens(), ([one.office for one in first], worse, better),
                           (("axis", _("clients: worse ← → better")),))  # fmt: skip
    st.plotly_chart(figure, key="moves_chart", theme=None, alt=_("Clients that change per business office"),
                    config={"displayModeBar": False, "displaylogo": False, "scrollZoom": False})  # fmt: skip


def _office_table(found: Preview) -> pd.DataFrame:
    return pd.DataFrame([
        {_("Branch company"): one.branch, _("Business office"): one.office, _("Clients that change"): one.moving,
         _("Tier up"): one.up, _("Tier down"): one.down, _("Into the pool"): one.into_pool,
         _("Out of the pool"): one.out_of_pool, _("Newly warned"): one.warned, _("No longer warned"): one.unwarned}
        for one in found.offices
    ])  # fmt: skip


def _client_table(found: Preview) -> pd.DataFrame:
    def step(then: str | None, now: str | None) -> str:
        return (then or "–") if then == now else f"{then or '–'} → {now or '–'}"

    return pd.DataFrame([
        {_("Client"): row["client_no"], _("Name"): row["name"], _("Business office"): row["office"],
         _("Tier"): step(row["tier_then"], row["tier_now"]),
         _("Status"): step(label(Status, row["status_then"]), label(Status, row["status_now"])),
         _("Stage"): step(label(Stage, row["stage_then"]), label(Stage, row["stage_now"])),
         _("Churn points"): step(_points(row["points_then"]), _points(row["points_now"])),
         _("Value (yuan)"): row["value_fen"] / 100,
         _("Assets (yuan)"): None if row["end_assets_fen"] is None else row["end_assets_fen"] / 100}
        for row in found.clients
    ])  # fmt: skip


def _points(count: int | None) -> str | None:
    return None if count is None else str(count)

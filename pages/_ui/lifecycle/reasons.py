"""Why clients were lost: how many reasons are filled, which they are, and the form that enters them (R-72, K-53)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.commands.loss_reasons import REASON_ROLES, LossReasonResult, SeenLoss, enter_loss_reasons
from data_access.reads.losses import LossFilter
from data_access.reads.narrowing import narrow_losses
from data_access.reads.periods import period_months
from domain.losses import NOTE_LIMIT
from domain.months import month_text
from domain.words import LossReason
from metrics.catalogue import METRICS
from metrics.figures.lifecycle import reason_figure
from metrics.units import COUNT, RATIO, write_value
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.components import card, chart, how_made
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choices, switch
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.lifecycle import reads as lifecycle_reads
from pages._ui.lifecycle.flow import PERIODS
from pages._ui.lifecycle.losses import rows_gone, show_losses, span_words
from pages._ui.links import export_params
from pages._ui.outcome import show_outcome
from pages._ui.profiles.narrow import says_not_narrowed, without_tiers
from pages._ui.session import actor
from pages._ui.texts import _, labels

NONE = "none"
_ASKED = "reason_asked"  # a name of its own: a widget owns the state under its key


def show(frame: Frame) -> None:
    """Draw the view."""
    period = switch("period", _("Period"), {code: _(words) for code, words in PERIODS.items()}, default="12m")
    months = period_months(frame.generation, frame.month, period)
    shown = frame.months_shown
    if rows_gone(frame, shown):
        return
    says_not_narrowed(frame, tiers=True)
    frame = without_tiers(frame)
    counts = lifecycle_reads.reason_counts(frame.generation.generation_id, shown, frame.scope.key,
                                           narrow_losses(LossFilter(), frame.profile))  # fmt: skip
    left, right = st.columns([2, 3])
    with left, card(_("Reasons"), _("Losses of {span} by reason; a client lost again counts again.",
                                    span=span_words(months))):  # fmt: skip
        _table(frame, months, counts)
    with right, card(_("Reasons over time"), _("Losses per month by reason.")):
        _over_time(frame, shown, counts)
    with card(_("Losses to explain"), _("Enter why a client left: select rows, then give the reason once for all.")):
        waiting = sum(count for month, reason, count in counts if month in months and reason is None)
        _list(frame, period, months, shown, waiting)


def reason_words() -> dict[str, str]:
    """Return every reason with its words, and what stands for none."""
    return {**labels(LossReason), NONE: _("No reason yet")}


def _table(frame: Frame, months: tuple[int, ...], counts: Sequence[tuple[int, str | None, int]]) -> None:
    sums: dict[str, int] = {}
    for month, reason, count in counts:
        if month in months:
            sums[reason or NONE] = sums.get(reason or NONE, 0) + count
    total = sum(sums.values())
    if not total:
        states.nothing_to_do(_("Nobody was lost in this period."))
        return
    filled = (total - sums.get(NONE, 0)) / total
    st.metric(_(METRICS["loss_reason_filled"].label), write_value(filled, RATIO, frame.language),
              help=_(METRICS["loss_reason_filled"].definition))  # fmt: skip
    words = reason_words()
    rows = sorted(sums.items(), key=lambda item: (item[0] == NONE, -item[1]))
    table = pd.DataFrame({_("Reason"): [words[code] for code, _count in rows],
                          _("Losses"): [count for _code, count in rows],
                          _("Share of losses"): [count / total for _code, count in rows]})  # fmt: skip
    share = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
    grid(table, key="reason_rows", column_config={_("Share of losses"): share})
    how_made(frame, ["loss_reason_filled", "lost_clients"], period="month" if len(months) == 1 else "12m")


def _over_time(frame: Frame, months: tuple[int, ...], counts: Sequence[tuple[int, str | None, int]]) -> None:
    known = {(month, reason or NONE): count for month, reason, count in counts}
    words, colours = reason_words(), frame.tokens
    ramp = [colours.tier_a, colours.attention, colours.tier_b, colours.down, colours.muted, colours.up, colours.neutral]
    hues = {words[code.value]: hue for code, hue in zip(LossReason, ramp, strict=True)}
    parts = {words[code]: [known.get((month, code), 0) for month in months] for code in words}
    chart(frame, reason_figure, [month_text(month) for month in months], parts,
          {**hues, words[NONE]: colours.line}, COUNT, language=frame.language, key="reason_months",
          alt=_("Reasons over time"))  # fmt: skip


def _list(frame: Frame, period: str, months: tuple[int, ...], shown: Sequence[int],
          waiting: int) -> None:  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = switch("reason", _("Reason"), {"without": _("Without a reason"), "with": _("With a reason"),
                                               "all": _("All")}, default="without")  # fmt: skip
        reasons = choices("why", _("Reason"), labels(LossReason), width=190) if which != "without" else ()
    kept = LossFilter(has_reason=None if which == "all" else which == "with", reasons=reasons)
    able = frame.user.role in REASON_ROLES
    actions = st.container(horizontal=True)
    good = _("Every loss of this period has a reason.") if which == "without" else ""
    selected = show_losses(frame, months, kept, key=f"reasons_{which}", selectable=able, empty=good,
                           total=waiting if which == "without" and set(months) <= set(shown) else None)  # fmt: skip
    with actions:
        if able:
            _enter_button(selected)
        export_button(_("Export the whole list"), "losses",
                      export_params(frame, period=period, reason=which, why=reasons), key="export")  # fmt: skip


def _enter_button(selected: Sequence[dict[str, Any]]) -> None:
    words = _("Enter the reason of the selected ({count})", count=len(selected)) if selected else \
        _("Select rows to enter a reason")  # fmt: skip
    if st.button(words, type="primary", icon=":material/edit_note:", disabled=not selected, key="enter_reason"):
        st.session_state[_ASKED] = {
            "losses": [SeenLoss(row["client_no"], row["lost_on"], row["version"]) for row in selected],
            "names": [f"{row['name']} {row['client_no']}" for row in selected[:5]],
            "request": uuid.uuid4().hex,
        }
        st.dialog(_("Reason for {count} losses", count=len(selected)), width="medium")(_form)()


def _form() -> None:
    asked = st.session_state.get(_ASKED) or {"losses": [], "names": [], "request": ""}
    done: LossReasonResult | None = asked.get("result")
    if done is not None:
        _outcome(done)
        return
    more = len(asked["losses"]) - len(asked["names"])
    st.text("、".join(asked["names"]) + (_(" and {count} more", count=more) if more > 0 else ""))
    words = labels(LossReason)
    with st.form("reason_form", border=False):
        reason = st.selectbox(_("Reason"), list(words), format_func=lambda code: words[code], index=None,
                              placeholder=_("Choose a reason"))  # fmt: skip
        note = st.text_area(_("Note"), max_chars=NOTE_LIMIT, height=80)
        pressed = st.form_submit_button(_("Enter the reason"), type="primary")
    if pressed and not reason:
        st.error(_("Choose a reason"), icon=":material/block:")
    elif pressed:
        result = attempt(lambda: enter_loss_reasons(db(), actor=actor(), losses=asked["losses"], reason=reason,
                                                    note=note, request_id=asked["request"]))  # fmt: skip
        if result is not None:
            lifecycle_reads.forget_reasons()
            asked["result"] = result
            st.rerun(scope="fragment")


def _outcome(done: LossReasonResult) -> None:
    words = _("{count} reasons were entered.", count=len(done.entered)) if done.entered else None
    show_outcome(words, done.refused, _("{count} reasons were not entered:", count=len(done.refused)), _ASKED)

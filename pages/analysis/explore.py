"""Explore: analysts ask their own question of the catalogue and have the answer, its rows and its clients in a minute.

Metrics: every one of the catalogue, by its dimensions; comparison K-99; peers as medians of five or more units.
"""

from dataclasses import replace

import streamlit as st

from data_access.deadline import TookTooLong
from domain.profiles import EVERYTHING
from metrics.errors import QuestionError
from metrics.profiles import narrow_exploration
from pages._ui import states
from pages._ui.components import card, how_made
from pages._ui.explore import answer as blocks
from pages._ui.explore import reads as explore_reads
from pages._ui.explore.controls import chart_control, forget_question, read_asked, show_controls
from pages._ui.explore.views import show_views
from pages._ui.exports import export_button
from pages._ui.frame import open_page
from pages._ui.links import export_params
from pages._ui.profiles.narrow import says_question
from pages._ui.texts import _, plain

frame = open_page("Explore", "Any figure by any dimension, down to the clients behind a number.")
show_views(frame)
asked = read_asked(frame)
show_controls(frame, asked)
if asked.dropped:
    st.caption(_("Left out, because the catalogue does not know it here: {codes}",
                 codes=plain("、".join(asked.dropped[:5]))))  # fmt: skip

narrowed = narrow_exploration(asked, frame.profile)
says_question(frame, asked)
outside = replace(frame, profile=EVERYTHING)  # the question itself holds the profile's filters
title = " · ".join(_(metric.label) for metric in asked.metrics)
export = export_params(frame, **asked.params())
try:
    if asked.shape == "spread":
        with card(_("Distribution"), _("Clients per range; a range holds its lower end.")):
            chart_control(asked)
            blocks.show_spread(frame, narrowed)
            export_button(_("Export this answer"), "explore", export, key="export")
        st.stop()
    answer = explore_reads.answer(frame.generation.generation_id, frame.month, frame.scope.key, narrowed)
    names = blocks.names_of(frame, asked)
    if not answer.groups and not any(figure.value for figure in answer.cells.values()):
        states.filters_exclude_everything(forget_question)
        st.stop()
    with card(title, _("One line per group; the row of all others and the total are asked, not added up.")):
        chart_control(asked)
        blocks.show_notes(frame, answer)
        blocks.show_chart(frame, answer, names)
        chosen = blocks.show_table(answer, names)
        export_button(_("Export this answer"), "explore", export, key="export")
        how_made(outside, list(asked.measures), by=asked.dimensions, period=asked.period, where=narrowed.where)
    with card(_("Behind the number"), _("Every number opens to its rows, every row to its client.")):
        blocks.show_behind(outside, answer, chosen)
except TookTooLong as stopped:
    st.warning(_("The question took longer than {count} seconds and was stopped; take fewer dimensions or more "
                 "filters.", count=f"{stopped.seconds:g}"), icon=":material/timer_off:")  # fmt: skip
except QuestionError as refused:
    st.warning(_("This question cannot be answered as it stands; take fewer dimensions or more filters."),
               icon=":material/block:")  # fmt: skip
    st.caption(plain(str(refused)))

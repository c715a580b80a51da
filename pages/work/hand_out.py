"""Hand out: team leads ask who should get which client of a list, see the loads before and after, and hand it out.

A list of another page becomes a campaign whose groups are drawn once; its clients go to people within the hard limits,
evenly by work and value; nothing is done before the preview is committed. Rules R-26, K-57.
"""

import streamlit as st

from pages._ui.campaigns.carried import read_carried
from pages._ui.campaigns.form import forget_form, show_form
from pages._ui.campaigns.one import show_campaign
from pages._ui.campaigns.overview import show_campaigns
from pages._ui.frame import open_page
from pages._ui.hand_out import may_hand_out

frame = open_page("Hand out", "Who gets which client of a list, how even that is, and what was handed out.")
number = st.query_params.get("campaign")
carried = read_carried(st.query_params.get("list", ""))
if carried is not None and not number and may_hand_out(frame) and frame.generation.is_current:
    show_form(frame, carried)
    st.stop()
forget_form()
if number:
    show_campaign(frame, number)
else:
    show_campaigns(frame)

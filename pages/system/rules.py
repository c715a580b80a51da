"""Rules: every reader asks by which published numbers figures are made; headquarters drafts and publishes new ones.

Shows the versions with dates and authors, the differences of two, the draft and what would change under it; the
relationship types (R-08) and the working calendar (R-12).
"""

import streamlit as st

from domain.words import Role
from pages._ui import cached
from pages._ui.filters import switch
from pages._ui.rules import draft as rules_draft
from pages._ui.rules import preview as rules_preview
from pages._ui.rules import versions as rules_versions
from pages._ui.rules.reads import read_rules_page
from pages._ui.session import require_user
from pages._ui.texts import _
from pages._ui.types import calendar as types_calendar
from pages._ui.types import change as types_change
from pages._ui.types import show as types_show

user = require_user()
st.title(_("Rules"), anchor=False)
st.caption(_("By which published numbers tiers, silence, stages, warnings and hand-outs are made, and since when."))

generation = cached.current_generation()
is_hq = user.role == Role.HQ
versions, draft, earliest = read_rules_page(with_draft=is_hq)
published = versions[0] if draft is None else versions[1]
rules_draft.show_published(versions)
types_change.show_done()
types_calendar.show_alert(is_hq=is_hq)

views = {"versions": _("Versions"), "compare": _("Compare"), **({"draft": _("Draft")} if is_hq else {}),
         "types": _("Relationship types"), "calendar": _("Working days")}  # fmt: skip
view = switch("view", _("View"), views, default="versions")
if view == "versions":
    rules_versions.show_versions(versions, generation)
elif view == "compare":
    rules_versions.show_comparison(versions)
elif view == "types":
    types_show.show_types(is_hq=is_hq)
elif view == "calendar":
    types_calendar.show_calendar(is_hq=is_hq)
elif draft is None:
    rules_draft.offer_draft(published, earliest)
else:
    found = None if generation is None else rules_preview.kept_preview(draft, generation)
    rules_draft.show_changes(draft, published)
    with st.container(horizontal=True):
        if generation is not None:
            rules_preview.offer_preview(draft)
        rules_draft.offer_steps(draft, published, is_previewed=found is not None)
    if generation is None:
        st.info(_("No figures have been published yet, so there is nothing to compare."), icon=":material/info:")
    if found is not None:
        rules_preview.show_preview(found, user, draft)
    rules_draft.show_form(draft, earliest, is_open=found is None)

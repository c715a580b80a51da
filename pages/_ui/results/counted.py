"""How the results are counted, in words."""

from __future__ import annotations

import streamlit as st

from domain.policies import RuleSet
from metrics.units import YUAN, write_exact
from metrics.uplift.inflow import DRAWS
from pages._ui import cached
from pages._ui.frame import Frame
from pages._ui.texts import _

COUNTED = {
    "groups": "Both groups count as they were drawn (intention to treat): who was never reached counts among those to "
              "be contacted, a held-back client who was called counts among the held back. Clients who had to be "
              "contacted, or could not be, were not drawn and count in neither.",
    "outcome": "Back is conduct alone, the same for both groups: a lost client opens an account again or makes the "
               "designation more than {months} months after the loss (R-21, R-22), an archived one is activated "
               "(R-23), a silent one brings in {inflow} yuan or more and trades (R-25). Tasks, contacts and "
               "pre-registrations do not enter. Kept is who is still a client, not silent, and whose assets have not "
               "fallen by {fall} (R-74).",
    "months": "Money and trades are known by month. The month of the draw counts as a whole in both groups: they were "
              "drawn at random, so what happened in it before the draw is alike in both and leaves the difference. "
              "The last month counts when it is over by the day compared.",
    "interval": "The interval of the difference is Newcombe's, from the score intervals of both shares. It works when "
                "the whole interval lies above 0; it does not when the whole interval lies below the difference worth "
                "the calls; otherwise it cannot be told yet. Looking often before the day planned makes chance finds "
                "likelier: the verdict of that day is the one that counts.",
    "inflow": "Net inflow is a mean per client. Its interval draws whole people anew, each with all of their clients, "
              "{draws} times from a beginning fixed by the campaign's number: it does not change between two visits.",
    "steps": "Attempted: a contact was logged within the task. Connected: the client was spoken to. Responded: "
             "interest, or a pre-registration. Recognised: by matching (R-28), on the first day of the relationship. "
             "Still active: at the month-end nearest to that day neither lost nor archived, with assets of {assets} "
             "yuan or a trade. Tasks whose hand-out was undone count nowhere.",
    "scope": "Clients within your scope only; of several campaigns the smallest of their days is compared.",
}  # fmt: skip


def show_counted(frame: Frame) -> None:
    """Offer the rules of counting with the published numbers."""
    with st.expander(_("How this is counted"), icon=":material/functions:", type="compact"):
        values = _numbers(cached.rules(frame.month))
        for words in COUNTED.values():
            st.markdown(_(words, **values))


def _numbers(rules: RuleSet) -> dict[str, str]:
    return {"months": str(rules.loss_return_months), "inflow": _yuan(rules.activation_inflow_fen),
            "fall": f"{rules.warning_fall_bp / 10_000:.0%}", "draws": f"{DRAWS:,}",
            "assets": _yuan(rules.silent_assets_fen)}  # fmt: skip


def _yuan(fen: int) -> str:
    return write_exact(fen / 100, YUAN).removesuffix(".00")

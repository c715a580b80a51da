"""Links between the screens of the register."""

from __future__ import annotations

from pages._ui.frame import Frame
from pages._ui.links import link
from pages._ui.navigation import SCREENS
from pages._ui.texts import _


def approval_link(frame: Frame, chain_no: str) -> None:
    """Draw a link to one approval."""
    if any(screen.address == "approvals" for screen in SCREENS):
        link(frame, "approvals", _("Approval {chain_no}", chain_no=chain_no), chain=chain_no)

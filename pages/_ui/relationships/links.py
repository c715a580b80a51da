"""Links between the screens of the register."""

from __future__ import annotations

from data_access.commands.preregistrations import REGISTER_ROLES
from pages._ui.frame import Frame
from pages._ui.links import link
from pages._ui.texts import _


def approval_link(frame: Frame, chain_no: str) -> None:
    """Draw a link to one approval."""
    link(frame, "approvals", _("Approval {chain_no}", chain_no=chain_no), approval=chain_no)


def assigned_link(frame: Frame, client_no: str) -> None:
    """Draw a link to the screen that changes a client's assigned relationships."""
    link(frame, "assigned", _("Assign, split or end"), client=client_no)


def register_link(frame: Frame, client_no: str) -> None:
    """Draw a link to all of a client's relationships in the register, with what each rests on."""
    link(frame, "register", _("In the register, with what each rests on"), client=client_no, when="all")


def preregister_link(frame: Frame, *, client_no: str | None = None, task_no: str | None = None) -> None:
    """Draw a link to the form that registers a client or the client of a task, for those who may register."""
    if frame.user.role in REGISTER_ROLES and frame.user.staff_id is not None:
        link(frame, "preregistrations", _("Pre-register the client"), client=client_no, task=task_no)

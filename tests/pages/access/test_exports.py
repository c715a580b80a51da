"""A real export leaves through its single-use address."""

from __future__ import annotations

import pytest

from data_access.actor import SessionActor
from data_access.export_tickets import issue_export_ticket
from pages._ui.web.downloads import EXPORTERS
from tests.support.server import SESSION, Server

CHOICES = {
    "segment_list": {"segment": "other"},
    "move_list": {"move": "tier.2025-05.C.C"},
    "measure_list": {"first": "A", "second": "A"},
}
"""What has to be chosen before there is a list."""
MAY_BE_EMPTY = {"watch_list", "prospects", "warnings", "permission_register", "preregistrations", "conflicts",
                "events"}  # fmt: skip
"""Lists without anybody in the small firm: the file has its head line only."""
OF_ONE_OBJECT = {"one_time_passwords", "document", "core_list"}
"""Files that belong to one import, approval or list: tested with it."""


@pytest.mark.parametrize("kind", [kind for kind in EXPORTERS if kind not in OF_ONE_OBJECT])
def test_a_file_leaves_once_for_its_session(server: Server, account: str, kind: str) -> None:
    token = server.session_for(account)
    ticket = issue_export_ticket(server.db, actor=SessionActor(token), kind=kind, params=CHOICES.get(kind, {}))
    answer = server.get(f"/export/{ticket}", cookies={SESSION: token})
    assert (answer.status, answer.header("cache-control")) == (200, "no-store")
    assert (answer.header("content-disposition") or "").startswith("attachment; filename*=UTF-8''")
    assert answer.body.count(b"\n") >= (1 if kind in MAY_BE_EMPTY else 2)
    assert server.get(f"/export/{ticket}", cookies={SESSION: token}).status == 404


def test_a_choice_that_cannot_be_exported_is_a_sentence(server: Server, account: str) -> None:
    token = server.session_for(account)
    ticket = issue_export_ticket(server.db, actor=SessionActor(token), kind="client_list", params={"format": "pdf"})
    answer = server.get(f"/export/{ticket}", cookies={SESSION: token})
    assert (answer.status, answer.body) == (400, b"There is nothing to export for these choices.")

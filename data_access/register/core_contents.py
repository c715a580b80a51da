"""What the approvers of a core list decide on: its lines and the day of the list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from data_access.tables import core_list, core_list_line, org_unit


def read_lines(connection: Connection, list_id: int) -> Sequence[Row[Any]]:
    """Return the lines of a list in their order."""
    line = core_list_line.c
    return connection.execute(select(core_list_line).where(line.list_id == list_id).order_by(line.position)).all()


def renew_core_list(connection: Connection, list_id: int, content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with the list's number, branch company and lines as they are now; the day stays."""
    row = connection.execute(
        select(core_list.c.list_no, org_unit.c.unit_code)
        .join(org_unit, org_unit.c.unit_id == core_list.c.branch_id).where(core_list.c.list_id == list_id)
    ).one()  # fmt: skip
    lines = [{"position": line.position, "action": line.action, "client_no": line.client_no, "staff_no": line.staff_no}
             for line in read_lines(connection, list_id)]  # fmt: skip
    return {**content, "list_no": row.list_no, "branch": row.unit_code, "lines": lines}


def list_day(chain: Row[Any]) -> date:
    """Return the day of a list that was sent: relationships begin and end with it."""
    return date.fromisoformat(json.loads(chain.content)["on"])

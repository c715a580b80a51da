"""What limits the demo firm's hand-outs: posts in part, own ceilings, neighbouring offices, leave, open complaints."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.bulk import load_rows
from data_access.demo.campaign_plan import CampaignPlan
from data_access.demo.moments import moment_texts
from data_access.demo.places import Unit
from data_access.demo.staffing import FAR, People
from data_access.demo.streams import stream
from data_access.tables import complaint, office_neighbour, staff_absence, staff_capacity

NEIGHBOURS = (
    ("O031", "O032"),
    ("O032", "O031"),
    ("O011", "O012"),
    ("O012", "O011"),
    ("O051", "O052"),
    ("O042", "O043"),
)
"""(office, neighbour whose people may take its clients)."""
_KINDS = ((50, None, "half post"), (0, None, "branch project"), (100, 60, "newcomer"), (120, 150, None),
          (80, None, "trade union"))  # fmt: skip
_LEAVE = (("annual leave", -2, 9), ("sick leave", -9, 20), ("training", 6, 10), ("annual leave", 12, 19))
_COMPLAINTS = 8
_DAY = np.timedelta64(1, "D")


def store_capacity(connection: Connection, plan: CampaignPlan, staff: People, units: list[Unit],
                   heads: dict[int, int], last: np.datetime64) -> None:  # fmt: skip
    """Write capacities and neighbours set by the heads of offices, leave around the last day, open complaints.

    ``heads``: user id of the head by office index. Complaints are open on clients of the newest campaign's list.
    """
    random = stream(plan.seed, "capacity")
    places = {unit.unit_code: unit.unit_id for unit in units}
    index = {unit.unit_code: at for at, unit in enumerate(unit for unit in units if unit.kind == "office")}
    at = moment_texts(np.array([last - 40 * _DAY]), np.array([600]))[0]
    load_rows(connection, office_neighbour, ("office_id", "neighbour_id", "valid_from", "set_by", "set_at"),
              [(places[one], places[other], str(last - 40 * _DAY), heads[index[one]], at)
               for one, other in NEIGHBOURS])  # fmt: skip
    frontline = np.isin(staff.category, (0, 1, 2)) & (staff.left == FAR) & (staff.office >= 0)
    capacities: list[tuple[Any, ...]] = []
    leave: list[tuple[Any, ...]] = []
    for office in sorted(heads):
        team = np.flatnonzero(frontline & (staff.office == office))
        picked = random.permutation(team)
        for who, (capacity, ceiling, reason) in zip(picked[: len(team) // 4].tolist(), _KINDS, strict=False):
            capacities.append((who + 1, str(last - 40 * _DAY), capacity, ceiling, reason, heads[office], at))
        for who, (reason, first, length) in zip(
            picked[len(team) // 4 :][: len(team) // 6].tolist(), _LEAVE, strict=False
        ):
            start = last + first * _DAY
            leave.append((who + 1, str(start), str(start + length * _DAY), reason))
    load_rows(connection, staff_capacity, (
        "staff_id", "valid_from", "capacity", "ceiling", "reason", "set_by", "set_at"), capacities)  # fmt: skip
    load_rows(connection, staff_absence, ("staff_id", "from_on", "to_on", "reason"), leave)
    if plan.drawn:
        listed = plan.drawn[-1].members
        upset = np.sort(random.choice(listed, min(_COMPLAINTS, len(listed)), replace=False))
        days = last - random.integers(1, 30, len(upset)).astype("timedelta64[D]")
        load_rows(connection, complaint, ("complaint_no", "client_id", "at", "category"), [
            (f"K9{number:05d}", who + 1, moment, "服务类") for number, (who, moment) in enumerate(
                zip(upset.tolist(), moment_texts(days, np.full(len(upset), 610)), strict=True), start=1)])  # fmt: skip

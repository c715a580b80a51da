"""A profile's places cut a reach down and never widen it, whatever places it names and whoever opens it."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.scope import FIRM, NOTHING, Scope, narrow, narrow_to_units, read_scope


@dataclass(frozen=True)
class Unit:
    unit_id: int
    unit_code: str
    parent_id: int | None
    kind: str
    path: str


def tree(*branches: tuple[int, ...]) -> list[Unit]:
    """A firm: one number of teams per office, one tuple of offices per branch."""
    units = [Unit(1, "HQ", None, "hq", "/HQ/")]
    for place, offices in enumerate(branches, start=1):
        branch = Unit(len(units) + 1, f"B{place}", 1, "branch", f"/HQ/B{place}/")
        units.append(branch)
        for number, teams in enumerate(offices, start=1):
            code = f"O{place}{number}"
            office = Unit(len(units) + 1, code, branch.unit_id, "office", f"{branch.path}{code}/")
            units.append(office)
            for team in range(1, teams + 1):
                name = f"T{place}{number}{team}"
                units.append(Unit(len(units) + 1, name, office.unit_id, "team", f"{office.path}{name}/"))
    return units


def connected(units: list[Unit]) -> Any:
    """Stand in for a connection on which only the org tree is read."""
    return SimpleNamespace(execute=lambda _statement: units)


def inside(part: Scope, whole: Scope) -> bool:
    """Tell whether a reach lies inside another one."""
    if whole.everything:
        return part.masks_names == whole.masks_names
    return not part.everything and part.office_ids <= whole.office_ids and part.unit_ids <= whole.unit_ids \
        and part.staff_ids <= whole.staff_ids and part.masks_names == whole.masks_names  # fmt: skip


FIRM_TREE = tree((1, 0), (2,))
ID = {unit.unit_code: unit.unit_id for unit in FIRM_TREE}


def reach(role: str, code: str) -> Scope:
    return read_scope(connected(FIRM_TREE), role=role, unit_id=ID[code], staff_id=None)


def narrowed(scope: Scope, *codes: str) -> tuple[Scope, tuple[str, ...]]:
    return narrow_to_units(connected(FIRM_TREE), scope, codes)


def test_several_places_at_once() -> None:
    found, kept = narrowed(FIRM, "O12", "B2", "T111", "nowhere")
    assert kept == ("B2", "O12")
    assert found.office_ids == {ID["O12"], ID["O21"]}
    assert found.unit_ids == {ID["O12"], ID["B2"], ID["O21"], ID["T211"], ID["T212"]}


def test_a_place_and_one_of_its_own_are_the_place() -> None:
    assert narrowed(FIRM, "B1", "O11")[0] == narrowed(FIRM, "B1")[0] == narrow(connected(FIRM_TREE), FIRM, ID["B1"])


@pytest.mark.parametrize("codes", [(), ("nowhere",), ("B2", "O21"), ("HQ",)])
def test_places_outside_the_reach_leave_it_as_it_is(codes: tuple[str, ...]) -> None:
    head = reach("branch_head", "B1")
    assert narrowed(head, *codes) == (head, ())


def test_what_lies_outside_is_left_out_and_the_rest_holds() -> None:
    found, kept = narrowed(reach("branch_head", "B1"), "O11", "O21", "HQ")
    assert (found.office_ids, kept) == ({ID["O11"]}, ("O11",))


def test_headquarters_is_everything_for_who_sees_everything() -> None:
    assert narrowed(FIRM, "HQ", "O11") == (FIRM, ("HQ", "O11"))


def test_a_reach_of_persons_has_no_places() -> None:
    mine = Scope(staff_ids=frozenset({7}))
    assert narrowed(mine, "HQ", "O11") == (mine, ())
    assert narrowed(NOTHING, "HQ", "O11") == (NOTHING, ())


def test_masked_names_stay_masked() -> None:
    assert narrowed(Scope(everything=True, masks_names=True), "O11")[0].masks_names


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_profile_never_widens_the_reach(data: st.DataObject) -> None:
    offices = st.lists(st.integers(0, 2), min_size=0, max_size=3).map(tuple)
    units = tree(*data.draw(st.lists(offices, min_size=1, max_size=4)))
    broken = data.draw(st.sets(st.sampled_from([unit.unit_id for unit in units]), max_size=2))
    # a unit whose parent is gone is rooted nowhere
    units = [Unit(unit.unit_id, unit.unit_code, 999, unit.kind, unit.path) if unit.unit_id in broken else unit
             for unit in units]  # fmt: skip
    connection = connected(units)
    role = data.draw(st.sampled_from(["hq", "auditor", "branch_head", "office_head", "analyst", "staff", "user_admin"]))
    if role == "staff":
        scope = Scope(staff_ids=data.draw(st.frozensets(st.integers(1, 5))))
    else:
        unit_id = data.draw(st.sampled_from([None, 998, *(unit.unit_id for unit in units)]))
        scope = read_scope(connection, role=role, unit_id=unit_id, staff_id=None)
    codes = data.draw(st.lists(st.sampled_from([*(unit.unit_code for unit in units), "nowhere", ""]), max_size=6))
    found, kept = narrow_to_units(connection, scope, codes)
    assert inside(found, scope)
    assert set(kept) <= set(codes)
    assert found == scope or kept
    again, still = narrow_to_units(connection, found, kept)
    assert (again.office_ids, again.everything) == (found.office_ids, found.everything)
    assert set(still) <= set(kept)

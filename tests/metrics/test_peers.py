"""The median of one's peers: exact, for five or more others only, and nothing else of them."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.scope import FIRM, Scope
from metrics.explore import peers
from metrics.explore.peers import FEWEST, FILTERS, PeerMedian, has_peers, read_peers

Values = dict[str, int | None]


def asked(values: Values, own: Scope, unit_id: int = 1, key: str = "clients", where: Any = None,
          sizes: Values | None = None) -> dict[str, PeerMedian]:  # fmt: skip
    """Ask for the peers of a firm of offices 1, 2, 3 … whose figures are given by code."""
    units = [SimpleNamespace(unit_id=int(code[1:]), unit_code=code, parent_id=0) for code in values]
    connection = SimpleNamespace(execute=lambda _statement: SimpleNamespace(scalar=lambda: "office", all=lambda: units))
    found = {code: value for code, value in values.items() if value is not None}
    counted = {code: value for code, value in (sizes or dict.fromkeys(values, 1)).items() if value}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peers, "ask", lambda *_given, **_named: None)
        patch.setattr(peers, "_values", lambda _connection, _question, name: found if name == key and not (
            name == "clients" and sizes is not None) else counted)  # fmt: skip
        return read_peers(connection, [key], unit_id=unit_id, own=own, month=202506, generation=None, where=where)  # type: ignore[arg-type]


def offices(*numbers: int) -> Scope:
    return Scope(office_ids=frozenset(numbers), unit_ids=frozenset(numbers))


def test_the_median_of_the_others() -> None:
    values: Values = {"O1": 1_000, "O2": 10, "O3": 20, "O4": 30, "O5": 40, "O6": 50}
    assert asked(values, offices(1)) == {"clients": PeerMedian("office", 5, Decimal(30))}
    assert asked({**values, "O7": 60}, offices(1)) == {"clients": PeerMedian("office", 6, Decimal(35))}
    assert asked(values, FIRM) == {"clients": PeerMedian("office", 5, Decimal(30))}


def test_fewer_than_five_others_publish_nothing() -> None:
    values: Values = {"O1": 1, "O2": 2, "O3": 3, "O4": 4, "O5": 5}
    assert asked(values, offices(1)) == {}
    more: Values = {**values, "O6": 6, "O7": 7}
    assert asked(more, offices(1, 2, 3)) == {}  # the own ones are no peers
    assert asked({**values, "O6": None}, offices(1), key="net_income") == {}  # nor one without data


def test_units_without_clients_do_not_fill_the_group() -> None:
    values: Values = {f"O{number}": number for number in range(1, 7)}
    empty: Values = dict.fromkeys(values, 1) | {"O6": 0}
    assert asked(values, offices(1), key="net_income", sizes=empty) == {}


@pytest.mark.parametrize("own", [Scope(), Scope(staff_ids=frozenset({7}))])
def test_a_reader_without_a_unit_has_no_peers(own: Scope) -> None:
    assert asked({f"O{number}": number for number in range(1, 9)}, own) == {}


@pytest.mark.parametrize("where", [{"office": ("O2", "O3", "O4", "O5", "O6")}, {"branch": ("B1",)},
                                   {"region": ("East",)},
                                   {"staff": ("S1",)}, {"segment": ("x",)}, {"risk_level": ("c1",)},
                                   {"institution_group": ("x",)}])  # fmt: skip
def test_filters_that_choose_the_group_have_no_peers(where: Any) -> None:
    assert not has_peers("clients", where)
    assert asked({f"O{number}": number for number in range(1, 9)}, offices(1), where=where) == {}


def test_results_of_persons_have_no_peers() -> None:
    assert not has_peers("staff_net_income", {})
    assert not has_peers("tasks_open", {})
    assert all(has_peers("clients", {key: ("x",)}) for key in FILTERS)


def test_nothing_but_kind_count_and_median_leaves() -> None:
    assert [field.name for field in fields(PeerMedian)] == ["kind", "units", "value"]


VALUES = st.lists(st.integers(0, 10**9), min_size=1, max_size=14)


@given(VALUES, st.integers(1, 14), st.data())
def test_who_is_who_cannot_be_told(numbers: list[int], own_count: int, data: st.DataObject) -> None:
    """The answer is the same however the others swap their figures, and whatever the extremes are."""
    values: Values = {f"O{place}": number for place, number in enumerate(numbers, start=1)}
    own = offices(*range(1, own_count + 1))
    before = asked(values, own)
    others = [code for code in values if int(code[1:]) > own_count]
    assert bool(before) == (len(others) >= FEWEST)
    swapped = dict(zip(others, data.draw(st.permutations([values[code] for code in others])), strict=True))
    assert asked({**values, **swapped}, own) == before
    if before:
        top = max(others, key=lambda code: values[code] or 0)
        assert asked({**values, top: 10**12}, own)["clients"].value == before["clients"].value
    inside = {code: 7 for code in values if code not in others}
    assert asked({**values, **inside}, own) == before

"""A scope profile read from kept codes: only known codes, in one order; two filters keep what both keep."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.profiles import EVERYTHING, MOST_UNITS, NOTHING, Profile, met, read_profile, read_profile_id
from domain.words import ClientKind, Tier, codes


def test_codes_are_known_sorted_and_named_once() -> None:
    body = {"unit": ["O021", "O011", "O021", "", "O\n1", "x" * 65], "kind": ["product", "individual", "robot"],
            "tier": ["C", "A", "A", "Z"], "other": ["A"]}  # fmt: skip
    found = read_profile(body)
    assert found == Profile(("O011", "O021"), ("individual", "product"), ("A", "C"))
    assert found.body() == {"unit": ["O011", "O021"], "kind": ["individual", "product"], "tier": ["A", "C"]}


def test_an_empty_profile_narrows_nothing() -> None:
    assert read_profile({}) == EVERYTHING
    assert EVERYTHING.is_empty
    assert EVERYTHING.body() == {}
    assert not Profile(tiers=("A",)).is_empty


def test_a_profile_names_so_many_places() -> None:
    assert len(read_profile({"unit": [f"O{number:04}" for number in range(1_000)]}).units) == MOST_UNITS


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["unit", "kind", "tier", "x"]), st.lists(st.text(max_size=70), max_size=6), max_size=4
    )
)
def test_reading_is_stable_and_knows_closed_lists_only(body: dict[str, list[str]]) -> None:
    found = read_profile(body)
    assert read_profile(found.body()) == found
    assert set(found.kinds) <= set(codes(ClientKind))
    assert set(found.tiers) <= set(codes(Tier))
    assert set(found.units) <= set(body.get("unit", ()))


@pytest.mark.parametrize(("text", "number"), [("17", 17), ("0", 0), ("", None), ("x", None), ("-1", None), ("９", None),
                                              ("1 OR 1=1", None), ("1" * 16, None), ("1.0", None)])  # fmt: skip
def test_the_number_in_an_address(text: str, number: int | None) -> None:
    assert read_profile_id(text) == number


def test_two_filters_keep_what_both_keep() -> None:
    assert met((), ()) == ()
    assert met(("A",), ()) == met((), ("A",)) == ("A",)
    assert met(("A", "B"), ("B", "C")) == ("B",)
    assert met(("A",), ("B",)) == NOTHING

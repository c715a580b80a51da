"""The distribution as a whole: limits kept, loads even, every client told why, and the failures seen elsewhere."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.distribution import Absence, HandOutLimits, LastTask, decide_hand_out, decide_plan, duty_day
from domain.reasons import TEMPLATES, reason_text
from domain.tasks import OpenTask
from metrics.distribution import (
    Distribution,
    Offer,
    Taker,
    changed_by_hand,
    digest_of,
    distribute,
    propose,
    round_robin,
)
from metrics.distribution.reach import read_reach
from tests.metrics.distribution.books import ON, a_random_book, a_taker, an_offer

WIDE = HandOutLimits()


def codes(answer: Distribution) -> dict[str, str]:
    return {number: reason.code for number, reason in answer.why.items()}


def refusals(
    answer: Distribution, offers: list[Offer], takers: list[Taker], limits: HandOutLimits
) -> dict[str, object]:
    return decide_plan([one.client for one in offers], [one.person for one in takers], answer.placed, ON, limits)


def test_a_list_worked_out_by_hand():
    offers = [an_offer(f"C{number}", effort=effort, value_fen=value)
              for number, (effort, value) in enumerate([(30, 100), (10, 300), (20, 200), (20, 200)])]  # fmt: skip
    answer = distribute(offers, [a_taker("S1"), a_taker("S2")], ON, WIDE)
    # 40 minutes and 400 fen each: only {0, 1} against {2, 3} gives both
    assert {frozenset(number for number, who in answer.placed.items() if who == staff) for staff in ("S1", "S2")} == {
        frozenset({"C0", "C1"}), frozenset({"C2", "C3"})}  # fmt: skip
    assert [(load.effort_after, load.value_after_fen, load.effort_ratio) for load in answer.loads] == [
        (40, 400, 1.0)
    ] * 2
    assert (answer.unevenness, answer.bound, answer.gap) == (0.0, 0.0, 0.0)
    assert answer.why["C0"].params == {
        "staff_no": answer.placed["C0"],
        "count": 2,
        "load_bp": 10_000,
        "value_bp": 10_000,
    }


def test_a_client_worth_more_than_a_share_is_known_to_the_bound():
    offers = [an_offer("C0", value_fen=800), an_offer("C1", value_fen=100), an_offer("C2", value_fen=100)]
    takers = [a_taker(f"S{number}") for number in range(2)]
    answer = distribute([*offers, an_offer("C3", value_fen=0)], takers, ON, WIDE)
    # best: 800 against 200, each 0.6 off an even share of 500
    assert answer.bound == pytest.approx(0.6, abs=0.09)
    assert answer.unevenness == pytest.approx(0.6)
    assert answer.bound <= answer.unevenness
    assert reason_text(answer.said).startswith("4 clients placed; no distribution places more than 4. Loads lie 60 % ")


def best_by_trial(offers: list[Offer], takers: list[Taker]) -> float:
    effort, value = sum(one.effort for one in offers), sum(one.value_fen for one in offers)
    best = float("inf")
    for holders in itertools.product(range(len(takers)), repeat=len(offers)):
        total = 0.0
        for person in range(len(takers)):
            mine = [one for one, who in zip(offers, holders, strict=True) if who == person]
            total += (sum(one.effort for one in mine) * len(takers) / effort - 1) ** 2
            total += (sum(one.value_fen for one in mine) * len(takers) / value - 1) ** 2
        best = min(best, total / len(takers))
    return best**0.5


@pytest.mark.parametrize("seed", range(8))
def test_the_bound_lies_below_the_best_and_the_answer_near_it(seed: int):
    dice = random.Random(seed)
    offers = [an_offer(f"C{number}", effort=dice.randint(5, 40), value_fen=dice.randint(1, 900)) for number in range(8)]
    takers = [a_taker(f"S{number}") for number in range(3)]
    answer, best = distribute(offers, takers, ON, WIDE), best_by_trial(offers, takers)
    assert answer.bound <= best + 1e-9
    assert best <= answer.unevenness + 1e-9
    assert answer.unevenness <= best + 0.12


@pytest.mark.parametrize("seed", range(6))
def test_spread_is_at_most_half_of_round_robins(seed: int):
    offers, takers, limits = a_random_book(seed, clients=400, staff=12, offices=3)
    ours, theirs = distribute(offers, takers, ON, limits).spread, round_robin(offers, takers, ON, limits).spread
    assert ours.effort_range <= theirs.effort_range / 2
    assert ours.effort_variation <= theirs.effort_variation / 2
    assert ours.value_range <= theirs.value_range / 2
    assert ours.value_variation <= theirs.value_variation / 2


def test_round_robin_deals_in_turn():
    takers = [a_taker("S1"), a_taker("S2", open_tasks=1), a_taker("S3")]
    answer = round_robin([an_offer(f"C{number}") for number in range(6)], takers, ON, HandOutLimits(ceiling=2))
    assert answer.placed == {"C0": "S1", "C1": "S2", "C2": "S3", "C3": "S1", "C4": "S3"}
    assert codes(answer)["C5"] == "hand_out.full"


def test_every_client_is_told_why():
    limits = HandOutLimits(ceiling=3, predecessor="preferred")
    offers = [
        an_offer("C01", previous_staff_no="S1"), an_offer("C02", household="H"), an_offer("C03", household="H"),
        an_offer("C04", kin_staff_no="S2"), an_offer("C05", marketing_opt_out=True), an_offer("C06", complaint_no="K1"),
        an_offer("C07", office_id=9), an_offer("C08", kin_staff_no="S7"), an_offer("C09"),
        *(an_offer(f"C1{number}", controller="K") for number in range(4)),
    ]  # fmt: skip
    takers = [a_taker("S1"), a_taker("S2"), a_taker("S3", has_licence=False), a_taker("S4", open_tasks=3)]
    answer = distribute(offers, takers, ON, limits)
    assert codes(answer) == {
        "C01": "hand_out.previous", "C02": "hand_out.kin", "C03": "hand_out.kin", "C04": "hand_out.only",
        "C05": "R-26.opt_out", "C06": "hand_out.complaint", "C07": "hand_out.nobody", "C08": "hand_out.nobody",
        "C09": "hand_out.even", **{f"C1{number}": "hand_out.kin_too_many" for number in range(4)}}  # fmt: skip
    assert answer.why["C07"].params == {"count": 4, "unfit": 0, "full": 0, "elsewhere": 4, "barred": 0}
    assert answer.why["C08"].params == {"count": 4, "unfit": 1, "full": 1, "elsewhere": 0, "barred": 2}
    assert all(reason.code in TEMPLATES and "–" not in reason_text(reason) for reason in answer.why.values())


def test_loads_before_and_after_and_who_can_be_reached():
    takers = [a_taker("S1", effort=40, value_fen=400, open_tasks=4), a_taker("S2", capacity=50, open_tasks=1)]
    offers = [an_offer(f"C{number}", reachable=number > 0) for number in range(5)]
    first, second = distribute(offers, takers, ON, WIDE).loads
    # 90 minutes in all, two thirds with the full post
    assert (first.effort_before, first.effort_after, first.count_before, first.count_given) == (40, 60, 4, 2)
    assert (second.effort_after, second.value_after_fen, second.count_given) == (30, 300, 3)
    assert first.reachable_given + second.reachable_given == 4
    assert (first.effort_ratio, second.effort_ratio) == (1.0, 1.0)


@pytest.mark.parametrize(("predecessor", "kept"), [("first", 6), ("excluded", 0)])
def test_previous_holder_first_or_excluded(predecessor: str, kept: int):
    offers = [an_offer(f"C{number}", previous_staff_no="S1") for number in range(6)]
    answer = distribute(offers, [a_taker("S1"), a_taker("S2")], ON, HandOutLimits(predecessor=predecessor))
    assert sum(who == "S1" for who in answer.placed.values()) == kept
    assert len(answer.placed) == 6


def test_previous_holder_first_ends_at_the_ceiling_and_the_most_valuable_stay():
    offers = [an_offer(f"C{number}", previous_staff_no="S1", value_fen=number) for number in range(6)]
    answer = distribute(offers, [a_taker("S1"), a_taker("S2")], ON, HandOutLimits(ceiling=4, predecessor="first"))
    assert {number for number, who in answer.placed.items() if who == "S1"} == {"C2", "C3", "C4", "C5"}


def test_a_preferred_holder_keeps_clients_where_it_stays_even():
    offers = [an_offer(f"C{number:02d}", previous_staff_no=f"S{number % 4}") for number in range(40)]
    answer = distribute(offers, [a_taker(f"S{number}") for number in range(4)], ON, WIDE)
    assert (answer.moved_on, answer.unevenness) == (0, 0.0)
    assert set(codes(answer).values()) == {"hand_out.previous"}


def test_scarce_room_goes_to_the_most_valuable_and_nobody_is_left_who_could_be_placed():
    limits = HandOutLimits(ceiling=2, neighbours={1: frozenset({2})})
    # clients of office 1 could fill office 2, whose own clients can go nowhere else
    offers = [an_offer("C1", office_id=1, value_fen=9), an_offer("C2", office_id=1, value_fen=8),
              an_offer("C3", office_id=2, value_fen=1), an_offer("C4", office_id=2, value_fen=2),
              an_offer("C5", office_id=2, value_fen=3)]  # fmt: skip
    answer = distribute(offers, [a_taker("S1", office_id=1), a_taker("S2", office_id=2)], ON, limits)
    assert answer.placed == {"C1": "S1", "C2": "S1", "C4": "S2", "C5": "S2"}
    assert (answer.placeable, codes(answer)["C3"]) == (4, "hand_out.full")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9), st.sampled_from(["first", "preferred", "excluded", "free"]))
def test_limits_hold_on_random_books(seed: int, ceiling: int, predecessor: str):
    dice = random.Random(seed)
    limits = HandOutLimits(ceiling=ceiling, predecessor=predecessor, neighbours={0: frozenset({1})})
    offers, takers, _ = a_random_book(seed, clients=40, staff=6, offices=3)
    takers = [replace(one, person=replace(one.person, open_tasks=dice.randint(0, 6))) for one in takers]
    takers[0] = a_taker("S0000", office_id=0, left_on=ON - timedelta(days=1))
    offers = [replace(one, client=replace(
        one.client, last_task=LastTask(f"S{dice.randrange(6):04d}", ON) if dice.random() < 0.3 else None,
        complaint_no="K" if dice.random() < 0.1 else None)) for one in offers]  # fmt: skip
    answer = distribute(offers, takers, ON, limits)
    assert refusals(answer, offers, takers, limits) == {}
    assert set(answer.why) == {one.client_no for one in offers}
    assert len(answer.placed) <= answer.placeable
    assert answer.bound <= answer.unevenness + 1e-9
    assert "S0000" not in answer.placed.values()
    # who is left alone has nobody with room left whom the limits allow
    given_to = [*answer.placed.values()]
    now = [replace(one.person, open_tasks=one.person.open_tasks + given_to.count(one.staff_no)) for one in takers]
    for one in offers:
        if one.client_no in answer.unassigned and one.client.household is None:
            assert not any(decide_hand_out(one.client, person, ON, limits) for person in now)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["first", "preferred", "excluded", "free"]))
def test_what_the_whole_list_is_asked_is_what_the_rule_says_of_each_pair(seed: int, predecessor: str):
    dice = random.Random(seed)
    limits = HandOutLimits(ceiling=4, predecessor=predecessor, neighbours={0: frozenset({1, 2})})
    offers, takers, _ = a_random_book(seed, clients=20, staff=6, offices=3)
    takers = [replace(one, person=replace(one.person, open_tasks=dice.randint(0, 5))) for one in takers]
    offers = [
        replace(
            one,
            client=replace(
                one.client,
                household=None,
                kin_staff_no=f"S{dice.randrange(7):04d}" if dice.random() < 0.2 else None,
                last_task=LastTask(f"S{dice.randrange(7):04d}", ON) if dice.random() < 0.4 else None,
            ),
        )
        for one in offers
    ]
    blocks = {block.client_nos[0]: block for block in read_reach(offers, takers, ON, limits).blocks}
    for offer in offers:
        expected = [bool(decide_hand_out(offer.client, one.person, ON, limits)) for one in takers]
        assert blocks[offer.client_no].allowed.tolist() == expected


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(seed: int, dice: random.Random):
    offers, takers, limits = a_random_book(seed, clients=60, staff=5, offices=2)
    before = distribute(offers, takers, ON, limits)
    dice.shuffle(offers)
    dice.shuffle(takers)
    assert distribute(offers, takers, ON, limits) == before


def test_failure_work_to_departed_or_unlicensed_staff():
    takers = [a_taker("S1", left_on=ON - timedelta(days=1)), a_taker("S2", licence_to=ON),
              a_taker("S3", category="agent"), a_taker("S4", absences=(Absence(ON, ON),)), a_taker("S5")]  # fmt: skip
    answer = distribute([an_offer(f"C{number}") for number in range(20)], takers, ON, WIDE)
    assert set(answer.placed.values()) == {"S5"}
    assert len(answer.placed) == 20


def test_failure_a_holidays_zero_quota():
    week = frozenset(ON + timedelta(days=step) for step in range(7))
    day = duty_day(ON, lambda one: one not in week)
    takers = [a_taker(f"S{number}", absences=(Absence(min(week), max(week)),)) for number in range(2)]
    answer = distribute([an_offer(f"C{number}") for number in range(10)], takers, day, WIDE)
    assert [load.count_given for load in answer.loads] == [5, 5]


def test_failure_only_recent_records_considered():
    offers, takers, limits = a_random_book(4, clients=3_000, staff=30, offices=3)
    answer = distribute(offers, takers, ON, limits)
    assert sorted([*answer.placed, *answer.unassigned]) == [one.client_no for one in offers]
    assert answer.unassigned == ()


def test_failure_one_person_gets_a_whole_batch():
    offers = [an_offer(f"C{number:02d}", effort=0, value_fen=0) for number in range(30)]
    answer = distribute([*offers, an_offer("C99")], [a_taker(f"S{number}") for number in range(3)], ON, WIDE)
    assert sorted(load.count_given for load in answer.loads) == [10, 10, 11]
    even = distribute([an_offer(f"C{number:02d}") for number in range(30)],
                      [a_taker(f"S{number}") for number in range(3)], ON, WIDE)  # fmt: skip
    assert [load.count_given for load in even.loads] == [10, 10, 10]


def test_failure_turn_order_broken_by_a_manual_reassign():
    offers, takers, limits = a_random_book(7, clients=80, staff=4, offices=1)
    answer = distribute(offers, takers, ON, limits)
    alone = next(one.client_no for one in offers if one.client.household is None)
    to = next(one.staff_no for one in takers if one.staff_no != answer.placed[alone])
    changed, refused = changed_by_hand(answer, offers, takers, {alone: to}, ON, limits)
    assert refused == {}
    assert {number: who for number, who in changed.placed.items() if number != alone} == {
        number: who for number, who in answer.placed.items() if number != alone}  # fmt: skip
    assert changed.unevenness > answer.unevenness
    assert changed_by_hand(answer, offers, takers, {}, ON, limits)[0].unevenness == pytest.approx(answer.unevenness)
    assert (changed.placed[alone], changed.why[alone].code) == (to, "hand_out.moved")
    assert sum(load.count_given for load in changed.loads) == 80
    # the person who gained one by hand is not served before the others in the next hand-out, but stands higher
    more = {load.staff_no: load for load in changed.loads}[to]
    assert more.effort_ratio > {load.staff_no: load for load in answer.loads}[to].effort_ratio


def test_manual_changes_are_checked_again():
    offers = [an_offer("C1", household="H"), an_offer("C2", household="H"), an_offer("C3"), an_offer("C4")]
    takers = [a_taker("S1"), a_taker("S2"), a_taker("S3", has_licence=False)]
    answer = distribute(offers, takers, ON, HandOutLimits(ceiling=2))
    other = "S2" if answer.placed["C1"] == "S1" else "S1"
    _, refused = changed_by_hand(answer, offers, takers, {"C1": other, "C3": "S3"}, ON, HandOutLimits(ceiling=2))
    assert {number: decision.reason.code for number, decision in refused.items()} == {
        "C1": "hand_out.kin_apart", "C2": "hand_out.kin_apart", "C3": "R-26.no_licence"}  # fmt: skip
    aside, refused = changed_by_hand(answer, offers, takers, {"C3": None}, ON, HandOutLimits(ceiling=2))
    assert (refused, aside.unassigned, aside.why["C3"].code) == ({}, ("C3",), "hand_out.set_aside")
    with pytest.raises(KeyError):
        changed_by_hand(answer, offers, takers, {"C9": "S1"}, ON, WIDE)


def test_failure_capacity_checked_then_written_without_a_second_look():
    offers, takers = [an_offer(f"C{number}") for number in range(4)], [a_taker("S1"), a_taker("S2")]
    limits = HandOutLimits(ceiling=2)
    answer = distribute(offers, takers, ON, limits)
    # meanwhile somebody else gave S1 a task, and C0 found a holder
    now = [a_taker("S1", open_tasks=1), a_taker("S2")]
    held = [an_offer("C0", open_task=OpenTask("T1", "S9", "Ming", ON)), *offers[1:]]
    refused = refusals(answer, held, now, limits)
    assert refused["C0"].reason.code == "R-26.open_task"
    mine = sorted(number for number, who in answer.placed.items() if who == "S1" and number != "C0")
    expected = {"C0"} if len(mine) == 1 else {"C0", mine[-1]}
    assert set(refused) == expected


def test_failure_a_preferred_group_drains_or_is_left_the_poor_ones():
    offers = [an_offer(f"C{number:03d}", value_fen=10 + number * number, previous_staff_no="S1" if number % 2 else None)
              for number in range(120)]  # fmt: skip
    answer = distribute(offers, [a_taker(f"S{number}") for number in range(1, 5)], ON, WIDE)
    assert all(abs(load.value_ratio - 1) < 0.06 and abs(load.effort_ratio - 1) < 0.06 for load in answer.loads)


def test_failure_the_preview_differs_from_the_commit():
    offers, takers, limits = a_random_book(9, clients=50, staff=4, offices=1)
    answer = distribute(offers, takers, ON, limits)
    assert answer.digest == digest_of(offers[::-1], takers[::-1], ON, limits)
    assert distribute(offers, takers, ON, limits).placed == answer.placed
    busier = [replace(takers[0], person=replace(takers[0].person, open_tasks=1)), *takers[1:]]
    changed = [
        (offers, busier, ON, limits),
        (offers[1:], takers, ON, limits),
        (offers, takers, ON + timedelta(days=1), limits),
        (offers, takers, ON, replace(limits, cool_off_days=1)),
    ]
    assert answer.digest not in {digest_of(*facts) for facts in changed}


@pytest.mark.parametrize(("offers", "takers"), [
    ([an_offer("C1"), an_offer("C1")], [a_taker("S1")]), ([an_offer("C1")], [a_taker("S1"), a_taker("S1")]),
    ([an_offer("C1", effort=-1)], [a_taker("S1")]), ([an_offer("C1")], [a_taker("S1", value_fen=-1)]),
])  # fmt: skip
def test_faulty_lists_are_refused(offers: list[Offer], takers: list[Taker]):
    with pytest.raises(ValueError, match=r"twice|0 or more"):
        distribute(offers, takers, ON, WIDE)


def test_empty_lists_and_nobody_there():
    assert distribute([], [a_taker("S1")], ON, WIDE).placed == {}
    answer = distribute([an_offer("C1")], [], ON, WIDE)
    assert (answer.placed, codes(answer), answer.unevenness) == ({}, {"C1": "hand_out.nobody"}, 0.0)


@pytest.mark.bench
@pytest.mark.parametrize("near", [False, True])
def test_ten_thousand_clients_over_three_hundred_people_in_five_seconds(near: bool):
    every = frozenset(range(30))
    limits = HandOutLimits(ceiling=100, neighbours={one: every - {one} for one in every} if near else {})
    offers, takers, _ = a_random_book(1, clients=10_000, staff=300, offices=30)
    started = time.process_time()
    answer = distribute(offers, takers, ON, limits)
    assert time.process_time() - started <= 5
    assert len(answer.placed) == 10_000
    assert answer.gap < 0.01


def test_a_proposal_is_the_distribution_with_the_spread_of_the_turn_beside_it():
    offers, takers, limits = a_random_book(3)
    made, turn = propose(offers, takers, ON, limits)
    assert (made, turn) == (distribute(offers, takers, ON, limits), round_robin(offers, takers, ON, limits).spread)

from __future__ import annotations

from datetime import date

import pytest

from domain.losses import LossFacts, decide_loss_reason, decide_submission

LOST = date(2024, 2, 1)


@pytest.mark.parametrize(("facts", "seen", "code"), [
    (LossFacts("lost", LOST, None, 0), (LOST, 0), "R-72.allowed"),
    (LossFacts("lost", LOST, None, 3), (LOST, 3), "R-72.allowed"),
    (LossFacts("lost", LOST, None, 1), (LOST, 0), "R-72.changed"),
    (LossFacts("lost", LOST, None, 0), (date(2023, 5, 1), 0), "R-72.other_loss"),
    (LossFacts("silent", None, None, 0), (LOST, 0), "R-72.not_lost"),
    (LossFacts("lost", None, None, 0), (LOST, 0), "R-72.not_lost"),
    (LossFacts(None, None, None, 0), (LOST, 0), "R-72.not_lost"),
    (LossFacts("lost", LOST, date(2024, 7, 1), 0), (LOST, 0), "R-72.returned"),
])  # fmt: skip
def test_a_reason_is_entered_for_the_open_loss_as_it_was_seen(facts, seen, code):
    decision = decide_loss_reason(facts, *seen)
    assert (bool(decision), decision.reason.code) == (code == "R-72.allowed", code)


@pytest.mark.parametrize(("count", "note", "code"), [
    (1, "", "R-72.allowed"), (500, "x" * 500, "R-72.allowed"), (0, "", "list.empty"), (501, "", "R-72.too_many"),
    (1, "x" * 501, "contact.note_long"),
])  # fmt: skip
def test_the_size_of_a_submission(count, note, code):
    assert decide_submission(count, note).reason.code == code

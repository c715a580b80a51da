"""The ranking of Performance writes amounts to the fen and counts without decimals."""

from __future__ import annotations

import json

from metrics.catalogue import METRICS
from metrics.ranking import STAFF_KEYS
from tests.support.apptest import Open


def test_amounts_keep_their_fen_and_counts_have_none(look: Open) -> None:
    [ranking] = [entry for entry in look("performance", "hq").at.dataframe if "staff_no" in entry.value.columns]
    drawn = json.loads(ranking.proto.columns)
    formats = {key: drawn[key]["type_config"]["format"] for key in STAFF_KEYS}
    assert formats == {key: "accounting" if METRICS[key].is_money else "localized" for key in STAFF_KEYS}

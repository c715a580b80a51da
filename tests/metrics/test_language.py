"""Every word has a Chinese wording, one per message over all areas, with the same places to fill."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict

from babel.messages.pofile import read_po

from domain import words
from domain.words import Word
from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
from metrics.export.lifecycle import _LOSS_COLUMNS, _WARNED_COLUMNS
from metrics.export.lists import _STAFF_COLUMNS, _TASK_COLUMNS, CLIENT_COLUMNS
from metrics.export.tiers import _MEASURE_COLUMNS, _PROSPECT_COLUMNS, _WATCH_COLUMNS
from metrics.language import CHINESE, LOCALES, SOURCE, read_messages, translator
from metrics.warning.reasons import WARNING_REASONS
from metrics.why import CHANGES, RESULTS, TESTS

LATIN_AS_IS = {"C1", "C2", "C3", "C4", "C5"}


def _labels():
    kinds = [kind for _, kind in inspect.getmembers(words, inspect.isclass) if issubclass(kind, Word)]
    yield from (word.label for kind in kinds for word in kind)
    for one in (*METRICS.values(), *DIMENSIONS.values()):
        yield from (one.label, one.definition)
    lists = (CLIENT_COLUMNS, _STAFF_COLUMNS, _TASK_COLUMNS, _MEASURE_COLUMNS, _PROSPECT_COLUMNS, _WATCH_COLUMNS)
    yield from (column.label for columns in (*lists, _LOSS_COLUMNS, _WARNED_COLUMNS) for column in columns)
    yield from (*WARNING_REASONS.values(), "Losses", "Warnings")
    yield from (
        *CHANGES.values(),
        *RESULTS.values(),
        *TESTS.values(),
        "Definitions",
        "As of",
        "Place",
        "Rule version",
        "Generation",
    )


def test_every_label_and_definition_is_translated():
    messages = read_messages(CHINESE)
    assert sorted({label for label in _labels() if label not in messages} - LATIN_AS_IS) == []


def test_a_message_has_one_wording_and_the_same_places_to_fill():
    wordings, places = defaultdict(set), []
    for path in LOCALES.glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as handle:
            for entry in read_po(handle, locale=CHINESE):
                if entry.id and entry.string:
                    wordings[entry.id].add(entry.string)
                    if sorted(re.findall(r"{(\w+)", entry.id)) != sorted(re.findall(r"{(\w+)", entry.string)):
                        places.append(entry.id)
    assert {message: found for message, found in wordings.items() if len(found) > 1} == {}
    assert places == []


def test_english_and_unknown_messages_come_back_unchanged():
    assert translator(SOURCE)("Clients") == "Clients"
    assert translator(CHINESE)("no such message") == "no such message"
    assert translator(CHINESE)("Business office") == "营业部"

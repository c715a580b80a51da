"""Tables of the Definitions page, from the catalogue, the words and the published rule sets."""

from __future__ import annotations

import inspect
from dataclasses import asdict

import pandas as pd

import domain.words
from data_access.reads.rules import read_rule_sets
from domain.words import Word
from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
from pages._ui.data import db
from pages._ui.rule_words import FIELDS, STATES
from pages._ui.texts import _


def _fits(wanted: str, *texts: str) -> bool:
    return wanted.strip().lower() in " ".join(texts).lower()


def metric_table(wanted: str) -> pd.DataFrame:
    """Return one row per metric that fits the text asked for."""
    return pd.DataFrame([
        {_("Figure"): _(metric.label), _("Definition"): _(metric.definition), _("Key"): key,
         _("Measured in"): _(metric.unit.axis), _("Rules"): ", ".join(metric.rules),
         _("Dimensions"): ", ".join(name for name in DIMENSIONS if name in metric.dimensions)}
        for key, metric in METRICS.items()
        if _fits(wanted, _(metric.label), metric.label, key, " ".join(metric.rules))
    ])  # fmt: skip


def dimension_table(wanted: str) -> pd.DataFrame:
    """Return one row per dimension that fits the text asked for."""
    return pd.DataFrame([
        {_("Dimension"): _(entry.label), _("Definition"): _(entry.definition), _("Key"): key,
         _("Values"): ", ".join(word.value for word in entry.words) if entry.words else ""}
        for key, entry in DIMENSIONS.items() if _fits(wanted, _(entry.label), entry.label, key)
    ])  # fmt: skip


def word_table(wanted: str) -> pd.DataFrame:
    """Return one row per word of a closed list that fits the text asked for."""
    lists = [entry for entry in vars(domain.words).values()
             if inspect.isclass(entry) and issubclass(entry, Word) and entry is not Word]  # fmt: skip
    return pd.DataFrame([
        {_("Word"): _(word.label), "English": word.label, _("Code"): word.value}
        for kind in lists for word in kind if _fits(wanted, _(word.label), word.label, word.value, kind.__name__)
    ])  # fmt: skip


def rule_table() -> pd.DataFrame:
    """Return the numbers of every published rule set, the newest version first."""
    with db().reading() as connection:
        published = read_rule_sets(connection)
    columns = [_("Version"), _("State"), _("Valid from"), _("Number"), _("Value")]
    rows = [
        (rules.version, _(STATES.get(state, state)), rules.valid_from, _(FIELDS[name]), _value(value))
        for state, rules in published
        for name, value in asdict(rules).items()
        if name in FIELDS
    ]
    return pd.DataFrame(rows, columns=columns)


def _value(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)

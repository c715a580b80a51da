"""Tables of the Definitions page, from the catalogue and the words."""

from __future__ import annotations

import inspect

import pandas as pd

import domain.words
from domain.words import Word
from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
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

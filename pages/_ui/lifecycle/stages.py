"""The six lifecycle stages: how many clients stand in each, how that changed, where, and who moved (R-73, K-38)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from domain.words import ClientKind, Stage
from metrics.catalogue import METRICS
from metrics.figures.book import stacked_months_figure
from metrics.figures.lifecycle import stage_figure
from metrics.units import YUAN, write_value
from pages._ui import cached, states
from pages._ui.components import card, chart, figures, how_made
from pages._ui.filters import switch
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.lifecycle import reads as lifecycle_reads
from pages._ui.texts import _, label, labels

ORDER = [stage.value for stage in Stage]
HELD = [stage.value for stage in Stage if stage not in (Stage.POTENTIAL, Stage.LOST)]
SPLITS = {"branch": "Branch company", "office": "Business office", "client_kind": "Client kind"}
KEYS = ["clients", "pool_lost", "assets"]
COLUMNS = ["client", "name", "office", "kind", "tier", "value", "assets", "history", "last_trade", "holders"]


def show(frame: Frame) -> None:
    """Draw the view."""
    counts, assets = _now(frame)
    if not sum(counts.values()):
        states.no_data_for_date(_("No client stands inside this scope at {month}.", month=frame.as_of))
        return
    left, right = st.columns([2, 3])
    with left, card(_("Stages"), _("Clients of this month's end; prospects are counted as they stand today.")):
        _stages(frame, counts, assets)
    with right, card(_("Stages over time"), _("Clients per stage at each month's end; lost clients are not shown.")):
        _over_time(frame)
    with card(_("Where they stand"), _("Clients per stage by one dimension, the largest declining share first.")):
        _places(frame)


def stage_hues(frame: Frame) -> dict[str, str]:
    """Return the colour of each stage: blue while it goes well, amber on the way down, grey outside."""
    colours = frame.tokens
    return {"potential": colours.line, "building": colours.tier_c, "growing": colours.tier_b,
            "mature": colours.tier_a, "declining": colours.attention, "lost": colours.neutral}  # fmt: skip


def _now(frame: Frame) -> tuple[dict[str, int], dict[str, Any]]:
    """Return clients and assets by stage; prospects, who have no account, are potential."""
    found = figures(frame, KEYS, by=["stage"]).dropna(subset=["stage"]).to_dict("records")
    counts = {row["stage"]: int(row["clients"] or 0) + int(row["pool_lost"] or 0) for row in found}
    counts[Stage.POTENTIAL.value] = lifecycle_reads.open_prospects(frame.month, frame.scope, frame.profile.kinds)
    return counts, {row["stage"]: row["assets"] for row in found}


def _stages(frame: Frame, counts: dict[str, int], assets: dict[str, Any]) -> None:
    words, hues = labels(Stage), stage_hues(frame)
    clients = sum(counts.get(stage, 0) for stage in HELD)
    rows, table = [], []
    for stage in ORDER:
        count = counts.get(stage, 0)
        share = f"{count / clients:.1%}" if stage in HELD and clients else "–"
        rows.append((words[stage], count, f"{count:,}" + (f" · {share}" if share != "–" else "")))
        table.append({_("Stage"): words[stage], _("Clients"): count, _("Share of clients"): share,
                      _("Assets"): "–" if stage == Stage.POTENTIAL else
                      write_value(assets.get(stage), YUAN, frame.language)})  # fmt: skip
    chart(frame, stage_figure, tuple(rows), {words[stage]: hue for stage, hue in hues.items()}, key="stages",
          alt=_("Stages"))  # fmt: skip
    grid(pd.DataFrame(table), key="stage_rows", column_config=_counts([_("Clients")]))
    how_made(frame, KEYS, by=["stage"])


def _counts(names: list[str]) -> dict[str, Any]:
    return {name: st.column_config.NumberColumn(format="localized") for name in names}


def _over_time(frame: Frame) -> None:
    past = figures(frame, ["clients"], by=["month", "stage"])
    known = {(row["month"], row["stage"]): int(row["clients"]) for row in past.to_dict("records")}
    months = sorted({month for month, stage in known if stage in HELD})
    words, hues = labels(Stage), stage_hues(frame)
    parts = {words[stage]: [known.get((month, stage), 0) for month in months] for stage in HELD}
    chart(frame, stacked_months_figure, months, parts, {words[stage]: hues[stage] for stage in HELD},
          METRICS["clients"].unit, language=frame.language, key="stage_months", alt=_("Stages over time"))  # fmt: skip
    how_made(frame, ["clients"], by=["month", "stage"])


def _places(frame: Frame) -> None:
    split = switch("by", _("Dimension"), {code: _(words) for code, words in SPLITS.items()}, default="branch")
    found = figures(frame, ["clients"], by=[split, "stage"]).to_dict("records")
    names, words = cached.place_names(frame.scope.key), labels(Stage)
    places: dict[Any, dict[str, int]] = {}
    for row in found:
        places.setdefault(row[split], {})[row["stage"]] = int(row["clients"])
    lines = []
    for code, stages in places.items():
        total = sum(stages.get(stage, 0) for stage in HELD)
        name = label(ClientKind, code) if split == "client_kind" else names.get(code, code)
        if total:
            lines.append({_("Group"): name, **{words[stage]: stages.get(stage, 0) for stage in HELD},
                          _("Declining share"): stages.get("declining", 0) / total * 100})  # fmt: skip
    lines.sort(key=lambda line: -line[_("Declining share")])
    share = st.column_config.ProgressColumn(format="%.1f %%", min_value=0, max_value=100, width="small")
    config = {**_counts([words[stage] for stage in HELD]), _("Declining share"): share}
    grid(pd.DataFrame(lines), key="stage_places", height="content" if len(lines) < 9 else 300, column_config=config)
    how_made(frame, ["clients"], by=[split, "stage"])

"""Generated documents: the metric list and the glossary, from the same objects that the program uses."""

from __future__ import annotations

import inspect
from pathlib import Path

from data_access.settings import ROOT
from domain import words
from domain.words import Word
from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
from metrics.language import CHINESE, translator
from metrics.terms import TERMS

_DIRECTIONS = {"up_is_good": "higher is better", "down_is_good": "lower is better", "neutral": "neither"}


def metrics_document() -> str:
    """Return the text of ``docs/metrics.md``."""
    chinese = translator(CHINESE)
    lines = [
        "# Metrics and dimensions",
        "",
        "Written by `python -m metrics docs` from the catalogue; do not edit by hand.",
        "",
        "## Metrics",
        "",
    ]
    for metric in METRICS.values():
        allowed = ", ".join(f"`{key}`" for key in DIMENSIONS if key in metric.dimensions)
        lines += [f"### `{metric.key}` – {metric.label} / {chinese(metric.label)}", "", metric.definition, "",
                  chinese(metric.definition), "",
                  (f"Unit: {metric.unit.name}. Kind: {metric.kind}. {_DIRECTIONS[metric.direction].capitalize()}. "
                   f"Rules: {', '.join(metric.rules)}."), "", f"Dimensions: {allowed}.", ""]  # fmt: skip
    lines += ["## Dimensions", "", "| key | English | 中文 | meaning | values |", "|---|---|---|---|---|"]
    for dimension in DIMENSIONS.values():
        values = ", ".join(f"`{word.value}`" for word in dimension.words or ())
        lines.append(f"| `{dimension.key}` | {dimension.label} | {chinese(dimension.label)} | {dimension.definition} | "
                     f"{values} |")  # fmt: skip
    lines += ["", "## Flow, bridge and moves", "",
              "Opening + the signed terms = closing, for any place and any two published months.", "",
              "| of | key | English | 中文 | meaning | 含义 |", "|---|---|---|---|---|---|"]  # fmt: skip
    lines += [f"| {what} | `{term.key}` | {term.label} | {chinese(term.label)} | {term.definition} | "
              f"{chinese(term.definition)} |" for what, terms in TERMS.items() for term in terms.values()]  # fmt: skip
    return "\n".join(lines) + "\n"


def glossary_document() -> str:
    """Return the text of ``docs/glossary.md``: every closed list in both languages."""
    chinese = translator(CHINESE)
    lines = ["# Glossary", "", "Written by `python -m metrics docs` from the closed lists; do not edit by hand."]
    for name, kind in inspect.getmembers(words, inspect.isclass):
        if not issubclass(kind, Word) or kind is Word:
            continue
        lines += ["", f"## {name}", "", (kind.__doc__ or "").strip(), "", "| code | English | 中文 |", "|---|---|---|"]
        lines += [f"| `{word.value}` | {word.label} | {chinese(word.label)} |" for word in kind]
    return "\n".join(lines) + "\n"


DOCUMENTS = {"docs/metrics.md": metrics_document, "docs/glossary.md": glossary_document}


def write_documents(root: Path = ROOT) -> list[str]:
    """Write every generated document; return their paths below the root."""
    for name, text in DOCUMENTS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(), encoding="utf-8")
    return list(DOCUMENTS)

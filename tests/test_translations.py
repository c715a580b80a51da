"""Every sentence that a screen or an enum can show has a Chinese wording with the same named places."""

from __future__ import annotations

import ast
import inspect
import string
from pathlib import Path

import domain.words
from data_access.imports import KINDS, MEANINGS
from data_access.user_words import SENTENCES
from domain.reasons import TEMPLATES
from domain.words import Word
from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
from metrics.figures.flow import CUT
from metrics.language import CHINESE, read_messages
from metrics.results.words import DAYS
from metrics.results.words import SENTENCES as VERDICTS
from metrics.terms import TERMS
from metrics.warning.words import FEATURES, NAMES, REFUSALS
from metrics.why import CHANGES, RESULTS, TESTS
from pages._ui.navigation import SCREENS

ROOT = Path(__file__).resolve().parent.parent
SCREEN_CALLS = {"_", "open_page"}


def _texts(argument: ast.expr) -> list[str]:
    if isinstance(argument, ast.IfExp):
        return _texts(argument.body) + _texts(argument.orelse)
    return [argument.value] if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else []


def _screen_messages() -> dict[str, str]:
    """Every text given to the translator, and the words of the tables of words at the top of a module."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "pages").rglob("*.py")):
        tree, place = ast.parse(path.read_text()), str(path.relative_to(ROOT))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in SCREEN_CALLS:
                texts = [text for argument in node.args for text in _texts(argument)]
                found |= {text: f"{place}:{node.lineno}" for text in texts if "." not in text or " " in text}
        for node in tree.body if path.name != "texts.py" else ():  # the languages' own names stand there
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                texts = [text for value in node.value.values for text in _texts(value)]
                found |= {text: f"{place}:{node.lineno}" for text in texts if text[:1].isupper()}
    return found


def _word_messages() -> dict[str, str]:
    words = [entry for entry in vars(domain.words).values() if inspect.isclass(entry) and issubclass(entry, Word)]
    return {member.label: f"{kind.__name__}.{member.name}" for kind in words for member in kind}


def _figure_messages() -> dict[str, str]:
    found = {}
    for key, entry in {**METRICS, **DIMENSIONS}.items():
        found[entry.label] = key
    for key, metric in METRICS.items():
        found[metric.definition] = key
    for key, term in [item for terms in TERMS.values() for item in terms.items()]:
        found |= {term.label: key, term.definition: key}
    found[CUT] = "figures_flow"
    tables = (
        TESTS,
        CHANGES,
        RESULTS,
        TEMPLATES,
        MEANINGS,
        SENTENCES,
        FEATURES,
        NAMES,
        REFUSALS,
        VERDICTS,
        DAYS,
        {name: kind.label for name, kind in KINDS.items()},
    )
    return found | {text: code for table in tables for code, text in table.items()}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_message_is_translated():
    chinese = read_messages(CHINESE)
    wanted = _screen_messages() | _word_messages() | _figure_messages()
    wanted |= {text: "navigation" for screen in SCREENS for text in (screen.title, screen.section)}
    missing = {message: place for message, place in wanted.items() if message.strip() and message not in chinese}
    assert missing == {}


def test_translations_keep_the_named_places():
    wrong = {
        message: text
        for message, text in read_messages(CHINESE).items()
        if "{" in message and _places(message) != _places(text)
    }
    assert wrong == {}

"""Every sentence that a screen or an enum can show has a Chinese wording with the same named places."""

from __future__ import annotations

import ast
import inspect
import string
from pathlib import Path

import domain.words
from domain.words import Word
from metrics.catalogue import DIMENSIONS, METRICS
from metrics.language import CHINESE, read_messages
from pages._ui.navigation import SCREENS

ROOT = Path(__file__).resolve().parent.parent
SCREEN_CALLS = {"_", "open_page"}


def _screen_messages() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((ROOT / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in SCREEN_CALLS:
                continue
            for argument in node.args:
                for constant in ast.walk(argument):
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                        found[constant.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
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
    return found


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

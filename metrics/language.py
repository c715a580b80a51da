"""Translation of the product's words: English is the source, catalogues of other languages are read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from babel.messages.pofile import read_po

from data_access.settings import ROOT

SOURCE = "en"
CHINESE = "zh_CN"
LOCALES = ROOT / "locales"


@lru_cache(maxsize=8)
def read_messages(language: str) -> Mapping[str, str]:
    """Return every translated message of a language, all areas together; empty for English.

    Untranslated and fuzzy entries are left out, so that the reader gets the English wording for them. Where
    two areas hold one message, the first file by name decides; a test keeps them equal.
    """
    messages: dict[str, str] = {}
    for path in sorted((LOCALES / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as handle:
            catalogue = read_po(handle, locale=language)
        for entry in catalogue:
            if not entry.id or not entry.string or entry.fuzzy:
                continue
            messages.setdefault(str(entry.id), str(entry.string))
    return messages


def translator(language: str) -> Callable[[str], str]:
    """Return the function that turns an English message into the language's wording.

    A message without a translation comes back unchanged.
    """
    messages = read_messages(language)
    return lambda message: messages.get(message, message)

"""Cells of delivered files: text to value, one parser per form, each bad cell with a stable code.

A parser takes the text of a cell that is not blank and returns the value, or raises ``BadValue``.
Nothing is guessed: what has two readings (``1,234``, ``2026/2/3``) is refused. Full-width digits and
letters and surrounding spaces are folded; names and notes keep their characters (bad inputs 23-41).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from domain.words import Word, codes

Value = str | int | bool | date | datetime
Parser = Callable[[str], Value]

MAXIMUM_FEN = 10**15
"""Amounts are refused from here on, so that sums over every client of a firm stay inside 64 bits."""
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)

_HALF_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20}
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_AMOUNT = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
_PERIOD = re.compile(r"[0-9]{4}(?:-(?:Q[1-4]|0[1-9]|1[0-2]))?")
_NAME_OF_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TRUE = frozenset(("1", "true", "yes"))
_FALSE = frozenset(("0", "false", "no"))


class BadValue(ValueError):
    """A cell that cannot be read: ``code`` is stable, ``expected`` says what would be right."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected


def folded(cell: str) -> str:
    """Return a code, number or date in half-width characters without surrounding spaces.

    Only the full-width forms are folded: other compatibility characters (``²``, ``①``) have a second reading.
    """
    return cell.strip() if cell.isascii() else unicodedata.normalize("NFC", cell.translate(_HALF_WIDTH)).strip()


def _has_hidden(text: str, allowed: str = "") -> bool:
    if text.isascii():
        return not text.isprintable() and any(not char.isprintable() and char not in allowed for char in text)
    return any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in allowed for char in text)


def parse_identifier(cell: str) -> str:
    """Read a business number or code: 1 to 64 characters, no slash, no spaces or hidden characters inside."""
    text = folded(cell)
    if _has_hidden(text):
        raise BadValue("hidden_character", "no control or invisible characters")
    if _ROUNDED.fullmatch(text) and "+" in text:
        raise BadValue("number_rounded", "the full number as text")
    if len(text) > 64:
        raise BadValue("too_long", "at most 64 characters")
    if "/" in text or any(char.isspace() for char in text):
        raise BadValue("identifier_form", "no spaces and no '/'")
    return text


def parse_name(cell: str) -> str:
    """Read one line of text, 1 to 200 characters, kept as it is (composed form); hostile text stays text."""
    text = unicodedata.normalize("NFC", cell.strip())
    if _has_hidden(text):
        raise BadValue("hidden_character", "no control or invisible characters")
    if len(text) > 200:
        raise BadValue("too_long", "at most 200 characters")
    return text


def parse_note(cell: str) -> str:
    """Read free text of at most 2,000 characters; line breaks and tabs may stand inside."""
    text = unicodedata.normalize("NFC", cell.strip())
    if _has_hidden(text, "\r\n\t"):
        raise BadValue("hidden_character", "no control or invisible characters")
    if len(text) > 2_000:
        raise BadValue("too_long", "at most 2000 characters")
    return text


def parse_amount(cell: str) -> int:
    """Read yuan with at most two decimals into fen; raises on separators, signs of currency, exponents."""
    found = _AMOUNT.fullmatch(cell) or _AMOUNT.fullmatch(folded(cell))
    if found is None:
        raise BadValue("amount_form", "digits with at most two decimals, such as 1234.56")
    sign, whole, decimals = found.groups()
    if decimals is not None and len(decimals) > 2:
        if decimals[2:].strip("0"):
            raise BadValue("amount_decimals", "at most two decimals")
        decimals = decimals[:2]
    if len(whole) > 18:
        raise BadValue("amount_range", "less than 10000000000000 yuan")
    fen = int(whole) * 100 + (int(decimals.ljust(2, "0")) if decimals else 0)
    if fen >= MAXIMUM_FEN:
        raise BadValue("amount_range", "less than 10000000000000 yuan")
    return -fen if sign else fen


def parse_count(cell: str) -> int:
    """Read a count from 0 to 999,999,999; ``12.0`` of a spreadsheet is 12."""
    text = folded(cell)
    whole, dot, decimals = text.partition(".")
    if dot and decimals and not decimals.strip("0"):
        text = whole
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise BadValue("count_form", "a whole number from 0 to 999999999")
    return int(text)


def parse_share(cell: str) -> int:
    """Read a share above 0 and up to 1 with at most four decimals into basis points."""
    found = _AMOUNT.fullmatch(folded(cell))
    if found is None or found.group(1):
        raise BadValue("share_form", "a decimal above 0 and up to 1, such as 0.6")
    decimals = (found.group(3) or "").rstrip("0")
    if len(decimals) > 4:
        raise BadValue("share_decimals", "at most four decimals")
    points = int(found.group(2)[:6]) * 10_000 + int(decimals.ljust(4, "0"))
    if not 0 < points <= 10_000:
        raise BadValue("share_range", "above 0 and up to 1")
    return points


def parse_day(cell: str) -> date:
    """Read ``YYYY-MM-DD`` from 1900-01-01 to 2199-12-31."""
    text = folded(cell)
    if not _DAY.fullmatch(text):
        raise BadValue("date_form", "YYYY-MM-DD")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadValue("date_impossible", "a day of the calendar") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadValue("date_range", "1900-01-01 to 2199-12-31; blank for no end")
    return day


def parse_month_cell(cell: str) -> int:
    """Read ``YYYY-MM`` into the integer YYYYMM."""
    text = folded(cell)
    if not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise BadValue("month_form", "YYYY-MM")
    return int(text[:4]) * 100 + int(text[5:])


def parse_moment(cell: str) -> date | datetime:
    """Read ISO 8601: a date stays a ``date`` (order within the day not provable, R-10); no zone = Shanghai."""
    text = folded(cell)
    if _DAY.fullmatch(text):
        return parse_day(text)
    if not _MOMENT.fullmatch(text):
        raise BadValue("moment_form", "YYYY-MM-DDTHH:MM:SS or YYYY-MM-DD")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_SHANGHAI)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue("date_impossible", "a moment of the calendar") from None
    if not FIRST_DAY <= moment.astimezone(_SHANGHAI).date() <= LAST_DAY:
        raise BadValue("date_range", "1900-01-01 to 2199-12-31")
    return moment


def moment_parts(value: date | datetime) -> tuple[datetime, date, bool]:
    """Return the UTC moment, the Shanghai business date, and whether the time of day is known."""
    if isinstance(value, datetime):
        return value.astimezone(UTC), value.astimezone(_SHANGHAI).date(), True
    return datetime(value.year, value.month, value.day, tzinfo=_SHANGHAI).astimezone(UTC), value, False


def parse_truth(cell: str) -> bool:
    """Read 1, true, yes or 0, false, no in any case."""
    text = folded(cell).lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise BadValue("truth_form", "true, false")


def parse_period(cell: str) -> str:
    """Read ``YYYY``, ``YYYY-Qn`` or ``YYYY-MM``."""
    text = folded(cell).upper()
    if not _PERIOD.fullmatch(text):
        raise BadValue("period_form", "YYYY, YYYY-Qn or YYYY-MM")
    return text


def parse_metric_key(cell: str) -> str:
    """Read the key of a metric."""
    text = folded(cell)
    if not _NAME_OF_KEY.fullmatch(text):
        raise BadValue("metric_form", "the key of a metric, such as net_income")
    return text


def parse_score(cell: str) -> int:
    """Read a score from 1 to 5."""
    text = folded(cell).removesuffix(".0")
    if text not in ("1", "2", "3", "4", "5"):
        raise BadValue("score_form", "1, 2, 3, 4, 5")
    return int(text)


def word_parser(words: type[Word], *more: str) -> Parser:
    """Return the parser of a closed list of codes, in any case; labels are not codes."""
    known = (*codes(words), *more)
    by_folded = {code.casefold(): code for code in known}
    expected = ", ".join(known)

    def parse_word(cell: str) -> str:
        code = by_folded.get(folded(cell).casefold())
        if code is None:
            raise BadValue("code_unknown", expected)
        return code

    return parse_word

"""Document and phone numbers: normal form, check digits, masks (R-10, bad inputs 23-28)."""

from __future__ import annotations

import re
import unicodedata

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from domain.words import DocumentKind

_PHONE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}[0-9]{7,8}")


def normal_text(text: str) -> str:
    """Return the NFKC form without spaces, zero-width and control characters inside or around."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if not char.isspace() and unicodedata.category(char) not in ("Cf", "Cc"))


def normal_document(kind: str, number: str) -> str:
    """Return the matching form of a document number; raises ``ValueError`` with the reason code.

    Resident identity cards need 18 characters with a right check digit and a possible birth date;
    company codes need a right check character. 15-digit cards are refused as ``document_old``.
    """
    value = normal_text(number).upper()
    if kind == DocumentKind.ID_CARD:
        if re.fullmatch(r"[0-9]{15}", value):
            raise ValueError("document_old")
        try:
            ric.validate(value)
        except ValidationError:
            raise ValueError("document_check") from None
        return value
    if kind == DocumentKind.COMPANY_CODE:
        try:
            uscc.validate(value)
        except ValidationError:
            raise ValueError("document_check") from None
        return value
    if not re.fullmatch(r"[0-9A-Z()-]{5,30}", value):
        raise ValueError("document_form")
    return value


def normal_phone(number: str) -> str:
    """Return digits only, without +86; raises ``ValueError`` with the reason code."""
    value = normal_text(number).replace("-", "").replace("(", "").replace(")", "")
    for prefix in ("+86", "0086"):
        value = value.removeprefix(prefix)
    if len(value) == 13 and value.startswith("86"):
        value = value[2:]
    if not (_PHONE.fullmatch(value) or _LANDLINE.fullmatch(value)) or len(set(value)) == 1:
        raise ValueError("phone_form")
    return value


def mask_document(number: str) -> str:
    """Show the first three and last two characters at most."""
    return number[:3] + "*" * max(len(number) - 5, 3) + number[-2:] if len(number) > 6 else "*" * len(number)


def mask_phone(number: str) -> str:
    """Show the first three and last four digits."""
    return number[:3] + "****" + number[-4:] if len(number) >= 10 else "*" * len(number)


def mask_name(name: str) -> str:
    """Show the first character of a name only."""
    return name[:1] + "*" * max(min(len(name) - 1, 4), 1) if name else name

"""Documents on file: which files are kept, and which forms an approval needs before its last level (R-16, R-37)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.decision import Decision, allow, refuse
from domain.register_words import ChainKind, DocumentPurpose

LARGEST_BYTES = 10 * 1024 * 1024
"""The largest file that is kept."""
NAME_LENGTH = 120
"""The longest file name, in characters."""
MEDIA_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
"""File ending to media type; nothing else is kept."""
_DAY_OF_EVENT = (DocumentPurpose.RISK_FORM, DocumentPurpose.SERVICE_FORM)


@dataclass(frozen=True)
class Form:
    """A document on file: its purpose, the day it bears, and whether a reviewer has checked it."""

    purpose: str
    signed_on: date | None = None
    is_checked: bool = False


def media_type_of(content: bytes) -> str | None:
    """Return the media type that the bytes themselves show, None when it is none that is kept."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and content.rstrip()[-8:-4] == b"IEND":
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\x00\r\n").endswith(b"\xff\xd9"):
        return "image/jpeg"
    return None


def decide_file(file_name: str, content: bytes) -> Decision:
    """Keep a PDF, PNG or JPEG whose content is what its name says, up to 10 MB."""
    if not content:
        return refuse("document.empty")
    if len(content) > LARGEST_BYTES:
        return refuse("document.too_large", limit=LARGEST_BYTES // 1024 // 1024)
    if len(file_name) > NAME_LENGTH:
        return refuse("document.name_long", limit=NAME_LENGTH)
    named = MEDIA_TYPES.get(file_name.rpartition(".")[2].lower())
    if named is None or named != media_type_of(content):
        return refuse("document.kind_unknown")
    return allow("document.allowed")


def required_documents(type_documents: Sequence[str], chain_kind: str) -> tuple[str, ...]:
    """Return what must be on file: the type's forms of an opening (R-37), the statement of a cooperation (R-16).

    A pool client on the special-new path is no new client who fills in forms at the opening (R-29).
    """
    if chain_kind == ChainKind.SPECIAL_NEW:
        return ()
    statement = (DocumentPurpose.STATEMENT.value,) if chain_kind == ChainKind.CROSS_BRANCH else ()
    return (*type_documents, *statement)


def decide_forms(required: Sequence[str], on_file: Sequence[Form], *, event_on: date) -> Decision:
    """Ask that every required document is on file, and the agent's forms bear the day of the opening and are checked.

    Of several documents of one purpose, one that satisfies the rule is enough (R-16, R-37).
    """
    for purpose in required:
        found = [form for form in on_file if form.purpose == purpose]
        if not found:
            return refuse("R-37.form_missing", document=purpose)
        if purpose not in _DAY_OF_EVENT:
            continue
        of_the_day = [form for form in found if form.signed_on == event_on]
        if not of_the_day:
            days = max((form.signed_on for form in found if form.signed_on), default=None)
            return refuse("R-37.form_day", document=purpose, event_on=event_on.isoformat(),
                          signed_on=days.isoformat() if days else None)  # fmt: skip
        if not any(form.is_checked for form in of_the_day):
            return refuse("R-37.form_unchecked", document=purpose)
    return allow("R-37.forms_allowed")

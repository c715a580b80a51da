"""Documents on file: which files are kept, and which forms an approval needs before its last level (R-16, R-37)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.decision import Decision, Reason, allow, refuse
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


def required_forms(type_documents: Sequence[str], chain_kind: str | None) -> tuple[str, ...]:
    """Return the type's forms of an opening that must be on file (R-37).

    A pool client on the special-new path is no new client who fills in forms at the opening (R-29).
    """
    return () if chain_kind == ChainKind.SPECIAL_NEW else tuple(type_documents)


def required_documents(type_documents: Sequence[str], chain_kind: str) -> tuple[str, ...]:
    """Return what must be on file: the forms of an opening (R-37), the statement of a cooperation (R-16)."""
    statement = (DocumentPurpose.STATEMENT.value,) if chain_kind == ChainKind.CROSS_BRANCH else ()
    return (*required_forms(type_documents, chain_kind), *statement)


def find_form_faults(required: Sequence[str], on_file: Sequence[Form], *, event_on: date | None) -> list[Reason]:
    """Return what is wrong with each required document: not on file, not of the day of the event, not checked.

    Day and check are asked of the forms of an opening alone; ``event_on`` None: nobody knows the day, any will do. Of
    several documents of one purpose, one that satisfies the rule is enough (R-16, R-37).
    """
    faults = (_form_fault(purpose, [form for form in on_file if form.purpose == purpose], event_on)
              for purpose in required)  # fmt: skip
    return [fault for fault in faults if fault is not None]


def _form_fault(purpose: str, found: Sequence[Form], event_on: date | None) -> Reason | None:
    if not found:
        return Reason("R-37.no_form", {"document": purpose})
    if purpose not in _DAY_OF_EVENT:
        return None
    of_the_day = [form for form in found if event_on is None or form.signed_on == event_on]
    if event_on is not None and not of_the_day:
        day = max((form.signed_on for form in found if form.signed_on), default=None)
        return Reason("R-37.wrong_day", {"document": purpose, "event_on": event_on.isoformat(),
                                         "signed_on": day.isoformat() if day else None})  # fmt: skip
    if not any(form.is_checked for form in of_the_day):
        return Reason("R-37.unchecked", {"document": purpose})
    return None


def decide_forms(required: Sequence[str], on_file: Sequence[Form], *, event_on: date) -> Decision:
    """Ask that every required document is on file as the rules want it; the first fault refuses (R-16, R-37)."""
    faults = find_form_faults(required, on_file, event_on=event_on)
    return Decision(allowed=False, reason=faults[0]) if faults else allow("R-37.forms_allowed")

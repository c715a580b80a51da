"""What is wrong with a relationship type before it is published (R-08): every fault with the field it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields

from domain.decision import Reason
from domain.register_words import BusinessEvent, ChainKind, DocumentPurpose, Post, TypeGroup
from domain.relationship_types import TypeRule
from domain.words import QualificationKind, RelationshipType, StaffCategory, Word, codes

LONGEST_VALIDITY_MONTHS = 12
LONGEST_MAKEUP_DAYS = 30
LONGEST_REASON = 200
LONGEST_NAME = 30
_CODE = re.compile(r"[a-z][a-z0-9_]{2,39}")


def find_type_faults(rule: TypeRule, others: Iterable[TypeRule] = ()) -> list[Reason]:
    """Return every fault of a type beside the other types; empty: it may be published. Each names its ``field``."""
    return [*_names(rule, others), *_holders(rule), *_numbers(rule), *_approvals(rule)]


def changed_type_fields(before: TypeRule, after: TypeRule) -> list[str]:
    """Return the fields whose values differ, in their order."""
    return [one.name for one in fields(TypeRule) if getattr(before, one.name) != getattr(after, one.name)]


def _fault(code: str, field: str, **params: str | int) -> Reason:
    return Reason(f"type.{code}", {"field": field, **params})


def _names(rule: TypeRule, others: Iterable[TypeRule]) -> Iterator[Reason]:
    if not _CODE.fullmatch(rule.type):
        yield _fault("code", "type")
    if rule.number < 1 or any(one.number == rule.number and one.type != rule.type for one in others):
        yield _fault("number", "number", number=rule.number)
    if rule.type not in codes(RelationshipType):
        yield from (_fault("name", name, most=LONGEST_NAME) for name in ("name_zh", "name_en")
                    if not _is_name(getattr(rule, name)))  # fmt: skip
    if rule.group not in codes(TypeGroup):
        yield _unknown("group", rule.group)
    if rule.event is not None and rule.event not in codes(BusinessEvent):
        yield _unknown("event", rule.event)


def _is_name(text: str) -> bool:
    return 1 <= len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()


def _holders(rule: TypeRule) -> Iterator[Reason]:
    yield from _closed("holders", rule.holders, StaffCategory)
    yield from _closed("qualifications", rule.qualifications, QualificationKind)
    yield from _closed("documents", rule.documents, DocumentPurpose)
    if not rule.holders:
        yield _fault("holders", "holders")
    if QualificationKind.LICENCE not in rule.qualifications:
        yield _fault("qualifications", "qualifications")


def _numbers(rule: TypeRule) -> Iterator[Reason]:
    if not 1 <= rule.validity_months <= LONGEST_VALIDITY_MONTHS:
        yield _fault("validity", "validity_months", most=LONGEST_VALIDITY_MONTHS)
    late = rule.makeup_working_days
    if late is not None and not 1 <= late <= LONGEST_MAKEUP_DAYS:
        yield _fault("makeup", "makeup_working_days", most=LONGEST_MAKEUP_DAYS)
    if any(not 1 <= month <= 12 for month in rule.change_months):
        yield _fault("months", "change_months")
    for name in ("min_account_months", "max_per_holder"):
        value = getattr(rule, name)
        if value is not None and value < 1:
            yield _fault("limits", name)


def _approvals(rule: TypeRule) -> Iterator[Reason]:
    for kind, levels in rule.chains.items():
        if kind not in codes(ChainKind):
            yield _unknown("chains", kind)
        elif not levels or any(not level or not set(level) <= set(codes(Post)) for level in levels):
            yield _fault("levels", "chains")
    # what is neither in time and automatic nor approved could never become a relationship
    missing = rule.event is not None and not rule.is_automatic and not rule.levels(ChainKind.IN_TIME)
    late = rule.makeup_working_days is not None and not rule.levels(ChainKind.MAKEUP)
    if missing or late:
        yield _fault("chains", "chains")


def _closed(field: str, values: Iterable[str], words: type[Word]) -> Iterator[Reason]:
    yield from (_unknown(field, value) for value in values if value not in codes(words))


def _unknown(field: str, value: str) -> Reason:
    return Reason("word.unknown", {"field": field, "value": value})

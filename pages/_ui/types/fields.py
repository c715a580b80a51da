"""The fields of a relationship type in words: label, rule, and how a value reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.register_words import BusinessEvent, ChainKind, DocumentPurpose, Post, TypeGroup
from domain.relationship_types import TypeRule
from domain.words import QualificationKind, Role, StaffCategory, Word
from pages._ui.texts import _, label


@dataclass(frozen=True)
class TypeField:
    """One field: its label, the rule it belongs to, the closed list of its values."""

    name: str
    label: str
    rule: str
    words: type[Word] | None = None
    unit: str = ""


FIELDS = (
    TypeField("name_zh", "Name in Chinese", "R-08"),
    TypeField("name_en", "Name in English", "R-08"),
    TypeField("group", "Group", "2.0", TypeGroup),
    TypeField("holders", "Who may hold it", "R-01", StaffCategory),
    TypeField("qualifications", "Required qualifications", "R-03", QualificationKind),
    TypeField("event", "Made by", "R-10", BusinessEvent),
    TypeField("needs_preregistration", "Pre-registration needed", "R-10"),
    TypeField("validity_months", "Life of a pre-registration", "R-10", unit="{count} months"),
    TypeField("makeup_working_days", "Make-up until", "R-11", unit="{count} working days after the event"),
    TypeField("is_automatic", "In time without approval", "R-10"),
    TypeField("chains", "Approvals", "R-14", ChainKind),
    TypeField("allows_split", "Several holders", "R-15"),
    TypeField("needs_public_client", "For public clients only", "R-35"),
    TypeField("needs_natural_client", "For naturally new clients only", "R-30"),
    TypeField("needs_important_client", "For important clients only", "R-40"),
    TypeField("min_account_months", "Age of the account", "R-30", unit="{count} months or more"),
    TypeField("max_per_holder", "Clients per holder", "R-30", unit="{count} at most"),
    TypeField("change_months", "Months in which it changes", "R-33"),
    TypeField("documents", "Forms of the day of the event", "R-37", DocumentPurpose),
    TypeField("created_by", "Entered by", "R-38", Role),
    TypeField("released_by", "Released by", "R-39"),
)  # fmt: skip
BY_NAME = {field.name: field for field in FIELDS}


def value_text(field: TypeField, rule: TypeRule) -> str:
    """Write the value of a field as a reader understands it."""
    value: Any = getattr(rule, field.name)
    if field.name == "chains":
        return "; ".join(f"{label(ChainKind, kind)}: {levels_text(levels)}" for kind, levels in value.items()) or "–"
    if field.name == "released_by":
        return ", ".join(label(Post if one in {post.value for post in Post} else Role, one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value in ((), ""):
        return "–"
    if field.name == "validity_months" and value == 1:
        return _("1 month")
    if field.unit:
        return _(field.unit, count=value)
    if isinstance(value, tuple):
        return ", ".join(label(field.words, one) if field.words else str(one) for one in value)
    return label(field.words, value) if field.words else str(value)


def levels_text(levels: Any) -> str:
    """Write the posts of an approval in their order."""
    return " → ".join(" + ".join(label(Post, post) for post in level) for level in levels)


def differences(before: TypeRule, after: TypeRule) -> list[Mapping[str, str]]:
    """Return the fields that differ with both values in words."""
    return [{"field": _(field.label), "rule": field.rule, "before": value_text(field, before),
             "after": value_text(field, after)}
            for field in FIELDS if getattr(before, field.name) != getattr(after, field.name)]  # fmt: skip

"""The ten relationship types as dated data (R-08); headquarters publishes changes, no code branches on a type's name.

A type rule is stored as JSON in ``relationship_type.body``; this module gives it its shape and the first published
version (section 2.0 of the rules).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from domain.register_words import BusinessEvent, ChainKind, Post, TypeGroup
from domain.words import FRONTLINE, QualificationKind, RelationshipType, Role, StaffCategory

FIRST_VALID_FROM = date(2000, 1, 1)
"""The day from which the first published types hold: before any record of the register."""

Levels = tuple[tuple[str, ...], ...]
"""Posts by level, in their order; the posts of one level stand beside each other."""

_THREE: Levels = ((Post.OPENING_REVIEW,), (Post.OUTLET_REVIEW,), (Post.FINAL_APPROVAL,))
_TWO: Levels = ((Post.OFFICE_HEAD,), (Post.FINAL_APPROVAL,))
_ONE: Levels = ((Post.STOCK_APPROVAL,),)
_CROSS: Levels = ((Post.BRANCH_CONFIRMATION,), (Post.HEADQUARTERS,))
_SPECIAL: Levels = ((Post.SPECIAL_REVIEW,), (Post.FINAL_APPROVAL,), (Post.HEADQUARTERS,))
_CORE: Levels = ((Post.FINAL_APPROVAL,), (Post.HEADQUARTERS,))


@dataclass(frozen=True)
class TypeRule:
    """One version of the rules of a relationship type.

    ``holders``: staff categories that may hold it (R-01). ``qualifications``: all that a holder must have on the first
    day. ``event``: the client's act that makes it, None where people assign it. ``validity_months``: life of a
    pre-registration in calendar months (R-10); ``makeup_working_days``: how late one may come, None: never (R-11).
    ``is_automatic``: in time with one registrant needs no approval. ``chains``: posts by level for each reason of an
    approval. ``allows_split``: several holders (R-15). ``group``: development types exclude each other per client.
    ``needs_public_client``: no development relationship before (R-35). ``needs_natural_client``: opened without any
    registration (R-30). ``min_account_months``, ``max_per_holder``, ``change_months`` (R-30, R-33): None or empty:
    no limit. ``documents``: forms that must bear the day of the event (R-37). ``created_by``, ``released_by``: roles.
    ``name_zh``, ``name_en``: what headquarters calls a type of its own; empty for the ten of the rule book.
    """

    type: str
    number: int
    group: str
    holders: tuple[str, ...]
    qualifications: tuple[str, ...] = (QualificationKind.LICENCE.value,)
    event: str | None = None
    needs_preregistration: bool = False
    validity_months: int = 1
    makeup_working_days: int | None = None
    is_automatic: bool = False
    chains: Mapping[str, Levels] = field(default_factory=dict)
    allows_split: bool = True
    needs_public_client: bool = False
    needs_natural_client: bool = False
    needs_important_client: bool = False
    min_account_months: int | None = None
    max_per_holder: int | None = None
    change_months: tuple[int, ...] = ()
    documents: tuple[str, ...] = ()
    created_by: tuple[str, ...] = ()
    released_by: tuple[str, ...] = (Role.HQ.value, Role.BRANCH_HEAD.value)
    name_zh: str = ""
    name_en: str = ""

    @property
    def is_development(self) -> bool:
        """True for the types of which a client has one at a time."""
        return self.group == TypeGroup.DEVELOPMENT

    @property
    def shuts_out_others(self) -> bool:
        """True when a second registrant is refused at entry while the first record is valid (R-37)."""
        return self.needs_preregistration and not self.allows_split and StaffCategory.AGENT in self.holders

    def levels(self, kind: str) -> Levels:
        """Return the posts by level for a reason of approval; empty when this type never needs it."""
        return self.chains.get(kind, ())

    def as_body(self) -> dict[str, Any]:
        """Return the JSON form that ``relationship_type.body`` stores."""
        return asdict(self)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> TypeRule:
        """Rebuild a type rule from its JSON form; raises ``TypeError`` on an unknown field."""
        values = dict(body)
        for name in ("holders", "qualifications", "change_months", "documents", "created_by", "released_by"):
            if name in values:
                values[name] = tuple(values[name])
        chains = values.get("chains") or {}
        values["chains"] = {kind: tuple(tuple(level) for level in levels) for kind, levels in chains.items()}
        return cls(**values)


_FRONTLINE = tuple(category.value for category in FRONTLINE)
_ASSIGNERS = (Role.HQ.value, Role.BRANCH_HEAD.value, Role.BRANCH_REVIEWER.value)


def _by_event(event: BusinessEvent, levels: Levels) -> dict[str, Any]:
    """Rules shared by the types that an in-time pre-registration makes without approval."""
    chains = {ChainKind.MAKEUP: levels, ChainKind.DUPLICATE: levels, ChainKind.CROSS_BRANCH: _CROSS}
    return {"event": event.value, "needs_preregistration": True, "makeup_working_days": 7, "is_automatic": True,
            "chains": {kind.value: posts for kind, posts in chains.items()}}  # fmt: skip


def _assigned(kind: RelationshipType, group: TypeGroup, **more: Any) -> TypeRule:
    """Build a type that a branch company assigns with one approval (R-38)."""
    return TypeRule(kind.value, kind.number, group.value, _FRONTLINE, chains={ChainKind.STOCK.value: _ONE},
                    created_by=_ASSIGNERS, released_by=(Post.STOCK_RELEASE.value,), **more)  # fmt: skip


FIRST_TYPE_RULES: tuple[TypeRule, ...] = (
    TypeRule("new_development", 1, TypeGroup.DEVELOPMENT.value, _FRONTLINE,
             **{**_by_event(BusinessEvent.ACCOUNT_OPENING, _THREE),
                "chains": {ChainKind.MAKEUP.value: _THREE, ChainKind.DUPLICATE.value: _THREE,
                           ChainKind.CROSS_BRANCH.value: _CROSS, ChainKind.SPECIAL_NEW.value: _SPECIAL}}),
    TypeRule("redevelopment", 2, TypeGroup.DEVELOPMENT.value, _FRONTLINE, event=BusinessEvent.ACTIVATION.value,
             needs_preregistration=True, is_automatic=True, allows_split=False),
    TypeRule("core_service", 3, TypeGroup.SERVICE.value, (StaffCategory.ADVISER.value,),
             (QualificationKind.LICENCE.value, QualificationKind.ADVISORY.value), allows_split=False,
             needs_natural_client=True, min_account_months=12, max_per_holder=100, change_months=(1, 7),
             chains={ChainKind.CORE_LIST.value: _CORE}, created_by=(Role.HQ.value,), released_by=(Role.HQ.value,)),
    TypeRule("ib_service", 4, TypeGroup.BUSINESS.value, _FRONTLINE,
             (QualificationKind.LICENCE.value, QualificationKind.FUTURES.value),
             **_by_event(BusinessEvent.FUTURES_OPENING, _TWO)),
    TypeRule("margin_development", 5, TypeGroup.BUSINESS.value, _FRONTLINE, needs_public_client=True,
             **_by_event(BusinessEvent.MARGIN_OPENING, _THREE)),
    TypeRule("repo_development", 6, TypeGroup.BUSINESS.value, _FRONTLINE, needs_public_client=True,
             **_by_event(BusinessEvent.FIRST_REPO, _THREE)),
    TypeRule("agent_development", 7, TypeGroup.DEVELOPMENT.value, (StaffCategory.AGENT.value,),
             event=BusinessEvent.ACCOUNT_OPENING.value, needs_preregistration=True, makeup_working_days=7,
             allows_split=False, documents=("risk_form", "service_form"),
             chains={ChainKind.IN_TIME.value: _THREE, ChainKind.MAKEUP.value: _THREE, ChainKind.DUPLICATE.value: _THREE,
                     ChainKind.SPECIAL_NEW.value: _SPECIAL}),
    _assigned(RelationshipType.LEGACY_DEVELOPMENT, TypeGroup.DEVELOPMENT),
    _assigned(RelationshipType.MAINTENANCE, TypeGroup.SERVICE),
    _assigned(RelationshipType.KEY_SERVICE, TypeGroup.SERVICE, needs_important_client=True),
)  # fmt: skip
"""The types as the rule book has them, valid from the beginning."""

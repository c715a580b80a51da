"""Closed lists of the register of relationships: events, posts, chains, verdicts, conflicts, grants."""

from __future__ import annotations

from domain.words import Word


class BusinessEvent(Word):
    """What a client does that can make a relationship (section 2.0 of the rules)."""

    ACCOUNT_OPENING = "account_opening", "Account opened"
    FUTURES_OPENING = "futures_opening", "Futures account opened"
    MARGIN_OPENING = "margin_opening", "Margin account opened"
    FIRST_REPO = "first_repo", "First repurchase"
    ACTIVATION = "activation", "Activation"


class TypeGroup(Word):
    """Groups of relationship types: development types exclude each other per client."""

    DEVELOPMENT = "development", "Development"
    BUSINESS = "business", "Business"
    SERVICE = "service", "Service"


class PreregistrationState(Word):
    """States of a pre-registration; whether an active one has expired follows from its last day."""

    ACTIVE = "active", "Active"
    MATCHED = "matched", "Matched"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


class PreregistrationRoute(Word):
    """The path on which a pre-registration is made."""

    ORDINARY = "ordinary", "Ordinary"
    TASK = "task", "Handed-out pool client"
    SPECIAL_NEW = "special_new", "Special-new"


class MatchOutcome(Word):
    """What the matching made of an event."""

    RELATIONSHIP = "relationship", "Relationship"
    CHAIN = "chain", "Approval"
    NATURAL = "natural", "Natural"
    CONFLICT = "conflict", "Conflict"
    NONE = "none", "Nothing"


class ChainKind(Word):
    """Why an approval is needed."""

    IN_TIME = "in_time", "In time"
    MAKEUP = "makeup", "Make-up"
    DUPLICATE = "duplicate", "Several registrants"
    CROSS_BRANCH = "cross_branch", "Across branch companies"
    SPECIAL_NEW = "special_new", "Special-new"
    CORE_LIST = "core_list", "Core service list"
    STOCK = "stock", "Assigned by the branch company"


class Post(Word):
    """Named posts of the approvals (R-14, R-29, R-32, R-34, R-38, R-39)."""

    OPENING_REVIEW = "opening_review", "Account opening review"
    OUTLET_REVIEW = "outlet_review", "Outlet review"
    FINAL_APPROVAL = "final_approval", "Final approval"
    OFFICE_HEAD = "office_head", "Office head"
    SPECIAL_REVIEW = "special_review", "Special-new review"
    STOCK_APPROVAL = "stock_approval", "Approval of assigned relationships"
    STOCK_RELEASE = "stock_release", "Release of assigned relationships"
    BRANCH_CONFIRMATION = "branch_confirmation", "Confirmation by the branch company"
    HEADQUARTERS = "headquarters", "Headquarters"


class ChainState(Word):
    """States of an approval chain."""

    RUNNING = "running", "In approval"
    RETURNED = "returned", "Returned"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class StepDecision(Word):
    """What an approver says."""

    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    RETURNED = "returned", "Returned"


class DocumentPurpose(Word):
    """Documents on file beside an approval (R-16, R-37)."""

    RISK_FORM = "risk_form", "Risk disclosure and confirmation"
    SERVICE_FORM = "service_form", "Client service confirmation"
    STATEMENT = "statement", "Statement on the cooperation"


class ConflictKind(Word):
    """Faults that people have to settle."""

    LATE_EVENT = "late_event", "Late event against a confirmed relationship"
    TWO_DEVELOPMENT = "two_development", "Two development relationships"
    SHARES_ABOVE_ONE = "shares_above_one", "Shares above 1"
    NO_LICENCE = "no_licence", "Holder without licence"
    AGENT_SPLIT = "agent_split", "Several holders where one is allowed"
    FORMS_MISSING = "forms_missing", "Forms missing or too late"
    HOLDER_NOT_ALLOWED = "holder_not_allowed", "Holder not allowed for the type"
    HOLDER_LEFT = "holder_left", "Holder has left"
    TOO_MANY_CORE = "too_many_core", "More core clients than allowed"
    NOT_TRACED = "not_traced", "Confirmation not traced"
    NOT_APPROVED = "not_approved", "Approval missing or faulty"
    DISPUTED = "disputed", "Client disputes the holder"


class ConflictState(Word):
    """States of a conflict item."""

    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"


class FollowUpResult(Word):
    """What a follow-up call found (R-07)."""

    CONFIRMED = "confirmed", "Client confirms"
    NOT_REACHED = "not_reached", "Not reached"
    DISPUTED = "disputed", "Client does not know the holder"


class CoreListState(Word):
    """States of a list of core clients that a branch company proposes (R-32)."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class CoreAction(Word):
    """What a line of a list of core clients asks for."""

    ADD = "add", "Assign"
    RELEASE = "release", "Release"


class CoreVerdict(Word):
    """What became of a line of a list of core clients."""

    REJECTED = "rejected", "Rejected"
    DONE = "done", "Done"


class ForcedGround(Word):
    """Why a core relationship ends outside the window (R-33)."""

    CLIENT_LEFT = "client_left", "The client left"
    LEFT = "left", "The adviser left"
    QUALIFICATION = "qualification", "The adviser lost the qualification"


class GrantAction(Word):
    """What is asked of the permission register (R-05)."""

    GRANT = "grant", "Grant rights"
    CHANGE = "change", "Change rights"
    WITHDRAW = "withdraw", "End rights"


class GrantState(Word):
    """States of an application for rights (R-04)."""

    APPLIED = "applied", "Applied"
    APPROVED = "approved", "Approved"
    EXECUTED = "executed", "Executed"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Taken back"


class RegisterAction(Word):
    """Entries of the permission register (R-05)."""

    APPLY = "apply", "Application"
    APPROVE = "approve", "Approval"
    REFUSE = "refuse", "Refusal"
    EXECUTE = "execute", "Rights granted"
    CHANGE = "change", "Rights changed"
    WITHDRAW = "withdraw", "Rights ended"
    TAKE_BACK = "take_back", "Application taken back"


class RegisterGap(Word):
    """What the permission register lacks for an account (R-05)."""

    NOT_REGISTERED = "not_registered", "Rights without an application"
    UNSIGNED = "unsigned", "Not signed by the applicant"
    NOT_WITHDRAWN = "not_withdrawn", "Disabled without an entry"

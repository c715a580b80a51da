"""The closed lists of the business, one enum each.

A member's value is the stable code that files, tables, URLs and metrics carry.
``label`` is the English wording and the gettext message id; the Chinese wording stands in
``locales/zh_CN``. Words and choices: the glossary in ``docs/glossary.md``.
"""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """A code with an English label (the gettext message id)."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Word:
        """Make a member from its code and label; with the code alone, look a member up."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


def codes(words: type[Word]) -> tuple[str, ...]:
    """Return the codes of a closed list in their defined order."""
    return tuple(word.value for word in words)


class UnitKind(Word):
    """Places in the org tree, from the top down."""

    HQ = "hq", "Headquarters"
    BRANCH = "branch", "Branch company"
    OFFICE = "office", "Business office"
    TEAM = "team", "Team"


class StaffCategory(Word):
    """Categories of staff (R-01)."""

    ADVISER = "adviser", "Investment adviser"
    ACCOUNT_MANAGER = "account_manager", "Account manager"
    OTHER_FRONTLINE = "other_frontline", "Other frontline"
    AGENT = "agent", "Securities agent"
    BACK_OFFICE = "back_office", "Back office"


FRONTLINE = (StaffCategory.ADVISER, StaffCategory.ACCOUNT_MANAGER, StaffCategory.OTHER_FRONTLINE)
"""Categories that may hold pool tasks (R-01, R-26)."""


class QualificationKind(Word):
    """Licences and qualifications of a staff member."""

    LICENCE = "licence", "Licence"
    ADVISORY = "advisory", "Advisory qualification"
    FUTURES = "futures", "Futures qualification"


class ClientKind(Word):
    """Kinds of client."""

    INDIVIDUAL = "individual", "Individual"
    INSTITUTION = "institution", "Institution"
    PRODUCT = "product", "Product"


class RiskLevel(Word):
    """Investor risk levels; ``C1-min`` is a value of its own, not C1."""

    C1_MIN = "C1-min", "C1 (minimum)"
    C1 = "C1", "C1"
    C2 = "C2", "C2"
    C3 = "C3", "C3"
    C4 = "C4", "C4"
    C5 = "C5", "C5"


class Origin(Word):
    """How a client came (R-30)."""

    NATURAL = "natural", "Natural"
    DEVELOPED = "developed", "Developed"


class Gender(Word):
    """Gender as recorded on the document."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"


class DocumentKind(Word):
    """Identity documents accepted for clients."""

    ID_CARD = "id_card", "Resident identity card"
    PASSPORT = "passport", "Passport"
    HK_MACAO_PERMIT = "hk_macao_permit", "Hong Kong and Macao permit"
    TAIWAN_PERMIT = "taiwan_permit", "Taiwan permit"
    FOREIGN_RESIDENT = "foreign_resident", "Foreign resident card"
    COMPANY_CODE = "company_code", "Unified social credit code"
    OTHER = "other", "Other document"


class AccountKind(Word):
    """Kinds of account."""

    CASH = "cash", "Cash account"
    MARGIN = "margin", "Margin account"
    FUTURES = "futures", "Futures account"
    REPO = "repo", "Agreed repurchase"


class AccountEventKind(Word):
    """Events on an account that the rules read."""

    OPENED = "opened", "Opened"
    CLOSED = "closed", "Closed"
    DESIGNATION_MADE = "designation_made", "Shanghai A designation made"
    DESIGNATION_WITHDRAWN = "designation_withdrawn", "Shanghai A designation withdrawn"
    ARCHIVED = "archived", "Archived"
    ACTIVATED = "activated", "Activated"
    TRANSFERRED_IN = "transferred_in", "Transferred in"
    TRANSFERRED_OUT = "transferred_out", "Transferred out"
    FIRST_REPO = "first_repo", "First repurchase"


class Status(Word):
    """One status per client and month; the precedence is lost > archived > silent (R-20, R-24)."""

    NORMAL = "normal", "Normal"
    SILENT = "silent", "Silent"
    ARCHIVED = "archived", "Archived (dormant)"
    LOST = "lost", "Lost"
    UNDETERMINED = "undetermined", "Undetermined (data gap)"


POOL = (Status.LOST, Status.ARCHIVED, Status.SILENT)
"""Statuses whose clients can be handed out for reactivation (R-26)."""


class Tier(Word):
    """Client tiers (R-53)."""

    A = "A", "Tier A"
    B = "B", "Tier B"
    C = "C", "Tier C"


class Stage(Word):
    """Lifecycle stages (R-73)."""

    POTENTIAL = "potential", "Potential"
    BUILDING = "building", "Building"
    GROWING = "growing", "Growing"
    MATURE = "mature", "Mature"
    DECLINING = "declining", "Declining"
    LOST = "lost", "Lost"


class RelationshipType(Word):
    """The ten relationship types in their numbered order (R-2.0)."""

    NEW_DEVELOPMENT = "new_development", "New development"
    REDEVELOPMENT = "redevelopment", "Redevelopment"
    CORE_SERVICE = "core_service", "Core service"
    IB_SERVICE = "ib_service", "IB service"
    MARGIN_DEVELOPMENT = "margin_development", "Margin development"
    REPO_DEVELOPMENT = "repo_development", "Repurchase development"
    AGENT_DEVELOPMENT = "agent_development", "Agent development"
    LEGACY_DEVELOPMENT = "legacy_development", "Legacy development"
    MAINTENANCE = "maintenance", "Maintenance"
    KEY_SERVICE = "key_service", "Key service"

    @property
    def number(self) -> int:
        """The type's number in R-2.0, 1 to 10."""
        return list(RelationshipType).index(self) + 1


class RelationshipState(Word):
    """States of a relationship."""

    PENDING = "pending", "Pending approval"
    CONFIRMED = "confirmed", "Confirmed"
    REJECTED = "rejected", "Rejected"
    RELEASED = "released", "Released"


class TaskState(Word):
    """States of a reactivation task."""

    OPEN = "open", "Open"
    PREREGISTERED = "preregistered", "Pre-registered"
    RECOGNISED = "recognised", "Recognised"
    NOT_RECOGNISED = "not_recognised", "Not recognised"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


OPEN_TASK_STATES = (TaskState.OPEN, TaskState.PREREGISTERED)
"""A client may have one task in these states at a time (R-26)."""


class TaskPriority(Word):
    """Priority that the team lead sets on a task."""

    HIGH = "high", "High"
    NORMAL = "normal", "Normal"
    LOW = "low", "Low"


class ContactChannel(Word):
    """How a contact was made."""

    VISIT = "visit", "Visit"
    PHONE = "phone", "Phone"
    MESSAGE = "message", "Message"
    EMAIL = "email", "E-mail"
    BRANCH = "branch", "At the office"


MEETING_CHANNELS = (ContactChannel.VISIT, ContactChannel.BRANCH)
"""Channels on which people see each other (K-85, K-87)."""


class ContactResult(Word):
    """What a contact led to."""

    NOT_REACHED = "not_reached", "Not reached"
    REACHED = "reached", "Reached"
    REFUSED = "refused", "Refused"
    INTERESTED = "interested", "Interested"
    WRONG_NUMBER = "wrong_number", "Wrong number"


class LossReason(Word):
    """Why a client was lost (R-72)."""

    COMMISSION = "commission", "Commission"
    SERVICE = "service", "Service"
    MOVED_TO_OTHER_FIRM = "moved_to_other_firm", "Moved to another firm"
    RELOCATION = "relocation", "Relocation"
    CASH_NEED = "cash_need", "Need for cash"
    LOSSES = "losses", "Investment losses"
    OTHER = "other", "Other reason"


class InstitutionGroup(Word):
    """Target groups of institutional clients (D-12)."""

    FUND_CLOSED = "fund_closed", "Closed-end fund"
    FUND_OPEN = "fund_open", "Open-end fund"
    FUND_SOCIAL_SECURITY = "fund_social_security", "Social security fund"
    FUND_OTHER = "fund_other", "Other fund"
    ENTERPRISE_GROUP = "enterprise_group", "Large enterprise group"
    FOREIGN_FUND = "foreign_fund", "Foreign fund"
    FOREIGN_BROKER = "foreign_broker", "Foreign broker"


class Role(Word):
    """What an account may do; the place in the org tree is a separate fact."""

    HQ = "hq", "Headquarters"
    BRANCH_HEAD = "branch_head", "Branch head"
    BRANCH_REVIEWER = "branch_reviewer", "Branch reviewer"
    OFFICE_HEAD = "office_head", "Office head / team lead"
    STAFF = "staff", "Staff"
    ANALYST = "analyst", "Analyst"
    AUDITOR = "auditor", "Auditor"
    USER_ADMIN = "user_admin", "User administrator"


class MonthState(Word):
    """Freshness of a month's data."""

    PROVISIONAL = "provisional", "Provisional"
    FINAL = "final", "Final"


class RevealField(Word):
    """Personal fields that are masked until revealed one at a time."""

    DOCUMENT_NO = "document_no", "Document number"
    PHONE = "phone", "Phone"


class RevealPurpose(Word):
    """Why a masked field is revealed; logged with every reveal."""

    CALL_CLIENT = "call_client", "Call the client"
    VERIFY_IDENTITY = "verify_identity", "Verify identity"
    COMPLAINT = "complaint", "Handle a complaint"
    COMPLIANCE_CHECK = "compliance_check", "Compliance check"

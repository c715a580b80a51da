"""Every table of the product on one ``metadata``; money in fen, validity half-open, moments in UTC."""

from data_access.tables.access import (
    access_grant,
    app_session,
    app_user,
    audit_event,
    export_ticket,
    handled_request,
    permission_register,
    sign_in_counter,
    sign_in_ticket,
)
from data_access.tables.clients import (
    MEASURES,
    account,
    account_event,
    client,
    client_month,
    client_month_revision,
    client_revision,
    client_version,
    loss_reason_entry,
)
from data_access.tables.derived import (
    CUBE_DIMENSIONS,
    CUBE_SUMS,
    build,
    client_spell,
    client_status,
    cube_client,
    cube_share,
    cube_transfer,
    generation,
    generation_month,
    staff_month,
    tier_cutoff,
)
from data_access.tables.foresight import warning_model, warning_score
from data_access.tables.organisation import (
    org_unit,
    org_unit_revision,
    staff,
    staff_absence,
    staff_qualification,
    staff_version,
)
from data_access.tables.prospects import prospect, prospect_event
from data_access.tables.relationships import (
    approval_chain,
    approval_step,
    delegation,
    preregistration,
    preregistration_share,
    relationship,
    relationship_revision,
    relationship_share,
    relationship_type,
)
from data_access.tables.system import (
    app_setting,
    calendar_day,
    import_batch,
    import_error,
    import_undo,
    month_state,
    refresh_run,
    rule_set,
    saved_view,
)
from data_access.tables.types import metadata
from data_access.tables.work import (
    campaign,
    campaign_member,
    complaint,
    contact_log,
    reactivation_task,
    satisfaction,
    survey_answer,
    target,
    task_event,
)

__all__ = [
    "CUBE_DIMENSIONS", "CUBE_SUMS", "MEASURES", "access_grant", "account", "account_event", "app_session",
    "app_setting", "app_user", "approval_chain", "approval_step", "audit_event", "build", "calendar_day",
    "campaign", "campaign_member", "client", "client_month", "client_month_revision", "client_revision",
    "client_spell", "client_status", "client_version", "complaint", "contact_log", "cube_client", "cube_share",
    "cube_transfer", "delegation", "export_ticket", "generation", "generation_month", "handled_request", "import_batch",
    "import_error", "import_undo", "loss_reason_entry", "metadata", "month_state", "org_unit",
    "org_unit_revision", "permission_register", "preregistration", "preregistration_share", "prospect",
    "prospect_event", "reactivation_task", "refresh_run", "relationship", "relationship_revision", "relationship_share",
    "relationship_type", "rule_set", "satisfaction", "saved_view", "sign_in_counter", "sign_in_ticket",
    "staff", "staff_absence", "staff_month", "staff_qualification", "staff_version", "survey_answer",
    "target", "task_event", "tier_cutoff", "warning_model", "warning_score",
]  # fmt: skip

"""The page list as data: section, file, title, icon, address, and the roles that see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from domain.words import Role

PAGES = Path(__file__).resolve().parent.parent
READERS = frozenset(
    {Role.HQ, Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD, Role.STAFF, Role.ANALYST, Role.AUDITOR}
)
ADMINS = frozenset({Role.HQ, Role.USER_ADMIN})
EVERYBODY = READERS | ADMINS


@dataclass(frozen=True)
class PageSpec:
    """One screen. ``file`` is relative to ``pages/``; ``title`` is an English message."""

    section: str
    file: str
    title: str
    icon: str
    address: str
    roles: frozenset[Role] = READERS

    @property
    def path(self) -> Path:
        """The page's file."""
        return PAGES / self.file


SCREENS = (
    PageSpec("Overview", "overview/overview.py", "Overview", ":material/dashboard:", "overview"),
    PageSpec("Clients", "clients/tiers.py", "Tiers", ":material/stacked_bar_chart:", "tiers"),
    PageSpec("Clients", "clients/lifecycle.py", "Lifecycle & churn", ":material/route:", "lifecycle"),
    PageSpec("Clients", "clients/pool.py", "Lost · archived · silent", ":material/bedtime:", "pool"),
    PageSpec("Clients", "clients/list.py", "Client list", ":material/list:", "list"),
    PageSpec("Clients", "clients/client.py", "Client", ":material/person_search:", "client"),
    PageSpec("Staff", "staff/performance.py", "Performance", ":material/leaderboard:", "performance"),
    PageSpec("Staff", "staff/capacity.py", "Capacity", ":material/battery_profile:", "capacity"),
    PageSpec("Staff", "staff/exit.py", "Staff exit", ":material/logout:", "exit",
             frozenset({Role.HQ, Role.BRANCH_HEAD})),
    PageSpec("Work", "work/hand_out.py", "Hand out", ":material/campaign:", "hand_out", READERS - {Role.STAFF}),
    PageSpec("Work", "work/tasks.py", "Tasks", ":material/checklist:", "tasks"),
    PageSpec("Work", "work/call.py", "Call", ":material/call:", "call"),
    PageSpec("Work", "work/results.py", "Results", ":material/science:", "results", READERS - {Role.STAFF}),
    PageSpec("Relationships", "relationships/register.py", "Relationship register", ":material/contract:", "register"),
    PageSpec("Relationships", "relationships/preregistrations.py", "Pre-registrations", ":material/event_available:",
             "preregistrations"),
    PageSpec("Relationships", "relationships/approvals.py", "Approvals", ":material/approval:", "approvals",
             READERS - {Role.ANALYST}),
    PageSpec("Relationships", "relationships/posts.py", "Posts", ":material/supervisor_account:", "posts",
             READERS - {Role.ANALYST, Role.STAFF}),
    PageSpec("Relationships", "relationships/core_lists.py", "Core service", ":material/diamond:", "core"),
    PageSpec("Relationships", "relationships/assigned.py", "Assigned relationships", ":material/assignment_ind:",
             "assigned"),
    PageSpec("Analysis", "analysis/explore.py", "Explore", ":material/query_stats:", "explore"),
    PageSpec("System", "system/definitions.py", "Definitions", ":material/menu_book:", "definitions", EVERYBODY),
    PageSpec("System", "system/rules.py", "Rules", ":material/gavel:", "rules", EVERYBODY),
    PageSpec("System", "system/data.py", "Data", ":material/database:", "data",
             frozenset({Role.HQ, Role.BRANCH_HEAD, Role.OFFICE_HEAD, Role.ANALYST, Role.AUDITOR})),
    PageSpec("System", "system/audit.py", "Audit", ":material/policy:", "audit", frozenset({Role.HQ, Role.AUDITOR})),
    PageSpec("System", "system/permissions.py", "Permissions", ":material/verified_user:", "permissions", EVERYBODY),
    PageSpec("System", "system/users.py", "Users", ":material/manage_accounts:", "users", ADMINS),
)  # fmt: skip


def screen_page(address: str) -> st.Page:
    """Return the page object of a screen, for links from other screens."""
    screen = next(screen for screen in SCREENS if screen.address == address)
    return st.Page(screen.path, url_path=screen.address)


def screens_for(role: str) -> list[PageSpec]:
    """Return the screens that a role sees, in their order."""
    return [screen for screen in SCREENS if role in screen.roles]

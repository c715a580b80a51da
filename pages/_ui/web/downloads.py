"""What can be exported: kind -> who writes the file, with the reach of the user it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data_access.actor import ActingUser
from data_access.database import Database
from metrics.export.answers import export_answer
from metrics.export.capacity import EXPORTERS as CAPACITY
from metrics.export.core import EXPORTERS as CORE
from metrics.export.documents import EXPORTERS as DOCUMENTS
from metrics.export.files import Export
from metrics.export.lifecycle import EXPORTERS as LIFECYCLE
from metrics.export.lists import EXPORTERS as LISTS
from metrics.export.passwords import EXPORTERS as PASSWORDS
from metrics.export.permissions import EXPORTERS as PERMISSIONS
from metrics.export.preregistrations import EXPORTERS as PREREGISTRATIONS
from metrics.export.register import EXPORTERS as REGISTER
from metrics.export.tiers import EXPORTERS as TIERS

EXPORTERS: dict[str, Callable[[Database, ActingUser, dict[str, Any]], Export]] = {
    **LISTS,
    **TIERS,
    **LIFECYCLE,
    **PASSWORDS,
    **PERMISSIONS,
    **DOCUMENTS,
    **REGISTER,
    **PREREGISTRATIONS,
    **CORE,
    **CAPACITY,
    "explore": export_answer,
}

"""A document on file on its way out, to those who see the approval it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from data_access.actor import ActingUser, NotAllowed
from data_access.commands.acting import Refused
from data_access.commands.documents import open_document
from data_access.database import Database
from metrics.export.files import Export


def export_document(db: Database, user: ActingUser, params: Mapping[str, Any]) -> Export:
    """Return the document ``document_id`` of the approval ``chain_no``; raises ``ValueError`` when there is none."""
    try:
        opened = open_document(db, user=user, chain_no=str(params.get("chain_no")),
                               document_id=int(params.get("document_id") or 0))  # fmt: skip
    except (Refused, NotAllowed) as refused:
        raise ValueError("document") from refused
    return Export(opened.file_name, opened.media_type, iter([opened.content]))


EXPORTERS: dict[str, Callable[[Database, ActingUser, dict[str, Any]], Export]] = {"document": export_document}

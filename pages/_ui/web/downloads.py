"""What can be exported: a kind of file and who writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from data_access.actor import ActingUser
from data_access.database import Database


@dataclass(frozen=True)
class Export:
    """One file on its way out: its name, media type and bytes, written piece by piece."""

    file_name: str
    media_type: str
    chunks: Iterator[bytes]


EXPORTERS: dict[str, Callable[[Database, ActingUser, dict[str, Any]], Export]] = {}
"""Kind -> writer. A writer reads with the scope of the user it is given."""

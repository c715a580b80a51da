"""The small firm, published, on each engine once per module, whose facts the tests leave; months of any rows."""

from __future__ import annotations

from tests.metrics.conftest import firm_db
from tests.support.book_fixtures import month_db

__all__ = ["firm_db", "month_db"]

"""The small firm, published, on each engine once per module: the tests of reads leave its facts as they are."""

from __future__ import annotations

from tests.metrics.conftest import firm_db

__all__ = ["firm_db"]

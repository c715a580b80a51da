"""Workbooks without the child process where the child is not what is tested."""

from __future__ import annotations

import pytest

import data_access.imports.sources as sources
from data_access.imports.staging import stage_file


@pytest.fixture
def workbooks_in_process(monkeypatch):
    """Read workbooks in this process, with the limits that an upload has."""

    def stage(kind, path, *, file_name, mapping, ignore_extra, limits):
        return stage_file(
            kind,
            path,
            file_name=file_name,
            mapping=mapping,
            ignore_extra=ignore_extra,
            unpacked_bytes=min(limits.unpacked_bytes, 100 << 20),
        )

    monkeypatch.setattr(sources, "stage_in_child", stage)

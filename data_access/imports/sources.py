"""Files as they come, from a path or as an upload's bytes, staged: workbooks in a child process."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path

from data_access.imports.child import FILE_LIMITS, UPLOAD_LIMITS, stage_in_child
from data_access.imports.errors import refuse
from data_access.imports.mapping import Mapping, parse_mapping
from data_access.imports.staging import Progress, Staged, stage_file

UPLOAD_BYTES = 20 << 20


def stage_path(
    kind: str,
    path: Path,
    name: str,
    mapping: Mapping | None,
    ignore_extra: bool,  # noqa: FBT001
    progress: Progress | None,
) -> Staged:
    """Stage a file of any size; raises ``FileRefused``."""
    try:
        with path.open("rb") as handle:
            is_workbook = handle.read(2) == b"PK"
    except OSError:
        raise refuse("file_missing") from None
    if is_workbook:
        return stage_in_child(
            kind, path, file_name=name, mapping=mapping, ignore_extra=ignore_extra, limits=FILE_LIMITS
        )
    return stage_file(kind, path, file_name=name, mapping=mapping, ignore_extra=ignore_extra, progress=progress)


def stage_upload(kind: str, name: str, data: bytes, mapping: str | None, *, ignore_extra: bool) -> Staged:
    """Stage an uploaded file of at most 20 MB (``mapping`` is TOML text); raises ``FileRefused``."""
    if len(data) > UPLOAD_BYTES:
        raise refuse("file_too_large", expected="<= 20 MB")
    parsed = parse_mapping(mapping) if mapping else None
    with tempfile.NamedTemporaryFile(prefix="upload-") as handle:
        handle.write(data)
        handle.flush()
        return stage_in_child(
            kind,
            Path(handle.name),
            file_name=safe_name(name),
            mapping=parsed,
            ignore_extra=ignore_extra,
            limits=UPLOAD_LIMITS,
        )


def safe_name(name: str) -> str:
    """Return the last part of a file name without control and direction characters, at most 120 long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return kept[-120:] or "file"

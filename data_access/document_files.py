"""The folder of documents on file: outside the web root, one file per content, open to the server's account alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from data_access.settings import settings


def keep_file(content: bytes) -> str:
    """Write content under its SHA-256 and return that; the same content is kept once."""
    name = hashlib.sha256(content).hexdigest()
    path = document_path(name)
    if path.exists():
        return name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{name}.{os.urandom(6).hex()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
    return name


def read_file(name: str) -> bytes:
    """Return the content kept under a hash; raises ``LookupError`` when it is gone or is not what the hash says."""
    try:
        content = document_path(name).read_bytes()
    except FileNotFoundError as missing:
        raise LookupError(name) from missing
    if hashlib.sha256(content).hexdigest() != name:
        raise LookupError(name)
    return content


def document_path(name: str) -> Path:
    """Return where a document of this hash lies."""
    return settings().files_dir / "documents" / name[:2] / name

"""Keys made on first run, kept in a 0600 directory outside every backup: matching, encryption, audit."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data_access.settings import settings

KEY_NAMES = ("match", "encrypt", "audit")


@lru_cache(maxsize=len(KEY_NAMES))
def _key(name: str) -> bytes:
    folder = settings().keys_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.key"
    if not path.exists():
        fresh = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(32))
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(fresh, path)  # atomic: the first process to arrive decides the key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def match_hash(normalised: str) -> str:
    """Return the keyed hash by which equal document or phone numbers are matched."""
    return hmac.new(_key("match"), normalised.encode(), hashlib.sha256).hexdigest()


def encrypt(plain: str) -> bytes:
    """Encrypt a personal value for storage (AES-256-GCM, random nonce in front)."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_key("encrypt")).encrypt(nonce, plain.encode(), None)


def decrypt(stored: bytes) -> str:
    """Return the plain value; raises ``cryptography.exceptions.InvalidTag`` on a wrong key or edited value."""
    return AESGCM(_key("encrypt")).decrypt(stored[:12], stored[12:], None).decode()


def audit_mac(previous: str, canonical: str) -> str:
    """Return the keyed chain value over the previous value and one audit row's canonical JSON."""
    return hmac.new(_key("audit"), (previous + "\n" + canonical).encode(), hashlib.sha256).hexdigest()

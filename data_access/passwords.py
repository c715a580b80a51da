"""Passwords: which ones are accepted, how they are hashed and compared.

streamlit-authenticator's hasher (bcrypt) does the hashing. bcrypt reads at most 72 bytes, so the password is
first folded into 44 ASCII characters: base64 of a keyed SHA-256 over its NFC form. Nothing is trimmed,
truncated or folded in case. The fixed key only keeps plain SHA-256 digests stolen elsewhere from being tried.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import secrets
import unicodedata
from functools import cache
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

from domain.decision import Decision, allow, refuse

SHORTEST = 15
LONGEST = 128
FEWEST_DIFFERENT = 5
_FOLD_KEY = b"client-relationship-dashboard password fold 1"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_REFUSED_FILE = Path(__file__).with_name("refused_passwords.txt")
# a hash of a value nobody knows, so that an unknown name costs what a known one costs
_DUMMY_HASH = "$2b$12$PbPcFJv56aDCfwjQb4N4wuvi93xt/4KslYAFUL08A3FwdEvkvq0Y."


@cache
def _hasher() -> Any:
    """Load the hasher's own file: the package around it starts Streamlit, which has no place here."""
    path = distribution("streamlit-authenticator").locate_file("streamlit_authenticator/utilities/hasher.py")
    spec = importlib.util.spec_from_file_location("streamlit_authenticator_hasher", str(path))
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Hasher


def _fold(password: str) -> str:
    normal = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(_FOLD_KEY, normal, hashlib.sha256).digest()).decode()


def hash_password(password: str) -> str:
    """Return the bcrypt hash to store."""
    return str(_hasher().hash(_fold(password)))


def is_password(password: str, stored: str | None) -> bool:
    """Compare a password with a stored hash; without one the same work is done and the answer is no."""
    matches = bool(_hasher().check_pw(_fold(password), stored or _DUMMY_HASH))
    return matches and stored is not None


def one_time_password() -> str:
    """Return a fresh random password of four groups (about 99 bits) for a first sign-in."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


@cache
def refused_words() -> frozenset[str]:
    """Return, letters and digits only, the words of the shipped list: the commonest passwords and words of the firm."""
    lines = _REFUSED_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(_plain(line) for line in lines if line.strip() and not line.startswith("#"))


def decide_password(password: str, *, username: str = "", display_name: str = "") -> Decision:
    """Decide whether a new password is accepted.

    15 to 128 characters of any kind, spaces and Chinese included; no composition rule and no expiry.
    Refused: what is put together only from common passwords, words of the firm, the person's own names and
    runs of one character or of neighbours (``abcdef``, ``12345``); fewer than five different characters;
    control characters. Reason codes start with ``password.``.
    """
    text = unicodedata.normalize("NFC", password)
    if any(unicodedata.category(mark) in {"Cc", "Cs", "Cn"} for mark in text):
        return refuse("password.control_character")
    if len(text) < SHORTEST:
        return refuse("password.short", shortest=SHORTEST)
    if len(text) > LONGEST:
        return refuse("password.long", longest=LONGEST)
    if len(set(text.casefold())) < FEWEST_DIFFERENT:
        return refuse("password.repeats")
    own = {_plain(part) for part in (username, display_name) if len(part) >= 2}
    if _is_common(_plain(text), refused_words() | own):
        return refuse("password.common")
    return allow("password.accepted")


def _plain(text: str) -> str:
    """Return letters and digits only, lower case, full-width forms folded: for comparing with the list."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", text).casefold() if mark.isalnum())


def _is_common(plain: str, words: frozenset[str]) -> bool:
    """Tell whether a text is made of listed words and runs only, but for two characters at most."""
    # fewest[i]: characters of plain[:i] that belong to no word and no run
    fewest = [0] * (len(plain) + 1)
    longest = max(map(len, words), default=0)
    for end in range(1, len(plain) + 1):
        best = fewest[end - 1] + 1
        for start in range(max(0, end - longest), end - 1):
            if fewest[start] < best and (plain[start:end] in words or _is_run(plain[start:end])):
                best = fewest[start]
        fewest[end] = best
    return fewest[-1] <= 2


def _is_run(text: str) -> bool:
    if len(text) < 3:
        return False
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({0}, {1}, {-1})

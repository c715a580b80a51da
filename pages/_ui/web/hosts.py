"""Where the app may be reached: loopback, or the public address over HTTPS."""

from __future__ import annotations

from urllib.parse import urlsplit

from data_access.settings import settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PLAIN_HTTP = (
    "This dashboard is served over plain HTTP on this machine only. Put it behind HTTPS and set "
    "DASHBOARD_PUBLIC_URL to its https:// address."
)
UNKNOWN_HOST = "This dashboard is not served under this name."


def refusal(host: str | None, scheme: str) -> str | None:
    """Return why a request for this Host header is refused, None when it is not."""
    name = _hostname(host)
    if name is None:
        return UNKNOWN_HOST
    if name in LOOPBACK:
        return None
    public = urlsplit(settings().public_url)
    if public.scheme != "https":
        return PLAIN_HTTP
    if name != (public.hostname or "").lower():
        return UNKNOWN_HOST
    return None if scheme in {"https", "wss"} else PLAIN_HTTP


def is_own_origin(origin: str | None, host: str | None) -> bool:
    """Tell whether a socket was opened by a page of this app; a missing Origin is refused."""
    if not origin:
        return False
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return False
    public = urlsplit(settings().public_url)
    if (parts.scheme, parts.netloc.lower()) == (public.scheme, public.netloc.lower()):
        return True
    return parts.netloc.lower() == (host or "").lower() and (parts.hostname or "") in LOOPBACK


def local_path(address: str | None) -> str:
    """Return an address inside this app to go to after sign-in; anything else becomes the start page."""
    if not address or not address.startswith("/") or address.startswith(("//", "/auth/")) or len(address) > 2_000:
        return "/"
    if "\\" in address or any(ord(mark) < 33 or ord(mark) == 127 for mark in address):
        return "/"
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else "/"


def _hostname(host: str | None) -> str | None:
    try:
        parts = urlsplit(f"//{host or ''}")
        _ = parts.port  # raises on a port that is no number
    except ValueError:
        return None
    if parts.username or parts.password or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname.lower().rstrip(".") if parts.hostname else None

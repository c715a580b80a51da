"""The two cookies: the session token, and the browser's own id with the seal of its last sign-in.

Behind HTTPS both are ``__Host-`` cookies with ``Secure``; on loopback HTTP, where browsers refuse that
prefix, they carry a plain name. Both are HttpOnly and SameSite=Lax (a link from a mail opens signed in).
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from data_access.settings import settings

DEVICE_DAYS = 180


def is_https() -> bool:
    """Tell whether the public address is HTTPS."""
    return urlsplit(settings().public_url).scheme == "https"


def session_cookie() -> str:
    """Return the name of the cookie that holds the session token."""
    return "__Host-dashboard_session" if is_https() else "dashboard_session"


def device_cookie() -> str:
    """Return the name of the cookie that holds the browser's id."""
    return "__Host-dashboard_device" if is_https() else "dashboard_device"


def set_cookie(name: str, value: str, *, days: int | None = None) -> str:
    """Return a Set-Cookie header value; without ``days`` the cookie ends with the browser, 0 deletes it."""
    cookie: SimpleCookie = SimpleCookie()
    cookie[name] = value
    cookie[name].update({"path": "/", "httponly": True, "samesite": "Lax"})
    if is_https():
        cookie[name]["secure"] = True
    if days is not None:
        cookie[name]["max-age"] = str(days * 86_400)
    return cookie[name].OutputString()

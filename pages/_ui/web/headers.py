"""Security headers of every response."""

from __future__ import annotations

from pages._ui.web.cookies import is_https

# Streamlit's page has one small inline script and styles itself inline; its data grid decodes Arrow in
# WebAssembly and its charts start workers from blobs. Nothing is fetched from, sent to or framed by others.
POLICY = "; ".join((
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
FIXED = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def secured(path: str, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return a response's headers with ours in the place of any of the same name.

    Only the front end's own hashed files may be stored by the browser.
    """
    ours = list(FIXED)
    if is_https():
        ours.append(HSTS)
    if not path.startswith("/static/"):
        ours.append((b"cache-control", b"no-store"))
    names = {name for name, _value in ours}
    return [(name, value) for name, value in headers if name.lower() not in names] + ours

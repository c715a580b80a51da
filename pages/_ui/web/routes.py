"""Routes beside the pages: sign-in exchange, sign-out, exports, health."""

from __future__ import annotations

from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from data_access.actor import NotSignedIn, SessionActor
from data_access.database import database
from data_access.export_tickets import redeem_export_ticket
from data_access.sessions import end_session, known_device, redeem_ticket
from metrics.language import SOURCE, translator
from pages._ui.web.cookies import DEVICE_DAYS, device_cookie, session_cookie, set_cookie
from pages._ui.web.downloads import EXPORTERS
from pages._ui.web.hosts import local_path


async def begin(request: Request) -> Response:
    """Exchange a one-time ticket for the session cookie and go to the page asked for."""
    target = local_path(request.query_params.get("next"))
    answer = RedirectResponse(target, status_code=303)
    device = request.cookies.get(device_cookie(), "")
    ticket = request.query_params.get("ticket", "")
    redeemed = None
    if device and ticket and not _is_foreign(request):
        redeemed = await run_in_threadpool(redeem_ticket, database(), ticket=ticket, device=device)
    if redeemed:
        token, username = redeemed
        older = request.cookies.get(session_cookie(), "")
        if older:
            await run_in_threadpool(end_session, database(), older, reason="new_sign_in")
        answer.headers.append("set-cookie", set_cookie(session_cookie(), token))
        answer.headers.append(
            "set-cookie", set_cookie(device_cookie(), known_device(device, username), days=DEVICE_DAYS)
        )
    return answer


async def sign_out(request: Request) -> Response:
    """End the session and forget its cookie; a request sent by another site is refused."""
    if _is_foreign(request):
        return PlainTextResponse("Sign out from the dashboard itself.", status_code=403)
    token = request.cookies.get(session_cookie(), "")
    if token:
        await run_in_threadpool(end_session, database(), token)
    answer = RedirectResponse("/", status_code=303)
    answer.headers.append("set-cookie", set_cookie(session_cookie(), "", days=0))
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


async def export(request: Request) -> Response:
    """Stream the file a single-use ticket stands for, to the session that asked for it."""
    actor = SessionActor(request.cookies.get(session_cookie(), ""))
    ticket = str(request.path_params["ticket"])
    try:
        redeemed = (
            None
            if _is_foreign(request)
            else await run_in_threadpool(redeem_export_ticket, database(), actor=actor, ticket=ticket)
        )
    except NotSignedIn:
        return PlainTextResponse("Sign in first", status_code=401)
    if redeemed is None or redeemed[1] not in EXPORTERS:
        return PlainTextResponse("This link has been used or has run out. Press export again.", status_code=404)
    user, kind, params = redeemed
    try:
        made = await run_in_threadpool(EXPORTERS[kind], database(), user, params)
    except ValueError:
        say = translator(user.language or SOURCE)
        return PlainTextResponse(say("There is nothing to export for these choices."), status_code=400)
    disposition = f"attachment; filename*=UTF-8''{quote(made.file_name)}"
    return StreamingResponse(
        made.chunks, media_type=made.media_type, headers={"content-disposition": disposition, "x-accel-buffering": "no"}
    )


async def health(_request: Request) -> Response:
    """Say whether the app and its database answer, and nothing else."""

    def probe() -> None:
        with database().reading() as connection:
            connection.execute(text("SELECT 1"))

    try:
        await run_in_threadpool(probe)
    except (SQLAlchemyError, OSError):
        return PlainTextResponse("unavailable", status_code=503)
    return PlainTextResponse("ok")


def _is_foreign(request: Request) -> bool:
    return request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


ROUTES = [
    Route("/auth/session", begin, methods=["GET"]),
    Route("/auth/sign-out", sign_out, methods=["GET", "POST"]),
    Route("/export/{ticket}", export, methods=["GET"]),
    Route("/health", health, methods=["GET"]),
]

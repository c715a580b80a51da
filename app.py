"""Entry of the app: ``streamlit run app.py`` serves the shell behind the guard, with its routes."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from pages._ui.errors import show_error
from pages._ui.web.guard import Guard
from pages._ui.web.routes import ROUTES

app = st.App(
    Path(__file__).parent / "pages" / "_ui" / "shell.py",
    routes=ROUTES,
    middleware=[Middleware(Guard)],
    on_script_error=show_error,
)

"""Which sign-in each Streamlit session belongs to: naming somebody else's session id gives nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST = 20_000
_owners: OrderedDict[str, str] = OrderedDict()
_guard = threading.Lock()


def remember_owner(streamlit_session: str, token_hash: str) -> None:
    """Note, at a script run, whose sign-in a Streamlit session serves."""
    with _guard:
        _owners[streamlit_session] = token_hash
        _owners.move_to_end(streamlit_session)
        while len(_owners) > MOST:
            _owners.popitem(last=False)


def is_owner(streamlit_session: str, token_hash: str) -> bool:
    """Tell whether a Streamlit session serves this sign-in; unknown sessions serve nobody."""
    with _guard:
        return bool(token_hash) and _owners.get(streamlit_session) == token_hash

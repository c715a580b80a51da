"""Reads what a page draws as plain HTML."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pandas as pd


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
            self.is_open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"th", "td"}:
            self.is_open = False

    def handle_data(self, data: str) -> None:
        if self.is_open:
            self.rows[-1][-1] += data


def read_card(html: str) -> tuple[str, str] | None:
    """Return label and value of a headline card, None for any other HTML."""
    found = re.match(r"<div data-card=[^>]*><div[^>]*>([^<]*)</div><div[^>]*>([^<]*)</div>", html)
    return (unescape(found[1]), unescape(found[2])) if found else None


def read_links(html: str) -> list[str]:
    """Return the addresses that an HTML text links to, in its order."""
    return [unescape(address) for address in re.findall(r'<a href="([^"]*)"', html)]


def read_table(html: str) -> pd.DataFrame | None:
    """Return the table of an HTML text, None without one."""
    cells = _Cells()
    cells.feed(html)
    return pd.DataFrame(cells.rows[1:], columns=cells.rows[0]) if cells.rows else None

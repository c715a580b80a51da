"""The client page says why a client has each label, why not the others, and what would change it, in both languages."""

from __future__ import annotations

from tests.support.apptest import Open

SILENT = {"client": "00000008"}


def test_why_and_why_not(look: Open):
    screen = look("client", "hq", query=SILENT)
    why = screen.table("Condition", "What would change it")
    change = "One of these by the end of 2025-07: Month-end assets of 2025-07 reach 1,000.00 yuan. A trade in 2025-07."
    assert why.loc[why["Aspect"] == "Status", "What would change it"].iloc[0] == change
    found = dict(zip(why["Aspect"], why["Result"], strict=True))
    assert found == {"Status": "Silent", "Pool": "Silent", "Tier": "C", "Watch list": "Not on watch",
                     "Lifecycle stage": "Declining", "Churn warning": "Not rated"}  # fmt: skip
    others = screen.table("Not", "Condition")
    pairs = set(zip(others["Aspect"], others["Not"], strict=True))
    assert {
        ("Status", "Lost"),
        ("Status", "Archived (dormant)"),
        ("Tier", "A"),
        ("Lifecycle stage", "Building"),
    } <= pairs
    assert "What would change it" not in others


def test_in_chinese(look: Open):
    text = look("client", "hq", query=SILENT, language="zh").everything()
    assert "2025-07 月末前满足其一： 2025-07 月末资产达到 1,000.00 元。 2025-07 发生一笔交易。" in text
    assert "滚动净收入低于所持级别线" in text

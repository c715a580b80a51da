"""Words of ranges and lines, the same on page and file."""

from __future__ import annotations

import pytest

from metrics.explore.answer import ALL, REST
from metrics.explore.spread import Range
from metrics.explore.table import name_of, range_name
from metrics.language import translator


@pytest.mark.parametrize(("code", "one", "chinese", "english"), [
    ("assets", Range(0, None, 0, 1), "低于 0", "under 0"), ("assets", Range(1, 0, 100, 1), "0", "0"),
    ("assets", Range(8, 100_000_000, 500_000_000, 1), "100万–500万", "1M–5M"),
    ("assets", Range(10, 1_000_000_000, None, 1), "1,000万 及以上", "10M and more"),
    ("assets", Range(None, None, None, 1), "无数据", "no data"), ("quiet", Range(2, 1, 3, 1), "1–2", "1–2"),
    ("quiet", Range(1, 0, 1, 1), "0", "0"), ("completeness", Range(2, 20, 40, 1), "20%–40%", "20%–40%"),
    ("completeness", Range(6, 100, None, 1), "100% 及以上", "100% and more")])  # fmt: skip
def test_ranges(code: str, one: Range, chinese: str, english: str) -> None:
    for language, expected in (("zh_CN", chinese), ("en", english)):
        assert range_name(code, one, translator(language), language) == expected


def test_codes() -> None:
    say = translator("zh_CN")
    names = {("office", "O011"): "上海营业部"}
    found = [name_of("office", code, say, names, others=12) for code in ("O011", "O012", None, REST, ALL)]
    assert found == ["上海营业部", "O012", "无值", "其余（12）", "合计"]
    assert name_of("tier", "Z", say, {}) == "Z"

"""Which passwords are accepted (forty of them), and that they are compared exactly as typed."""

from __future__ import annotations

import bcrypt
import pytest

from data_access.passwords import decide_password, hash_password, is_password, one_time_password, refused_words
from tests.support.accounts import cheapen_hashes

ACCEPTED = [
    "correct horse battery staple",
    "fifteen chars!!",
    "床前明月光疑是地上霜举头望明月",
    "我家门口有两棵树一棵是枣树另一棵也是",
    "rainy tuesdays smell of tea",
    "  leading and trailing  ",
    "tab-less but—with–dashes",
    "The quick brown fox 42",
    "Ünïcödé ist auch dabei",
    "крокодил летел на юг",
    "すべての道はローマに通ず です",
    "emoji 🐉🐉 are characters too",
    "no composition rule here",
    "NOLOWERCASENEEDEDEITHERWAY",
    "8302615749203857162",
    "x7#kQ!v9zR@2mW&p",
    "x7#kQ!v9zR@2mW&p" * 8,
    "中文密码可以很长" * 16,
    "Rob'); DROP TABLE client;--",
    "％full-width ＰＡＲＴＳ okay",
]
REFUSED = [
    ("", "password.short"),
    ("short", "password.short"),
    ("fourteen chars", "password.short"),
    ("十四个汉字不够长十四个汉字不", "password.short"),
    ("x7#kQ!v9zR@2mW&p" * 8 + "y", "password.long"),
    ("aaaaaaaaaaaaaaaa", "password.repeats"),
    ("abababababababab", "password.repeats"),
    ("1212121212121212", "password.repeats"),
    ("哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈", "password.repeats"),
    ("password12345678", "password.common"),
    ("Password Password 1", "password.common"),
    ("P@ssw0rd!P@ssw0rd!", "password.common"),
    ("qwertyuiopasdfgh", "password.common"),
    ("123456789012345", "password.common"),
    ("ＰＡＳＳＷＯＲＤ２０２６１２３４", "password.common"),
    ("admin-admin-admin-2026", "password.common"),
    ("客户关系管理系统密码123456", "password.common"),
    ("证券公司营业部客户经理123456", "password.common"),
    ("wang.meili wang.meili", "password.common"),
    ("a line\nbreak in the middle", "password.control_character"),
]


@pytest.mark.parametrize("password", ACCEPTED)
def test_accepted(password: str) -> None:
    assert decide_password(password, username="wang.meili", display_name="王美丽").reason.code == "password.accepted"


@pytest.mark.parametrize(("password", "code"), REFUSED)
def test_refused(password: str, code: str) -> None:
    decision = decide_password(password, username="wang.meili", display_name="王美丽")
    assert (bool(decision), decision.reason.code) == (False, code)


def test_the_table_has_forty_rows() -> None:
    assert (len(ACCEPTED), len(REFUSED)) == (20, 20)


@pytest.mark.parametrize("password", [ACCEPTED[5], ACCEPTED[16], ACCEPTED[17], ACCEPTED[2]])
def test_compared_exactly_as_typed(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)
    stored = hash_password(password)
    near = [password + " ", " " + password, password[:-1], password.swapcase() + "x", password[:-1] + "y"]
    if password != password.strip():
        near.append(password.strip())
    assert is_password(password, stored)
    assert [is_password(other, stored) for other in near] == [False] * len(near)


def test_bytes_beyond_the_72nd_count(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)
    stored = hash_password("长" * 60 + "甲")
    assert (is_password("长" * 60 + "甲", stored), is_password("长" * 60 + "乙", stored)) == (True, False)


def test_composed_and_decomposed_letters_are_the_same_password(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)
    assert is_password("cafe\u0301 with a long name", hash_password("caf\u00e9 with a long name"))


def test_stored_form_is_bcrypt_at_cost_12() -> None:
    assert hash_password("whatever it is called")[:7] == "$2b$12$"


def test_an_unknown_account_costs_one_comparison_and_never_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr(bcrypt, "checkpw", lambda given, stored: seen.append(stored) or True)
    assert is_password("whatever it is called", None) is False
    assert [stored[:7] for stored in seen] == [b"$2b$12$"]


def test_one_time_passwords_pass_the_rule_and_differ() -> None:
    made = {one_time_password() for _ in range(200)}
    assert (len(made), all(decide_password(password) for password in made)) == (200, True)


def test_the_shipped_list_is_long_enough() -> None:
    assert len(refused_words()) >= 700

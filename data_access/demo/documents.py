"""Document and phone numbers of valid form and right check digits that were dealt out by counting."""

from __future__ import annotations

import numpy as np

DISTRICTS = np.array([
    110101, 110102, 110105, 110108, 120101, 120103, 140121, 210122, 210224, 222401, 230722, 310101, 310104, 310106,
    330122, 330127, 340121, 340221, 350121, 422822, 430121, 430221, 510121, 510321, 520201, 530121, 610322, 620121,
    650121, 652122,
])  # fmt: skip
"""District codes that were in force for every birth year from 1930 on."""
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_COMPANY_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_COMPANY_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def distinct_orders(number: np.ndarray, birth: np.ndarray, female: np.ndarray) -> np.ndarray:
    """Return an order code per person (odd for men) such that no two share district, birthday and order code."""
    order = (number // len(DISTRICTS)) % 500 * 2 + np.where(female, 0, 1)
    for _attempt in range(500):
        key = (birth.astype(np.int64) * len(DISTRICTS) + number % len(DISTRICTS)) * 1_000 + order
        _unique, first = np.unique(key, return_index=True)
        if len(first) == len(key):
            return order
        again = np.ones(len(key), bool)
        again[first] = False
        order[again] = (order[again] + 2) % 1_000
    raise AssertionError("more people than identity card numbers")


def identity_cards(number: np.ndarray, birth: np.ndarray, order: np.ndarray) -> list[str]:
    """Return one 18-character identity card number per person.

    ``number`` is the person's running number, ``birth`` ``datetime64[D]``, ``order`` the code of ``distinct_orders``.
    """
    district = DISTRICTS[number % len(DISTRICTS)].astype(np.int64)
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    month = birth.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (birth - birth.astype("datetime64[M]")).astype(np.int64) + 1
    head = ((district * 10_000 + year) * 10_000 + month * 100 + day) * 1_000 + order
    digits = head[:, None] // 10 ** np.arange(16, -1, -1) % 10
    check = (12 - (digits * _ID_WEIGHTS).sum(axis=1) % 11) % 11
    return [f"{value}{'X' if last == 10 else last}" for value, last in zip(head.tolist(), check.tolist(), strict=True)]


def company_code(number: int) -> str:
    """Return a unified social credit code with right check characters for a running number below 10^8."""
    body = f"{number:08d}"
    rest = -sum(int(char) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11
    code = "91" + str(DISTRICTS[number % len(DISTRICTS)]) + body + ("X" if rest == 10 else str(rest))
    total = sum(_COMPANY_ALPHABET.index(char) * weight for char, weight in zip(code, _COMPANY_WEIGHTS, strict=True))
    return code + _COMPANY_ALPHABET[-total % 31]


def mobile(number: int) -> str:
    """Return a mobile number from a block that counts up (1990 0000 001, …)."""
    return f"1990{number:07d}"

"""Nobody who exists is in the repository: every number of a person in it is one that was made up."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mkd_core.errors import InvalidInput
from mkd_core.people import Employment, ServiceNumber
from mkd_plugins.testing.province import SYNTHETIC_SERIALS

ROOT = Path(__file__).parents[2]
SERVICE_NUMBER = re.compile(r"(?<!\d)\d{8} ?\d{6} ?\d ?\d{3}(?!\d)")
IDENTITY_CARD = re.compile(r"(?<!\d)\d{16}(?!\d)")
PROVINCES = range(11, 97)
"""The first two digits of the number of an identity card that somebody may have; 99 is no province."""


def texts() -> Iterator[tuple[str, str]]:
    """Every file that is committed."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            yield name, (ROOT / name).read_bytes().decode("utf-8", "ignore")


def may_be_somebodys_number(digits: str) -> bool:
    """Whether it has the form of a service number, and does not end as those of the synthetic province do."""
    for employment in (Employment.PNS, Employment.PPPK):
        try:
            ServiceNumber.parse(digits, employment)
        except InvalidInput:
            continue
        return int(digits[15:]) not in SYNTHETIC_SERIALS
    return False


def may_be_somebodys_card(digits: str) -> bool:
    """Whether its parts are a province, a birth day (40 more for women) and a month."""
    day, month = int(digits[6:8]) % 40, int(digits[8:10])
    return int(digits[:2]) in PROVINCES and 1 <= day <= 31 and 1 <= month <= 12


@pytest.mark.parametrize(
    ("form", "real"),
    [(SERVICE_NUMBER, may_be_somebodys_number), (IDENTITY_CARD, may_be_somebodys_card)],
    ids=["service numbers", "identity cards"],
)
def test_no_number_in_the_repository_can_be_that_of_a_person(form: re.Pattern[str], real) -> None:
    """Numbers of employees end as no real one does, those of cards begin with a province that there is not."""
    files = dict(texts())
    found = [name for name, text in files.items() for digits in form.findall(text) if real(digits.replace(" ", ""))]

    assert len(files) > 300
    assert found == []


@pytest.mark.parametrize(
    ("number", "real"),
    [
        ("1990" + "02012015031" + "907", False),
        ("1990" + "02012015031" + "007", True),
        ("1990" + "13012015031" + "007", False),
        ("1955" + "02012015031" + "007", True),
    ],
)
def test_a_number_that_could_be_real_is_seen(number: str, real: bool) -> None:
    """The search finds what it is for."""
    assert may_be_somebodys_number(number) is real


@pytest.mark.parametrize(("number", "real"), [("3273" + "014102900001", True), ("9904" + "073723274809", False)])
def test_the_number_of_a_card_that_could_be_real_is_seen(number: str, real: bool) -> None:
    """By its province and its birth date."""
    assert may_be_somebodys_card(number) is real

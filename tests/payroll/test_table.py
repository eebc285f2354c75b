"""Pay lines into CSV files: each key once, whole or not at all, reconciled line by line."""

from __future__ import annotations

import csv
import random
import stat
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.errors import InvalidInput, Permanent, Transient
from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import PayLine, PayRun
from mkd_plugins.payroll.table import COLUMNS, Config, TablePayroll

pytestmark = pytest.mark.bare

NUMBER = ServiceNumber.parse("198503122010011901", Employment.PNS)


def line(key: str, quantity: str = "6000", **changes: object) -> PayLine:
    usual = PayLine(
        key=key,
        person="k000002",
        number=NUMBER,
        period="2023-07",
        item="trk_minutes",
        quantity=Decimal(quantity),
        unit="minutes",
        rule="validated-minutes",
        scheme="jabar-trk",
        source="BKD Jabar, TRK 2020",
    )
    return attrs.evolve(usual, **changes)


def run(*lines: PayLine, key: str = "run-1", timeout: float = 60.0) -> PayRun:
    return PayRun(key=key, lines=lines, timeout=timeout)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pay"


@pytest.fixture
def payroll(folder: Path) -> TablePayroll:
    return TablePayroll(Config(folder=folder))


def test_a_line_is_one_row_with_the_number_that_payroll_needs(folder: Path, payroll: TablePayroll) -> None:
    payroll.submit(run(line("a:1")))

    assert rows(folder / "pay-2023-07.csv") == [
        {
            "key": "a:1",
            "period": "2023-07",
            "nip": "198503122010011901",
            "person": "k000002",
            "item": "trk_minutes",
            "quantity": "6000",
            "unit": "minutes",
            "rule": "validated-minutes",
            "scheme": "jabar-trk",
            "source": "BKD Jabar, TRK 2020",
        }
    ]


def test_the_receipt_reconciles_line_by_line_and_says_which_row(payroll: TablePayroll) -> None:
    lines = (line("a:1"), line("b:1", "-300.50"))

    receipt = payroll.submit(run(*lines))

    assert receipt.key == "run-1"
    assert [(taken.key, taken.quantity) for taken in receipt.lines] == [("a:1", 6000), ("b:1", Decimal("-300.50"))]
    assert [taken.reference for taken in receipt.lines] == ["pay-2023-07.csv:2", "pay-2023-07.csv:3"]


def test_a_run_sent_again_is_acknowledged_again_and_written_once(folder: Path, payroll: TablePayroll) -> None:
    first = payroll.submit(run(line("a:1"), line("b:1")))
    before = (folder / "pay-2023-07.csv").read_bytes()

    second = payroll.submit(run(line("a:1"), line("b:1")))

    assert second == first
    assert (folder / "pay-2023-07.csv").read_bytes() == before


def test_a_key_that_comes_twice_in_a_run_is_one_row_and_one_receipt(folder: Path, payroll: TablePayroll) -> None:
    receipt = payroll.submit(run(line("a:1"), line("a:1")))

    assert len(rows(folder / "pay-2023-07.csv")) == len(receipt.lines) == 1


def test_each_period_has_a_file_of_its_own(folder: Path, payroll: TablePayroll) -> None:
    receipt = payroll.submit(run(line("a:2", period="2023-08"), line("a:1")))

    assert receipt.reference == "pay-2023-08.csv, pay-2023-07.csv"
    assert [taken.key for taken in receipt.lines] == ["a:2", "a:1"]
    assert [path.name for path in sorted(folder.glob("pay-*.csv"))] == [
        "pay-2023-07.csv",
        "pay-2023-07.receipt.csv",
        "pay-2023-08.csv",
        "pay-2023-08.receipt.csv",
    ]


def test_the_receipt_file_lists_what_the_file_holds_without_numbers_of_people(
    folder: Path, payroll: TablePayroll
) -> None:
    payroll.submit(run(line("a:1")))
    payroll.submit(run(line("b:1", "5700")))

    assert rows(folder / "pay-2023-07.receipt.csv") == [
        {"key": "a:1", "row": "2", "item": "trk_minutes", "quantity": "6000", "unit": "minutes"},
        {"key": "b:1", "row": "3", "item": "trk_minutes", "quantity": "5700", "unit": "minutes"},
    ]


def test_only_the_owner_may_read_the_files(folder: Path, payroll: TablePayroll) -> None:
    payroll.submit(run(line("a:1")))

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.csv")}
    assert modes == {"pay-2023-07.csv": 0o600, "pay-2023-07.receipt.csv": 0o600}


def test_a_person_without_a_service_number_stops_the_run_and_is_named_by_key(
    folder: Path, payroll: TablePayroll
) -> None:
    with pytest.raises(Permanent, match=r"MKD626 1 of the run's people have no usable service number: k000007"):
        payroll.submit(run(line("a:1"), line("b:1", number=None, person="k000007")))

    assert not (folder / "pay-2023-07.csv").exists()


def test_a_key_that_comes_back_with_another_quantity_is_not_reconciled(payroll: TablePayroll) -> None:
    payroll.submit(run(line("a:1", "6000")))

    receipt = payroll.submit(run(line("a:1", "5000")))

    assert [taken.quantity for taken in receipt.lines] == [6000]


def test_a_key_that_comes_back_for_somebody_else_is_refused_and_nothing_is_written(
    folder: Path, payroll: TablePayroll
) -> None:
    payroll.submit(run(line("a:1")))
    before = (folder / "pay-2023-07.csv").read_bytes()

    with pytest.raises(Permanent, match=r"MKD622 pay-2023-07.csv: .*another person"):
        payroll.submit(run(line("c:1"), line("a:1", person="k000003")))

    assert (folder / "pay-2023-07.csv").read_bytes() == before


def test_when_one_period_is_refused_no_other_is_written(folder: Path, payroll: TablePayroll) -> None:
    payroll.submit(run(line("a:1")))

    with pytest.raises(Permanent, match="MKD622"):
        payroll.submit(run(line("z:1", period="2023-08"), line("a:1", item="other")))

    assert not (folder / "pay-2023-08.csv").exists()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[:-9], "row 2 is cut off"),
        (lambda text: text.replace("nip,", "number,"), "its header is not key,period"),
        (lambda text: text + "a,b\n", "row 3 has 2 cells"),
        (lambda text: text.replace("6000", "six"), "row 2 has no number in quantity"),
        (lambda text: text + '"\n', "unexpected end"),
    ],
)
def test_a_file_that_somebody_damaged_is_refused_and_left_alone(
    folder: Path, payroll: TablePayroll, damage: object, said: str
) -> None:
    payroll.submit(run(line("a:1")))
    path = folder / "pay-2023-07.csv"
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]
    before = path.read_bytes()

    with pytest.raises(Permanent, match="MKD621") as refused:
        payroll.submit(run(line("b:1")))

    assert said in str(refused.value)
    assert NUMBER.digits not in str(refused.value)
    assert path.read_bytes() == before


def test_a_file_that_is_not_utf_8_is_refused(folder: Path, payroll: TablePayroll) -> None:
    payroll.submit(run(line("a:1")))
    (folder / "pay-2023-07.csv").write_bytes(b"\xff\xfe\n")

    with pytest.raises(Permanent, match=r"MKD621 .*not UTF-8"):
        payroll.submit(run(line("b:1")))


def test_what_a_killed_process_left_half_written_is_cleared_away(folder: Path, payroll: TablePayroll) -> None:
    folder.mkdir()
    (folder / ".mkd-payroll-abc123").write_text("key,period", encoding="utf-8")

    payroll.submit(run(line("a:1")))

    assert sorted(path.name for path in folder.iterdir()) == [
        ".mkd-payroll.lock",
        "pay-2023-07.csv",
        "pay-2023-07.receipt.csv",
    ]


def test_a_lost_receipt_file_is_made_anew(folder: Path, payroll: TablePayroll) -> None:
    payroll.submit(run(line("a:1")))
    (folder / "pay-2023-07.receipt.csv").unlink()

    payroll.submit(run(line("a:1")))

    assert [row["key"] for row in rows(folder / "pay-2023-07.receipt.csv")] == ["a:1"]


def test_while_another_process_writes_the_run_has_to_wait_and_may_come_again(
    folder: Path, payroll: TablePayroll
) -> None:
    fcntl = pytest.importorskip("fcntl")
    folder.mkdir()
    with (folder / ".mkd-payroll.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Transient, match="MKD624"):
            payroll.submit(run(line("a:1"), timeout=0.05))

    assert len(payroll.submit(run(line("a:1"), timeout=0.05)).lines) == 1


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pay").write_text("", encoding="utf-8")

    with pytest.raises((Permanent, Transient), match="MKD623"):
        TablePayroll(Config(folder=tmp_path / "pay")).submit(run(line("a:1")))


WRITER = """
import sys
from decimal import Decimal
from pathlib import Path
from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import PayLine, PayRun
from mkd_plugins.payroll.table import Config, TablePayroll

payroll = TablePayroll(Config(folder=Path(sys.argv[1])))
number = ServiceNumber.parse("198503122010011901", Employment.PNS)
for at in range(15):
    lines = [
        PayLine(key=key, person="k000002", number=number, period="2023-07", item="trk_minutes", quantity=Decimal(1),
                unit="minutes", rule="r", scheme="s", source="x")
        for key in (f"{sys.argv[2]}:{at}", "shared:1")
    ]
    payroll.submit(PayRun(key="run", lines=tuple(lines)))
"""


def test_processes_that_write_at_once_lose_no_line_and_double_none(folder: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name]) for name in ("a", "b", "c")]
    ends = [writer.wait(timeout=120) for writer in writers]

    keys = [row["key"] for row in rows(folder / "pay-2023-07.csv")]
    assert ends == [0, 0, 0]
    assert sorted(keys) == sorted({*keys})
    assert len(keys) == 46


@pytest.mark.kill
def test_a_process_killed_at_any_moment_leaves_whole_files_and_the_next_run_completes_them(folder: Path) -> None:
    chance = random.Random(2023)
    for attempt in range(12):
        writer = subprocess.Popen([sys.executable, "-c", WRITER.replace("range(15)", "range(5000)"), folder, "a"])
        while not (folder / "pay-2023-07.csv").exists() and writer.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                writer.wait(timeout=0.02)
        with suppress(subprocess.TimeoutExpired):
            writer.wait(timeout=0.1 + chance.random() * 0.4)
        writer.kill()
        writer.wait()

        receipt = TablePayroll(Config(folder=folder)).submit(run(line(f"after:{attempt}")))

        keys = [row["key"] for row in rows(folder / "pay-2023-07.csv")]
        assert len(keys) == len(set(keys))
        assert [row["key"] for row in rows(folder / "pay-2023-07.receipt.csv")] == keys
        assert receipt.lines[0].reference == f"pay-2023-07.csv:{len(keys) + 1}"
        assert {path.suffix for path in folder.iterdir()} == {".lock", ".csv"}


@pytest.mark.parametrize("period", ["../2023-07", "2023/07", "", ".hidden"])
def test_a_period_that_is_no_file_name_is_refused(payroll: TablePayroll, period: str) -> None:
    with pytest.raises(Permanent, match="MKD627"):
        payroll.submit(run(line("a:1", period=period)))


@pytest.mark.parametrize("file", ["pay.csv", "{month}.csv", "../{period}.csv", "{period", "sub/{period}.csv"])
def test_a_name_that_is_not_one_plain_file_per_period_is_refused(tmp_path: Path, file: str) -> None:
    with pytest.raises(InvalidInput, match="MKD625"):
        Config(folder=tmp_path, file=file)


def test_a_delimiter_of_ones_own_is_written_and_read_back(folder: Path) -> None:
    payroll = TablePayroll(Config(folder=folder, delimiter=";"))

    payroll.submit(run(line("a:1")))
    payroll.submit(run(line("b:1")))

    text = (folder / "pay-2023-07.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == ";".join(COLUMNS)
    assert len(text.splitlines()) == 3


@given(
    quantities=st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=4), min_size=1, max_size=8),
    scheme=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20),
)
def test_any_quantity_and_any_words_come_back_as_they_were_sent(
    tmp_path_factory: pytest.TempPathFactory, quantities: list[Decimal], scheme: str
) -> None:
    payroll = TablePayroll(Config(folder=tmp_path_factory.mktemp("pay")))
    lines = [line(f"k:{at}", scheme=scheme, quantity=quantity) for at, quantity in enumerate(quantities)]

    first, again = payroll.submit(run(*lines)), payroll.submit(run(*lines))

    assert [taken.quantity for taken in first.lines] == quantities
    assert again == first

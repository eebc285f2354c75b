"""Payroll ``table``: a CSV file per period, one line per effect, and a receipt file beside it.

Columns, in this order: ``key`` (idempotency key), ``period``, ``nip`` (service number, the one place where this library
writes it in full), ``person`` (our key), ``item`` (what the line is, such as ``trk_minutes``), ``quantity`` (a decimal
with a point), ``unit``, ``rule``, ``scheme``, ``source`` (which rule of which scheme, by which instrument). UTF-8, a
header, lines ending in a line feed, readable for the owner alone (mode 0600).

A file is replaced as a whole and is complete at every moment, also when the machine stops; a key that is in it is
acknowledged again and not written again. ``<file>.receipt.csv`` lists what the file holds, row by row, and is made anew
from it each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path

import attrs

from mkd_core.errors import InvalidInput, Permanent
from mkd_core.ports import LineReceipt, PayLine, PayReceipt, PayRun
from mkd_plugins.api import Provider, hookimpl, payroll
from mkd_plugins.tables.writing import CsvFile, Line, alone_in

COLUMNS = ("key", "period", "nip", "person", "item", "quantity", "unit", "rule", "scheme", "source")
_RECEIPT_COLUMNS = ("key", "row", "item", "quantity", "unit")
_SAME = ("period", "person", "item", "unit")
_PERIOD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")
_WRITER = "payroll"


@attrs.frozen(kw_only=True)
class Config:
    """``[payroll.table]``: the ``folder``, made when it is missing, and the name of a period's ``file`` in it."""

    folder: Path
    file: str = "pay-{period}.csv"
    delimiter: str = ","

    def __attrs_post_init__(self) -> None:
        try:
            name = self.file.format(period="2023-06")
        except (LookupError, ValueError):
            name = ""
        if "2023-06" not in name or Path(name).name != name:
            raise InvalidInput(
                "MKD625",
                f"{self.file!r} names no file per period",
                mend='write a plain name such as "pay-{period}.csv"',
            )
        if len(self.delimiter) != 1:
            raise InvalidInput("MKD625", "a delimiter is one character", mend='write delimiter = ";"')


class TablePayroll:
    """The port over CSV files. Safe between threads and processes: one at a time works in the folder.

    Raises ``Permanent`` for a person without a service number, whom nobody could pay, for a file that somebody has
    damaged, for a key that comes back with another meaning, or for a period that cannot be a file name; ``Transient``
    while the folder is in use or the disk is full. Then nothing was written.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    def submit(self, run: PayRun) -> PayReceipt:
        """Take the lines over, each key once; the receipt has the quantity that the file holds for it."""
        _all_numbered(run)
        by_period: dict[str, list[PayLine]] = {}
        for line in run.lines:
            by_period.setdefault(line.period, []).append(line)
        paths = {period: self._path(period) for period in by_period}
        with alone_in(self._config.folder, _WRITER, run.timeout):
            contents = {period: self._taken_over(paths[period], lines) for period, lines in by_period.items()}
            for period, lines in contents.items():
                self._file(paths[period], COLUMNS).write(lines)
                self._file(_receipt_path(paths[period]), _RECEIPT_COLUMNS).write(_receipt_lines(lines))
        receipts: dict[str, LineReceipt] = {}
        for period, wanted in by_period.items():
            keys = {line.key for line in wanted}
            for row, held in enumerate(contents[period], start=2):
                if held["key"] in keys:
                    receipts[held["key"]] = LineReceipt(
                        key=held["key"], quantity=Decimal(held["quantity"]), reference=f"{paths[period].name}:{row}"
                    )
        in_order = tuple(receipts[key] for key in dict.fromkeys(line.key for line in run.lines) if key in receipts)
        return PayReceipt(key=run.key, lines=in_order, reference=", ".join(path.name for path in paths.values()))

    def _path(self, period: str) -> Path:
        if not _PERIOD.fullmatch(period):
            raise Permanent(f"the period {period!r} cannot be part of a file name", code="MKD627")
        return self._config.folder / self._config.file.format(period=period)

    def _file(self, path: Path, columns: tuple[str, ...]) -> CsvFile:
        return CsvFile(path=path, columns=columns, delimiter=self._config.delimiter, writer=_WRITER)

    def _held(self, path: Path) -> list[Line]:
        file = self._file(path, COLUMNS)
        held = file.read()
        for number, line in enumerate(held, start=2):
            if not _is_number(line["quantity"]):
                raise file.damaged(f"row {number} has no number in quantity")
        return [*held]

    def _taken_over(self, path: Path, lines: Iterable[PayLine]) -> list[Line]:
        """What the file will hold: what it holds now, and the lines whose key it has not."""
        held = self._held(path)
        by_key = {line["key"]: line for line in held}
        for line in lines:
            new = _as_text(line)
            old = by_key.setdefault(line.key, new)
            if old is new:
                held.append(new)
            elif any(old[column] != new[column] for column in _SAME):
                changed = ", ".join(column for column in _SAME if old[column] != new[column])
                raise Permanent(
                    f"the key {line.key} is taken by a line with another {changed}",
                    code="MKD622",
                    where=path.name,
                    mend="a correction is a line with a key of its own",
                )
        return held


def _all_numbered(run: PayRun) -> None:
    without = sorted({line.person for line in run.lines if line.number is None})
    if without:
        named = ", ".join(without[:8]) + (", ..." if len(without) > 8 else "")
        raise Permanent(
            f"{len(without)} of the run's people have no usable service number: {named}",
            code="MKD626",
            mend="mend the personnel record (mkd facts check says what is wrong), then replay the lines",
        )


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _as_text(line: PayLine) -> Line:
    assert line.number is not None
    return {
        "key": line.key,
        "period": line.period,
        "nip": line.number.digits,
        "person": line.person,
        "item": line.item,
        "quantity": format(line.quantity, "f"),
        "unit": line.unit,
        "rule": line.rule,
        "scheme": line.scheme,
        "source": line.source,
    }


def _receipt_path(path: Path) -> Path:
    return path.with_suffix(".receipt.csv")


def _receipt_lines(lines: Iterable[Line]) -> list[Line]:
    return [
        {"key": line["key"], "row": str(row), "item": line["item"], "quantity": line["quantity"], "unit": line["unit"]}
        for row, line in enumerate(lines, start=2)
    ]


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce the files."""
    return [payroll(name="table", config=Config, build=TablePayroll, cooperative=True)]

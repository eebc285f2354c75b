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

import csv
import errno
import io
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO

import attrs

from mkd_core.errors import BackendError, InvalidInput, Permanent, Transient
from mkd_core.ports import LineReceipt, PayLine, PayReceipt, PayRun
from mkd_plugins.api import Provider, hookimpl, payroll

COLUMNS = ("key", "period", "nip", "person", "item", "quantity", "unit", "rule", "scheme", "source")
_RECEIPT_COLUMNS = ("key", "row", "item", "quantity", "unit")
_SAME = ("period", "person", "item", "unit")
_PERIOD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")
_LOCK = ".mkd-payroll.lock"
_TEMPORARY = ".mkd-payroll-"
_LOCK_PAUSE = 0.02

Line = Mapping[str, str]


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
        with _answering(self._config.folder), _alone_in(self._config.folder, run.timeout):
            contents = {period: self._taken_over(paths[period], lines) for period, lines in by_period.items()}
            for period, lines in contents.items():
                self._write(paths[period], COLUMNS, lines)
                self._write(_receipt_path(paths[period]), _RECEIPT_COLUMNS, _receipt_lines(lines))
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

    def _taken_over(self, path: Path, lines: Iterable[PayLine]) -> list[Line]:
        """What the file will hold: what it holds now, and the lines whose key it has not."""
        held = self._read(path)
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

    def _read(self, path: Path) -> list[Line]:
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except UnicodeDecodeError:
            raise _damaged(path, "it is not UTF-8") from None
        if not text.endswith("\n"):
            raise _damaged(path, f"row {len(text.splitlines())} is cut off")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self._config.delimiter, strict=True)
        try:
            rows = list(reader)
        except csv.Error as error:
            raise _damaged(path, f"row {reader.line_num}: {error}") from None
        if tuple(rows[0]) != COLUMNS:
            raise _damaged(path, f"its header is not {self._config.delimiter.join(COLUMNS)}")
        return [self._line(path, number, row) for number, row in enumerate(rows[1:], start=2)]

    def _line(self, path: Path, number: int, row: list[str]) -> Line:
        if len(row) != len(COLUMNS):
            raise _damaged(path, f"row {number} has {len(row)} cells instead of {len(COLUMNS)}")
        line = dict(zip(COLUMNS, row, strict=True))
        if not _is_number(line["quantity"]):
            raise _damaged(path, f"row {number} has no number in quantity")
        return line

    def _write(self, path: Path, columns: tuple[str, ...], lines: Iterable[Line]) -> None:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, delimiter=self._config.delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        _replace(path, text.getvalue().encode("utf-8"))


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


def _replace(path: Path, content: bytes) -> None:
    """Put the content in the file's place, whole or not at all; ``mkstemp`` makes it readable for its owner alone."""
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the renaming last; a system on which a folder cannot be opened (Windows) does that by itself."""
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _alone_in(folder: Path, timeout: float) -> Iterator[None]:
    """Nobody else writes into the folder meanwhile. The system frees the lock of a process that dies."""
    folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + timeout
    with (folder / _LOCK).open("a+b") as lock:
        while not _locked(lock):
            if time.monotonic() >= end:
                raise Transient("somebody else is writing into the folder", code="MKD624", where=str(folder))
            time.sleep(_LOCK_PAUSE)
        for left_by_the_dead in folder.glob(f"{_TEMPORARY}*"):
            left_by_the_dead.unlink()
        yield


if sys.platform == "win32":
    import msvcrt

    def _locked(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def _answering(folder: Path) -> Iterator[None]:
    """Errors of the system as answers of the backend."""
    try:
        yield
    except BackendError:
        raise
    except OSError as error:
        kind = Permanent if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR) else Transient
        raise kind(
            f"the folder cannot be written: {error.strerror}",
            code="MKD623",
            where=str(folder),
            mend="see path, permissions and free space; what was there before is as it was",
        ) from error


def _damaged(path: Path, line: str) -> Permanent:
    return Permanent(
        line,
        code="MKD621",
        where=path.name,
        mend="restore the file as it was written, or move it away; nothing was added",
    )


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce the files."""
    return [payroll(name="table", config=Config, build=TablePayroll, cooperative=True)]

"""A CSV file replaced as a whole: complete at every moment, also when the machine stops, one writer at a time."""

from __future__ import annotations

import csv
import errno
import io
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import attrs

from mkd_core.errors import BackendError, InvalidInput, Permanent, Transient

Line = Mapping[str, str]
_LOCK_PAUSE = 0.02


@attrs.frozen(kw_only=True)
class CsvFile:
    """UTF-8, a header of these columns, lines ending in a line feed, readable for the owner alone (mode 0600).

    ``writer``  the word in the names of what lies beside it for a while: ``.mkd-payroll.lock``.
    """

    path: Path
    columns: tuple[str, ...]
    delimiter: str
    writer: str

    def read(self) -> list[dict[str, str]]:
        """Its rows; none while it is not there. Raises ``Permanent`` (MKD621) for one that somebody has damaged."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except UnicodeDecodeError:
            raise self.damaged("it is not UTF-8") from None
        if not text.endswith("\n"):
            raise self.damaged(f"row {len(text.splitlines())} is cut off")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter, strict=True)
        try:
            rows = list(reader)
        except csv.Error as error:
            raise self.damaged(f"row {reader.line_num}: {error}") from None
        if tuple(rows[0]) != self.columns:
            raise self.damaged(f"its header is not {self.delimiter.join(self.columns)}")
        return [self._line(number, row) for number, row in enumerate(rows[1:], start=2)]

    def _line(self, number: int, row: list[str]) -> dict[str, str]:
        if len(row) != len(self.columns):
            raise self.damaged(f"row {number} has {len(row)} cells instead of {len(self.columns)}")
        return dict(zip(self.columns, row, strict=True))

    def damaged(self, line: str) -> Permanent:
        """The error of a file that is not as it was written."""
        return Permanent(
            line,
            code="MKD621",
            where=self.path.name,
            mend="restore the file as it was written, or move it away; nothing was added",
        )

    def write(self, lines: Iterable[Line]) -> None:
        """Put these rows in the place of its own, all or none."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self.columns, delimiter=self.delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        replace_file(self.path, text.getvalue().encode("utf-8"), _temporary(self.writer))


def _temporary(writer: str) -> str:
    return f".mkd-{writer}-"


def already_there(path: Path, *, replacing: str = "--force") -> InvalidInput:
    """The refusal to replace a file that nobody said may go; ``replacing`` is the option that says so."""
    return InvalidInput("MKD291", "is there already", where=str(path), mend=f"{replacing} replaces it, or name another")


def replace_file(path: Path, content: bytes, prefix: str = ".mkd-") -> None:
    """Put the content in the file's place, whole or not at all; ``mkstemp`` makes it readable for its owner alone."""
    handle, name = tempfile.mkstemp(prefix=prefix, dir=path.parent)
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
    """Make the renaming last; Windows, where a folder cannot be opened, does that by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone_in(folder: Path, writer: str, timeout: float) -> Iterator[None]:
    """No other process writes as that writer into the folder meanwhile; it is made when it is missing.

    The system frees the lock of a process that dies. Errors of the system are told as answers of a backend:
    ``Transient`` (MKD624) while somebody else writes, ``Permanent`` or ``Transient`` (MKD623) where the folder cannot
    be written.
    """
    with _answering(folder):
        folder.mkdir(parents=True, exist_ok=True)
        end = time.monotonic() + timeout
        with (folder / f".mkd-{writer}.lock").open("a+b") as lock:
            while not _locked(lock):
                if time.monotonic() >= end:
                    raise Transient("somebody else is writing into the folder", code="MKD624", where=str(folder))
                time.sleep(_LOCK_PAUSE)
            for left_by_the_dead in folder.glob(f"{_temporary(writer)}*"):
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

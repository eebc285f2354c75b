"""Reading SIASN into the cache: only what is old, a bounded number of requests at once, and what was had stays.

It can be broken off at any moment and goes on where it was: every hundred answers are kept together.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Final

import attrs

from mkd_plugins.api import BackendError, Permanent
from mkd_plugins.jabar.siasn.client import Answered, Siasn
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.fields import DISCIPLINE, PERSON, POSTS, RATINGS, UNITS
from mkd_plugins.jabar.siasn.store import Kept, Store
from mkd_plugins.jabar.siasn.tables import acting_numbers
from mkd_plugins.tables.reading import csv_lines
from mkd_plugins.tables.source import TableSource

BATCH: Final = 100
TOO_MANY_MISSING: Final = 0.5
"""From this share of people on that SIASN suddenly does not know, something else is wrong, and nobody is marked."""

_FEW: Final = 10
#: So many failures on end: what is wrong is not the single request.
_IN_A_ROW: Final = 20


@attrs.frozen(kw_only=True)
class Refreshed:
    """What a refresh came to: answers by what became of them, and failures by code and kind.

    ``fresh`` were young enough, ``read`` are new, ``unchanged`` were confirmed, ``missing`` are people whom SIASN does
    not know (any more), ``failed`` requests gave no answer; what was had of these before stays.
    """

    people: int
    fresh: int
    read: int
    unchanged: int
    missing: int
    failed: int
    failures: dict[str, int]

    def to_data(self) -> dict[str, object]:
        """The counts as plain JSON values."""
        return attrs.asdict(self)


def refresh(
    config: Config,
    *,
    everything: bool = False,
    progress: Callable[[int, int], None] | None = None,
    now: Callable[[], float] = time.time,
) -> Refreshed:
    """Ask for all that is older than ``max_age``, or for ``everything``. ``progress`` is told (done, of how many).

    Raises ``Permanent`` or ``Transient`` when nothing can be read at all: tokens that are refused, the units, a list of
    numbers that is no list, or half of the people missing at once (MKD667).
    """
    store, client = Store(config.cache), Siasn(config)
    try:
        return _Run(config, store, client, now, progress).run(everything)
    finally:
        client.close()


def numbers_of(config: Config) -> list[str]:
    """The service numbers to ask for, each once, in their order. Raises ``Permanent`` that names the row alone."""
    where = config.numbers.name
    header, lines = csv_lines(TableSource(path=config.numbers), config.numbers)
    if config.numbers_column not in header:
        raise Permanent(
            f"there is no column {config.numbers_column}", code="MKD668", where=where, mend="set numbers_column"
        )
    place = header.index(config.numbers_column)
    found: dict[str, None] = {}
    for line, cells in lines:
        number = str(cells[place] if place < len(cells) else "").replace(" ", "")
        if not (len(number) == 18 and number.isascii() and number.isdigit()):
            raise Permanent(
                "that is no service number of 18 digits",
                code="MKD668",
                where=f"{where}, row {line}",
                mend="keep the column as text: a spreadsheet rounds 18 digits",
            )
        found[number] = None
    return list(found)


#: The resource, the number that was asked for, and what came.
_Came = tuple[str, str, Answered | BackendError]


class _Run:
    """One refresh, and what it came to so far."""

    def __init__(
        self,
        config: Config,
        store: Store,
        client: Siasn,
        now: Callable[[], float],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.config = config
        self.store = store
        self.client = client
        self.now = now
        self.progress = progress
        self.counts: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.missing: list[str] = []
        self.on_end = 0

    def run(self, everything: bool) -> Refreshed:
        numbers = numbers_of(self.config)
        self._forget_all_but(numbers)
        asked = list(self._asked(numbers, everything))
        self._units(everything)
        for done, batch in enumerate(self._answers(asked)):
            self._keep(batch)
            if self.progress is not None:
                self.progress(min((done + 1) * BATCH, len(asked)), len(asked))
        self._mark_missing(sum(resource == PERSON for resource, _, _ in asked))
        return Refreshed(
            people=len(numbers),
            fresh=self.counts["fresh"],
            read=self.counts["read"],
            unchanged=self.counts["unchanged"],
            missing=len(self.missing),
            failed=sum(self.failures.values()),
            failures=dict(sorted(self.failures.items())),
        )

    def _forget_all_but(self, numbers: Sequence[str]) -> None:
        """Let go of whoever was taken off the list, unless most are missing there: then the list is not whole."""
        held = self.store.ages(PERSON).keys()
        gone = held - set(numbers)
        if len(gone) >= _FEW and len(gone) > TOO_MANY_MISSING * len(held):
            raise Permanent(
                f"{len(gone)} of {len(held)} people are not on the list any more",
                code="MKD667",
                where=self.config.numbers.name,
                mend="see whether the list is whole; if it is right, delete the cache",
            )
        self.store.forget(gone)

    def _asked(self, numbers: Sequence[str], everything: bool) -> Iterator[tuple[str, str, str]]:
        """Resource, number and ETag of each answer that is too old, one resource of everybody after the other."""
        resources = {PERSON: numbers, DISCIPLINE: numbers, RATINGS: numbers, POSTS: acting_numbers(self.config)}
        for resource, wanted in resources.items():
            ages = self.store.ages(resource)
            for number in wanted:
                had_at, etag = ages.get(number, (float("-inf"), ""))
                if everything or self.now() - had_at > self.config.max_age:
                    yield resource, number, etag
                else:
                    self.counts["fresh"] += 1

    def _units(self, everything: bool) -> None:
        had_at, _ = self.store.ages(UNITS).get("", (float("-inf"), ""))
        if everything or self.now() - had_at > self.config.max_age:
            self.store.put([Kept(resource=UNITS, subject="", records=self.client.units(), had_at=self.now())])

    def _answers(self, asked: Sequence[tuple[str, str, str]]) -> Iterator[list[_Came]]:
        """The answers in batches, in the order in which they come; few more requests are begun than run at once."""
        waiting: dict[Future[Answered], tuple[str, str]] = {}
        batch: list[_Came] = []
        left = iter(asked)
        with ThreadPoolExecutor(self.config.connections) as pool:
            try:
                while True:
                    for resource, number, etag in islice(left, 2 * self.config.connections - len(waiting)):
                        waiting[pool.submit(self.client.person, resource, number, etag)] = (resource, number)
                    if not waiting:
                        break
                    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                        batch.append((*waiting.pop(future), _result(future)))
                    if len(batch) >= BATCH:
                        yield batch
                        batch = []
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        if batch:
            yield batch

    def _keep(self, batch: Sequence[_Came]) -> None:
        """Keep what came; stop where every request fails alike."""
        at = self.now()
        new: list[Kept] = []
        same: dict[str, list[str]] = {}
        fatal: BackendError | None = None
        for resource, number, answer in batch:
            if isinstance(answer, BackendError):
                self.failures[f"{answer.code} {resource}"] += 1
                self.on_end += 1
                if answer.code == "MKD662" or self.on_end >= _IN_A_ROW:
                    fatal = answer
                continue
            self.on_end = 0
            if answer.unchanged:
                same.setdefault(resource, []).append(number)
            elif resource == PERSON and not answer.records:
                self.missing.append(number)
            else:
                new.append(
                    Kept(
                        resource=resource,
                        subject=number,
                        records=answer.records or (),
                        etag=answer.etag,
                        had_at=at,
                    )
                )
        self.store.put(new)
        for resource, numbers in same.items():
            self.store.confirm(resource, numbers, at)
        self.counts["read"] += len(new)
        self.counts["unchanged"] += sum(map(len, same.values()))
        if fatal is not None:
            raise fatal

    def _mark_missing(self, asked: int) -> None:
        if len(self.missing) >= _FEW and len(self.missing) > TOO_MANY_MISSING * asked:
            raise Permanent(
                f"SIASN does not know {len(self.missing)} of {asked} people",
                code="MKD667",
                where=self.config.numbers.name,
                mend="see whether the list is that of this agency; what was had before stays in use",
            )
        self.store.gone(PERSON, self.missing, self.now())


def _result(future: Future[Answered]) -> Answered | BackendError:
    try:
        return future.result()
    except BackendError as error:
        return error

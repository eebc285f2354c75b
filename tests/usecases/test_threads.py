"""One service may serve many threads."""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest

from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal

THREADS = 8
ROUNDS = 12
PEOPLE = ("analyst", "statistician", "clerk", "data-head")


@pytest.fixture(autouse=True)
def restless():
    """Threads take turns so often that what is not guarded falls apart within a moment."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture
def journal(tmp_path):
    """A journal that threads may share."""
    with SqliteJournal(SqliteConfig(path=tmp_path / "journal.db")) as journal:
        yield journal


def test_threads_that_write_and_read_at_once_see_every_agreement_once(worlds, journal):
    """Whoever asks while others write sees what was there before, never less than before and nothing twice."""
    world = worlds(journal=journal)
    together = Barrier(THREADS)

    def writes(applicant):
        together.wait(30)
        for _ in range(ROUNDS):
            world.propose(applicant)

    def reads():
        together.wait(30)
        seen = []
        while len(seen) < 2 or len(seen[-1]) < len(PEOPLE) * ROUNDS:
            seen.append([agreement.id for agreement in world.service.agreements()])
            world.service.inbox("data-head", at=world.at(6, 21))
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        readers = [pool.submit(reads) for _ in range(THREADS - len(PEOPLE))]
        for writer in [pool.submit(writes, person) for person in PEOPLE]:
            writer.result(60)
        looked = [reader.result(60) for reader in readers]

    for seen in looked:
        assert all(len(set(ids)) == len(ids) for ids in seen)
        assert all(set(before) <= set(after) for before, after in pairwise(seen))


def test_threads_that_ask_first_at_one_moment_are_all_answered(worlds, journal):
    """A service that starts under load reads what is on record once, and not once a thread into one memory."""
    before = worlds(journal=journal)
    for applicant in PEOPLE:
        before.approved(applicant)
    expected = before.service.agreements()

    for _ in range(5):
        world, together = worlds(journal=journal), Barrier(THREADS)

        def asks(world=world, together=together):
            together.wait(30)
            return world.service.agreements()

        with ThreadPoolExecutor(THREADS) as pool:
            answers = [pool.submit(asks) for _ in range(THREADS)]

        assert all(answer.result() == expected for answer in answers)

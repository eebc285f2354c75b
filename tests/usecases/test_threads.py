"""One service may serve many threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal

THREADS = 8
ROUNDS = 12
PEOPLE = ("analyst", "statistician", "clerk", "data-head")


def test_threads_that_write_and_read_at_once_see_every_agreement_once(worlds, tmp_path):
    """Whoever asks while others write sees what was there before, never less than before and nothing twice."""
    with SqliteJournal(SqliteConfig(path=tmp_path / "journal.db")) as journal:
        world = worlds(journal=journal)
        together = Barrier(THREADS)

        def writes(applicant):
            together.wait(30)
            for _ in range(ROUNDS):
                world.propose(applicant)

        def reads(_):
            together.wait(30)
            seen = []
            while len(seen) < 2 or len(seen[-1]) < len(PEOPLE) * ROUNDS:
                seen.append([agreement.id for agreement in world.service.agreements()])
                world.service.inbox("data-head", at=world.at(6, 21))
            return seen

        with ThreadPoolExecutor(THREADS) as pool:
            readers = [pool.submit(reads, number) for number in range(THREADS - len(PEOPLE))]
            for writer in [pool.submit(writes, person) for person in PEOPLE]:
                writer.result(60)
            looked = [reader.result(60) for reader in readers]

    for seen in looked:
        assert all(len(set(ids)) == len(ids) for ids in seen)
        assert all(set(before) <= set(after) for before, after in zip(seen, seen[1:], strict=False))
        assert seen[-1] == sorted(seen[-1], key=lambda id: (id.split(".")[0], int(id.split(".")[1])))

"""The servers that tests ask for are real ones."""

from sqlalchemy import create_engine, text


def test_a_test_that_asks_for_postgresql_gets_postgresql(postgresql_url: str):
    """The server says itself what it is."""
    assert "PostgreSQL" in version_said_at(postgresql_url)


def test_a_test_that_asks_for_mariadb_gets_mariadb(mariadb_url: str):
    """The server says itself what it is."""
    assert "MariaDB" in version_said_at(mariadb_url)


def version_said_at(url: str) -> str:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            said: str = connection.execute(text("SELECT version()")).scalar_one()
            return said
    finally:
        engine.dispose()

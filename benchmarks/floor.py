"""The floor: Flask with one raw SELECT and one raw INSERT a request, each on the driver itself.

Its connections come from an engine like the application's, with the same pool and the same PRAGMAs, and it
begins as a writer as the application does: what is between the two is what a check-in does beyond that.
"""

from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import create_engine

from volunteer.database import listen

_TABLES = (
    "CREATE TABLE floor_token (digest text PRIMARY KEY, member_id integer NOT NULL)",
    "CREATE TABLE floor_scan (id {serial}, member_id integer NOT NULL, at integer NOT NULL, code text)",
)
_MARK = {"sqlite": "?", "postgresql": "%s"}
_SERIAL = {"sqlite": "integer PRIMARY KEY", "postgresql": "bigserial PRIMARY KEY"}


def found_floor(database_url: str, *, members: int) -> None:
    """Make the two tables in an empty database and fill the first."""
    engine = create_engine(database_url)
    listen(engine)
    rows = [(f"digest-{number}", number) for number in range(1, members + 1)]
    with engine.begin() as connection:
        for table in _TABLES:
            connection.exec_driver_sql(table.format(serial=_SERIAL[engine.dialect.name]))
        mark = _MARK[engine.dialect.name]
        connection.exec_driver_sql(f"INSERT INTO floor_token VALUES ({mark}, {mark})", rows)
    engine.dispose()


def create_floor(database_url: str) -> Flask:
    """Return the floor for a database that :func:`found_floor` made."""
    engine = create_engine(database_url)
    listen(engine)
    mark = _MARK[engine.dialect.name]
    select = f"SELECT member_id FROM floor_token WHERE digest = {mark}"
    insert = f"INSERT INTO floor_scan (member_id, at, code) VALUES ({mark}, {mark}, {mark})"
    app = Flask(__name__, static_folder=None)

    @app.post("/floor/<int:number>")
    def scan(number: int) -> ResponseReturnValue:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            if mark == "?":
                cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(select, (f"digest-{number}",))
            member_id = cursor.fetchall()[0][0]
            cursor.execute(insert, (member_id, 1_700_000_000, "A" * 31))
            connection.commit()
        finally:
            connection.close()
        return {"verdict": "accepted"}, 201

    return app

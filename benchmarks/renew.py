"""Bring a database that was kept from another day to the tables of today without writing its rows again."""

from sqlalchemy import Engine, Table, inspect, select
from sqlalchemy.engine import Connection, Inspector

from volunteer.database import Model


def renew(engine: Engine) -> None:
    """Make tables without rows anew, and the indexes of the others as they are now.

    A table with rows that has other columns by now ends the program: its database has to be written again.
    """
    with engine.connect().execution_options(is_writer=True) as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            there = inspect(connection)
            names = set(there.get_table_names())
            for table in Model.metadata.sorted_tables:
                if table.name not in names:
                    table.create(connection)
                elif not _is_same(there, table):
                    _make_anew(connection, table)
                else:
                    _index(connection, there, table)
    engine.dispose()


def _is_same(there: Inspector, table: Table) -> bool:
    return {column["name"] for column in there.get_columns(table.name)} == set(table.columns.keys())


def _make_anew(connection: Connection, table: Table) -> None:
    if connection.execute(select(1).select_from(table).limit(1)).first():
        raise SystemExit(f"{connection.engine.url}: {table.name} is not what it was; remove this database")
    cascade = "" if connection.dialect.name == "sqlite" else " CASCADE"
    connection.exec_driver_sql(f'DROP TABLE "{table.name}"{cascade}')
    table.create(connection)


def _index(connection: Connection, there: Inspector, table: Table) -> None:
    wanted = {index.name: index for index in table.indexes}
    found = {one["name"]: one["column_names"] for one in there.get_indexes(table.name)}
    for index in there.get_indexes(table.name):
        if index["name"] not in wanted and "duplicates_constraint" not in index:
            connection.exec_driver_sql(f'DROP INDEX "{index["name"]}"')
    for name, index in wanted.items():
        if found.get(name) != index.columns.keys():
            if name in found:
                index.drop(connection)
            index.create(connection)

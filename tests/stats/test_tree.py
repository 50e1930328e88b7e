"""What lies below a unit is told by paths, and no unit is taken for one whose number begins alike."""

import pytest
from sqlalchemy import Engine, bindparam, literal, select, text, union_all
from sqlalchemy.orm import Session

from volunteer.models import Unit
from volunteer.stats.served import below
from volunteer.stats.tree import is_below

PATHS = [
    "",
    "/",
    "/1/",
    "/1/2/",
    "/1/2/3/",
    "/1/20/",
    "/1/9/",
    "/10/",
    "/10/2/",
    "/11/",
    "/2/",
    "/2/1/",
    "/9/",
]


@pytest.mark.parametrize("top", PATHS[2:])
def test_below_lies_what_goes_on_from_a_path(session: Session, top: str) -> None:
    paths = union_all(*(select(literal(path).label("path")) for path in PATHS)).subquery()
    wanted = [path for path in PATHS if path.startswith(top)]
    for given, values in ((top, {}), (bindparam("top"), {"top": top}), (literal(top), {})):
        found = session.scalars(select(paths.c.path).where(is_below(paths.c.path, given)), values)
        assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sqlite_finds_what_lies_below_in_an_index(engine: Engine) -> None:
    statement = below("/1/2/").compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
    assert [row.detail.split(" (")[0] for row in plan] == [
        f"SEARCH {Unit.__tablename__} USING COVERING INDEX sqlite_autoindex_unit_2"
    ]

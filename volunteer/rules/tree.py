"""The tree of units, as the path of each spells it: the ids from the top down, as in ``/1/12/``."""


def chain(path: str) -> tuple[int, ...]:
    """Return the ids of the units from the top down to the one of *path*.

    Sorted by it, units stand as the tree is read: what is below one follows it, and those beside each other
    stand in the order in which they were founded. As texts the paths do not: ``/1/12/`` is before ``/1/2/``.
    """
    return tuple(int(part) for part in path.strip("/").split("/"))

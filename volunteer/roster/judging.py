"""Each row of a table is a new entry, one that stands on the roster already, or wrong."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from volunteer.roster.faults import BadCell, BadRow, Fault
from volunteer.roster.reading import day_in, name_in, number_in, text_in
from volunteer.roster.tables import Column, Row, Table, is_blank
from volunteer.roster.workbook import Cell, column_letters
from volunteer.rules.kinds import Stage
from volunteer.rules.roster import RosterEntry

STAGES = {stage.value: stage for stage in Stage} | {
    "积极分子": Stage.ACTIVIST,
    "入党积极分子": Stage.ACTIVIST,
    "发展对象": Stage.CANDIDATE,
    "预备党员": Stage.PROBATIONARY,
    "中共预备党员": Stage.PROBATIONARY,
    "probationary member": Stage.PROBATIONARY,
    "正式党员": Stage.FULL,
    "中共党员": Stage.FULL,
    "full member": Stage.FULL,
}


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Generic[T]):
    """What a table comes to. It may be written if nothing is bad."""

    new: Sequence[T]
    unchanged: int
    bad: Sequence[BadRow]


def judge(
    table: Table, rows: Iterable[Row], *, branches: Collection[str], roster: Iterable[RosterEntry]
) -> Judged[RosterEntry]:
    """Return what each row is, in the order of the file.

    Args:
        rows: The table's, as they are to be walked through: with a progress bar around them, perhaps.
        branches: The codes of the units to which people may be put.
        roster: Whom the records have already.
    """
    judging = Judging(table, branches=branches, roster=roster)
    for row in rows:
        judging.take(row)
    return judging.outcome()


class Judging:
    """Judges a table row by row, so that who waits can be told how far it is."""

    def __init__(self, table: Table, *, branches: Collection[str], roster: Iterable[RosterEntry]) -> None:
        self._table = table
        self._branches = branches
        self._known = {entry.student_no: entry for entry in roster}
        self._first_rows: dict[str, int] = {}
        self._new: list[RosterEntry] = []
        self._bad: list[BadRow] = []
        self._unchanged = 0

    def take(self, row: Row) -> None:
        """Judge one row."""
        reading = _Reading(self._table, row, self._branches)
        try:
            entry = reading.entry()
            reading.at = Column.STUDENT_NO
            if (first := self._first_rows.setdefault(entry.student_no, row.number)) != row.number:
                raise BadCell(Fault.TWICE, first=str(first))
            if (known := self._known.get(entry.student_no)) is not None:
                reading.compare(entry, known)
                self._unchanged += 1
            else:
                reading.check_window(entry)
                self._new.append(entry)
        except BadCell as wrong:
            bad = BadRow(row=row.number, column=reading.at, fault=wrong.fault, facts=wrong.facts)
            self._bad.append(bad)

    def outcome(self) -> Judged[RosterEntry]:
        """Return what the rows so far come to."""
        return Judged(new=self._new, unchanged=self._unchanged, bad=self._bad)


class _Reading:
    """One row, read column by column; ``at`` is where the reading stands."""

    def __init__(self, table: Table, row: Row, branches: Collection[str]) -> None:
        self.at: str = Column.STUDENT_NO
        self._places = table.places
        self._cells = row.cells
        self._branches = branches

    def entry(self) -> RosterEntry:
        """Return what the row says.

        Raises:
            BadCell: What is wrong at ``at``.
        """
        student_no = number_in(self._go_to(Column.STUDENT_NO))
        name = name_in(self._go_to(Column.NAME))
        unit = text_in(self._go_to(Column.UNIT))
        if unit not in self._branches:
            raise BadCell(Fault.UNKNOWN_UNIT, value=unit)
        stage = _stage(text_in(self._go_to(Column.STAGE)))
        cell = self._go_to(Column.PROBATION_START)
        starts_on = None if is_blank(cell) else day_in(cell)
        self._check_others()
        return RosterEntry(
            student_no=student_no, name=name, unit=unit, stage=stage, probation_start=starts_on
        )

    def compare(self, entry: RosterEntry, known: RosterEntry) -> None:
        """Refuse another story about somebody who is known. An empty day tells none.

        Raises:
            BadCell: ``DIFFERS`` at the first column that does, or ``ELSEWHERE``.
        """
        if known.unit is not None and known.unit not in self._branches:
            # Of another college: not even her name is told.
            raise BadCell(Fault.ELSEWHERE)
        for column in (Column.NAME, Column.UNIT, Column.STAGE, Column.PROBATION_START):
            told, was = getattr(entry, column), getattr(known, column)
            if told != was and told is not None:
                self.at = column
                raise BadCell(Fault.DIFFERS, value=str(told), was=str(was or "-"))

    def check_window(self, entry: RosterEntry) -> None:
        """Refuse probation without its first day, and a first day without probation.

        Raises:
            BadCell: ``DATE_NEEDED`` or ``DATE_NOT_HERE``.
        """
        self.at = Column.PROBATION_START
        is_on_probation = entry.stage is Stage.PROBATIONARY
        if is_on_probation and entry.probation_start is None:
            raise BadCell(Fault.DATE_NEEDED)
        if not is_on_probation and entry.probation_start is not None:
            raise BadCell(Fault.DATE_NOT_HERE, value=entry.probation_start.isoformat())

    def _go_to(self, column: Column) -> Cell:
        self.at = column
        place = self._places.get(column, len(self._cells))
        return self._cells[place] if place < len(self._cells) else ""

    def _check_others(self) -> None:
        """Refuse what stands beside the table: a comma too many, or a column that nobody named."""
        named = set(self._places.values())
        for place, cell in enumerate(self._cells):
            if place not in named and not is_blank(cell):
                self.at = column_letters(place)
                raise BadCell(Fault.NO_COLUMN, value=str(cell))


def _stage(text: str) -> Stage:
    stage = STAGES.get(text.casefold())
    if stage is None:
        raise BadCell(Fault.UNKNOWN_STAGE, value=text)
    return stage

"""Empty workbooks to fill in: with the header of an import, text for numbers, and lists to choose from."""

import io
from collections.abc import Mapping, Sequence

import xlsxwriter
from flask import Response
from flask_babel import gettext

from volunteer.roster.judging import STAGES
from volunteer.roster.tables import CHINESE, CHINESE_OF_SHIFTS, Column, ShiftColumn

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = 5000
_LISTS = "lists"
_FORMATS = {"date": "yyyy-mm-dd", "time": "hh:mm"}


def members(branches: Sequence[str]) -> Response:
    """Return an empty roster."""
    stages = ("积极分子", "发展对象", "预备党员", "正式党员")
    return _blank(
        CHINESE,
        choices={Column.UNIT: branches, Column.STAGE: [stage for stage in stages if stage in STAGES]},
        formats={Column.PROBATION_START: "date"},
    )


def shifts(posts: Sequence[str]) -> Response:
    """Return an empty table of shifts."""
    return _blank(
        CHINESE_OF_SHIFTS,
        choices={ShiftColumn.POST: posts},
        formats={ShiftColumn.DATE: "date", ShiftColumn.START: "time", ShiftColumn.END: "time"},
    )


def _blank(
    columns: Mapping[str, str], *, choices: Mapping[str, Sequence[str]], formats: Mapping[str, str]
) -> Response:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet(gettext("Table"))
        # Longer lists do not fit into a cell's rule; a hidden sheet is not read by an import.
        lists = book.add_worksheet(_LISTS)
        lists.hide()
        bold = book.add_format({"bold": True})
        for place, (column, name) in enumerate(columns.items()):
            number_format = _FORMATS.get(formats.get(column, ""), "@")
            sheet.write(0, place, name, bold)
            sheet.set_column(place, place, 16, book.add_format({"num_format": number_format}))
            if offered := choices.get(column):
                lists.write_column(0, place, offered)
                letter = chr(ord("A") + place)
                source = f"={_LISTS}!${letter}$1:${letter}${len(offered)}"
                sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": source})
        sheet.freeze_panes(1, 0)
    return Response(stream.getvalue(), mimetype=WORKBOOK)

"""The certificate on A4, as the college signs and stamps it; black on white, with a code that proves it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from volunteer.rules.certificates import Claims, Standing
from volunteer.rules.kinds import Grade, RequestKind
from volunteer.rules.tally import hours_text
from volunteer.stats.certificates import CertificateRow, Paper
from volunteer.web.drawing import HEAD, MARGIN_MM, NORMAL, SMALL, WIDTH_MM, Drawing
from volunteer.web.show import DASH, day
from volunteer.web.words import word

# Of the code with its quiet zone: some 110 modules of half a millimetre, which a phone reads with ease.
CODE_MM = 56
MARKS = (Grade.A, Grade.B, Grade.C, Grade.E)
TYPED = (RequestKind.OPENING, RequestKind.OUTSIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSheet:
    """All that stands on the paper; ``link`` is what the code holds."""

    row: CertificateRow
    claims: Claims
    paper: Paper
    link: str
    verify_at: str
    issued_at: datetime


def certificate_pdf(sheet: CertificateSheet) -> bytes:
    """Return the certificate as a PDF. The same certificate gives the same bytes, until it ends."""
    drawing = _Certificate(sheet)
    drawing.whole()
    return drawing.paper.file()


class _Certificate(Drawing):
    """The certificate, from the top down."""

    def __init__(self, sheet: CertificateSheet) -> None:
        title = _("Certificate of volunteer service records")
        super().__init__(
            title, f"{title} {sheet.row.number}", foot=sheet.row.number, created_at=sheet.issued_at
        )
        self.sheet = sheet
        self.content = json.loads(sheet.paper.content)

    def whole(self) -> None:
        """Draw everything."""
        self.new_page()
        self.gap(4)
        self.paper.written(self.title, size=20, align="C", gap=1.5)
        self.paper.written(_("No. %(number)s", number=self.sheet.row.number), size=NORMAL, align="C", gap=3)
        self._ended()
        self._text()
        self._grades()
        self._places()
        self._basis()
        self._end()

    def _ended(self) -> None:
        row = self.sheet.row
        if row.standing is Standing.VALID or row.ended_at is None:
            return
        if row.standing is Standing.REVOKED:
            text = _("REVOKED on %(day)s. This paper proves nothing any more.", day=day(row.ended_at))
        else:
            text = _("Replaced on %(d)s by No. %(n)s.", d=day(row.ended_at), n=row.replaced_by or DASH)
        self.grid((WIDTH_MM,), [(text,)], size=HEAD, strong=(0,))
        self.gap()

    def _text(self) -> None:
        claims = self.sheet.claims
        self.paper.written(
            _(
                "This is to certify that %(name)s (%(unit)s) took part in voluntary service from %(a)s to"
                " %(b)s. Recorded and credited in that time: %(h)s hours (%(n)s minutes).",
                name=claims.name,
                unit=claims.unit,
                a=day(claims.from_on),
                b=day(claims.last_on),
                h=hours_text(claims.total),
                n=claims.total,
            ),
            size=13,
            gap=3,
        )

    def _grades(self) -> None:
        minutes = self.sheet.claims.minutes
        rows = [
            (word(mark), hours_text(minutes[mark.value]), str(minutes[mark.value]))
            for mark in MARKS
            if minutes.get(mark.value)
        ]
        served = sum(minutes.get(mark.value, 0) for mark in MARKS)
        rows.append((_("Served with us, in all"), hours_text(served), str(served)))
        # Typed minutes were never scanned by us, so they stand apart.
        rows += [
            (word(kind), hours_text(minutes[kind.value]), str(minutes[kind.value]))
            for kind in TYPED
            if minutes.get(kind.value)
        ]
        head = (_("By grade of evidence"), _("Hours"), _("Minutes"))
        self.grid((WIDTH_MM - 60, 30, 30), rows, head=head, right=(1, 2))
        self.gap()

    def _places(self) -> None:
        places: Sequence[Sequence[object]] = self.content["places"]
        if not places:
            return
        rows = [
            (str(post), str(base) or _("on campus"), hours_text(int(str(minutes))))
            for post, base, minutes in places
        ]
        head = (_("Post"), _("Base"), _("Hours"))
        self.grid((WIDTH_MM - 100, 70, 30), rows, head=head, right=(2,), size=9)
        self.gap()

    def _basis(self) -> None:
        claims = self.sheet.claims
        for line in (
            _("Ledger head (branch, number, first signs): %(heads)s.", heads="; ".join(claims.heads) or DASH),
            _(
                "Grades: A confirmed from both sides, B scanned on site, C witnessed, E made up and approved"
                " by two people. Opening and outside records were typed and approved by two people; they"
                " belong to no post of ours."
            ),
        ):
            self.line(line)
        self.gap()

    def _end(self) -> None:
        """Draw the code, who answers for the paper, and the place for the stamp."""
        sheet, claims = self.sheet, self.sheet.claims
        self.room(CODE_MM + 4)
        y = self.paper.get_y()
        self.paper.qr(sheet.link, x=MARGIN_MM, y=y, side=CODE_MM)
        x, width = MARGIN_MM + CODE_MM + 4, WIDTH_MM - CODE_MM - 4
        self.paper.set_y(y + 3)
        for text, size, gap in (
            (_("Handled by: %(who)s", who=self.content["handler"]), NORMAL, 1),
            (_("Approved by: %(who)s", who=self.content["approver"]), NORMAL, 1),
            (_("Recording unit (stamp): %(unit)s", unit=claims.issuer), NORMAL, 1),
            (_("Issued on %(day)s", day=day(claims.issued_on)), NORMAL, 4),
            (
                _(
                    "Scan the code to verify: the phone checks the signature by itself, also without network"
                    " once the page was opened. With network it says, too, whether this certificate still"
                    " stands. Compare name, number and hours with this paper."
                ),
                SMALL,
                1,
            ),
            (sheet.verify_at, SMALL, 0),
        ):
            self.paper.written(text, size=size, x=x, width=width, gap=gap)

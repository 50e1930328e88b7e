"""One poster on paper: the code, when to scan, and what a scan of it is worth. Black on white."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from volunteer.rules import codes
from volunteer.rules.campus import Campus
from volunteer.rules.policy import HoursPolicy
from volunteer.stats.posters import PosterRow
from volunteer.web.pdf import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, Paper

QR_MM = 112
NAME_SIZES = (40, 34, 28, 24, 20)
NUMBER_MM = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterWords:
    """What all posters say, in one language; looked up once, not for each page."""

    title: str
    scan: str
    at_base: str
    steps: Sequence[str]
    worth: Sequence[str]
    run_by: str
    code_of: str


def poster_words(policy: HoursPolicy) -> PosterWords:
    """Return the words in the language of the page, with the times of the policy in force."""
    return PosterWords(
        title=gettext("Volunteer hours: check in and out"),
        scan=gettext("Scan with the phone's camera or the scanner of your chat app"),
        at_base=gettext("Several posts serve here: the page asks for yours."),
        steps=(
            gettext(
                "When you come: scan and check in. Possible from %(n)s minutes before the shift to its end.",
                n=policy.checkin_early_min,
            ),
            gettext(
                "When you leave: scan again and check out, at the latest %(n)s minutes after the shift.",
                n=policy.checkout_grace_min,
            ),
            gettext("Before you leave, ask the post's leader to witness it on her phone."),
        ),
        worth=(
            gettext(
                "A poster proves neither time nor presence. Hours scanned here are of grade D and count only "
                "after a leader of the post has witnessed them, within the time for checking out."
            ),
            gettext("The changing code on the leader's screen is better: it counts at check-out."),
        ),
        run_by=gettext(
            "It does not open, or there is no network? Ask the post's leader for the changing code. Run by"
        ),
        code_of=gettext("Poster code of"),
    )


def poster_link(handle: str, *, public_url: str, campus: Campus) -> str:
    """Return what the poster's QR holds: upper case, so that it takes the small alphanumeric mode."""
    return f"{public_url}/C/{codes.printed_code(bytes.fromhex(handle), campus.keyring)}".upper()


def posters_pdf(rows: Iterable[PosterRow], *, policy: HoursPolicy, public_url: str, campus: Campus) -> bytes:
    """Return a document with a page for each poster that is up."""
    drawing = Posters(policy=policy, public_url=public_url, campus=campus)
    for row in rows:
        drawing.add(row)
    return drawing.done()


class Posters:
    """A document that grows by a poster a call, so that whoever waits can be told how far it is."""

    def __init__(self, *, policy: HoursPolicy, public_url: str, campus: Campus) -> None:
        """Open an empty document; the words are looked up now, the rest needs no request."""
        self._words = poster_words(policy)
        self._public_url = public_url
        self._campus = campus
        self._made: Paper | None = None

    @property
    def _paper(self) -> Paper:
        """The document, opened with the first page: nothing is left open of one that is never begun."""
        if self._made is None:
            self._made = Paper(self._words.title)
        return self._made

    def add(self, row: PosterRow) -> None:
        """Add a page, unless the poster was taken down."""
        if row.handle is not None:
            link = poster_link(row.handle, public_url=self._public_url, campus=self._campus)
            _draw(self._paper, row, link, self._words, self._campus)

    def add_each(self, rows: Sequence[PosterRow], every: int) -> Iterator[int]:
        """Add all, and tell after *every* of them how many are done."""
        for done, row in enumerate(rows, 1):
            self.add(row)
            if done % every == 0:
                yield done

    def done(self) -> bytes:
        """Return the file."""
        return self._paper.file()

    def close(self) -> None:
        """Let go of what is open, whether it was finished or not."""
        if self._made is not None:
            self._made.close_fonts()


def _draw(paper: Paper, row: PosterRow, link: str, words: PosterWords, campus: Campus) -> None:
    paper.add_page()
    paper.set_y(15)
    paper.written(words.title, size=14, align="C", gap=3)
    size = paper.fitting_size(row.name, sizes=NAME_SIZES, lines=2)
    paper.written(row.name, size=size, align="C", gap=1)
    where = " · ".join(part for part in (row.base_name, row.place) if part)
    if where:
        paper.written(where, size=paper.fitting_size(where, sizes=(16, 13, 11), lines=2), align="C")
    top = max(paper.get_y(), 58)
    paper.qr(link, x=(PAGE_WIDTH_MM - QR_MM) / 2, y=top, side=QR_MM)
    paper.set_y(top + QR_MM)
    paper.written(words.scan, size=13, align="C", gap=5)
    _steps(paper, [*words.steps[:1], *([words.at_base] if row.is_of_base else []), *words.steps[1:]])
    _worth(paper, words.worth)
    paper.set_y(PAGE_HEIGHT_MM - 25)
    run_by = f"{words.run_by} {row.unit_name or row.name}"
    paper.written(run_by, size=paper.fitting_size(run_by, sizes=(10, 9, 8), lines=1), align="C")
    since = f" {campus.day(row.opened_at)}" if row.opened_at else ""
    paper.written(f"{words.code_of}{since} · {row.code}", size=8, align="C")


def _steps(paper: Paper, steps: Sequence[str]) -> None:
    for number, step in enumerate(steps, 1):
        y = paper.get_y()
        paper.written(f"{number}.", size=13, width=NUMBER_MM)
        paper.set_y(y)
        paper.written(step, size=13, x=paper.l_margin + NUMBER_MM)


def _worth(paper: Paper, worth: Sequence[str]) -> None:
    """Frame what a scan of the poster is worth: the one thing that nobody may overlook."""
    top, inner = paper.get_y() + 3, 4
    paper.set_y(top + inner)
    width = PAGE_WIDTH_MM - 2 * (paper.l_margin + inner)
    for sentence in worth:
        paper.written(sentence, size=11.5, x=paper.l_margin + inner, width=width)
    height = paper.get_y() + inner - top
    paper.set_line_width(0.5)
    paper.rect(paper.l_margin, top, PAGE_WIDTH_MM - 2 * paper.l_margin, height)

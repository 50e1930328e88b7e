"""What a report says in words: on its page, on paper, in a file, and as a text to paste."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from volunteer.rules.kinds import Figure, Grade, Phase, ReportKind, Status, UnitKind
from volunteer.rules.periods import Period
from volunteer.rules.report import Axis, Line, Report, Stood
from volunteer.rules.tally import hours_text, share_pct
from volunteer.stats.reports import Person, SnapshotRow
from volunteer.web.show import DASH, day, moment, month, pct
from volunteer.web.words import word

SHORT_SIGNS = 16
# The figures of the work report, in the order of its table.
WORK = (
    Figure.VISITS,
    Figure.IN_TIME,
    Figure.MAKE_UPS,
    Figure.CORRECTIONS,
    Figure.LATE_APPROVALS,
    Figure.REQUESTS_REJECTED,
    Figure.OBJECTIONS,
    Figure.SPOT_DRAWN,
    Figure.SPOT_CHECKED,
    Figure.FALSE_RECORDS,
    Figure.CERTIFICATES,
)
ENDS = (Figure.DUE, Figure.JUDGED, Figure.MET, Figure.CONVERTED, Figure.EXTENDED, Figure.CANCELLED)
STATUSES = (Status.MET, Status.NEAR, Status.ON_TRACK, Status.BEHIND, Status.AT_RISK, Status.UNREACHABLE)
PHASES = (Phase.DUE_WAITING, Phase.NOT_MET, Phase.NO_WINDOW)
TABLES = (Axis.UNIT, Axis.POST, Axis.BASE, Axis.MONTH, Axis.GRADE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A report with all that stands around it. ``frozen`` is None for one of now, a draft."""

    report: Report
    unit_path: str
    made_at: datetime
    made_by: str
    frozen: SnapshotRow | None
    people: Mapping[int, Person]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """A member's line: what she is called now, where she stood, what she served; ``href`` if in reach."""

    person: Person | None
    href: str | None
    stood: Stood | None
    line: Line


def period_text(period: Period) -> str:
    """Return what a period is called."""
    start = period.from_on
    match period.kind:
        case ReportKind.MONTH:
            return month(start)
        case ReportKind.QUARTER:
            return str(_("%(year)s, quarter %(n)s", year=start.year, n=(start.month + 2) // 3))
        case ReportKind.HALF_YEAR:
            return str(_("%(year)s, half-year %(n)s", year=start.year, n=(start.month + 5) // 6))
        case ReportKind.YEAR:
            return str(_("calendar year %(y)s", y=start.year))
        case ReportKind.TERM:
            return period.title
        case ReportKind.ACADEMIC_YEAR:
            return str(_("academic year %(name)s", name=period.name))
        case ReportKind.DAYS:
            return span_text(period)


def span_text(period: Period) -> str:
    """Return first and last day."""
    return str(_("%(first)s to %(last)s", first=period.from_on, last=period.last_on))


def title_of(report: Report) -> str:
    """Return what stands above a report."""
    return f"{period_text(report.period)} · {word(report.period.kind)}"


def signers(report: Report) -> tuple[str, str, str]:
    """Return who signs a report: who wrote it, who answers for it, and who stamps it."""
    stamp = _("College committee (stamp)")
    match report.unit_kind:
        case UnitKind.UNIVERSITY:
            answers, stamp = _("Party office"), _("University committee (stamp)")
        case UnitKind.COLLEGE:
            answers = _("Party office")
        case UnitKind.GENERAL_BRANCH:
            answers = _("General branch committee")
        case _:
            answers = _("Branch committee")
    return _("Filled in by"), answers, stamp


def sentence(report: Report) -> str:
    """Return the one sentence that everybody asks for."""
    figures = report.figures
    return str(
        _(
            "%(n)s probationary members, %(m)s person-times, %(h)s hours; posts %(p)s, bases %(b)s.",
            n=figures[Figure.PROBATIONARY],
            m=figures[Figure.PERSON_TIMES],
            h=hours_text(figures[Figure.NET_MIN]),
            p=figures[Figure.POSTS],
            b=figures[Figure.BASES],
        )
    )


def figure_text(figure: Figure, value: int | None) -> str:
    """Return a figure as it is shown: minutes as hours."""
    if value is None:
        return DASH
    return hours_text(value) if figure.value.endswith("_min") else str(value)


def in_time_pct(report: Report) -> float | None:
    """Return the share of records made within the working days of the rule."""
    return share_pct(report.figures[Figure.IN_TIME], report.figures[Figure.VISITS])


def met_pct(report: Report) -> float | None:
    """Return the share of those due who reached the hours."""
    return share_pct(report.figures[Figure.MET], report.figures[Figure.JUDGED])


def figure_rows(report: Report, figures: Sequence[Figure]) -> list[tuple[Figure, str, str]]:
    """Return figures with their words; shares stand beside what they are a share of."""
    shares = {Figure.IN_TIME: in_time_pct, Figure.MET: met_pct}
    rows = []
    for figure in figures:
        value = figure_text(figure, report.figures.get(figure))
        if figure in shares:
            value = f"{value} ({pct(shares[figure](report))})"
        rows.append((figure, word(figure), value))
    return rows


def standing_rows(report: Report) -> list[tuple[str, int]]:
    """Return how many stand where; the parts make all on probation."""
    counts = Counter(one.key for one in report.members)
    keys = [*STATUSES, *(phase for phase in PHASES if counts[phase])]
    return [(word(key), counts[key]) for key in keys]


def axis_title(axis: Axis) -> str:
    """Return what the lines of an axis are."""
    titles = {
        Axis.UNIT: _("Units"),
        Axis.MEMBER: _("Members"),
        Axis.POST: _("Posts"),
        Axis.BASE: _("Bases"),
        Axis.MONTH: _("Months"),
        Axis.GRADE: _("Grades of evidence"),
    }
    return str(titles[axis])


def key_text(shown: Shown, axis: Axis, key: str) -> str:
    """Return what one line of an axis is called."""
    if axis is Axis.MEMBER:
        person = shown.people.get(int(key))
        return f"{person.name} {person.student_no}" if person else _("somebody who is on no roster any more")
    if axis is Axis.GRADE:
        return word(Grade(key))
    if axis is Axis.BASE and not key:
        return str(_("on campus"))
    return shown.report.named(axis).get(key, key)


def tables(report: Report) -> list[Axis]:
    """Return the tables that a report has; of units only where there is something below."""
    return [
        axis for axis in TABLES if report.lines[axis] and (axis is not Axis.UNIT or len(report.units) > 1)
    ]


def member_lines(shown: Shown) -> list[MemberLine]:
    """Return the members, furthest from the hours first, then those who only served."""
    stood = {str(one.member_id): one for one in shown.report.members}
    found = []
    for line in shown.report.lines[Axis.MEMBER]:
        person = shown.people.get(int(line.key))
        is_here = person is not None and (person.unit_path or "").startswith(shown.unit_path)
        href = f"/members/{line.key}" if is_here else None
        found.append(MemberLine(person=person, href=href, stood=stood.get(line.key), line=line))
    return sorted(
        found,
        key=lambda one: (
            -(one.stood.missing if one.stood else -1),
            one.person.student_no if one.person else "",
        ),
    )


def heads_text(report: Report) -> str:
    """Return the ends of the ledger's chains as papers print them."""
    return "; ".join(f"{head.unit} {head.number} {head.hash[:SHORT_SIGNS]}" for head in report.heads) or DASH


def basis_lines(shown: Shown) -> list[str]:
    """Return what every report says of itself: basis, filter, policy, time, user, head, digest."""
    report = shown.report
    lines = [
        _(
            "Basis: %(what)s, %(span)s; who stands where is judged by each member's probation window on"
            " %(day)s.",
            what=period_text(report.period),
            span=span_text(report.period),
            day=report.judged_on,
        ),
        _(
            "Filter: confirmed records with served minutes of %(unit)s and all below it, by the branch at the"
            " time of service.",
            unit=report.unit.name,
        ),
        _(
            "Policy version of %(day)s: %(hours)s h; time %(at)s; made by %(who)s",
            day=report.policy_on,
            hours=hours_text(report.threshold),
            at=moment(shown.made_at),
            who=shown.made_by,
        ),
        _("Ledger heads (branch, number, first signs): %(heads)s", heads=heads_text(report)),
    ]
    if report.is_running:
        lines.append(_("The period is still running: figures up to %(day)s.", day=report.judged_on))
    if shown.frozen:
        lines.append(_("Frozen. SHA-256 of the report: %(digest)s", digest=shown.frozen.digest))
    else:
        lines.append(_("Draft: these are the figures of now, and they may still change."))
    return lines


def paste_text(shown: Shown) -> str:
    """Return the report as a text for a letter or a chat."""
    report, figures = shown.report, shown.report.figures
    lines = [
        f"{report.unit.name} {title_of(report)}",
        sentence(report),
        _(
            "Served %(net)s h, credited %(credited)s h; made up %(share)s.",
            net=hours_text(figures[Figure.NET_MIN]),
            credited=hours_text(figures[Figure.CREDITED_MIN]),
            share=pct(share_pct(figures[Figure.MADE_UP_MIN], figures[Figure.NET_MIN])),
        ),
        _(
            "Records made %(n)s, %(share)s of them within the working days of the rule; make-ups %(a)s,"
            " corrections %(b)s; spot checks %(c)s, found false %(d)s.",
            n=figures[Figure.VISITS],
            share=pct(in_time_pct(report)),
            a=figures[Figure.MAKE_UPS],
            b=figures[Figure.CORRECTIONS],
            c=figures[Figure.SPOT_CHECKED],
            d=figures[Figure.FALSE_RECORDS],
        ),
    ]
    if figures[Figure.DUE]:
        lines.append(
            _(
                "Due %(n)s, of whom %(m)s reached the hours (%(share)s).",
                n=figures[Figure.DUE],
                m=figures[Figure.MET],
                share=pct(met_pct(report)),
            )
        )
    for head, text in ((_("Shortcomings"), report.shortcomings), (_("What comes next"), report.plans)):
        if text:
            lines.append(f"{head}{_(': ')}{text}")
    lines.append(f"{span_text(report.period)} · {day(shown.made_at)}")
    if shown.frozen:
        lines.append(f"SHA-256 {shown.frozen.short}")
    return "\n".join(map(str, lines))

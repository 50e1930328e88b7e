"""Which rows of which table are about one person: what her export holds, and what is erased with her name.

One line a table in ``KEPT``. A table that leads to a member or an account and tells her nothing stands in
``LEFT_OUT`` with the reason. A test walks all tables and fails on one that stands in neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, case, literal, null, or_, select

from volunteer.database import Model, table_of
from volunteer.models import (
    Account,
    ApiToken,
    Approval,
    AuditLine,
    CalendarLink,
    Certificate,
    CertificateEnd,
    CertificatePaper,
    CertificateRequest,
    Credit,
    Decision,
    DecisionProposal,
    Device,
    Erasure,
    Evidence,
    FormerName,
    Letter,
    Look,
    MailAddress,
    Member,
    Membership,
    Message,
    NoticeLine,
    Objection,
    OverCap,
    PassScan,
    Photo,
    ProbationWindow,
    Proposal,
    Question,
    QueuedScan,
    Request,
    RoleGrant,
    RollCall,
    SignUp,
    Slip,
    SpotCheck,
    Upload,
    Visit,
    VisitFlag,
    Witness,
)

NOBODY = 0
"""No row has this number: stands for the member of an account that has none."""
GONE = "***"
"""What stands where a name or a sentence stood."""
Which = Callable[[Any, "Person"], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Person:
    """One person: the row on the roster, the account, or both."""

    member_id: int
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A table that holds rows about a person.

    Attributes:
        which: Which rows are about her.
        hidden: Columns that she is not shown: secrets, and what is of no use to anybody.
        erased: What replaces the columns that tell who she was; ``{who}`` is the person. Guarded tables have
            none.
        is_removed: The rows themselves go with her name.
    """

    model: type[Model]
    which: Which
    hidden: frozenset[str] = frozenset()
    erased: Mapping[str, str | None] = field(default_factory=dict)
    is_removed: bool = False

    @property
    def table(self) -> Table:
        """The table itself."""
        return table_of(self.model)

    @property
    def key(self) -> str:
        """What the table is called."""
        return self.table.name

    @property
    def columns(self) -> list[Column[Any]]:
        """What she is shown of it."""
        return [column for column in self.table.columns if column.name not in self.hidden]

    def without_her(self, who: Person) -> dict[str, ColumnElement[Any]]:
        """Return what an erasure writes: where nothing stood, nothing stands."""
        columns = self.table.c
        return {
            name: null()
            if text is None
            else case((columns[name].is_(None), null()), else_=literal(text.format(who=who)))
            for name, text in self.erased.items()
        }


def of_member(table: Any, who: Person) -> ColumnElement[bool]:
    """Rows that name the member."""
    return table.c.member_id == who.member_id  # type: ignore[no-any-return]


def of_account(table: Any, who: Person) -> ColumnElement[bool]:
    """Rows that name the account as whom they are about."""
    return table.c.account_id == who.account_id  # type: ignore[no-any-return]


def of_own(owner: type[Model], column: str, whose: str = "member_id") -> Which:
    """Rows that name a row of *owner* that is the member's, or the account's."""
    own = table_of(owner)

    def which(table: Any, who: Person) -> ColumnElement[bool]:
        return table.c[column].in_(select(own.c.id).where(own.c[whose] == getattr(who, whose)))  # type: ignore[no-any-return]

    return which


def herself(column: str) -> Which:
    """Return the condition that *column* is the row of the person."""

    def which(table: Any, who: Person) -> ColumnElement[bool]:
        return table.c.id == getattr(who, column)  # type: ignore[no-any-return]

    return which


def _seen(table: Any, who: Person) -> ColumnElement[bool]:
    return or_(of_member(table, who), of_account(table, who))


def _acts(table: Any, who: Person) -> ColumnElement[bool]:
    """What she did, and what was done to her row, her account, her records and her requests."""
    about = {"member": herself("member_id"), "account": herself("account_id")}
    rows = {"visit": Visit, "request": Request, "device": Device}
    subjects = [
        and_(table.c.subject == name, table.c.subject_id == getattr(who, f"{name}_id")) for name in about
    ]
    subjects += [
        and_(table.c.subject == name, of_own(model, "subject_id")(table, who)) for name, model in rows.items()
    ]
    return or_(table.c.actor_id == who.account_id, *subjects)


KEPT: Sequence[Kept] = (
    Kept(
        model=Member,
        which=herself("member_id"),
        hidden=frozenset({"sort_key", "initials"}),
        erased={"name": GONE, "student_no": "gone-{who.member_id}", "sort_key": GONE, "initials": GONE},
    ),
    Kept(model=FormerName, which=of_member, erased={"name": GONE, "student_no": GONE}),
    Kept(model=Membership, which=of_member),
    Kept(model=ProbationWindow, which=of_member),
    Kept(model=Visit, which=of_member),
    Kept(model=Evidence, which=of_member),
    Kept(model=Witness, which=of_own(Visit, "visit_id")),
    Kept(model=VisitFlag, which=of_own(Visit, "visit_id")),
    Kept(model=RollCall, which=of_own(Visit, "visit_id")),
    Kept(model=Credit, which=of_member),
    Kept(model=Request, which=of_member, erased={"reason": GONE, "answer": GONE, "what": GONE}),
    Kept(
        model=Photo,
        which=of_own(Request, "request_id"),
        hidden=frozenset({"content"}),
        is_removed=True,
    ),
    Kept(model=SignUp, which=of_member),
    Kept(model=Approval, which=of_own(Request, "request_id")),
    Kept(model=Objection, which=of_own(Visit, "visit_id"), erased={"reason": GONE, "answer": GONE}),
    Kept(model=Question, which=of_own(Visit, "visit_id"), erased={"text": GONE, "answer": GONE}),
    Kept(model=SpotCheck, which=of_own(Visit, "visit_id"), erased={"finding": GONE}),
    Kept(model=DecisionProposal, which=of_member, erased={"reason": GONE, "answer": GONE}),
    Kept(model=Decision, which=of_member),
    Kept(model=OverCap, which=of_member),
    Kept(model=NoticeLine, which=of_member),
    Kept(model=CertificateRequest, which=of_member, erased={"answer": GONE}),
    Kept(model=Certificate, which=of_member),
    Kept(model=CertificatePaper, which=of_own(Certificate, "certificate_id"), is_removed=True),
    Kept(model=CertificateEnd, which=of_own(Certificate, "certificate_id")),
    Kept(model=Device, which=of_member),
    Kept(model=QueuedScan, which=of_own(Evidence, "evidence_id"), erased={"member": GONE, "signature": None}),
    Kept(model=PassScan, which=of_own(Device, "device_id"), hidden=frozenset({"text"})),
    Kept(
        model=Account,
        which=herself("account_id"),
        hidden=frozenset({"password_hash"}),
        erased={"login": "gone-{who.account_id}", "name": GONE, "password_hash": None},
    ),
    Kept(model=RoleGrant, which=of_account),
    Kept(model=Proposal, which=of_account),
    Kept(model=Slip, which=of_account, hidden=frozenset({"digest"})),
    Kept(model=ApiToken, which=of_account, hidden=frozenset({"digest"})),
    Kept(model=Upload, which=of_account, hidden=frozenset({"content"})),
    Kept(model=Letter, which=of_own(Message, "message_id", "account_id"), is_removed=True),
    Kept(model=Message, which=of_account, is_removed=True),
    Kept(model=MailAddress, which=of_account, is_removed=True),
    Kept(model=CalendarLink, which=of_account, hidden=frozenset({"digest"}), is_removed=True),
    Kept(model=Erasure, which=of_member, erased={"reason": GONE}),
    Kept(model=Look, which=_seen),
    Kept(model=AuditLine, which=_acts),
)
"""In the order in which they are shown."""

_BY_OFFICE = "what an office or a keeper did for all; each act of hers is in the trail, which she is given"
LEFT_OUT: Mapping[str, str] = {
    "seal": "a hash over a line of the ledger, which she is given",
    "notice": _BY_OFFICE,
    "notice_end": _BY_OFFICE,
    "policy_version": _BY_OFFICE,
    "shift": _BY_OFFICE,
    "shift_break": _BY_OFFICE,
    "outside_source": _BY_OFFICE,
    "outside_batch": _BY_OFFICE,
    "display": _BY_OFFICE,
    "display_link": _BY_OFFICE,
    "headcount": _BY_OFFICE,
    "host_statement": _BY_OFFICE,
    "spot_draw": _BY_OFFICE,
    "recount_order": _BY_OFFICE,
    "snapshot": "a report of a unit, in which people stand by number with figures of records she is given",
}

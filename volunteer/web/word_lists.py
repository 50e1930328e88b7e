"""The words for every value of every closed list."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from volunteer.rules.certificates import Fault, Standing
from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    CertificateEndKind,
    CertificateState,
    Compensation,
    Confirmation,
    DecisionKind,
    Flag,
    Grade,
    Lost,
    MessageKind,
    NoticeKind,
    NoticeList,
    Outcome,
    Phase,
    ProposalKind,
    ProposalState,
    RequestKind,
    RequestState,
    Role,
    Side,
    Sight,
    SignUpFor,
    Source,
    Stage,
    Status,
    UnitKind,
    UploadKind,
    Verdict,
    VisitState,
)
from volunteer.rules.places import Agreement
from volunteer.rules.risk import Level, Part


class _Words(Mapping[StrEnum, Any]):
    """A mapping that tells ``Grade.X`` from any other list's value of the same spelling."""

    def __init__(self, *lists: Mapping[Any, Any]) -> None:
        self._by_kind = {(type(key), key.value): text for one in lists for key, text in one.items()}

    def __getitem__(self, key: StrEnum) -> Any:
        return self._by_kind[type(key), key.value]

    def __iter__(self) -> Iterator[StrEnum]:
        return (kind(value) for kind, value in self._by_kind)

    def __len__(self) -> int:
        return len(self._by_kind)


WORDS = _Words(
    {
        UnitKind.UNIVERSITY: _l("university committee"),
        UnitKind.COLLEGE: _l("college committee"),
        UnitKind.GENERAL_BRANCH: _l("general branch"),
        UnitKind.BRANCH: _l("branch"),
        UnitKind.GROUP: _l("group"),
    },
    {BranchKind.STUDENT: _l("student branch"), BranchKind.STAFF: _l("staff branch")},
    {
        Stage.ACTIVIST: _l("activist"),
        Stage.CANDIDATE: _l("candidate"),
        Stage.PROBATIONARY: _l("probationary member"),
        Stage.FULL: _l("full member"),
    },
    {
        Category.SERVICE: _l("service"),
        Category.TRAINING: _l("training"),
        Category.MEETING: _l("meeting"),
        Category.PRACTICE: _l("practice"),
        Category.DUTY: _l("duty"),
    },
    {
        Compensation.NONE: _l("unpaid"),
        Compensation.EXPENSES: _l("expenses only"),
        Compensation.PAID: _l("paid"),
    },
    {
        BaseStatus.APPLIED: _l("applied for"),
        BaseStatus.AGREED: _l("agreement signed"),
        BaseStatus.PLAQUED: _l("plaque up"),
        BaseStatus.SUSPENDED: _l("suspended"),
        BaseStatus.WITHDRAWN: _l("withdrawn"),
    },
    {
        Agreement.VALID: _l("agreement in force"),
        Agreement.EXPIRING: _l("agreement ends soon"),
        Agreement.EXPIRED: _l("agreement is over"),
        Agreement.COMING: _l("agreement has yet to begin"),
        Agreement.NONE: _l("no agreement in force"),
    },
    {
        VisitState.OPEN: _l("In service"),
        VisitState.UNCLOSED: _l("Not checked out"),
        VisitState.PENDING: _l("Pending review"),
        VisitState.CONFIRMED: _p("state of a record", "Credited"),
        VisitState.DISPUTED: _l("Objection open, not counted"),
        VisitState.REJECTED: _l("Rejected"),
        VisitState.VOID: _l("Void (kept)"),
    },
    {
        Grade.A: _l("A two-way"),
        Grade.B: _l("B live scan"),
        Grade.C: _l("C witnessed"),
        Grade.D: _l("D awaiting witness"),
        Grade.E: _l("E made up"),
        Grade.X: _l("X not counted"),
    },
    {Side.IN: _l("Check in"), Side.OUT: _l("Check out")},
    {
        Source.LIVE: _l("live code"),
        Source.TYPED: _l("typed code"),
        Source.PRINTED: _l("printed poster"),
        Source.OFFLINE: _l("scanned offline"),
        Source.TAKEN: _l("taken by the leader"),
        Source.ATTESTED: _l("attested by the leader"),
        Source.CLAIMED: _l("claimed later"),
    },
    {
        Verdict.ACCEPTED: _l("accepted"),
        Verdict.UNCHANGED: _l("nothing changed"),
        Verdict.REFUSED: _l("refused"),
    },
    {
        RequestKind.CORRECTION: _l("forgotten check-out"),
        RequestKind.MAKE_UP: _l("make-up"),
        RequestKind.OPENING: _l("opening record"),
        RequestKind.OUTSIDE: _l("outside record"),
    },
    {
        RequestState.ASKED: _l("asked"),
        RequestState.APPROVED: _l("approved"),
        RequestState.REJECTED: _l("rejected"),
        RequestState.MOOT: _l("no longer needed"),
    },
    {Outcome.CONVERTED: _l("Converted"), Outcome.CANCELLED: _l("Candidacy cancelled")},
    {
        Confirmation.AUTO: _l("counts at check-out"),
        Confirmation.COMMITTEE: _l("waits for the committee"),
    },
    {
        Role.LEADER: _l("post leader"),
        Role.COMMITTEE: _l("branch committee"),
        Role.GROUP_LEADER: _l("group leader"),
        Role.COLLEGE: _l("college office"),
        Role.ADMIN: _l("administrator"),
        Role.AUDITOR: _l("auditor"),
    },
    {
        ProposalKind.GIVE_ROLE: _l("give a role"),
        ProposalKind.END_ROLE: _l("end a role"),
        ProposalKind.SLIP: _l("print a new slip"),
    },
    {
        DecisionKind.EXTENSION: _l("extension"),
        DecisionKind.CONVERSION: _l("conversion"),
        DecisionKind.CANCELLATION: _l("cancellation"),
        DecisionKind.OVER_CAP: _l("lifted cap of a day"),
    },
    {
        ProposalState.WAITING: _l("waits for the college"),
        ProposalState.APPROVED: _l("approved and entered"),
        ProposalState.DECLINED: _l("turned down"),
        ProposalState.WITHDRAWN: _l("taken back"),
        ProposalState.OVERTAKEN: _l("overtaken"),
    },
    {
        Phase.NOT_STARTED: _l("Probation not begun"),
        Phase.IN_WINDOW: _l("In probation"),
        Phase.EXTENDED: _l("Probation extended"),
        Phase.DUE_WAITING: _l("Due, waiting for the branch meeting"),
        Phase.NOT_MET: _l("Not met at due"),
        Phase.CONVERTED: _l("Converted to full member"),
        Phase.CANCELLED: _l("Candidacy of probation cancelled"),
        Phase.TRANSFERRED_OUT: _l("Transferred out"),
        Phase.NO_WINDOW: _l("No probation"),
    },
    {
        Status.MET: _l("Met"),
        Status.UNREACHABLE: _l("Cannot be met in the time left"),
        Status.AT_RISK: _l("At risk"),
        Status.NEAR: _l("Nearly there"),
        Status.BEHIND: _l("Behind"),
        Status.ON_TRACK: _l("On track"),
    },
    {
        Lost.OUTSIDE_SHIFT: _l("outside the shift"),
        Lost.AWAY: _l("away between two stays"),
        Lost.BREAK: _l("break of the shift"),
        Lost.OVERLAP: _l("counted in another record"),
        Lost.TOO_SHORT: _l("shorter than the least record"),
        Lost.ROUNDING: _l("rounded down"),
        Lost.DAY_CAP: _l("over the cap of the day"),
        Lost.OUTSIDE_WINDOW: _l("outside the probation"),
    },
    {
        Sight.RECORDS: _l("looked at the records"),
        Sight.RECORDS_FILE: _l("took the records along as a file"),
        Sight.HOURS_SHEET: _l("printed the hours sheet"),
        Sight.HAND_OVER: _l("printed the hand-over sheet"),
        Sight.ROSTER_ENTRY: _l("looked at the roster entry"),
        Sight.MEMBERS: _l("read the list of members by a program"),
        Sight.MEMBERS_FILE: _l("took the list of members along as a file"),
        Sight.DUE_FILE: _l("took the list of those due along as a file"),
        Sight.TRAIL_FILE: _l("took the trail along as a file"),
        NoticeKind.HOURS: _l("Notice of service hours"),
        NoticeKind.CERTIFICATES: _l("Notice of certificates to be issued"),
    },
    {
        NoticeList.MET: _l("Members on probation who have reached the hours"),
        NoticeList.ALL: _l("All members on probation"),
    },
    {
        CertificateState.ASKED: _l("Asked for"),
        CertificateState.NOTICED: _l("On notice"),
        CertificateState.ISSUED: _l("Issued"),
        CertificateState.DECLINED: _l("Turned down"),
        CertificateState.WITHDRAWN: _l("Taken back"),
    },
    {
        CertificateEndKind.SUPERSEDED: _l("Replaced by a newer one"),
        CertificateEndKind.REVOKED: _p("certificate", "Revoked"),
    },
    {
        Standing.VALID: _p("certificate", "Valid"),
        Standing.SUPERSEDED: _l("Replaced by a newer one"),
        Standing.REVOKED: _p("certificate", "Revoked"),
        Standing.UNKNOWN: _l("Not in the register"),
    },
    {
        Fault.NOT_ONE: _l("This is not a certificate of ours: it is not spelled like one."),
        Fault.UNSIGNED: _l("It says of itself that it is not signed. Anybody can write that."),
        Fault.ALGORITHM: _l("It is signed by another method than ours."),
        Fault.PURPOSE: _l("This is signed, but it is no certificate: it was made for another purpose."),
        Fault.FOREIGN_KEY: _l("It is signed with a key that is not ours."),
        Fault.CUT_OFF: _l("It is cut off: the end is missing. Scan the code again, all of it."),
        Fault.CHANGED: _l("It was changed after it was signed, or the signature is not ours."),
    },
    {
        UploadKind.MEMBERS: _l("Members"),
        UploadKind.SHIFTS: _l("Shifts"),
        UploadKind.OUTSIDE: _l("Records of other platforms"),
    },
    {
        Flag.SHARED_DEVICE: _l("several members on one device"),
        Flag.SEVERAL_DEVICES: _l("one member on several devices"),
        Flag.CLAIM_CONTRADICTS_SCAN: _l("the claim contradicts a scan elsewhere"),
        Flag.OPENED_ON_THE_SPOT: _l("shift opened on the spot"),
        Flag.PROLONGED: _l("shift prolonged"),
        Flag.DISPLAY_SILENT: _l("the display gave no sign of life"),
        Flag.SLOW_TICKET: _l("long between scan and check-in"),
        Flag.ABSENT_AT_ROLL_CALL: _l("not found at the roll-call"),
        Flag.HEADCOUNT_DIFFERS: _l("the headcount differs"),
        Flag.SAME_PAIR: _l("always the same two witness each other"),
        Flag.NEW_DEVICE: _l("the phone is new since less than a day"),
        Flag.BROKEN_QUEUE: _l("the phone's queue has a gap or a second branch"),
        Flag.UNSIGNED_QUEUE: _l("saved without the phone's key"),
        Flag.OLD_CODE: _l("code much older than the others'"),
        Flag.MADE_UP_SHARE: _l("made-up share far above the usual"),
        Flag.LATE_RUSH: _l("many hours at the very end"),
        Flag.HASTY_APPROVAL: _l("approved within seconds"),
        Flag.ROUND_TIMES: _l("all claimed times are round"),
        Flag.RECIPROCAL: _l("two approve each other"),
        Flag.NEVER_REFUSES: _l("approved everything, and a spot check failed"),
    },
    {
        Part.FLAGS: _l("flags"),
        Part.DEADLINE: _l("deadline"),
        Part.OBJECTION: _l("objection"),
        Part.SHARE: _l("made-up hours before"),
        Part.LONG: _l("four hours or more"),
    },
    {
        SignUpFor.COLLEGE: _l("everybody of the college"),
        SignUpFor.UNIT: _l("the members of the unit that runs it"),
        SignUpFor.NOBODY: _l("nobody; one just comes"),
    },
    {
        MessageKind.UNCLOSED: _l("not checked out"),
        MessageKind.REQUEST_APPROVED: _l("request approved"),
        MessageKind.REQUEST_REJECTED: _l("request rejected"),
        MessageKind.RECORD_RETURNED: _l("record sent back"),
        MessageKind.OBJECTION_ACCEPTED: _l("objection in force"),
        MessageKind.OBJECTION_UPHELD: _l("objection upheld"),
        MessageKind.OBJECTION_NOT_UPHELD: _l("objection not upheld"),
        MessageKind.NEAR: _l("nearly there"),
        MessageKind.MET: _l("hours reached"),
        MessageKind.OUT_OF_REACH: _l("published shifts are not enough"),
        MessageKind.REVIEW_WAITING: _l("waits for review"),
        MessageKind.REMINDER: _l("your shift"),
        MessageKind.PLACE_FREE: _l("you have a place"),
        MessageKind.SHIFT_CHANGED: _l("shift at another time"),
        MessageKind.SHIFT_CANCELLED: _l("shift cancelled"),
        MessageKind.ROLE_GIVEN: _l("role given"),
        MessageKind.ROLE_ENDED: _l("role ended"),
        MessageKind.SLIP_PRINTED: _l("new slip printed"),
    },
    {
        Level.HIGH: _l("look closely"),
        Level.MIDDLE: _l("look soon"),
        Level.LOW: _l("as usual"),
    },
)

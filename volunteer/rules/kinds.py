"""The closed lists that every layer shares: kinds, states, grades, phases."""

from enum import StrEnum


class UnitKind(StrEnum):
    """A level of the Party organisation; every unit but the top has a parent."""

    UNIVERSITY = "university"
    COLLEGE = "college"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    GROUP = "group"


class BranchKind(StrEnum):
    """Whether a branch is one of students or of staff."""

    STUDENT = "student"
    STAFF = "staff"


class Stage(StrEnum):
    """How far a person has come on the way to full membership."""

    ACTIVIST = "activist"
    CANDIDATE = "candidate"
    PROBATIONARY = "probationary"
    FULL = "full"


class Category(StrEnum):
    """What a post is for. Only service counts."""

    SERVICE = "service"
    TRAINING = "training"
    MEETING = "meeting"
    PRACTICE = "practice"
    DUTY = "duty"


class Compensation(StrEnum):
    """What those who serve receive. Paid work is not voluntary service."""

    NONE = "none"
    EXPENSES = "expenses"
    PAID = "paid"


class BaseStatus(StrEnum):
    """Where the agreement with a base's host stands."""

    APPLIED = "applied"
    AGREED = "agreed"
    PLAQUED = "plaqued"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class VisitState(StrEnum):
    """Where a record stands. ``OPEN`` reads as ``UNCLOSED`` once the check-out grace is over."""

    OPEN = "open"
    UNCLOSED = "unclosed"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    REJECTED = "rejected"
    VOID = "void"


class Grade(StrEnum):
    """How strong the evidence of a record is; shown beside every hour."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    X = "X"


class Side(StrEnum):
    """The two ends of a stay."""

    IN = "in"
    OUT = "out"


class Source(StrEnum):
    """What proves one end of a stay."""

    LIVE = "live"
    TYPED = "typed"
    PRINTED = "printed"
    OFFLINE = "offline"
    TAKEN = "taken"
    ATTESTED = "attested"
    CLAIMED = "claimed"


class Verdict(StrEnum):
    """What became of a scan."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RequestKind(StrEnum):
    """What a person may ask two others to approve."""

    CORRECTION = "correction"
    MAKE_UP = "make_up"
    OPENING = "opening"
    OUTSIDE = "outside"

    @property
    def is_record(self) -> bool:
        """Whether it brings typed minutes that belong to no post of ours."""
        return self in (RequestKind.OPENING, RequestKind.OUTSIDE)


class RequestState(StrEnum):
    """Where a request stands; ``MOOT``: better evidence closed the visit meanwhile."""

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    MOOT = "moot"


class Outcome(StrEnum):
    """What a branch general meeting decides at the end of a probation."""

    CONVERTED = "converted"
    CANCELLED = "cancelled"


class Confirmation(StrEnum):
    """Whether a closed record of grade A to C counts at once or waits for the committee."""

    AUTO = "auto"
    COMMITTEE = "committee"


class Role(StrEnum):
    """A right that an account is given over a unit or a post."""

    LEADER = "leader"
    COMMITTEE = "committee"
    GROUP_LEADER = "group_leader"
    COLLEGE = "college"
    ADMIN = "admin"
    AUDITOR = "auditor"


class ProposalKind(StrEnum):
    """What one alone may not do about an account."""

    GIVE_ROLE = "give_role"
    END_ROLE = "end_role"
    SLIP = "slip"


class DecisionKind(StrEnum):
    """What a branch proposes about one of its members, and the college enters."""

    EXTENSION = "extension"
    CONVERSION = "conversion"
    CANCELLATION = "cancellation"
    OVER_CAP = "over_cap"


class ProposalState(StrEnum):
    """Where such a proposal stands; ``OVERTAKEN``: something else was decided that leaves it no ground."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


class Phase(StrEnum):
    """Where a member stands on the way through the probation."""

    NOT_STARTED = "not_started"
    IN_WINDOW = "in_window"
    EXTENDED = "extended"
    DUE_WAITING = "due_waiting"
    NOT_MET = "not_met"
    CONVERTED = "converted"
    CANCELLED = "cancelled"
    TRANSFERRED_OUT = "transferred_out"
    NO_WINDOW = "no_window"


class Status(StrEnum):
    """How a member does inside the window; the first that fits, in this order."""

    MET = "met"
    UNREACHABLE = "unreachable"
    AT_RISK = "at_risk"
    NEAR = "near"
    BEHIND = "behind"
    ON_TRACK = "on_track"


class Lost(StrEnum):
    """Why a minute of presence was not credited."""

    OUTSIDE_SHIFT = "outside_shift"
    AWAY = "away"
    BREAK = "break"
    OVERLAP = "overlap"
    TOO_SHORT = "too_short"
    ROUNDING = "rounding"
    DAY_CAP = "day_cap"
    OUTSIDE_WINDOW = "outside_window"


class Flag(StrEnum):
    """Something about a record that a person should look at; it never deducts a minute by itself."""

    SHARED_DEVICE = "shared_device"
    SEVERAL_DEVICES = "several_devices"
    CLAIM_CONTRADICTS_SCAN = "claim_contradicts_scan"
    OPENED_ON_THE_SPOT = "opened_on_the_spot"
    PROLONGED = "prolonged"
    DISPLAY_SILENT = "display_silent"
    SLOW_TICKET = "slow_ticket"
    HEADCOUNT_DIFFERS = "headcount_differs"
    ABSENT_AT_ROLL_CALL = "absent_at_roll_call"
    SAME_PAIR = "same_pair"
    NEW_DEVICE = "new_device"
    BROKEN_QUEUE = "broken_queue"
    UNSIGNED_QUEUE = "unsigned_queue"
    OLD_CODE = "old_code"
    MADE_UP_SHARE = "made_up_share"
    LATE_RUSH = "late_rush"
    HASTY_APPROVAL = "hasty_approval"
    ROUND_TIMES = "round_times"
    RECIPROCAL = "reciprocal"
    NEVER_REFUSES = "never_refuses"


class Sight(StrEnum):
    """What somebody of an office looked at or took along; kept in the trail."""

    RECORDS = "records"
    RECORDS_FILE = "records_file"
    HOURS_SHEET = "hours_sheet"
    HAND_OVER = "hand_over"
    ROSTER_ENTRY = "roster_entry"
    MEMBERS = "members"
    MEMBERS_FILE = "members_file"
    DUE_FILE = "due_file"
    REPORT_FILE = "report_file"
    TRAIL_FILE = "trail_file"
    CASES_FILE = "cases_file"


class SignUpFor(StrEnum):
    """Who may sign up for the shifts of a post; at ``NOBODY`` one comes without signing up."""

    COLLEGE = "college"
    UNIT = "unit"
    NOBODY = "nobody"


class MessageKind(StrEnum):
    """What the inbox tells a person."""

    UNCLOSED = "unclosed"
    REQUEST_APPROVED = "request_approved"
    REQUEST_REJECTED = "request_rejected"
    RECORD_RETURNED = "record_returned"
    OBJECTION_ACCEPTED = "objection_accepted"
    OBJECTION_UPHELD = "objection_upheld"
    OBJECTION_NOT_UPHELD = "objection_not_upheld"
    NEAR = "near"
    MET = "met"
    OUT_OF_REACH = "out_of_reach"
    REVIEW_WAITING = "review_waiting"
    REMINDER = "reminder"
    PLACE_FREE = "place_free"
    SHIFT_CHANGED = "shift_changed"
    SHIFT_CANCELLED = "shift_cancelled"
    ROLE_GIVEN = "role_given"
    ROLE_ENDED = "role_ended"
    SLIP_PRINTED = "slip_printed"
    NOTICE_OPENED = "notice_opened"
    CERTIFICATE_ISSUED = "certificate_issued"
    CERTIFICATE_DECLINED = "certificate_declined"
    CERTIFICATE_REVOKED = "certificate_revoked"


class NoticeKind(StrEnum):
    """What a list in the unit is about."""

    HOURS = "hours"
    CERTIFICATES = "certificates"


class NoticeList(StrEnum):
    """Whom a notice of hours lists, of those who are on probation."""

    MET = "met"
    ALL = "all"


class CertificateState(StrEnum):
    """Where a certificate stands that was asked for."""

    ASKED = "asked"
    NOTICED = "noticed"
    ISSUED = "issued"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class CertificateEndKind(StrEnum):
    """Why an issued certificate is valid no more."""

    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class UploadKind(StrEnum):
    """What a file that somebody sends holds."""

    MEMBERS = "members"
    SHIFTS = "shifts"
    OUTSIDE = "outside"


class ReportKind(StrEnum):
    """The kind of stretch of days that a report covers."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    TERM = "term"
    ACADEMIC_YEAR = "academic_year"
    DAYS = "days"


class Figure(StrEnum):
    """What a report counts. Minutes where the name says so."""

    PROBATIONARY = "probationary"
    HEADCOUNT = "headcount"
    PERSON_TIMES = "person_times"
    NET_MIN = "net_min"
    CREDITED_MIN = "credited_min"
    MADE_UP_MIN = "made_up_min"
    RECORDED_MIN = "recorded_min"
    POSTS = "posts"
    BASES = "bases"
    VISITS = "visits"
    IN_TIME = "in_time"
    MAKE_UPS = "make_ups"
    CORRECTIONS = "corrections"
    LATE_APPROVALS = "late_approvals"
    REQUESTS_REJECTED = "requests_rejected"
    OBJECTIONS = "objections"
    SPOT_DRAWN = "spot_drawn"
    SPOT_CHECKED = "spot_checked"
    FALSE_RECORDS = "false_records"
    CERTIFICATES = "certificates"
    CONVERTED = "converted"
    EXTENDED = "extended"
    CANCELLED = "cancelled"
    DUE = "due"
    JUDGED = "judged"
    MET = "met"


COUNTING_CATEGORIES = frozenset({Category.SERVICE})
UNPAID = frozenset({Compensation.NONE, Compensation.EXPENSES})
SETTLED = frozenset({VisitState.REJECTED, VisitState.VOID})


def is_counting_post(category: Category, compensation: Compensation) -> bool:
    """Whether service at such a post earns hours at all: it is unpaid and of a category that counts."""
    return category in COUNTING_CATEGORIES and compensation in UNPAID

"""Typed tables: shape and integrity. No queries, no rules."""

from volunteer.models.access import Account, ApiToken, AuditLine, Proposal, RoleGrant, Slip, WrongTry
from volunteer.models.devices import Device, QueuedScan
from volunteer.models.inbox import DailyChore, Letter, MailAddress, Message
from volunteer.models.kept import KeptPeriod, KeptSum
from volunteer.models.ledger import LedgerHead, Seal
from volunteer.models.onsite import DisplayLink, Headcount, HostStatement, PassScan, RollCall
from volunteer.models.organisation import PolicyVersion, Term, Unit, Workday
from volunteer.models.outside import OutsideBatch, OutsideSource
from volunteer.models.papers import (
    Certificate,
    CertificateEnd,
    CertificatePaper,
    CertificateRequest,
    Notice,
    NoticeEnd,
    NoticeLine,
)
from volunteer.models.people import (
    Decision,
    DecisionProposal,
    Member,
    Membership,
    OverCap,
    ProbationWindow,
)
from volunteer.models.photos import Photo
from volunteer.models.places import Base, Display, Post, Shift, ShiftBreak, Site
from volunteer.models.privacy import Erasure, FormerName, Look
from volunteer.models.recounts import RecountOrder
from volunteer.models.reports import Snapshot
from volunteer.models.requests import Approval, Objection, Request
from volunteer.models.review import Question, SpotCheck, SpotDraw
from volunteer.models.sign_ups import CalendarLink, SignUp
from volunteer.models.uploads import Upload
from volunteer.models.visits import Credit, Evidence, Visit, VisitFlag, Witness

__all__ = [
    "Account",
    "ApiToken",
    "Approval",
    "AuditLine",
    "Base",
    "CalendarLink",
    "Certificate",
    "CertificateEnd",
    "CertificatePaper",
    "CertificateRequest",
    "Credit",
    "DailyChore",
    "Decision",
    "DecisionProposal",
    "Device",
    "Display",
    "DisplayLink",
    "Erasure",
    "Evidence",
    "FormerName",
    "Headcount",
    "HostStatement",
    "KeptPeriod",
    "KeptSum",
    "LedgerHead",
    "Letter",
    "Look",
    "MailAddress",
    "Member",
    "Membership",
    "Message",
    "Notice",
    "NoticeEnd",
    "NoticeLine",
    "Objection",
    "OutsideBatch",
    "OutsideSource",
    "OverCap",
    "PassScan",
    "Photo",
    "PolicyVersion",
    "Post",
    "ProbationWindow",
    "Proposal",
    "Question",
    "QueuedScan",
    "RecountOrder",
    "Request",
    "RoleGrant",
    "RollCall",
    "Seal",
    "Shift",
    "ShiftBreak",
    "SignUp",
    "Site",
    "Slip",
    "Snapshot",
    "SpotCheck",
    "SpotDraw",
    "Term",
    "Unit",
    "Upload",
    "Visit",
    "VisitFlag",
    "Witness",
    "Workday",
    "WrongTry",
]

"""One valid row of every table, as plain values: what the tests of the constraints change one thing in."""
# ruff: noqa: E501 - rows stay tables

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from volunteer import models  # noqa: F401 - fills the metadata
from volunteer.database import Model

Row = dict[str, Any]
TABLES = Model.metadata.tables
# 2026-03-16 09:00 in Shanghai.
NINE = 1_773_622_800
HOUR = 3600

# fmt: off
TABLET: Row = {"handle": "0000000f", "is_poster": False, "key_digest": "0" * 64}
LIFTED_DAY: Row = {"what": "over_cap", "on": "2026-03-16"}
OTHER_EVIDENCE: Row = {"verdict": "refused", "reason": "too_old", "step": None, "client_ref": "r9"}
ISSUED_REQUEST: Row = {"state": "issued", "notice_id": 1, "settled_at": NINE}
OTHER_CERTIFICATE: Row = {"number": "C-2", "request_id": 2, "digest": "2" * 64}
VALID: dict[str, Row] = {
    "unit": {"code": "LAW", "name": "法学", "kind": "branch", "branch_kind": "student", "path": "/1/"},
    "term": {"code": "T1", "name": "春", "starts_on": "2026-03-01", "ends_before": "2026-08-01"},
    "workday": {"on": "2026-03-14", "is_workday": True},
    "member": {
        "student_no": "1", "name": "李梅", "sort_key": "li mei", "initials": "lm", "unit_id": 1, "stage": "probationary",
    },
    "membership": {"member_id": 1, "unit_id": 1, "from_on": "2025-12-01", "before_on": None},
    "probation": {
        "member_id": 1, "starts_on": "2025-12-01", "ends_before": "2026-12-01",
        "extension_months": None, "counted_min": 0, "outcome": None, "decided_on": None,
    },
    "account": {"login": "mei", "name": "李梅", "member_id": 1, "session_epoch": 0, "is_closed": False, "created_at": NINE},
    "base": {"code": "LIB", "name": "图书馆", "status": "agreed", "agreement_from": None, "agreement_to": None},
    "post": {"code": "READ", "name": "阅览", "unit_id": 1, "category": "service", "compensation": "none", "sign_up_for": "college", "takes_walk_ins": True},
    "site": {"code": "READ", "name": "阅览", "post_id": 1, "base_id": None, "is_offline": False},
    "display": {"handle": "00000001", "site_id": 1, "is_poster": True, "opened_at": NINE, "revoked_at": None},
    "shift": {
        "code": "S1", "post_id": 1, "starts_at": NINE, "ends_at": NINE + 3 * HOUR, "first_ends_at": NINE + 3 * HOUR,
        "capacity": None, "is_opened_on_spot": False, "is_for_make_ups": False, "published_at": NINE, "revision": 0,
    },
    "shift_break": {"shift_id": 1, "starts_at": NINE + HOUR, "ends_at": NINE + HOUR + 600},
    "policy_version": {
        "effective_on": "2025-01-01", "threshold_min": 3000, "stages": "probationary", "rounding_unit_min": 1,
        "day_cap_min": 480, "day_cap_max_min": 720, "checkin_early_min": 30, "checkout_grace_min": 120,
        "confirmation": "auto", "min_record_min": 15, "record_deadline_workdays": 10, "makeup_budget_pct": 15,
        "notice_workdays": 3, "certificate_notice_days": 7, "extension_months_min": 6, "extension_months_max": 12,
        "offline_max_age_h": 72, "opening_max_min": 3000, "outside_max_min": 1200, "near_pct": 80,
        "at_risk_week_min": 360, "behind_min": 600, "behind_after_days": 60,
        "sign_up_ahead_days": 14, "sign_ups_at_once": 8, "withdraw_before_h": 12, "entered_at": NINE,
    },
    "sign_up": {"shift_id": 1, "member_id": 1, "asked_at": NINE, "seat": 1, "seated_at": NINE, "withdrawn_at": None},
    "calendar_link": {"account_id": 1, "digest": "0" * 64, "made_at": NINE},
    "message": {"account_id": 1, "kind": "reminder", "key": "remind:1", "at": NINE, "read_at": None, "shift_id": 1},
    "daily_chore": {"name": "tell", "done_on": "2026-03-16"},
    "mail_address": {"account_id": 1, "address": "mei@example.edu", "since": NINE, "language": "en"},
    "letter": {
        "message_id": 1, "digest_on": None, "due_at": NINE, "tries": 0, "sent_at": None, "given_up_at": None,
    },
    "visit": {
        "member_id": 1, "shift_id": 1, "post_id": 1, "unit_id": 1, "policy_id": 1, "served_on": "2026-03-16",
        "state": "confirmed", "state_before": None, "grade": "B", "version": 1, "is_keepers_own": False,
        "is_display_silent": False, "is_taken_confirmed": False, "waits_for_committee": False, "net_min": 180,
        "credited_min": 180, "pending_min": 0, "lost_outside_shift": 0, "lost_away": 0, "lost_break": 0,
        "lost_overlap": 0, "lost_too_short": 0, "lost_rounding": 0, "lost_day_cap": 0, "kept_net": 0, "kept_credited": 0, "kept_grade": None,
    },
    "kept_period": {"from_on": "2026-01-01", "to_on": "2027-01-01"},
    "kept_sum": {
        "period_id": 1, "kind": "all", "unit_id": 1, "key": 0, "headcount": 1, "person_times": 1, "visits": 1,
        "net": 180, "credited": 180, "net_a": 0, "net_b": 180, "net_c": 0, "net_e": 0,
    },
    "visit_flag": {"visit_id": 1, "flag": "prolonged", "facts": "{}", "at": NINE},
    "evidence": {
        "member_id": 1, "visit_id": 1, "stay": 1, "side": "in", "source": "live", "is_claim": False, "at": NINE,
        "received_at": NINE, "display_id": 1, "step": 7, "client_ref": "r1", "verdict": "accepted", "reason": None,
    },
    "device": {
        "handle": "0a0b0c0d", "member_id": 1, "public_key": "B" * 87, "registered_at": NINE, "last_seq": 0,
        "last_digest": "",
    },
    "queued_scan": {
        "evidence_id": 1, "device_id": 1, "member": "1", "code": "A" * 31, "seq": 1, "previous": "",
        "phone_at_ms": 1, "monotonic_ms": 1, "signature": "A" * 86,
    },
    "notice": {
        "ref": "n1", "unit_id": 1, "kind": "hours", "starts_on": "2026-03-16", "last_on": "2026-03-19",
        "is_provisional": False, "policy_id": 1, "threshold_min": 3000, "checksum": "0" * 64, "opened_by_id": 1,
        "opened_at": NINE,
    },
    "notice_line": {
        "notice_id": 1, "number": 1, "member_id": 1, "from_on": None, "to_on": None, "minutes": 180, "marks": "B:180",
    },
    "notice_end": {"notice_id": 1, "reason": "误", "by_id": 1, "at": NINE},
    "certificate_request": {
        "member_id": 1, "unit_id": 1, "asked_by_id": 1, "asked_at": NINE, "state": "asked", "notice_id": None,
        "settled_by_id": None, "settled_at": None, "answer": None,
    },
    "certificate": {
        "number": "C-1", "request_id": 1, "member_id": 1, "unit_id": 1, "college_id": 1, "notice_id": 1,
        "from_on": "2025-12-01", "last_on": "2026-03-16", "minutes": 180, "marks": "B:180", "digest": "0" * 64,
        "handler_id": 1, "approver_id": 2, "issued_on": "2026-03-25", "issued_at": NINE,
    },
    "certificate_paper": {"certificate_id": 1, "token": "a.b.c", "content": "{}"},
    "certificate_end": {
        "certificate_id": 1, "kind": "revoked", "reason": "误", "replaced_by_id": None, "by_id": 2, "at": NINE,
    },
    "display_link": {
        "digest": "0" * 64, "site_id": 1, "shift_id": None, "made_by_id": 1, "made_at": NINE, "expires_at": NINE + HOUR,
        "opened_at": None, "display_id": None, "withdrawn_at": None,
    },
    "headcount": {
        "shift_id": 1, "by_account_id": 1, "display_id": None, "at": NINE, "counted": 3, "checked_in": 2, "seed": None,
    },
    "roll_call": {"headcount_id": 1, "visit_id": 1, "is_present": None, "answered_at": None},
    "host_statement": {"display_id": 1, "shift_id": 1, "at": NINE},
    "pass_scan": {
        "client_ref": "p1", "shift_id": 1, "by_account_id": 1, "text": "F3:A", "is_queued": False, "device_id": 1,
        "step": 7, "visit_id": 1, "at": NINE, "received_at": NINE, "verdict": "accepted", "reason": None,
    },
    "witness": {"visit_id": 1, "account_id": 1, "at": NINE},
    "request": {
        "ref": "q1", "kind": "make_up", "member_id": 1, "visit_id": 1, "unit_id": 1, "starts_at": NINE,
        "ends_at": NINE + HOUR, "on": "2026-03-16", "minutes": None, "reason": "没电", "deadline_on": "2026-03-30",
        "is_deadline_provisional": False, "asked_at": NINE, "state": "asked",
    },
    "outside_source": {"unit_id": 1, "name": "i志愿", "mapping": "{}", "changed_at": NINE},
    "outside_batch": {"source_id": 1, "unit_id": 1, "name": "a.xlsx", "digest": "0" * 64, "rows": 1, "sent_at": NINE},
    "approval": {"request_id": 1, "step": 1, "account_id": 1, "is_late": False, "at": NINE},
    "objection": {
        "ref": "o1", "visit_id": 1, "is_own": True, "reason": "不符", "filed_at": NINE, "accept_by_on": "2026-03-19",
        "accepted_at": NINE, "resolved_at": None, "is_upheld": None, "state_before": None,
    },
    "recount_order": {
        "unit_id": 1, "policy_id": 1, "from_on": "2026-03-01", "before_on": "2026-03-17", "reason": "党委会决定",
        "proposed_by_id": 1, "proposed_at": NINE, "decided_by_id": None, "decided_at": None, "is_approved": None,
        "done_at": None,
    },
    "photo": {
        "request_id": 1, "digest": "0" * 64, "width": 4, "height": 3, "taken_at": NINE, "content": b"x", "sent_at": NINE,
    },
    "question": {
        "visit_id": 1, "text": "当天在岗吗?", "asked_by_id": 1, "asked_at": NINE, "answer": None, "answered_by_id": None,
        "answered_at": None,
    },
    "spot_draw": {
        "unit_id": 1, "month": "2026-03-01", "seed": "0" * 32, "population": 40, "digest": "0" * 64, "drawn_by_id": 1,
        "drawn_at": NINE,
    },
    "spot_check": {
        "draw_id": 1, "visit_id": 1, "is_right": None, "finding": None, "checked_by_id": None, "checked_at": None,
    },
    "credit": {
        "member_id": 1, "member_seq": 1, "visit_id": 1, "request_id": None, "record_kind": None, "unit_id": 1,
        "post_id": 1, "day": "2026-03-16", "net_min": 180, "credited_min": 170, "is_reversal": False, "grade": "B",
        "cause": "check_out", "at": NINE,
    },
    "seal": {"credit_id": 1, "unit_id": 1, "number": 1, "hash": "0" * 64},
    "ledger_head": {
        "unit_id": 1, "on": "2026-03-16", "number": 1, "hash": "0" * 64, "signature": "A" * 86, "at": NINE,
    },
    "decision": {
        "member_id": 1, "outcome": "converted", "extension_months": None, "meeting_on": "2026-12-02",
        "proposed_by_id": 1, "approved_by_id": 2, "at": NINE,
    },
    "decision_proposal": {
        "what": "conversion", "member_id": 1, "months": None, "on": "2026-12-02", "reason": "支部大会", "proposed_by_id": 1,
        "proposed_at": NINE, "state": "waiting", "decided_by_id": None, "decided_at": None, "answer": None,
    },
    "over_cap": {
        "member_id": 1, "day": "2026-03-16", "proposed_by_id": 1, "approved_by_id": 2, "reason": "抗洪", "at": NINE,
    },
    "role_grant": {
        "account_id": 1, "role": "leader", "unit_id": None, "post_id": 1, "given_at": NINE, "ended_at": None,
    },
    "proposal": {
        "what": "give_role", "account_id": 2, "role": "college", "unit_id": 1, "grant_id": None, "proposed_by_id": 1,
        "proposed_at": NINE, "decided_by_id": None, "decided_at": None, "is_approved": None,
    },
    "snapshot": {
        "ref": "0" * 36, "unit_id": 1, "kind": "month", "period": "2026-03", "from_on": "2026-03-01",
        "to_on": "2026-04-01", "content": "{}", "digest": "0" * 64, "frozen_by_id": 1, "frozen_at": NINE,
    },
    "slip": {
        "account_id": 1, "digest": "0" * 64, "print_ref": "p1", "proposed_by_id": None, "printed_by_id": 2,
        "printed_at": NINE, "expires_at": NINE + HOUR, "used_at": None, "replaced_at": None,
    },
    "api_token": {"account_id": 1, "digest": "0" * 64, "created_at": NINE},
    "wrong_try": {"what": "password", "subject": "mei", "at": NINE},
    "upload": {
        "account_id": 1, "kind": "members", "name": "a.csv", "sheet": None, "source": None, "unit_id": None, "digest": "0" * 64, "content": b"x",
        "sent_at": NINE, "applied_at": None, "added": None,
    },
    "look": {"at": NINE, "account_id": 2, "what": "records", "member_id": 1, "unit_id": None},
    "former_name": {"member_id": 1, "name": "李红", "student_no": None, "until_at": NINE},
    "erasure": {
        "member_id": 1, "reason": None, "asked_at": NINE, "decided_by_id": None, "decided_at": None, "is_granted": None,
        "answer": None,
    },
    "audit": {"at": NINE, "act": "check_in", "subject": "visit", "subject_id": 1},
}
# fmt: on
"""Every reference is to the first row of the other table; the accounts 2 and 3 are always there."""


OFFICE_OF_2: Row = {"account_id": 2, "role": "committee", "unit_id": 1, "post_id": None}


def insert(connection: Connection, table: str, row: Row) -> None:
    """Insert plain values: nothing but the database itself judges them."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in row]
    connection.execute(sa.insert(sa.table(table, *columns)).values(row))


def fill(connection: Connection) -> None:
    """Insert one valid row into every table, in the order of references."""
    for table in Model.metadata.sorted_tables:
        insert(connection, table.name, VALID[table.name])
        if table.name == "account":
            insert(connection, "account", VALID["account"] | {"login": "office", "member_id": None})
            insert(connection, "account", VALID["account"] | {"login": "deputy", "member_id": None})
        if table.name == "evidence":
            insert(connection, "evidence", VALID["evidence"] | OTHER_EVIDENCE)
        if table.name == "decision_proposal":
            insert(connection, "decision_proposal", VALID["decision_proposal"] | LIFTED_DAY)
        if table.name == "display":
            insert(connection, "display", VALID["display"] | TABLET)
        if table.name == "certificate_request":
            insert(connection, "certificate_request", VALID["certificate_request"] | ISSUED_REQUEST)
        if table.name == "certificate":
            insert(connection, "certificate", VALID["certificate"] | OTHER_CERTIFICATE)
        if table.name == "credit":
            insert(connection, "credit", VALID["credit"] | {"member_seq": 9})
        if table.name == "role_grant":
            insert(connection, "role_grant", VALID["role_grant"] | OFFICE_OF_2)


def fill_committed(engine: Engine) -> None:
    """As `fill`, for others to see."""
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        fill(connection)


@contextmanager
def refused(connection: Connection) -> Iterator[list[str]]:
    """Expect the block to be refused by the database, and give the names of constraints that may have done it.

    SQLite tells the columns of a broken uniqueness and not its name, hence several.
    """
    names: list[str] = []
    savepoint = connection.begin_nested()
    try:
        yield names
    except IntegrityError as error:
        names.extend(names_in(error))
    else:
        raise AssertionError("the database took it")
    finally:
        savepoint.rollback()


def names_in(error: IntegrityError) -> set[str]:
    """Return the names of the constraints that *error* may speak of; of a missing value, ``table.column``."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis:
        column = f"{diagnosis.table_name}.{diagnosis.column_name}"
        return {column if diagnosis.column_name else diagnosis.constraint_name or diagnosis.message_primary}
    what, _, subject = str(error.orig).partition(" constraint failed: ")
    if what != "UNIQUE":
        return {subject or what}
    table = TABLES[subject.partition(".")[0]]
    columns = {name.partition(".")[2] for name in subject.split(", ")}
    keys: list[Any] = [*table.constraints, *table.indexes]
    return {str(key.name) for key in keys if {column.name for column in key.columns} == columns}

"""A pair of rows for every constraint: still taken, and refused.

A case names the constraint, its table, what differs from the valid row (``rows.VALID``, which is in its
table already) where the database still takes it, and what differs where the database must refuse it.
Member 2 has no visit, member 3 an open one at shift 1; there are two shifts and sites, and three accounts.
"""

from tests.models.rows import HOUR, NINE, Row

OTHER_DAY = {"effective_on": "2025-02-01"}
OTHER_REPORT = {"ref": "1" * 36, "digest": "1" * 64}
RECORD: Row = {
    "ref": "q2",
    "kind": "opening",
    "visit_id": None,
    "minutes": 60,
    "starts_at": None,
    "ends_at": None,
}
CLAIM: Row = {"ref": "q2", "state": "rejected"}
NEXT: Row = {"member_seq": 2}
BACK: Row = NEXT | {"is_reversal": True}
REFUSED_SCAN: Row = {"verdict": "refused", "reason": "too_old", "client_ref": None}
SECOND_STAY: Row = {"stay": 2, "step": None, "client_ref": None}
NEW_SHIFT: Row = {"code": "S2"}
VOID: Row = {"state": "void", "grade": "X", "net_min": 0, "credited_min": 0}
OPEN: Row = {"shift_id": 2, "state": "open", "net_min": 0, "credited_min": 0}
LEADER_2: Row = {"account_id": 2}
NEW_MEMBERS: Row = {"login": "li", "member_id": 2}
GIVEN: Row = {"account_id": 2, "given_by_id": 1}
DECIDED: Row = {"decided_by_id": 3, "decided_at": NINE, "is_approved": True}
OTHER_SLIP: Row = {"digest": "1" * 64, "print_ref": "p2"}
NEW_SLIP: Row = OTHER_SLIP | {"account_id": 2}
NEW_PHONE: Row = {"handle": "01020304", "member_id": 2, "public_key": "C" * 87}
RETIRED: Row = {"handle": "01020304", "retired_at": NINE}
QUEUING: Row = NEW_PHONE | {"last_seq": 1, "last_digest": "x"}
SCREEN: Row = {"handle": "00000002", "is_poster": False}
OPENED: Row = {"digest": "1" * 64, "opened_at": NINE, "display_id": 1}
NEXT_PASS: Row = {"client_ref": "p2", "step": 8}
REFUSED_PASS: Row = {"client_ref": "p2", "verdict": "refused", "reason": "too_old"}
OFFICE: Row = {"role": "committee", "unit_id": 1, "post_id": None}
ENTERED: Row = {"state": "approved", "decided_by_id": 2, "decided_at": NINE}
TURNED_DOWN: Row = ENTERED | {"state": "declined", "answer": "未达标"}
LIFTED: Row = {"what": "over_cap", "on": "2026-03-17"}
ANSWERED: Row = {"answer": "在岗", "answered_by_id": 2, "answered_at": NINE}
FOUND: Row = {"visit_id": 2, "is_right": False, "finding": "在上课", "checked_by_id": 1, "checked_at": NINE}
APPLIED: Row = {"content": None, "applied_at": NINE, "added": 0}
ERASED: Row = {"decided_by_id": 2, "decided_at": NINE, "is_granted": False, "answer": "须保存十年"}
NEXT_SEAT: Row = {"member_id": 2, "seat": 2}
WITHDRAWN: Row = {"seat": None, "withdrawn_at": NINE}
DIGEST: Row = {"message_id": None, "digest_on": "2026-03-16"}
OTHER_NOTICE: Row = {"ref": "n2"}
SECOND_LINE: Row = {"number": 2, "member_id": 2}
SETTLED: Row = {"member_id": 2, "state": "withdrawn", "settled_at": NINE}
ON_NOTICE: Row = {"member_id": 2, "state": "noticed", "notice_id": 1}
REFUSED: Row = SETTLED | {"state": "declined", "answer": "有异议"}
NEW_CERTIFICATE: Row = {"number": "C-4", "request_id": 4, "digest": "4" * 64}
REPLACED: Row = {"kind": "superseded", "reason": None, "replaced_by_id": 2}
SECOND_END: Row = {"certificate_id": 2}
OUTSIDE_FILE: Row = {"kind": "outside", "source": "i志愿", "unit_id": 1, "account_id": 2}
COUNTED: Row = {"decided_by_id": 2, "decided_at": NINE, "is_approved": True, "done_at": NINE}
NOT_NEGATIVE = (
    "min_record_min",
    "record_deadline_workdays",
    "notice_workdays",
    "certificate_notice_days",
    "offline_max_age_h",
    "opening_max_min",
    "outside_max_min",
    "at_risk_week_min",
    "behind_min",
    "behind_after_days",
    "sign_up_ahead_days",
    "sign_ups_at_once",
    "withdraw_before_h",
)

BOUNDARIES: list[tuple[str, str, Row, Row]] = [
    # Units, terms, policy
    ("uq_unit_code", "unit", {"code": "BIO", "path": "/2/"}, {"path": "/2/"}),
    ("uq_unit_path", "unit", {"code": "BIO", "path": "/2/"}, {"code": "BIO"}),
    (
        "ck_unit_branches_have_a_kind",
        "unit",
        {"code": "COL", "path": "/2/", "kind": "college", "branch_kind": None},
        {"code": "COL", "path": "/2/", "branch_kind": None},
    ),
    (
        "ck_unit_branches_have_a_kind",
        "unit",
        {"code": "BIO", "path": "/2/"},
        {"code": "COL", "path": "/2/", "kind": "college"},
    ),
    (
        "ck_unit_is_not_its_own_parent",
        "unit",
        {"id": 9, "parent_id": 1, "code": "BIO", "path": "/9/"},
        {"id": 9, "parent_id": 9, "code": "BIO", "path": "/9/"},
    ),
    (
        "ck_unit_a_college_begins",
        "unit",
        {"code": "COL", "path": "/2/", "kind": "college", "branch_kind": None, "live_from": "2026-01-01"},
        {"code": "BIO", "path": "/2/", "live_from": "2026-01-01"},
    ),
    ("uq_term_code", "term", {"code": "T2"}, {}),
    (
        "ck_term_ends_after_start",
        "term",
        {"code": "T2", "ends_before": "2026-03-02"},
        {"code": "T2", "ends_before": "2026-03-01"},
    ),
    ("uq_kept_period_from_on_to_on", "kept_period", {"to_on": "2026-09-01"}, {}),
    (
        "ck_kept_period_days",
        "kept_period",
        {"from_on": "2026-01-02", "to_on": "2026-01-03"},
        {"from_on": "2026-01-02", "to_on": "2026-01-02"},
    ),
    ("pk_kept_sum", "kept_sum", {"key": 1}, {}),
    ("pk_workday", "workday", {"on": "2026-03-15"}, {}),
    ("uq_policy_version_effective_on", "policy_version", OTHER_DAY, {}),
    ("ck_policy_version_threshold", "policy_version", {"threshold_min": 1}, {"threshold_min": 0}),
    ("ck_policy_version_rounding_unit", "policy_version", {"rounding_unit_min": 1}, {"rounding_unit_min": 0}),
    (
        "ck_policy_version_rounding_unit",
        "policy_version",
        {"rounding_unit_min": 60},
        {"rounding_unit_min": 61},
    ),
    ("ck_policy_version_day_caps", "policy_version", {"day_cap_min": 1}, {"day_cap_min": 0}),
    ("ck_policy_version_day_caps", "policy_version", {"day_cap_min": 720}, {"day_cap_min": 721}),
    ("ck_policy_version_day_caps", "policy_version", {"day_cap_max_min": 1440}, {"day_cap_max_min": 1441}),
    ("ck_policy_version_scan_windows", "policy_version", {"checkin_early_min": 0}, {"checkin_early_min": -1}),
    (
        "ck_policy_version_scan_windows",
        "policy_version",
        {"checkout_grace_min": 0},
        {"checkout_grace_min": -1},
    ),
    (
        "ck_policy_version_makeup_budget",
        "policy_version",
        {"makeup_budget_pct": 0},
        {"makeup_budget_pct": -1},
    ),
    (
        "ck_policy_version_makeup_budget",
        "policy_version",
        {"makeup_budget_pct": 100},
        {"makeup_budget_pct": 101},
    ),
    ("ck_policy_version_near", "policy_version", {"near_pct": 0}, {"near_pct": -1}),
    ("ck_policy_version_near", "policy_version", {"near_pct": 100}, {"near_pct": 101}),
    (
        "ck_policy_version_extension",
        "policy_version",
        {"extension_months_min": 1},
        {"extension_months_min": 0},
    ),
    (
        "ck_policy_version_extension",
        "policy_version",
        {"extension_months_min": 12},
        {"extension_months_min": 13},
    ),
    *(("ck_policy_version_not_negative", "policy_version", {key: 0}, {key: -1}) for key in NOT_NEGATIVE),
    # People
    ("uq_member_student_no", "member", {"student_no": "4"}, {}),
    (
        "ck_membership_ends_after_start",
        "membership",
        {"before_on": "2025-12-01"},
        {"before_on": "2025-11-30"},
    ),
    ("ux_membership_present", "membership", {"before_on": "2026-01-01"}, {}),
    ("pk_probation", "probation", {"member_id": 2}, {}),
    (
        "ck_probation_ends_after_start",
        "probation",
        {"member_id": 2, "ends_before": "2025-12-02"},
        {"member_id": 2, "ends_before": "2025-12-01"},
    ),
    (
        "ck_probation_extension",
        "probation",
        {"member_id": 2, "extension_months": 1},
        {"member_id": 2, "extension_months": 0},
    ),
    (
        "ck_probation_extension",
        "probation",
        {"member_id": 2, "extension_months": 24},
        {"member_id": 2, "extension_months": 25},
    ),
    (
        "ck_probation_outcome_has_a_day",
        "probation",
        {"member_id": 2, "outcome": "converted", "decided_on": "2026-12-02"},
        {"member_id": 2, "outcome": "converted"},
    ),
    (
        "ck_probation_outcome_has_a_day",
        "probation",
        {"member_id": 2},
        {"member_id": 2, "decided_on": "2026-12-02"},
    ),
    ("ck_decision_two_people", "decision", {}, {"approved_by_id": 1}),
    (
        "ck_decision_extension_or_outcome",
        "decision",
        {"outcome": None, "extension_months": 6},
        {"extension_months": 6},
    ),
    ("ck_decision_extension_or_outcome", "decision", {}, {"outcome": None}),
    ("pk_over_cap", "over_cap", {"day": "2026-03-17"}, {}),
    (
        "ck_over_cap_two_people",
        "over_cap",
        {"day": "2026-03-17"},
        {"day": "2026-03-17", "approved_by_id": 1},
    ),
    ("uq_photo_request_id_digest", "photo", {"digest": "1" * 64}, {}),
    ("ck_photo_size", "photo", {"digest": "1" * 64, "width": 1}, {"digest": "1" * 64, "height": 0}),
    ("ck_recount_order_ends_after_start", "recount_order", COUNTED, COUNTED | {"before_on": "2026-03-01"}),
    ("ck_recount_order_decided_by_somebody", "recount_order", COUNTED, COUNTED | {"decided_by_id": None}),
    ("ck_recount_order_two_people", "recount_order", COUNTED, COUNTED | {"decided_by_id": 1}),
    ("ck_recount_order_done_after_approval", "recount_order", COUNTED, COUNTED | {"is_approved": False}),
    ("ux_recount_order_waiting", "recount_order", COUNTED, {}),
    # Accounts
    ("uq_account_login", "account", {"login": "li", "member_id": None}, {"member_id": None}),
    ("uq_account_member_id", "account", {"login": "li", "member_id": 2}, {"login": "li"}),
    (
        "ck_account_one_home",
        "account",
        {"login": "li", "member_id": None, "unit_id": 1},
        NEW_MEMBERS | {"unit_id": 1},
    ),
    ("ck_role_grant_two_people", "role_grant", GIVEN | {"approved_by_id": 2}, GIVEN | {"approved_by_id": 1}),
    ("ck_proposal_gives_a_role", "proposal", {"what": "slip", "role": None}, {"role": None}),
    ("ck_proposal_gives_a_role", "proposal", {"what": "slip", "unit_id": None}, {"unit_id": None}),
    ("ck_proposal_ends_a_grant", "proposal", {"what": "end_role", "grant_id": 1}, {"what": "end_role"}),
    ("ck_proposal_ends_a_grant", "proposal", {}, {"grant_id": 1}),
    ("ck_proposal_never_about_oneself", "proposal", {}, {"proposed_by_id": 2}),
    (
        "ck_proposal_never_about_oneself",
        "proposal",
        {"account_id": 3} | DECIDED | {"decided_by_id": 2, "is_approved": False},
        DECIDED | {"decided_by_id": 2, "is_approved": False},
    ),
    (
        "ck_proposal_two_people",
        "proposal",
        DECIDED | {"decided_by_id": 1, "is_approved": False},
        DECIDED | {"decided_by_id": 1},
    ),
    ("ck_proposal_decided_by_somebody", "proposal", DECIDED, DECIDED | {"is_approved": None}),
    ("ck_proposal_decided_by_somebody", "proposal", DECIDED, DECIDED | {"decided_by_id": None}),
    (
        "ck_decision_proposal_extensions_have_months",
        "decision_proposal",
        ENTERED | {"what": "extension", "months": 6},
        ENTERED | {"what": "extension"},
    ),
    ("ck_decision_proposal_extensions_have_months", "decision_proposal", ENTERED, ENTERED | {"months": 6}),
    (
        "ck_decision_proposal_months",
        "decision_proposal",
        ENTERED | {"what": "extension", "months": 1},
        ENTERED | {"what": "extension", "months": 0},
    ),
    (
        "ck_decision_proposal_months",
        "decision_proposal",
        ENTERED | {"what": "extension", "months": 24},
        ENTERED | {"what": "extension", "months": 25},
    ),
    (
        "ck_decision_proposal_decided_at_some_time",
        "decision_proposal",
        ENTERED,
        ENTERED | {"decided_at": None},
    ),
    (
        "ck_decision_proposal_decided_at_some_time",
        "decision_proposal",
        {"member_id": 2},
        {"member_id": 2, "decided_at": NINE},
    ),
    (
        "ck_decision_proposal_decided_by_somebody",
        "decision_proposal",
        ENTERED | {"state": "overtaken", "decided_by_id": None},
        ENTERED | {"state": "withdrawn", "decided_by_id": None},
    ),
    (
        "ck_decision_proposal_two_people",
        "decision_proposal",
        ENTERED | {"state": "withdrawn", "decided_by_id": 1},
        ENTERED | {"decided_by_id": 1},
    ),
    ("ck_decision_proposal_two_people", "decision_proposal", TURNED_DOWN, TURNED_DOWN | {"decided_by_id": 1}),
    (
        "ck_decision_proposal_declined_with_a_reason",
        "decision_proposal",
        TURNED_DOWN,
        TURNED_DOWN | {"answer": None},
    ),
    ("ux_decision_proposal_waiting", "decision_proposal", {"member_id": 2}, {}),
    ("ux_decision_proposal_waiting", "decision_proposal", LIFTED, {"what": "cancellation"}),
    ("ux_decision_proposal_waiting", "decision_proposal", ENTERED, {}),
    ("ux_decision_proposal_day", "decision_proposal", LIFTED, LIFTED | {"on": "2026-03-16"}),
    ("uq_slip_digest", "slip", NEW_SLIP, NEW_SLIP | {"digest": "0" * 64}),
    (
        "uq_slip_account_id_print_ref",
        "slip",
        NEW_SLIP | {"replaced_at": NINE},
        {"digest": "1" * 64, "replaced_at": NINE},
    ),
    ("ux_slip_open", "slip", NEW_SLIP | {"account_id": 2}, NEW_SLIP | {"account_id": 1}),
    ("ux_slip_open", "slip", OTHER_SLIP | {"used_at": NINE}, OTHER_SLIP),
    ("ux_slip_open", "slip", OTHER_SLIP | {"replaced_at": NINE}, OTHER_SLIP),
    ("ck_slip_expires_later", "slip", NEW_SLIP | {"expires_at": NINE + 1}, NEW_SLIP | {"expires_at": NINE}),
    (
        "ck_slip_one_end",
        "slip",
        NEW_SLIP | {"used_at": NINE},
        NEW_SLIP | {"used_at": NINE, "replaced_at": NINE},
    ),
    ("ck_slip_two_people", "slip", NEW_SLIP | {"proposed_by_id": 1}, NEW_SLIP | {"proposed_by_id": 2}),
    ("uq_api_token_digest", "api_token", {"digest": "1" * 64}, {}),
    ("ux_role_grant_post", "role_grant", LEADER_2, {}),
    ("ux_role_grant_post", "role_grant", {"ended_at": NINE}, {}),
    ("ux_role_grant_unit", "role_grant", OFFICE, OFFICE | {"account_id": 2}),
    (
        "ux_role_grant_unit",
        "role_grant",
        OFFICE | {"account_id": 2, "ended_at": NINE},
        OFFICE | {"account_id": 2},
    ),
    ("ck_role_grant_leaders_have_a_post", "role_grant", LEADER_2, LEADER_2 | {"post_id": None}),
    ("ck_role_grant_leaders_have_a_post", "role_grant", OFFICE, OFFICE | {"post_id": 1}),
    *(
        ("ck_role_grant_offices_have_a_unit", "role_grant", office, office | {"unit_id": None})
        for office in (OFFICE, OFFICE | {"role": "college"}, OFFICE | {"role": "group_leader"})
    ),
    # Places
    ("uq_base_code", "base", {"code": "OLD"}, {}),
    (
        "ck_base_agreement",
        "base",
        {"code": "OLD", "agreement_from": "2026-01-01", "agreement_to": "2026-01-01"},
        {"code": "OLD", "agreement_from": "2026-01-01", "agreement_to": "2025-12-31"},
    ),
    ("uq_post_code", "post", {"code": "GATE"}, {}),
    ("uq_site_code", "site", {"code": "HALL"}, {}),
    (
        "ck_site_of_a_post_or_a_base",
        "site",
        {"code": "HALL", "post_id": None, "base_id": 1},
        {"code": "HALL", "base_id": 1},
    ),
    ("ck_site_of_a_post_or_a_base", "site", {"code": "HALL"}, {"code": "HALL", "post_id": None}),
    (
        "uq_display_handle",
        "display",
        {"handle": "00000002", "is_poster": False},
        {"is_poster": False},
    ),
    (
        "ux_display_poster",
        "display",
        {"handle": "00000002", "revoked_at": NINE},
        {"handle": "00000002"},
    ),
    ("ux_display_poster", "display", {"handle": "00000002", "site_id": 2}, {"handle": "00000002"}),
    ("uq_display_key_digest", "display", SCREEN | {"key_digest": "k"}, SCREEN | {"key_digest": "0" * 64}),
    (
        "ck_display_posters_have_no_key",
        "display",
        SCREEN | {"key_digest": "k"},
        SCREEN | {"key_digest": "k", "is_poster": True, "revoked_at": NINE},
    ),
    (
        "ck_display_hosts_have_a_key",
        "display",
        SCREEN | {"key_digest": "k", "host_shift_id": 1},
        SCREEN | {"host_shift_id": 1},
    ),
    ("uq_display_link_digest", "display_link", {"digest": "1" * 64}, {}),
    (
        "ck_display_link_expires_later",
        "display_link",
        {"digest": "1" * 64, "expires_at": NINE + 1},
        {"digest": "1" * 64, "expires_at": NINE},
    ),
    ("ck_display_link_opens_a_display", "display_link", OPENED, OPENED | {"display_id": None}),
    ("ck_display_link_opens_a_display", "display_link", OPENED, OPENED | {"opened_at": None}),
    ("ck_display_link_one_end", "display_link", OPENED, OPENED | {"withdrawn_at": NINE}),
    # Shifts, each three hours from nine unless told otherwise
    ("uq_shift_code", "shift", NEW_SHIFT, {}),
    (
        "ck_shift_ends_after_start",
        "shift",
        NEW_SHIFT | {"ends_at": NINE + 60, "first_ends_at": NINE + 60},
        NEW_SHIFT | {"ends_at": NINE, "first_ends_at": NINE},
    ),
    (
        "ck_shift_at_most_a_day",
        "shift",
        NEW_SHIFT | {"ends_at": NINE + 24 * HOUR, "first_ends_at": NINE + 24 * HOUR},
        NEW_SHIFT | {"ends_at": NINE + 24 * HOUR + 60, "first_ends_at": NINE + 24 * HOUR + 60},
    ),
    (
        "ck_shift_prolonged_by_two_hours",
        "shift",
        NEW_SHIFT | {"ends_at": NINE + 5 * HOUR},
        NEW_SHIFT | {"ends_at": NINE + 5 * HOUR + 60},
    ),
    (
        "ck_shift_prolonged_by_two_hours",
        "shift",
        NEW_SHIFT,
        NEW_SHIFT | {"ends_at": NINE + 3 * HOUR - 60},
    ),
    ("ck_shift_capacity", "shift", NEW_SHIFT | {"capacity": 1}, NEW_SHIFT | {"capacity": 0}),
    (
        "ck_shift_whole_minutes",
        "shift",
        NEW_SHIFT | {"starts_at": NINE + 60},
        NEW_SHIFT | {"starts_at": NINE + 59},
    ),
    (
        "ck_shift_whole_minutes",
        "shift",
        NEW_SHIFT | {"ends_at": NINE + 3 * HOUR + 60},
        NEW_SHIFT | {"ends_at": NINE + 3 * HOUR + 1},
    ),
    (
        "ck_shift_break_ends_after_start",
        "shift_break",
        {"ends_at": NINE + HOUR + 60},
        {"ends_at": NINE + HOUR},
    ),
    (
        "ck_shift_break_whole_minutes",
        "shift_break",
        {"starts_at": NINE + HOUR + 60},
        {"starts_at": NINE + HOUR + 1},
    ),
    (
        "ck_shift_break_whole_minutes",
        "shift_break",
        {"ends_at": NINE + HOUR + 60},
        {"ends_at": NINE + HOUR + 61},
    ),
    # Visits; the one that is there is confirmed
    ("ux_visit_member_shift", "visit", VOID, {}),
    ("ux_visit_member_shift", "visit", {"shift_id": 2}, {}),
    ("ux_visit_open", "visit", OPEN | {"member_id": 2}, OPEN | {"member_id": 3}),
    ("ux_visit_open", "visit", {"member_id": 3, "shift_id": 2}, OPEN | {"member_id": 3}),
    (
        "ck_visit_minutes",
        "visit",
        {"shift_id": 2, "net_min": 0, "credited_min": 0},
        {"shift_id": 2, "net_min": -1, "credited_min": -1},
    ),
    (
        "ck_visit_minutes",
        "visit",
        {"shift_id": 2, "credited_min": 180},
        {"shift_id": 2, "credited_min": 181},
    ),
    ("ck_visit_minutes", "visit", {"shift_id": 2, "credited_min": 0}, {"shift_id": 2, "credited_min": -1}),
    ("ck_visit_minutes", "visit", VOID, VOID | {"pending_min": -1}),
    ("ck_visit_lost", "visit", VOID, VOID | {"lost_away": -1, "lost_break": 1}),
    (
        "ck_visit_only_confirmed_ones_count",
        "visit",
        {"shift_id": 2, "state": "pending", "net_min": 0, "credited_min": 0},
        {"shift_id": 2, "state": "pending", "net_min": 1, "credited_min": 0},
    ),
    (
        "ck_visit_d_and_x_count_nothing",
        "visit",
        {"shift_id": 2, "grade": "D", "net_min": 0, "credited_min": 0},
        {"shift_id": 2, "grade": "D", "net_min": 1, "credited_min": 0},
    ),
    (
        "ck_visit_d_and_x_count_nothing",
        "visit",
        {"shift_id": 2, "grade": "E"},
        {"shift_id": 2, "grade": "X"},
    ),
    ("pk_visit_flag", "visit_flag", {"flag": "slow_ticket"}, {}),
    # Evidence
    ("pk_seal", "seal", {"credit_id": 2, "number": 2}, {"number": 2}),
    ("uq_seal_unit_id_number", "seal", {"credit_id": 2, "number": 2}, {"credit_id": 2}),
    ("ck_seal_number", "seal", {"credit_id": 2, "number": 2}, {"credit_id": 2, "number": 0}),
    ("uq_ledger_head_unit_id_on", "ledger_head", {"on": "2026-03-17"}, {}),
    ("ck_ledger_head_number", "ledger_head", {"on": "2026-03-17"}, {"on": "2026-03-17", "number": 0}),
    ("uq_device_handle", "device", NEW_PHONE, NEW_PHONE | {"handle": "0a0b0c0d"}),
    ("uq_device_member_id_public_key", "device", RETIRED | {"public_key": "C" * 87}, RETIRED),
    ("ux_device_active", "device", RETIRED | {"public_key": "C" * 87}, NEW_PHONE | {"member_id": 1}),
    ("ck_device_last_seq", "device", NEW_PHONE, NEW_PHONE | {"last_seq": -1, "last_digest": "x"}),
    ("ck_device_an_entry_has_a_digest", "device", QUEUING, QUEUING | {"last_digest": ""}),
    ("ck_device_an_entry_has_a_digest", "device", NEW_PHONE, NEW_PHONE | {"last_digest": "x"}),
    ("pk_queued_scan", "queued_scan", {"evidence_id": 2}, {"evidence_id": 1}),
    ("ck_queued_scan_seq", "queued_scan", {"evidence_id": 2}, {"evidence_id": 2, "seq": 0}),
    ("ck_evidence_three_stays", "evidence", SECOND_STAY | {"stay": 3}, SECOND_STAY | {"stay": 4}),
    (
        "ck_evidence_three_stays",
        "evidence",
        SECOND_STAY | {"side": "out", "stay": 1},
        SECOND_STAY | {"stay": 0},
    ),
    ("ck_evidence_step", "evidence", SECOND_STAY | {"step": 0}, SECOND_STAY | {"step": -1}),
    ("ck_evidence_accepted_for", "evidence", SECOND_STAY, SECOND_STAY | {"visit_id": None}),
    (
        "ck_evidence_accepted_for",
        "evidence",
        REFUSED_SCAN | {"stay": None, "visit_id": None},
        SECOND_STAY | {"stay": None},
    ),
    ("ck_evidence_refusals_have_a_reason", "evidence", REFUSED_SCAN, REFUSED_SCAN | {"reason": None}),
    ("ck_evidence_refusals_have_a_reason", "evidence", SECOND_STAY, SECOND_STAY | {"reason": "too_old"}),
    (
        "ux_evidence_stay_end",
        "evidence",
        SECOND_STAY,
        SECOND_STAY | {"stay": 1},
    ),
    ("ux_evidence_stay_end", "evidence", REFUSED_SCAN, SECOND_STAY | {"stay": 1}),
    (
        "ux_evidence_stay_end",
        "evidence",
        SECOND_STAY | {"stay": 1, "is_claim": True},
        SECOND_STAY | {"stay": 1},
    ),
    ("ux_evidence_code_once", "evidence", SECOND_STAY | {"step": 8}, SECOND_STAY | {"step": 7}),
    (
        "ux_evidence_code_once",
        "evidence",
        SECOND_STAY | {"step": 7, "side": "out"},
        SECOND_STAY | {"step": 7},
    ),
    (
        "ux_evidence_client_ref",
        "evidence",
        SECOND_STAY | {"client_ref": "r2"},
        SECOND_STAY | {"client_ref": "r1"},
    ),
    (
        "ck_headcount_of_a_keeper_or_a_host",
        "headcount",
        {"by_account_id": None, "display_id": 1},
        {"display_id": 1},
    ),
    ("ck_headcount_of_a_keeper_or_a_host", "headcount", {}, {"by_account_id": None}),
    ("ck_headcount_not_negative", "headcount", {"counted": 0}, {"counted": -1}),
    ("ck_headcount_not_negative", "headcount", {"checked_in": 0}, {"checked_in": -1}),
    ("pk_roll_call", "roll_call", {"visit_id": 2}, {}),
    (
        "ck_roll_call_answered_once",
        "roll_call",
        {"visit_id": 2, "is_present": False, "answered_at": NINE},
        {"visit_id": 2, "is_present": False},
    ),
    ("ck_roll_call_answered_once", "roll_call", {"visit_id": 2}, {"visit_id": 2, "answered_at": NINE}),
    ("pk_host_statement", "host_statement", {"shift_id": 2}, {}),
    ("uq_pass_scan_client_ref", "pass_scan", NEXT_PASS, {"step": 8}),
    ("ux_pass_scan_once", "pass_scan", NEXT_PASS, NEXT_PASS | {"step": 7}),
    ("ux_pass_scan_once", "pass_scan", REFUSED_PASS, NEXT_PASS | {"step": 7}),
    ("ck_pass_scan_step", "pass_scan", NEXT_PASS | {"step": 0}, NEXT_PASS | {"step": -1}),
    (
        "ck_pass_scan_accepted_for",
        "pass_scan",
        REFUSED_PASS | {"device_id": None, "visit_id": None},
        NEXT_PASS | {"device_id": None},
    ),
    ("ck_pass_scan_accepted_for", "pass_scan", NEXT_PASS, NEXT_PASS | {"visit_id": None}),
    ("ck_pass_scan_refusals_have_a_reason", "pass_scan", REFUSED_PASS, REFUSED_PASS | {"reason": None}),
    ("ck_pass_scan_refusals_have_a_reason", "pass_scan", NEXT_PASS, NEXT_PASS | {"reason": "too_old"}),
    ("pk_witness", "witness", {"account_id": 2}, {}),
    # Requests and objections
    ("uq_request_ref", "request", CLAIM, CLAIM | {"ref": "q1"}),
    ("ux_request_undecided", "request", CLAIM, {"ref": "q2"}),
    ("ux_request_undecided", "request", RECORD, {"ref": "q2"}),
    ("ck_request_records_have_minutes", "request", RECORD, RECORD | {"minutes": None}),
    ("ck_request_records_have_minutes", "request", CLAIM, CLAIM | {"minutes": 60}),
    ("ck_request_claims_have_a_visit", "request", CLAIM, CLAIM | {"visit_id": None}),
    ("ck_request_claims_have_a_visit", "request", RECORD, RECORD | {"visit_id": 1, "state": "rejected"}),
    ("ck_request_minutes", "request", RECORD | {"minutes": 1}, RECORD | {"minutes": 0}),
    (
        "ck_request_ends_after_start",
        "request",
        CLAIM | {"ends_at": NINE + 60},
        CLAIM | {"ends_at": NINE},
    ),
    ("pk_approval", "approval", {"step": 2, "account_id": 2}, {"account_id": 2}),
    ("ux_approval_person", "approval", {"step": 2, "account_id": 2}, {"step": 2}),
    ("ck_approval_two_steps", "approval", {"step": 2, "account_id": 2}, {"step": 3, "account_id": 2}),
    ("ck_approval_two_steps", "approval", {"step": 2, "account_id": 2}, {"step": 0, "account_id": 2}),
    ("ux_question_open", "question", ANSWERED, {}),
    ("ck_question_answered_by_somebody", "question", ANSWERED, ANSWERED | {"answer": None}),
    ("ck_question_answered_by_somebody", "question", ANSWERED, ANSWERED | {"answered_by_id": None}),
    ("ck_question_two_people", "question", ANSWERED, ANSWERED | {"answered_by_id": 1}),
    # Spot checks
    ("uq_spot_draw_unit_id_month", "spot_draw", {"month": "2026-04-01"}, {}),
    (
        "ck_spot_draw_population",
        "spot_draw",
        {"month": "2026-04-01", "population": 1},
        {"month": "2026-04-01", "population": 0},
    ),
    ("pk_spot_check", "spot_check", {"visit_id": 2}, {}),
    ("ck_spot_check_found_by_somebody", "spot_check", FOUND, FOUND | {"is_right": None}),
    ("ck_spot_check_found_by_somebody", "spot_check", FOUND, FOUND | {"finding": None}),
    ("ck_spot_check_found_by_somebody", "spot_check", FOUND, FOUND | {"checked_by_id": None}),
    # Objections
    ("uq_objection_ref", "objection", {"ref": "o2", "accepted_at": None}, {"accepted_at": None}),
    ("ux_objection_in_force", "objection", {"ref": "o2", "accepted_at": None}, {"ref": "o2"}),
    (
        "ux_objection_in_force",
        "objection",
        {"ref": "o2", "resolved_at": NINE, "is_upheld": True},
        {"ref": "o2"},
    ),
    (
        "ck_objection_resolved_one_way",
        "objection",
        {"ref": "o2", "resolved_at": NINE, "is_upheld": False},
        {"ref": "o2", "resolved_at": NINE},
    ),
    # Places at shifts; member 1 has the first of shift 1
    ("ux_sign_up_seat", "sign_up", NEXT_SEAT, {"member_id": 2}),
    ("ux_sign_up_seat", "sign_up", {"member_id": 2, "seat": None}, {"member_id": 2}),
    ("ux_sign_up_live", "sign_up", NEXT_SEAT, {"seat": 2}),
    ("ux_sign_up_live", "sign_up", WITHDRAWN, {"seat": None}),
    ("ck_sign_up_seat", "sign_up", NEXT_SEAT, NEXT_SEAT | {"seat": 0}),
    ("ck_sign_up_withdrawing_frees_the_seat", "sign_up", WITHDRAWN, WITHDRAWN | {"seat": 2}),
    ("ck_sign_up_seated_at_some_time", "sign_up", NEXT_SEAT, NEXT_SEAT | {"seated_at": None}),
    ("pk_calendar_link", "calendar_link", {"account_id": 2, "digest": "1" * 64}, {"digest": "1" * 64}),
    ("uq_calendar_link_digest", "calendar_link", {"account_id": 2, "digest": "1" * 64}, {"account_id": 2}),
    # Inboxes and letters
    ("ux_message_key", "message", {"key": "remind:2"}, {}),
    ("ux_message_key", "message", {"account_id": 2}, {}),
    ("pk_daily_chore", "daily_chore", {"name": "other"}, {}),
    ("pk_mail_address", "mail_address", {"account_id": 2}, {}),
    ("uq_letter_message_id", "letter", DIGEST, {}),
    ("uq_letter_digest_on", "letter", DIGEST, DIGEST | {"digest_on": "2026-03-15"}),
    ("ck_letter_a_message_or_a_day", "letter", DIGEST, {"message_id": None}),
    ("ck_letter_tries", "letter", DIGEST, DIGEST | {"tries": -1}),
    # Files that wait; the one that is there does
    ("ux_upload_waiting", "upload", {"kind": "shifts"}, {}),
    ("ux_upload_waiting", "upload", {"account_id": 2}, {}),
    ("ux_upload_waiting", "upload", APPLIED, {}),
    ("ck_upload_kept_until_applied", "upload", APPLIED, APPLIED | {"content": b"x"}),
    ("ck_upload_kept_until_applied", "upload", {"kind": "shifts"}, {"kind": "shifts", "content": None}),
    ("ck_upload_applied_with_a_count", "upload", APPLIED, APPLIED | {"added": None}),
    ("ck_upload_applied_with_a_count", "upload", {"kind": "shifts"}, {"kind": "shifts", "added": 0}),
    ("ck_upload_added", "upload", APPLIED, APPLIED | {"added": -1}),
    # Papers; of requests, the first of member 1 is asked, the second issued
    ("uq_notice_ref_unit_id", "notice", OTHER_NOTICE, {}),
    (
        "ck_notice_ends_after_start",
        "notice",
        OTHER_NOTICE | {"last_on": "2026-03-16"},
        OTHER_NOTICE | {"last_on": "2026-03-15"},
    ),
    ("pk_notice_end", "notice_end", {"notice_id": 2}, {}),
    ("pk_certificate_paper", "certificate_paper", {"certificate_id": 2}, {}),
    ("pk_certificate_end", "certificate_end", SECOND_END, {}),
    ("pk_notice_line", "notice_line", SECOND_LINE, SECOND_LINE | {"number": 1}),
    ("uq_notice_line_notice_id_member_id", "notice_line", SECOND_LINE, SECOND_LINE | {"member_id": 1}),
    ("ck_notice_line_minutes", "notice_line", SECOND_LINE | {"minutes": 0}, SECOND_LINE | {"minutes": -1}),
    (
        "ck_certificate_request_noticed_first",
        "certificate_request",
        ON_NOTICE,
        ON_NOTICE | {"notice_id": None},
    ),
    (
        "ck_certificate_request_settled_at_some_time",
        "certificate_request",
        SETTLED,
        SETTLED | {"settled_at": None},
    ),
    (
        "ck_certificate_request_settled_at_some_time",
        "certificate_request",
        ON_NOTICE,
        ON_NOTICE | {"settled_at": NINE},
    ),
    (
        "ck_certificate_request_declined_with_a_reason",
        "certificate_request",
        REFUSED,
        REFUSED | {"answer": None},
    ),
    ("ux_certificate_request_open", "certificate_request", {"member_id": 2}, {}),
    (
        "ux_certificate_request_open",
        "certificate_request",
        SETTLED | {"member_id": 1},
        ON_NOTICE | {"member_id": 1},
    ),
    ("uq_certificate_number", "certificate", NEW_CERTIFICATE, NEW_CERTIFICATE | {"number": "C-1"}),
    ("uq_certificate_request_id", "certificate", NEW_CERTIFICATE, NEW_CERTIFICATE | {"request_id": 1}),
    ("uq_certificate_digest", "certificate", NEW_CERTIFICATE, NEW_CERTIFICATE | {"digest": "0" * 64}),
    ("ck_certificate_two_people", "certificate", NEW_CERTIFICATE, NEW_CERTIFICATE | {"approver_id": 1}),
    (
        "ck_certificate_ends_after_start",
        "certificate",
        NEW_CERTIFICATE | {"last_on": "2025-12-01"},
        NEW_CERTIFICATE | {"last_on": "2025-11-30"},
    ),
    (
        "ck_certificate_minutes",
        "certificate",
        NEW_CERTIFICATE | {"minutes": 1},
        NEW_CERTIFICATE | {"minutes": 0},
    ),
    (
        "ck_certificate_end_superseded_by_another",
        "certificate_end",
        SECOND_END,
        SECOND_END | {"replaced_by_id": 3},
    ),
    (
        "ck_certificate_end_revoked_with_a_reason",
        "certificate_end",
        SECOND_END,
        SECOND_END | {"reason": None},
    ),
    (
        "ck_certificate_end_by_a_later_one",
        "certificate_end",
        SECOND_END | REPLACED | {"replaced_by_id": 3},
        SECOND_END | REPLACED,
    ),
    # The ledger; the line that is there gives 170 of 180 minutes
    ("uq_credit_member_id_member_seq", "credit", NEXT, {}),
    ("uq_credit_member_id_member_seq", "credit", {"member_id": 2}, {}),
    ("ck_credit_signs", "credit", NEXT | {"credited_min": 180}, NEXT | {"credited_min": 181}),
    ("ck_credit_signs", "credit", NEXT | {"credited_min": 0}, NEXT | {"credited_min": -1}),
    (
        "ck_credit_signs",
        "credit",
        BACK | {"net_min": -180, "credited_min": -180},
        BACK | {"net_min": -180, "credited_min": -181},
    ),
    ("ck_credit_signs", "credit", BACK | {"net_min": 0, "credited_min": 0}, BACK),
    (
        "ck_credit_signs",
        "credit",
        BACK | {"net_min": -180, "credited_min": 0},
        BACK | {"net_min": -180, "credited_min": 1},
    ),
    (
        "ck_credit_of_a_visit_or_a_record",
        "credit",
        NEXT | {"visit_id": None, "request_id": 1, "post_id": None, "record_kind": "opening"},
        NEXT | {"request_id": 1},
    ),
    (
        "ck_credit_visits_have_a_post",
        "credit",
        NEXT,
        NEXT | {"post_id": None},
    ),
    (
        "ck_credit_records_have_a_kind",
        "credit",
        NEXT | {"visit_id": None, "request_id": 1, "post_id": None, "record_kind": "outside"},
        NEXT | {"visit_id": None, "request_id": 1, "post_id": None},
    ),
    # A person's own data
    ("ck_look_at_a_member_or_a_unit", "look", {"member_id": None, "unit_id": 1}, {"unit_id": 1}),
    (
        "ck_former_name_a_name_or_a_number",
        "former_name",
        {"name": None, "student_no": "2"},
        {"student_no": "2"},
    ),
    ("ck_former_name_a_name_or_a_number", "former_name", {}, {"name": None}),
    ("ux_erasure_open", "erasure", {"member_id": 2}, {}),
    ("ux_erasure_open", "erasure", ERASED, {}),
    ("ck_erasure_answered_by_somebody", "erasure", ERASED, ERASED | {"answer": None}),
    ("ck_erasure_answered_by_somebody", "erasure", ERASED, ERASED | {"decided_by_id": None}),
    # Frozen reports
    ("uq_snapshot_ref", "snapshot", OTHER_REPORT, {"digest": OTHER_REPORT["digest"]}),
    ("uq_snapshot_digest", "snapshot", OTHER_REPORT, {"ref": OTHER_REPORT["ref"]}),
    ("ck_snapshot_ends_after_start", "snapshot", OTHER_REPORT, OTHER_REPORT | {"to_on": "2026-03-01"}),
    # Sheets of other platforms
    ("uq_outside_source_unit_id_name", "outside_source", {"name": "志愿汇"}, {}),
    ("ck_outside_batch_rows", "outside_batch", {"rows": 1}, {"rows": 0}),
    (
        "ck_request_files_hold_outside_records",
        "request",
        RECORD | {"kind": "outside", "batch_id": 1},
        RECORD | {"batch_id": 1},
    ),
    ("ck_upload_sheets_have_a_source", "upload", OUTSIDE_FILE, OUTSIDE_FILE | {"unit_id": None}),
    ("ck_upload_sheets_have_a_source", "upload", OUTSIDE_FILE, OUTSIDE_FILE | {"kind": "shifts"}),
]

"""Why something is refused: one closed list, each with a sentence in every language at the edge."""

from enum import StrEnum


class Reason(StrEnum):
    """The key of a refusal. The sentence may differ by case, the key does not."""

    CODE_UNKNOWN = "code_unknown"
    CODE_EXPIRED = "code_expired"
    CODE_FROM_FUTURE = "code_from_future"
    OUTSIDE_SHIFT = "outside_shift"
    ALREADY_CHECKED_IN = "already_checked_in"
    NOT_CHECKED_IN = "not_checked_in"
    SAME_CODE_AGAIN = "same_code_again"
    CHOOSE_POST = "choose_post"
    TOO_OLD = "too_old"
    WRONG_ACCOUNT = "wrong_account"
    CLIENT_REF_REUSED = "client_ref_reused"
    SIGNATURE_WRONG = "signature_wrong"
    NOT_A_MEMBER = "not_a_member"
    SAME_PERSON = "same_person"
    NOT_ALLOWED = "not_allowed"
    PROBATION_CLOSED = "probation_closed"
    DEADLINE_PASSED = "deadline_passed"
    BUDGET_USED = "budget_used"
    BEYOND_SHIFT = "beyond_shift"
    SHIFT_IN_PAST = "shift_in_past"
    SHIFT_STARTED = "shift_started"
    SHIFT_OVERLAPS = "shift_overlaps"
    EXTENSION_OUT_OF_RANGE = "extension_out_of_range"
    EXTENSION_REPEATED = "extension_repeated"
    NOT_DUE = "not_due"
    THRESHOLD_NOT_MET = "threshold_not_met"
    # Not in any scenario: what the edge and the registry need.
    UNKNOWN = "unknown"
    ALREADY_EXISTS = "already_exists"
    BAD_FIELD = "bad_field"
    CHANGED_MEANWHILE = "changed_meanwhile"
    STAGE_ORDER = "stage_order"
    ALREADY_CREDITED = "already_credited"
    ON_PROBATION = "on_probation"
    SIGN_UP_CLOSED = "sign_up_closed"
    SIGN_UP_OVERLAPS = "sign_up_overlaps"
    SIGN_UPS_USED = "sign_ups_used"
    WITHDRAW_TOO_LATE = "withdraw_too_late"
    NOT_SIGNED_IN = "not_signed_in"
    WRONG_PASSWORD = "wrong_password"
    SLIP_UNKNOWN = "slip_unknown"
    SLIP_USED = "slip_used"
    SLIP_EXPIRED = "slip_expired"
    SLIP_REPLACED = "slip_replaced"
    LINK_GONE = "link_gone"
    DISPLAY_REVOKED = "display_revoked"
    TOO_MANY_TRIES = "too_many_tries"
    TICKET_GONE = "ticket_gone"
    CSRF_STALE = "csrf_stale"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    DATABASE_AWAY = "database_away"


class Refusal(Exception):
    """An expected "no": what was asked breaks a rule; nothing has been written.

    Args:
        reason: The key that callers branch on.
        facts: What the sentence names: times in UTC, days, minutes. Never a secret or a stranger's name.
    """

    def __init__(self, reason: Reason, **facts: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.facts = facts

"""What the acts of the trail, and the rows that they were about, are called."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer.rules.kinds import Sight
from volunteer.web import words

ACTS: Mapping[str, Any] = {
    "check_in": _l("check-in"),
    "check_out": _l("check-out"),
    "confirm": _l("confirmed a record"),
    "return_visit": _l("returned a record"),
    "witness": _l("witnessed"),
    "attest_end": _l("attested the end"),
    "confirm_taken": _l("confirmed being taken in"),
    "approve": _l("approved a request"),
    "reject": _l("turned a request down"),
    "ask_correction": _l("asked for a forgotten check-out"),
    "ask_make_up": _l("asked for a make-up"),
    "ask_opening": _l("asked for an opening record"),
    "ask_outside": _l("asked for an outside record"),
    "attach": _l("attached a photograph"),
    "sign_up": _l("signed up for a shift"),
    "withdraw": _l("withdrew from a shift"),
    "import_outside": _l("took in a file of another platform"),
    "approve_outside": _l("approved a file of another platform"),
    "reject_outside": _l("turned a file of another platform down"),
    "object": _l("objected"),
    "ask_leaders": _l("asked the leaders"),
    "answer_question": _l("answered a question"),
    "freeze_report": _l("froze a report"),
    "draw_sample": _l("drew a spot check"),
    "spot_check": _l("entered a spot check"),
    "count_heads": _l("counted heads"),
    "roll_call": _l("answered a roll-call"),
    "propose_decision": _l("proposed a decision"),
    "over_cap": _l("lifted the cap of a day"),
    "extended": _l("entered an extension"),
    "converted": _l("entered a conversion"),
    "cancelled": _l("entered a cancellation"),
    "transfer": _l("transferred a member"),
    "add_member": _l("put somebody on the roster"),
    "import_members": _l("imported members"),
    "rename": _l("changed a name"),
    "mend_number": _l("mended a student number"),
    "make_candidate": _l("noted a candidate"),
    "admit": _l("noted an admission"),
    "open_notice": _l("opened a notice"),
    "withdraw_notice": _l("withdrew a notice"),
    "ask_certificate": _l("asked for a certificate"),
    "noticed_certificate": _l("put a certificate on notice"),
    "issued_certificate": _l("issued a certificate"),
    "revoke_certificate": _l("revoked a certificate"),
    "declined_certificate": _l("declined a certificate"),
    "withdrawn_certificate": _l("took a request for a certificate back"),
    "ask_erasure": _l("asked to be forgotten"),
    "withdraw_erasure": _l("took a wish to be forgotten back"),
    "grant_erasure": _l("granted a wish to be forgotten"),
    "refuse_erasure": _l("refused a wish to be forgotten"),
    "anonymise": _l("name taken out"),
    "add_account": _l("opened an account"),
    "close_account": _l("closed an account"),
    "reopen_account": _l("opened an account again"),
    "sign_account_out": _l("signed an account out"),
    "set_password": _l("set a password"),
    "give_role": _l("gave a role"),
    "end_role": _l("ended a role"),
    "propose": _l("proposed about an account"),
    "approve_proposal": _l("approved a proposal"),
    "decline_proposal": _l("declined a proposal"),
    "print_slip": _l("printed a slip"),
    "use_slip": _l("used a slip"),
    "withdraw_slip": _l("withdrew a slip"),
    "make_token": _l("made a token"),
    "revoke_token": _l("revoked a token"),
    "register_device": _l("registered a phone"),
    "publish_shift": _l("published a shift"),
    "publish_shifts": _l("published shifts"),
    "open_shift_now": _l("opened a shift on the spot"),
    "prolong_shift": _l("prolonged a shift"),
    "change_shift": _l("changed a shift"),
    "cancel_shift": _l("cancelled a shift"),
    "open_display": _l("opened a screen"),
    "revoke_display": _l("closed a screen"),
    "make_display_link": _l("made a link for a screen"),
    "make_host_link": _l("made a link for the host"),
    "withdraw_link": _l("withdrew a link"),
    "host_states": _l("statement of the host"),
    "renew_poster": _l("renewed a poster"),
    "mark_offline": _l("said whether there is network"),
    "add_unit": _l("founded a unit"),
    "change_unit": _l("changed a unit"),
    "set_live_from": _l("set since when hours are scanned"),
    "add_base": _l("added a base"),
    "change_base": _l("changed a base"),
    "add_post": _l("added a post"),
    "change_post": _l("changed a post"),
    "add_term": _l("added a term"),
    "change_term": _l("changed a term"),
    "set_workday": _l("set a working day"),
    "set_workdays": _l("set working days"),
    "add_policy": _l("entered a policy version"),
    "propose_recount": _l("proposed a recount"),
    "approve_recount": _l("approved a recount"),
    "decline_recount": _l("turned a recount down"),
    "finish_recount": _l("recount finished"),
    "sign_head": _l("head of the ledger signed"),
    "fill": _l("filled the demo"),
}
SUBJECTS: Mapping[str, Any] = {
    "member": _l("member"),
    "account": _l("account"),
    "visit": _l("record"),
    "request": _l("request"),
    "recount_order": _l("Recount"),
    "shift": _l("shift"),
    "post": _l("post"),
    "base": _l("base"),
    "site": _l("site"),
    "unit": _l("unit"),
    "outside_batch": _l("file of another platform"),
    "device": _l("phone"),
    "policy": _l("policy"),
    "term": _l("term"),
    "workday": _l("working day"),
    "spot_draw": _l("draw"),
}


def said(act: str) -> str:
    """Return what an act or a look is called; one without a word by its own name."""
    if act in set(Sight):
        return str(words.word(Sight(act)))
    return str(ACTS.get(act, act.replace("_", " ")))


def subject(name: str) -> str:
    """Return what a kind of row is called."""
    return str(SUBJECTS.get(name, name.replace("_", " ")))


def acts() -> list[tuple[str, str]]:
    """Return all acts and looks to choose from, the looks first."""
    return [*((sight.value, said(sight)) for sight in Sight), *((act, said(act)) for act in ACTS)]


def subjects() -> list[tuple[str, str]]:
    """Return all kinds of rows to choose from."""
    return [(name, subject(name)) for name in SUBJECTS]

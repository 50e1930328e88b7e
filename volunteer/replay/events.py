"""Which call of an action each event of a scenario is: the same actions that the web calls."""

from collections.abc import Callable

from volunteer.replay import deciding, registering, serving
from volunteer.replay.lines import Event
from volunteer.replay.world import World

Handler = Callable[[World, Event], object]
HANDLERS: dict[str, Handler] = {
    "unit": registering.unit,
    "term": registering.term,
    "workday": registering.workday,
    "policy": registering.policy,
    "member": registering.member,
    "account": registering.account,
    "grant": registering.grant,
    "base": registering.base,
    "post": registering.post,
    "shift": serving.shift,
    "prolong_shift": serving.prolong_shift,
    "cancel_shift": serving.cancel_shift,
    "check_in": serving.check_in,
    "check_out": serving.check_out,
    "witness": serving.witness,
    "attest_end": serving.attest_end,
    "take_in": serving.take_in,
    "take_out": serving.take_out,
    "confirm_taken": serving.confirm_taken,
    "request_correction": deciding.request_correction,
    "request_make_up": deciding.request_make_up,
    "approve": deciding.approve_,
    "reject": deciding.reject,
    "confirm": deciding.confirm,
    "return_visit": deciding.return_visit,
    "object": deciding.object_,
    "accept_objection": deciding.accept_objection,
    "opening_record": deciding.opening_record,
    "outside_record": deciding.outside_record,
    "resolve": deciding.resolve,
    "over_cap": deciding.over_cap,
    "extend": deciding.extend,
    "decide": deciding.decide_,
    "transfer": deciding.transfer,
}

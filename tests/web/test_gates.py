"""Every route has its gate, here and in the code; one that is not listed fails."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.browser.test_accessible import PAGES
from tests.web.conftest import Browser, Enter

GATES = {
    "public": {
        "health.alive GET /healthz",
        "health.ready GET /readyz",
        "metrics.metrics GET /metrics",
        "pwa.worker GET /sw.js",
        "pwa.offline GET /offline",
        "pwa.offline_scan GET /scan/offline",
        "auth.sign_in GET /sign-in",
        "auth.try_sign_in POST /sign-in",
        "auth.demo_sign_in POST /demo-sign-in",
        "auth.sign_out POST /sign-out",
        "auth.choose_language POST /language",
        "entry.ask GET /activate",
        "entry.answer POST /activate",
        "scan.opened GET /c/<string(maxlength=200):code>",
        "scan.opened GET /C/<string(maxlength=200):code>",
        "own_calendar.feed GET /my-calendar/<string(maxlength=60):token>.ics",
        "student.start GET /",
        "pwa.display GET /display",
        "pwa.own_pass GET /pass",
        "pwa.offline_passes GET /passes/offline",
        "pwa.verify GET /verify",
        "verify.paste GET,POST /verify/paste",
        "verify.keys GET /.well-known/jwks.json",
        "certificate_standing.standing GET /api/v1/certificates/<string(length=64):digest>",
        "screens.offered GET /display/<string(maxlength=60):token>",
        "screens.opened POST /display/<string(maxlength=60):token>",
        "screens.host GET /host",
        "screens.host_headcount POST /host/headcount",
        "screens.host_statement POST /host/statement",
        "site_codes.linked_sheet GET /api/v1/display/sheet",
        "site_codes.linked_beat POST /api/v1/display/beat",
        "api.openapi GET /api/v1/openapi.json",
        "api.docs GET /api/docs",
    },
    "signed_in": {
        "certificates.withdraw POST /certificate-requests/<row:paper_request_id>/withdraw",
        "certificates.one GET /certificates/<row:certificate_id>",
        "certificates.paper GET /certificates/<row:certificate_id>.pdf",
        "notices.one GET /notices/<row:notice_id>",
        "notices.member GET /notices/<row:notice_id>/members/<row:member_id>",
        "auth.leave_everywhere POST /sign-out-everywhere",
        "form_token.form_token GET /api/v1/form-token",
        "inbox.mine GET /inbox",
        "inbox.open_one POST /inbox/<row:message_id>",
        "inbox.read_all POST /inbox/read",
        "inbox.keep_mail POST /me/mail",
        "student.me GET,POST /me",
        "personal.overview GET /me/stored",
        "personal.as_json GET /me/stored.json",
        "personal.as_workbook GET /me/stored.xlsx",
        "personal.one_table GET /me/stored/<string(maxlength=40):key>",
        "photos.photo GET /photos/<row:photo_id>",
        "student.withdraw_slip POST /me/slip/withdraw",
        "accounts.new_token POST /me/tokens",
        "accounts.revoke_token POST /me/tokens/<row:token_id>/revoke",
    },
    "member": {
        "scan.pressed POST /c/<string(maxlength=200):code>",
        "scan.pressed POST /C/<string(maxlength=200):code>",
        "scan.typed GET /scan",
        "scan.type_code POST /scan",
        "student.home GET /home",
        "student.mine GET /records",
        "student.my_table GET /records.<form:form>",
        "student.done GET /records/<row:visit_id>/done",
        "student.correct GET,POST /records/<row:visit_id>/correct",
        "student.objection GET,POST /records/<row:visit_id>/object",
        "student.confirm POST /records/<row:visit_id>/confirm-taken",
        "student.make_up GET,POST /records/make-up",
        "own_calendar.download GET /my-calendar.ics",
        "own_calendar.make POST /my-calendar",
        "own_calendar.revoke POST /my-calendar/revoke",
        "sign_ups.mine GET /sign-ups",
        "sign_ups.sign_up POST /sign-ups/<code:code>",
        "sign_ups.withdraw POST /sign-ups/<code:code>/withdraw",
        "typed.mine GET,POST /records/earlier",
        "personal.erasure GET,POST /me/erasure",
        "personal.take_back POST /me/erasure/withdraw",
        "certificates.mine GET,POST /me/certificate",
        "notices.mine GET /notices",
        "notices.objection GET,POST /notices/<row:notice_id>/records/<row:visit_id>/object",
        "scans.scan POST /api/v1/scans",
        "scans.batch POST /api/v1/scans/batch",
        "scans.add_device POST /api/v1/devices",
        "reads.me GET /api/v1/me",
        "reads.my_visits GET /api/v1/me/visits",
    },
    "keeper": {
        "shifts.new_shift POST /api/v1/shifts",
        "shifts.change_shift PATCH /api/v1/shifts/<code:code>",
        "leader.mine GET /sites",
        "review.answer_for_post POST /questions/<row:question_id>/answer",
        "leader.site GET /sites/<code:code>",
        "leader.show GET /sites/<code:code>/show",
        "leader.start_showing POST /sites/<code:code>/show",
        "leader.stop_showing POST /sites/<code:code>/stop",
        "leader.open_now POST /posts/<code:code>/open-now",
        "leader.on_site GET /shifts/<code:code>",
        "leader.witness POST /shifts/<code:code>/witness",
        "leader.count POST /shifts/<code:code>/headcount",
        "leader.roll_call POST /shifts/<code:code>/roll-call",
        "leader.passes GET /shifts/<code:code>/passes",
        "leader.take GET /shifts/<code:code>/take",
        "leader.take_in POST /shifts/<code:code>/take-in",
        "leader.take_out POST /shifts/<code:code>/take-out",
        "passes.take POST /api/v1/shifts/<code:code>/passes",
        "screens.make_link POST /sites/<code:code>/links",
        "screens.make_host_link POST /shifts/<code:code>/host-link",
        "screens.withdraw POST /sites/<code:code>/links/<row:link_id>/withdraw",
        "screens.revoke POST /sites/<code:code>/screens/<row:display_id>/revoke",
        "site_codes.sheet GET /api/v1/sites/<code:code>/sheet",
        "leader.close POST /shifts/<code:code>/close",
        "leader.prolong POST /shifts/<code:code>/prolong",
        "leader.cancel POST /shifts/<code:code>/cancel",
        "importing.send_shifts GET,POST /registry/import/shifts",
        "importing.look_at_shifts GET /registry/import/shifts/<row:upload_id>",
        "importing.apply_shifts POST /registry/import/shifts/<row:upload_id>",
        "importing.blank_shifts GET /registry/import/shifts.xlsx",
        "weeks.weekly GET,POST /posts/<code:code>/timetable",
        "registry.post GET /posts/<code:code>",
        "registry.new_shift GET,POST /posts/<code:code>/shifts/new",
        "registry.change_shift GET,POST /shifts/<code:code>/edit",
        "posters.lists GET /posters",
        "posters.draw_all POST /posters",
        "posters.finished GET /posters/<string(length=32):key>.pdf",
        "posters.one GET /sites/<code:code>/poster.pdf",
        "posters.drawing_of GET /sites/<code:code>/poster.svg",
        "posters.picture_of GET /sites/<code:code>/poster.png",
        "posters.renew POST /sites/<code:code>/poster",
        "site_codes.poster_pdf GET /api/v1/sites/<code:code>/poster.pdf",
        "site_codes.code_now GET /api/v1/sites/<code:code>/code",
        "site_codes.beat POST /api/v1/sites/<code:code>/beat",
        "site_codes.code_svg GET /api/v1/sites/<code:code>/code.svg",
        "site_codes.code_png GET /api/v1/sites/<code:code>/code.png",
    },
    "reader": {
        "frozen.listed GET /api/v1/reports",
        "frozen.one GET /api/v1/reports/<row:report_id>",
        "frozen.content GET /api/v1/reports/<row:report_id>/content",
        "frozen.changes GET /api/v1/reports/<row:report_id>/changes",
        "case_files.files GET /outside-files.<form:form>",
        "case_files.one_file GET /outside-files/<row:batch_id>.<form:form>",
        "office_files.roles GET /units/<code:code>/roles.<form:form>",
        "office_files.frozen GET /units/<code:code>/reports.<form:form>",
        "shown_files.notices_below GET /units/<code:code>/notices.<form:form>",
        "shown_files.lines GET /notices/<row:notice_id>.<form:form>",
        "shown_files.week GET /units/<code:code>/week.<form:form>",
        "shown_files.gaps GET /units/<code:code>/gaps.<form:form>",
        "shown_files.absences GET /units/<code:code>/absences.<form:form>",
        "report_details.records_file_now GET /units/<code:code>/report/records.<form:form>",
        "report_details.records_file_frozen GET /reports/<row:report_id>/records.<form:form>",
        "report_details.changes_file GET /reports/<row:report_id>/changes.<form:form>",
        "accounts.roles_of GET /units/<code:code>/roles",
        "organisation.members GET /api/v1/members",
        "organisation.member GET /api/v1/members/<code:student_no>",
        "outside.files GET /outside-files",
        "outside.one_file GET /outside-files/<row:batch_id>",
        "branch.start GET /branch",
        "overview.overview GET /units/<code:code>",
        "overview.units_table GET /units/<code:code>/units.<form:form>",
        "overview.members_table GET /units/<code:code>/members.<form:form>",
        "received.posts GET /units/<code:code>/places",
        "received.posts_table GET /units/<code:code>/posts.<form:form>",
        "received.bases GET /units/<code:code>/places/bases",
        "received.bases_table GET /units/<code:code>/bases.<form:form>",
        "received.post GET /units/<code:code>/posts/<code:post>",
        "received.post_sheet GET /units/<code:code>/posts/<code:post>/sheet",
        "received.post_people GET /units/<code:code>/posts/<code:post>/people.<form:form>",
        "received.shifts GET /units/<code:code>/posts/<code:post>/shifts",
        "received.shifts_table GET /units/<code:code>/posts/<code:post>/shifts.<form:form>",
        "received.base GET /units/<code:code>/bases/<code:base>",
        "received.base_sheet GET /units/<code:code>/bases/<code:base>/sheet",
        "received.base_people GET /units/<code:code>/bases/<code:base>/people.<form:form>",
        "list_files.roster GET /registry/members.<form:form>",
        "list_files.ledger_heads GET /units/<code:code>/ledger.<form:form>",
        "behind.file_of_unit GET /units/<code:code>/records.<form:form>",
        "behind.of_unit GET /units/<code:code>/records",
        "behind.visit GET /visits/<row:visit_id>",
        "branch.member_periods GET /members/<row:member_id>/periods.<form:form>",
        "branch.member_table GET /members/<row:member_id>/records.<form:form>",
        "branch.member GET /members/<row:member_id>",
        "conversion.desk GET /units/<code:code>/conversion",
        "conversion.desk_table GET /units/<code:code>/conversion.<form:form>",
        "conversion.proposal GET /decisions/<row:decision_id>",
        "conversion.transferred GET /transfers/<row:membership_id>",
        "papers.hours_sheet POST /members/<row:member_id>/hours-sheet",
        "papers.hand_over POST /transfers/<row:membership_id>/hand-over",
        "certificates.desk GET /units/<code:code>/certificates",
        "certificates.desk_table GET /units/<code:code>/certificates.<form:form>",
        "notices.below GET /units/<code:code>/notices",
        "notices.paper GET /notices/<row:notice_id>.pdf",
        "papers.heads GET /units/<code:code>/ledger",
        "reports.lists GET /units/<code:code>/reports",
        "reports.now GET /units/<code:code>/report",
        "report_details.records_now GET /units/<code:code>/report/records",
        "reports.file_now GET /units/<code:code>/report.<form:form>",
        "reports.frozen GET /reports/<row:report_id>",
        "report_details.records_frozen GET /reports/<row:report_id>/records",
        "reports.file_frozen GET /reports/<row:report_id>.<form:form>",
        "reports.paper GET /reports/<row:report_id>/report.pdf",
        "reports.content GET /reports/<row:report_id>/content.json",
        "report_details.changes GET /reports/<row:report_id>/changes",
        "activity_day.day GET /units/<code:code>/activity-day",
        "activity_day.day_table GET /units/<code:code>/activity-day.<form:form>",
        "people.members GET /registry/members",
        "weeks.gaps GET /units/<code:code>/gaps",
        "weeks.week GET /units/<code:code>/week",
        "reads.unit_members GET /api/v1/units/<code:code>/members",
        "reads.unit_visits GET /api/v1/units/<code:code>/visits",
        "reads.stats GET /api/v1/stats",
    },
    "approver": {
        "case_files.queue GET /review.<form:form>",
        "review.queue GET /review",
        "review.approve_request POST /review/requests/<row:request_id>/approve",
        "review.reject_request POST /review/requests/<row:request_id>/reject",
    },
    "committee": {
        "places.new_post POST /api/v1/posts",
        "places.change_post PATCH /api/v1/posts/<code:code>",
        "review.confirm_several POST /review/confirm-quiet",
        "review.confirm_visit POST /review/visits/<row:visit_id>/confirm",
        "review.ask POST /review/visits/<row:visit_id>/ask",
        "review.send_back POST /review/visits/<row:visit_id>/return",
        "review.accept POST /review/objections/<row:objection_id>/accept",
        "review.answer POST /review/objections/<row:objection_id>/resolve",
        "conversion.propose GET,POST /members/<row:member_id>/propose",
        "conversion.over_cap GET,POST /members/<row:member_id>/over-cap",
        "conversion.withdraw POST /decisions/<row:decision_id>/withdraw",
        "reports.freeze_it POST /units/<code:code>/report",
        "certificates.ask_for POST /members/<row:member_id>/certificate",
        "certificates.show POST /units/<code:code>/certificates/notice",
        "certificates.decline POST /certificate-requests/<row:paper_request_id>/decline",
        "notices.new GET,POST /units/<code:code>/notices/new",
        "notices.withdraw POST /notices/<row:notice_id>/withdraw",
        "outside.send GET,POST /registry/import/outside",
        "outside.look GET /registry/import/outside/<row:upload_id>",
        "outside.apply POST /registry/import/outside/<row:upload_id>",
        "outside.map_columns POST /registry/import/outside/<row:upload_id>/columns",
        "outside.approve POST /outside-files/<row:batch_id>/approve",
        "outside.reject POST /outside-files/<row:batch_id>/reject",
        "typed.of_member GET,POST /members/<row:member_id>/record",
        "registry.new_post GET,POST /posts/new",
        "registry.change_post GET,POST /posts/<code:code>/edit",
    },
    "registrar": {
        "office_files.ways_in GET /units/<code:code>/slips.<form:form>",
        "slips.start GET /slips",
        "slips.lists GET /units/<code:code>/slips",
        "slips.draw POST /units/<code:code>/slips",
        "registry.lists GET /registry",
        "registry.posts_table GET /registry/posts.<form:form>",
        "registry.bases_table GET /registry/bases.<form:form>",
        "registry.new_base GET,POST /bases/new",
        "registry.change_base GET,POST /bases/<code:code>/edit",
    },
    "office": {
        "list_files.unit_tree GET /registry/units.<form:form>",
        "list_files.account_list GET /accounts.<form:form>",
        "accounts.lists GET /accounts",
        "accounts.one GET /accounts/<row:account_id>",
        "accounts.draw_slip POST /accounts/<row:account_id>/slip",
        "accounts.approve POST /proposals/<row:proposal_id>/approve",
        "accounts.decline POST /proposals/<row:proposal_id>/decline",
        "organisation.new_unit POST /api/v1/units",
        "organisation.change_unit PATCH /api/v1/units/<code:code>",
        "places.new_base POST /api/v1/bases",
        "places.change_base PATCH /api/v1/bases/<code:code>",
        "people.unit_tree GET /registry/units",
        "people.new_unit GET,POST /registry/units/new",
        "people.change_unit GET,POST /registry/units/<code:code>/edit",
    },
    "overseer": {
        "case_files.draws GET /spot-checks.<form:form>",
        "case_files.draw GET /spot-checks/<row:draw_id>.<form:form>",
        "case_files.wishes GET /erasures.<form:form>",
        "list_files.approver_list GET /approvers.<form:form>",
        "oversight.statistics GET /approvers",
        "behind.file_of_approver GET /approvers/<row:account_id>.<form:form>",
        "behind.of_approver GET /approvers/<row:account_id>",
        "personal.wishes GET /erasures",
        "trail.lines GET /trail",
        "trail.lines_table GET /trail.<form:form>",
        "oversight.samples GET /spot-checks",
        "oversight.sample GET /spot-checks/<row:draw_id>",
    },
    "college": {
        "office_files.terms GET /terms.<form:form>",
        "office_files.days GET /calendar.<form:form>",
        "office_files.versions GET /policy.<form:form>",
        "personal.answer POST /erasures/<row:erasure_id>",
        "oversight.draw POST /units/<code:code>/spot-checks",
        "oversight.find POST /spot-checks/<row:draw_id>/<row:visit_id>",
        "college.terms GET /terms",
        "college.new_term GET,POST /terms/new",
        "college.change_term GET,POST /terms/<code:code>/edit",
        "college.calendar GET /calendar",
        "college.set_days POST /calendar",
        "college.versions GET /policy",
        "recounts.propose GET,POST /policy/<row:policy_id>/recount",
        "recounts.look GET /recounts/<row:order_id>",
        "recounts.preview POST /recounts/<row:order_id>/look",
        "recounts.approve POST /recounts/<row:order_id>/approve",
        "recounts.decline POST /recounts/<row:order_id>/decline",
        "college.new_version GET,POST /policy/new",
        "conversion.approve POST /decisions/<row:decision_id>/approve",
        "conversion.decline POST /decisions/<row:decision_id>/decline",
        "conversion.transfer GET,POST /members/<row:member_id>/transfer",
        "certificates.give POST /certificate-requests/<row:paper_request_id>/issue",
        "certificates.revoke POST /certificates/<row:certificate_id>/revoke",
        "accounts.give POST /accounts/<row:account_id>/roles",
        "accounts.give_lead POST /accounts/<row:account_id>/lead",
        "accounts.end POST /grants/<row:grant_id>/end",
        "organisation.new_member POST /api/v1/members",
        "organisation.change_member PATCH /api/v1/members/<code:student_no>",
        "importing.send_members GET,POST /registry/import/members",
        "importing.look_at_members GET /registry/import/members/<row:upload_id>",
        "importing.apply_members POST /registry/import/members/<row:upload_id>",
        "importing.blank_members GET /registry/import/members.xlsx",
        "screens.network POST /sites/<code:code>/network",
        "people.new_member GET,POST /registry/members/new",
        "people.change_member GET,POST /registry/members/<row:member_id>",
    },
    "admin": {
        "accounts.new GET,POST /accounts/new",
        "accounts.close POST /accounts/<row:account_id>/close",
        "accounts.reopen POST /accounts/<row:account_id>/reopen",
        "accounts.sign_out POST /accounts/<row:account_id>/sign-out",
    },
    "holder": {
        "organisation.units GET /api/v1/units",
        "organisation.unit GET /api/v1/units/<code:code>",
        "places.bases GET /api/v1/bases",
        "places.base GET /api/v1/bases/<code:code>",
        "places.posts GET /api/v1/posts",
        "places.post GET /api/v1/posts/<code:code>",
        "places.sites GET /api/v1/sites",
        "places.site GET /api/v1/sites/<code:code>",
        "shifts.shifts GET /api/v1/shifts",
        "shifts.shift GET /api/v1/shifts/<code:code>",
    },
}
# Who passes a gate: the roles of the cast, by the name of somebody who holds it.
MAY = {
    "public": {"nobody", "mei", "leader", "secretary", "office", "admin", "auditor"},
    "signed_in": {"mei", "leader", "secretary", "office", "admin", "auditor"},
    "member": {"mei", "secretary"},
    "keeper": {"leader", "secretary", "office"},
    "reader": {"secretary", "office", "auditor"},
    "approver": {"leader", "secretary", "office"},
    "committee": {"secretary", "office"},
    "registrar": {"secretary", "office", "admin"},
    "office": {"office", "admin"},
    "college": {"office"},
    "admin": {"admin"},
    "holder": {"leader", "secretary", "office", "admin", "auditor"},
    "overseer": {"office", "auditor"},
}
FILLED = {
    "<code:code>": "NOBODYS",
    "<code:post>": "NOBODYS",
    "<code:base>": "NOBODYS",
    "<code:student_no>": "0000000000",
    "<row:visit_id>": "999999",
    "<row:message_id>": "999999",
    "<row:account_id>": "999999",
    "<row:grant_id>": "999999",
    "<row:proposal_id>": "999999",
    "<row:decision_id>": "999999",
    "<row:membership_id>": "999999",
    "<row:token_id>": "999999",
    "<row:member_id>": "999999",
    "<row:link_id>": "999999",
    "<row:display_id>": "999999",
    "<string(maxlength=60):token>": "A" * 24,
    "<row:upload_id>": "999999",
    "<row:request_id>": "999999",
    "<row:objection_id>": "999999",
    "<row:question_id>": "999999",
    "<row:photo_id>": "1",
    "<row:policy_id>": "999999",
    "<row:order_id>": "999999",
    "<row:draw_id>": "999999",
    "<row:report_id>": "999999",
    "<row:erasure_id>": "999999",
    "<row:batch_id>": "999999",
    "<string(maxlength=40):key>": "visit",
    "<row:paper_request_id>": "999999",
    "<row:certificate_id>": "999999",
    "<row:notice_id>": "999999",
    "<string(length=64):digest>": "0" * 64,
    "<string(maxlength=200):code>": "A" * 31,
    "<string(length=32):key>": "0" * 32,
    "<form:form>": "xlsx",
}


def test_every_route_is_listed_with_its_gate(app: Flask) -> None:
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        gate = getattr(app.view_functions[rule.endpoint], "gate", "none")
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        found.setdefault(str(gate), set()).add(f"{rule.endpoint} {methods} {rule.rule}")
    assert found == GATES


# What answers a GET and is no page: a picture, what only turns elsewhere, and what programs read.
NO_PAGES = {
    "branch.start",
    "health.alive",
    "health.ready",
    "metrics.metrics",
    "photos.photo",
    "pwa.worker",
    "student.start",
}
# A host's page needs the link of a running shift: tests/browser/test_displays.py looks at it.
LOOKED_AT_ELSEWHERE = {"screens.host"}
FILE = re.compile(r"<form:form>|\.(pdf|png|svg|xlsx|csv|json|ics)$|<any\(")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_page_is_missing_in_the_list_that_axe_looks_at(app: Flask) -> None:
    address = app.url_map.bind("localhost")
    paths = [re.sub(r"\{\w+\}", "1", urlsplit(path).path) for listed in PAGES.values() for path in listed]
    looked_at = {str(address.match(path)[0]) for path in paths}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.rule.startswith(("/static/", "/api/"))
        and not FILE.search(rule.rule)
    }
    missing = pages - looked_at - NO_PAGES - LOOKED_AT_ELSEWHERE
    assert missing == set(), "add them to PAGES in tests/browser/test_accessible.py"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", sorted(MAY["public"]))
def test_a_gate_lets_through_exactly_its_roles(app: Flask, enter: Enter, who: str) -> None:
    listed = [(line, gate) for gate, lines in GATES.items() for line in lines]
    # Signing out everywhere comes last: it ends what the others stand on.
    for line, gate in sorted(listed, key=lambda one: ("everywhere" in one[0], one)):
        _, methods, path = line.split(" ", 2)
        for shape, value in FILLED.items():
            path = path.replace(shape, value)
        for method in methods.split(","):
            if (method, path) == ("POST", "/sign-in"):
                continue  # It answers 401 to whoever mistypes.
            _check(_status(app, enter, who, method, path), who, gate, line)


def _check(status: int, who: str, gate: str, line: str) -> None:
    if who in MAY[gate]:
        assert status not in (401, 403), (line, status)
    elif who == "nobody":
        # Pages lead to the sign-in, the API says 401; a form of another session is stale before that.
        assert status in (303, 401, 403), (line, status)
    else:
        assert status in (403, 409), (line, status)


def _status(app: Flask, enter: Enter, who: str, method: str, path: str) -> int:
    browser = Browser(app.test_client()) if who == "nobody" else enter(who)
    if method == "GET":
        return browser.get(path).status_code
    if "/api/" in path:
        return browser.send(path, {}, method=method).status_code
    return browser.post(path).status_code

"""Figures for Prometheus: requests by route, scans by what came of them, and what is going on just now.

Every worker counts in a file of its own, without a lock that others wait for and without SQL; whoever asks
gets the sum. Where the server sets no folder for the files, as in tests, the process counts in its memory.
"""

import os
from collections.abc import Callable, Iterator
from hmac import compare_digest
from time import perf_counter
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, exposition, multiprocess
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import scan as scans
from volunteer.actions.presence import ScanResult
from volunteer.database import db
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats.outstanding import outstanding
from volunteer.web import access
from volunteer.web.identity import bearer
from volunteer.web.show import settings

# The library reads it when it is imported; `volunteer serve` sets it before.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
bp = Blueprint("metrics", __name__)
_own = CollectorRegistry()
REQUESTS = Histogram(
    "volunteer_request_seconds",
    "Requests by route, method and status.",
    ("route", "method", "status"),
    buckets=BUCKETS_S,
    registry=_own,
)
SCANS = Counter(
    "volunteer_scans",
    "Scans by verdict, and the reason of what was refused.",
    ("verdict", "reason"),
    registry=_own,
)
# The library looks a child up behind a lock; we remember it.
_timers: dict[tuple[str, str, int], Callable[[float], None]] = {}
_tallies: dict[tuple[str, str], Callable[[], None]] = {}


def init_app(app: Flask) -> None:
    """Time every request, from the first hook to the last."""
    app.before_request(_begin)
    app.after_request(_timed)


def check(session: Session, **scan: Any) -> ScanResult:
    """Judge a scan as :func:`volunteer.actions.scan.check` does, and count what came of it."""
    try:
        result = scans.check(session, **scan)
    except Refusal as refusal:
        count("refused", refusal.reason.value)
        raise
    count(result.verdict.value, "")
    return result


def count(verdict: str, reason: str) -> None:
    """Count a scan that was judged."""
    tally = _tallies.get((verdict, reason))
    if tally is None:
        tally = _tallies[verdict, reason] = SCANS.labels(verdict, reason).inc
    tally()


@bp.get("/metrics")
@access.public
def metrics() -> Response:
    """Tell the figures to whoever brings the token of the settings; without one there is nothing here."""
    wanted, brought = settings().metrics_token, bearer() or ""
    if not wanted:
        raise Refusal(Reason.UNKNOWN)
    if not compare_digest(wanted.encode(), brought.encode()):
        return Response("bring the token of VOLUNTEER_METRICS_TOKEN\n", 401, {"WWW-Authenticate": "Bearer"})
    registry = _own
    if FOLDER in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    now = CollectorRegistry()
    now.register(_Now())
    text = exposition.generate_latest(registry) + exposition.generate_latest(now)
    return Response(text, content_type=exposition.CONTENT_TYPE_PLAIN_0_0_4)


class _Now(Collector):
    """Counted when asked for; without a database only that it is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = outstanding(db.session(), now=clock.utc_now())
        except OperationalError:
            db.session.rollback()
            yield GaugeMetricFamily("volunteer_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("volunteer_database_up", "Whether the database answers.", 1)
        yield GaugeMetricFamily("volunteer_displays_alive", "Screens that beat lately.", found.displays_alive)
        yield GaugeMetricFamily("volunteer_visits_open", "Members in service.", found.visits_open)
        yield GaugeMetricFamily(
            "volunteer_requests_undecided", "Requests that wait for an approval.", found.requests_undecided
        )


def _begin() -> None:
    g.began_at = perf_counter()


def _timed(response: Response) -> Response:
    rule = request.url_rule
    # Where no route takes it, address and method are anybody's words: one line for all of them.
    route, method = (rule.rule, request.method) if rule is not None else ("none", "any")
    key = (route, method, response.status_code)
    observe = _timers.get(key)
    if observe is None:
        observe = _timers[key] = REQUESTS.labels(route, method, str(response.status_code)).observe
    observe(perf_counter() - g.began_at)
    return response

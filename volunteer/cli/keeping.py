"""``volunteer housekeep`` and ``volunteer verify-ledger``."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict

import click

from volunteer import clock
from volunteer.actions.anonymise import due
from volunteer.actions.housekeep import housekeep as do_all
from volunteer.actions.housekeep import would_do
from volunteer.actions.seal import Fault, Proof, verify
from volunteer.cli.data import opened
from volunteer.signatures import HeadSigner
from volunteer.stats import ledger
from volunteer.stats.ledger import SealedRow
from volunteer.web.letters import send_due

FAULTS = {
    "changed": "was changed after it was sealed",
    "missing": "is gone",
    "out_of_order": "is not where it was: a line was taken out or put in",
    "rewritten": "is not the line that was there when the head was signed",
    "forged": "has a signed head that no key of this deployment made",
}


@click.command()
@click.option("--dry-run", "is_dry", is_flag=True, help="Tell what is due and do nothing.")
@click.option("--json", "as_json", is_flag=True)
def housekeep(*, is_dry: bool, as_json: bool) -> None:
    """Do what time alone brings about: close, seal, sign, tell, forget. A running server does it itself."""
    with opened() as (settings, session):
        now, years = clock.utc_now(), settings.retention_years
        gone = due(session, years=years, campus=settings.campus, now=now) if is_dry else []
        act = would_do if is_dry else do_all
        done = dict(
            act(campus=settings.campus, signer=HeadSigner(settings.keyring), retention_years=years, now=now)
        )
        if not is_dry:
            done["sent"] = send_due(settings, now=now)
    if as_json:
        names = {"names": [one.student_no for one in gone]} if is_dry else {}
        click.echo(json.dumps(dict(done) | names))
        return
    for one in gone:
        click.echo(f"{one.student_no} left on {one.left_on}: the name would go")
    counts = ", ".join(f"{count} {what}" for what, count in done.items())
    click.echo(f"Nothing was done. It would be: {counts}" if is_dry else counts)


@click.command("verify-ledger")
@click.option("--head", help="A head from a print-out: 64 signs, as printed.")
@click.option("--json", "as_json", is_flag=True)
def verify_ledger(head: str | None, *, as_json: bool) -> None:
    """Walk the chain of every branch from its first line; name the first broken line of each."""
    with opened() as (settings, session):
        count = ledger.sealed_count(session)

        def watched(rows: Iterable[SealedRow]) -> Iterable[SealedRow]:
            # On standard error: what is printed to a file or another program stays clean.
            with click.progressbar(
                rows, length=count, label="Walking", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as bar:
                yield from bar

        proof = verify(session, signer=HeadSigner(settings.keyring), head=head, watched=watched)
    if as_json:
        click.echo(json.dumps(asdict(proof) | {"holds": proof.holds}))
    else:
        _tell(proof)
    sys.exit(0 if proof.holds else 1)


def _tell(proof: Proof) -> None:
    for fault in proof.faults:
        click.echo(_sentence(fault))
    if proof.is_head_known is False:
        click.echo("The head is no link of any chain: what was printed then is not what is here now.")
    elif proof.is_head_known:
        click.echo("The head is a link of its chain.")
    click.echo(f"{proof.lines} lines sealed, {proof.tail} waiting, {len(proof.faults)} chains broken")


def _sentence(fault: Fault) -> str:
    line = f" (ledger line {fault.credit_id})" if fault.credit_id is not None else ""
    return f"branch {fault.unit}: entry {fault.number}{line} {FAULTS[fault.kind]}"

"""Write the corpus of certificates anew: genuine ones, and every forgery that we could think of.

    .venv/bin/python -m tests.certificates.draw

One file for all who judge: Python by the rules, Node by the page's script, Chromium without network. It is
signed with the key of the tests' settings, so that a server of theirs judges it too.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

from tests.engines import fixed_campus
from volunteer.rules.certificates import PURPOSE, Claims
from volunteer.signatures import P256_ORDER, CertificateSigner

FILE = Path(__file__).parent / "corpus.json"
SIGNER = CertificateSigner(fixed_campus().keyring)
OURS = SIGNER._newest
KID = str(SIGNER.public_keys[0]["kid"])
STRANGER = ECKey.generate_key("P-256", private=True)
CLAIMS = Claims(
    number="COL-2026-0001",
    name="李梅",
    unit="法学本科生第一党支部",
    issuer="法学院党委",
    from_on=date(2025, 12, 1),
    last_on=date(2026, 11, 30),
    minutes={"A": 1200, "B": 1500, "E": 240, "opening": 60},
    heads=("LAW 412 0f3a9c11d2e47b60",),
    issued_on=date(2026, 12, 9),
)
HEADER: dict[str, Any] = {"alg": "ES256", "kid": KID, "typ": PURPOSE}


def b64(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def part(header: Any) -> str:
    """Return a head as it stands in a token."""
    return b64(json.dumps(header, separators=(",", ":")).encode())


def signed(header: dict[str, Any] | None = None, payload: bytes = CLAIMS.payload, key: ECKey = OURS) -> str:
    """Return a token with a right ES256 signature of the key over whatever head and payload."""
    head = part(HEADER | (header or {}))
    real = jws.serialize_compact({"alg": "ES256"}, b"", key, algorithms=["ES256"])
    algorithm = jws.JWSRegistry.algorithms["ES256"]
    assert real
    text = f"{head}.{b64(payload)}"
    return f"{text}.{b64(algorithm.sign(text.encode(), key))}"


def flipped(text: str, place: int) -> str:
    """Return the text with one bit of one sign's meaning changed, still base64url."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:place] + signs[signs.index(text[place]) ^ 1] + text[place + 1 :]


def cases() -> Iterator[tuple[str, str, str]]:
    """Give what it is, the text, and the verdict."""
    token = SIGNER.sign(CLAIMS.payload, PURPOSE)
    head, body, signature = token.split(".")
    yield "as it was issued", token, "genuine"
    yield "as the link of the code", f"https://hours.example.edu.cn/verify#{token}", "genuine"
    yield "pasted with blanks around", f"  \n{token}\r\n", "genuine"
    yield "with the other half of the same signature", f"{head}.{body}.{other_half(signature)}", "genuine"
    yield from unsigned(head, body, signature)
    yield from other_ways(head, body, token)
    yield from foreign(head, body, signature)
    yield from changed(head, body, signature)
    yield from cut(token, head, body)
    yield from nothing(head, body, signature)


def other_half(signature: str) -> str:
    """Return the second signature that whoever has one can make: r and n - s."""
    raw = base64.urlsafe_b64decode(signature + "==")
    s = P256_ORDER - int.from_bytes(raw[32:], "big")
    return b64(raw[:32] + s.to_bytes(32, "big"))


def unsigned(_head: str, body: str, signature: str) -> Iterator[tuple[str, str, str]]:
    """Give tokens that say of themselves that nobody signed them."""
    for name in ("none", "None", "NONE", "nOnE"):
        yield f"{name}, without a signature", f"{part(HEADER | {'alg': name})}.{body}.", "unsigned"
    yield "none, with a signature", f"{part(HEADER | {'alg': 'none'})}.{body}.{signature}", "unsigned"


def other_ways(head: str, body: str, token: str) -> Iterator[tuple[str, str, str]]:
    """Give other methods and other purposes."""
    public = json.dumps(SIGNER.public_keys[0]).encode()
    text = f"{part(HEADER | {'alg': 'HS256'})}.{body}"
    mac = hmac.new(public, text.encode(), hashlib.sha256).digest()
    yield "HS256 with the public key for a secret", f"{text}.{b64(mac)}", "algorithm"
    for name in ("RS256", "ES384", "ES256K", "EdDSA", "es256", "ES256 ", "", 256, None, ["ES256"]):
        yield f"the method {name!r}", signed({"alg": name}), "algorithm"
    yield "no method", token.replace(head, part({"kid": KID, "typ": PURPOSE})), "algorithm"
    for name in ("fifty-hours-head", "JWT", "Fifty-Hours-Certificate", f"{PURPOSE}+jwt", "", None, [PURPOSE]):
        yield f"signed by us for the purpose {name!r}", signed({"typ": name}), "purpose"


def foreign(_head: str, body: str, signature: str) -> Iterator[tuple[str, str, str]]:
    """Give keys of others, under their own name and under ours."""
    theirs = STRANGER.as_dict(private=False)
    yield "another key under its own name", signed({"kid": "stranger-key-001"}, key=STRANGER), "foreign_key"
    yield "another key under our name", signed(key=STRANGER), "changed"
    yield "another key that it brings along", signed({"kid": "x", "jwk": theirs}, key=STRANGER), "foreign_key"
    yield "another key brought along under our name", signed({"jwk": theirs}, key=STRANGER), "changed"
    yield "a key at another address", signed({"kid": "x", "jku": "https://evil.example/k"}), "foreign_key"
    for name in (None, "", 7, [KID], KID.lower(), KID[:-1], f"{KID} "):
        yield f"the key {name!r}", signed({"kid": name}), "foreign_key"
    bare = part({"alg": "ES256", "typ": PURPOSE})
    yield "no key", f"{bare}.{body}.{signature}", "foreign_key"


def changed(head: str, body: str, signature: str) -> Iterator[tuple[str, str, str]]:
    """Give contents and signatures that do not belong together."""
    for place in (0, 7, len(body) // 2, len(body) - 9):
        yield f"a bit of the content, sign {place}", f"{head}.{flipped(body, place)}.{signature}", "changed"
    for place in (0, 40, 43, 84):
        yield f"a bit of the signature, sign {place}", f"{head}.{body}.{flipped(signature, place)}", "changed"
    other = CLAIMS.payload.replace("李梅".encode(), "王芳".encode())
    yield "another name", f"{head}.{b64(other)}.{signature}", "changed"
    more = CLAIMS.payload.replace(b'"B":1500', b'"B":9500')
    yield "more minutes", f"{head}.{b64(more)}.{signature}", "changed"
    yield "the signature of another one", f"{head}.{body}.{signed(payload=other).split('.')[2]}", "changed"
    yield "another spelling of the signature", f"{head}.{body}.{flipped(signature, 85)}", "changed"
    yield "a signature of zeros", f"{head}.{body}.{b64(bytes(64))}", "changed"
    yield "a signature too long", f"{head}.{body}.{signature}AAAA", "changed"
    yield "a padded signature", f"{head}.{body}.{signature}==", "changed"
    yield "a blank within", f"{head}.{body[:20]} {body[20:]}.{signature}", "changed"
    yield (
        "something more in the head",
        f"{part(HEADER | {'crit': ['b64'], 'b64': False})}.{body}.{signature}",
        "changed",
    )
    for what, payload in (
        ("text", b'"COL-2026-0001"'),
        ("a list", b"[1]"),
        ("no number", CLAIMS.payload.replace(b'"number"', b'"nummer"')),
        ("no JSON", CLAIMS.payload[:-1]),
        ("nothing", b""),
    ):
        yield f"signed by us, {what}", signed(payload=payload), "changed"


def cut(token: str, head: str, body: str) -> Iterator[tuple[str, str, str]]:
    """Give tokens whose end is missing."""
    for count in (1, 2, 40, 85, 86):
        yield f"{count} signs of the end missing", token[:-count], "cut_off"
    yield "the signature missing", f"{head}.{body}", "cut_off"
    yield "half of the content missing", f"{head}.{body[: len(body) // 2]}", "cut_off"
    yield "all of the content missing", f"{head}.", "cut_off"
    yield "only the head left", head, "not_one"
    yield "half of the head left", head[: len(head) // 2], "not_one"


def nothing(head: str, body: str, signature: str) -> Iterator[tuple[str, str, str]]:
    """Give what was never a certificate."""
    rest = f"{body}.{signature}"
    yield "words", "志愿服务记录证明", "not_one"
    yield "a code of a post", "HTTPS://HOURS.EXAMPLE.EDU.CN/C/" + "A" * 31, "not_one"
    yield "a link without an end", "https://hours.example.edu.cn/verify", "not_one"
    yield "dots", "..", "not_one"
    yield "four parts", f"{head}.{rest}.AAAA", "not_one"
    yield "the other form of a JWS", json.dumps({"protected": head, "payload": body}), "not_one"
    for what, raw in (
        ("no JSON", b"{"),
        ("a list", b"[]"),
        ("null", b"null"),
        ("NaN", b'{"alg":NaN}'),
        ("other letters than UTF-8", b'{"alg":"\xff"}'),
        ("a mark of the byte order", b"\xef\xbb\xbf" + json.dumps(HEADER).encode()),
    ):
        yield f"a head of {what}", f"{b64(raw)}.{rest}", "not_one"
    yield "a padded head", f"{b64(b'{}  ')}==.{rest}", "not_one"
    plus = base64.b64encode(b'{"a":"\xc3\xbf\xc3\xbf\xc3\xbe"}').decode().rstrip("=")
    yield "plain base64", f"{plus}.{rest}", "not_one"
    yield "far too long", f"{head}.{'A' * 5000}.{signature}", "not_one"


def main() -> None:
    """Write the file."""
    found = [{"case": case, "text": text, "verdict": verdict} for case, text, verdict in cases()]
    corpus = {"keys": SIGNER.public_keys, "claims": json.loads(CLAIMS.payload), "cases": found}
    FILE.write_text(json.dumps(corpus, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} cases")


if __name__ == "__main__":
    main()

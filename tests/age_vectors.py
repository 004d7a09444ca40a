"""Writes tests/vectors/age.json: small age files, each with one thing right or wrong and the named end it
must meet.

    python tests/age_vectors.py

Everything here is put together by hand, from the specification and primitives alone: nothing of `bot.age`
is used, so that a mistake there is not repeated here. Even HPKE is written out, which checks the
library's. All randomness is derived from the vector's name, but for ML-KEM, which draws its own: hybrid
files differ at each run.

Source: c2sp.org/age; RFC 9180 §5; draft-ietf-hpke-pq; draft-connolly-cfrg-xwing-kem.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

FILE = Path(__file__).parent / "vectors" / "age.json"

OK, NO_MATCH, MAC = "success", "no match", "HMAC failure"
HEADER, PAYLOAD, ARMOR = "header failure", "payload failure", "armor failure"

PLAIN = b"Le seuil."
SECRET = bytes(range(32))
"""The X25519 secret of all vectors."""

SEED = bytes(range(32, 64))
"""The hybrid seed of all vectors."""

PASSPHRASE = "une clé, une porte"
XWING_LABEL = bytes.fromhex("5c2e2f2f5e5c")
LOW_ORDER = bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7")
"""A point of order 8: every secret makes zeros of it."""


@dataclass(frozen=True, slots=True)
class Vector:
    name: str
    expect: str
    file: str
    """In base64."""

    identities: tuple[str, ...] = ("x25519", "hybrid")
    """`x25519`, `hybrid`, or a passphrase after `passphrase:`."""

    comment: str = ""
    plain: str = ""
    """What a file that opens holds, in base64."""


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def uncanonical(text: str) -> str:
    """Another spelling of the same bytes: the last letter with a spare bit set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return text[:-1] + alphabet[alphabet.index(text[-1]) + 1]


def extract(salt: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), secret, "sha256")


def expand(key: bytes, info: bytes, length: int = 32) -> bytes:
    return hmac.digest(key, info + b"\x01", "sha256")[:length]


def body_lines(raw: bytes) -> str:
    text = b64(raw)
    return "".join(text[at : at + 64] + "\n" for at in range(0, len(text) + 1, 64))


def chacha(key: bytes, plain: bytes, nonce: bytes = bytes(12)) -> bytes:
    return ChaCha20Poly1305(key).encrypt(nonce, plain, None)


class Maker:
    """Puts one file together. `draw` gives the same bytes for the same name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.drawn = 0
        self.file_key = self.draw(16)

    def draw(self, count: int) -> bytes:
        self.drawn += 1
        return hashlib.shake_256(f"{self.name} {self.drawn}".encode()).digest(count)

    # stanzas

    def x25519(
        self,
        *,
        secret: bytes = SECRET,
        share: bytes | None = None,
        key: bytes | None = None,
        kind: str = "X25519",
    ) -> str:
        public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        ephemeral = X25519PrivateKey.from_private_bytes(self.draw(32))
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public)) if share is None else bytes(32)
        share = ephemeral.public_key().public_bytes_raw() if share is None else share
        wrap = expand(extract(share[:32] + public, shared), b"age-encryption.org/v1/X25519")
        return f"-> {kind} {b64(share)}\n" + body_lines(chacha(wrap, key or self.file_key))

    def hybrid(
        self,
        *,
        seed: bytes = SEED,
        share: bytes | None = None,
        key: bytes | None = None,
        kind: str = "mlkem768x25519",
    ) -> str:
        enc, wrap, nonce = self.encapsulate(seed, share)
        return f"-> {kind} {b64(enc)}\n" + body_lines(chacha(wrap, key or self.file_key, nonce))

    def encapsulate(self, seed: bytes, share: bytes | None) -> tuple[bytes, bytes, bytes]:
        """X-Wing, then the HPKE key schedule of mode base: `enc`, the key and the nonce of the first
        message."""
        expanded = hashlib.shake_256(seed).digest(96)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).public_key()
        public = X25519PrivateKey.from_private_bytes(expanded[64:]).public_key().public_bytes_raw()
        shared_m, enc_m = lattice.encapsulate()
        ephemeral = X25519PrivateKey.from_private_bytes(self.draw(32))
        shared_x = (
            ephemeral.exchange(X25519PublicKey.from_public_bytes(public)) if share is None else bytes(32)
        )
        enc_x = ephemeral.public_key().public_bytes_raw() if share is None else share
        shared = hashlib.sha3_256(shared_m + shared_x + enc_x + public + XWING_LABEL).digest()
        key, nonce = schedule(shared, b"age-encryption.org/mlkem768x25519")
        return enc_m + enc_x, key, nonce

    def scrypt(
        self,
        *,
        work: str = "4",
        real: int = 4,
        salt: bytes | None = None,
        key: bytes | None = None,
        kind: str = "scrypt",
    ) -> str:
        salt = self.draw(16) if salt is None else salt
        label = b"age-encryption.org/v1/scrypt" + salt
        wrap = hashlib.scrypt(PASSPHRASE.encode(), salt=label, n=1 << real, r=8, p=1, dklen=32)
        return f"-> {kind} {b64(salt)} {work}\n" + body_lines(chacha(wrap, key or self.file_key))

    # the rest

    def header(
        self, *stanzas: str, version: str = "age-encryption.org/v1\n", end: str = "--- {mac}\n"
    ) -> bytes:
        signed = (version + "".join(stanzas)).encode("latin-1") + b"---"
        mac = hmac.digest(expand(extract(b"", self.file_key), b"header"), signed, "sha256")
        return signed[:-3] + end.format(mac=b64(mac), unlike=uncanonical(b64(mac))).encode()

    def payload(self, plain: bytes = PLAIN, *, last: int = 1) -> bytes:
        nonce = self.draw(16)
        key = expand(extract(nonce, self.file_key), b"payload")
        return nonce + chacha(key, plain, bytes(11) + bytes([last]))

    def whole(self, *stanzas: str) -> bytes:
        return self.header(*stanzas) + self.payload()


def schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """RFC 9180 §5.1, mode base, for MLKEM768-X25519, HKDF-SHA256, ChaCha20Poly1305."""
    suite = b"HPKE" + bytes.fromhex("647a00010003")

    def labeled(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return extract(salt, b"HPKE-v1" + suite + label + secret)

    context = b"\x00" + labeled(b"", b"psk_id_hash", b"") + labeled(b"", b"info_hash", info)
    secret = labeled(shared, b"secret", b"")
    key, nonce = (
        expand(secret, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context, length)
        for label, length in ((b"key", 32), (b"base_nonce", 12))
    )
    return key, nonce


def vectors() -> Iterator[Vector]:
    for group in (_header, _stanza, _x25519, _hybrid, _scrypt, _payload, _armor):
        yield from group()


def _vector(
    name: str,
    expect: str,
    file: bytes,
    comment: str = "",
    *,
    passphrase: str | None = None,
    plain: bytes = PLAIN,
) -> Vector:
    identities = ("x25519", "hybrid") if passphrase is None else ("x25519", f"passphrase:{passphrase}")
    told = base64.b64encode(plain).decode() if expect == OK else ""
    return Vector(name, expect, base64.b64encode(file).decode(), identities, comment, told)


def _header() -> Iterator[Vector]:
    yield _vector("header/empty-file", HEADER, b"")
    versions = {
        "v2": "age-encryption.org/v2\n",
        "crlf": "age-encryption.org/v1\r\n",
        "space": "age-encryption.org/v1 \n",
        "leading-line": "\nage-encryption.org/v1\n",
        "capital": "Age-encryption.org/v1\n",
    }
    for name, version in versions.items():
        make = Maker(f"header/version-{name}")
        yield _vector(make.name, HEADER, make.header(make.x25519(), version=version) + make.payload())
    make = Maker("header/no-stanza")
    yield _vector(make.name, HEADER, make.whole())
    make = Maker("header/crlf")
    yield _vector(make.name, HEADER, make.whole(make.x25519().replace("\n", "\r\n")))
    make = Maker("header/stray-line")
    yield _vector(make.name, HEADER, make.whole(make.x25519(), "stray\n"))
    make = Maker("header/truncated")
    yield _vector(make.name, HEADER, make.whole(make.x25519())[:60])
    ends = {
        "missing": ("", HEADER),
        "empty": ("---\n", HEADER),
        "no-space": ("---{mac}\n", HEADER),
        "two-spaces": ("---  {mac}\n", HEADER),
        "trailing-space": ("--- {mac} \n", HEADER),
        "trailing-cr": ("--- {mac}\r\n", HEADER),
        "padded": ("--- {mac}=\n", HEADER),
        "not-canonical": ("--- {unlike}\n", HEADER),
        "short": ("--- " + b64(bytes(31)) + "\n", HEADER),
        "long": ("--- " + b64(bytes(33)) + "\n", HEADER),
        "wrong": ("--- " + b64(bytes(32)) + "\n", MAC),
        "two-arguments": ("--- {mac} {mac}\n", HEADER),
    }
    for name, (end, expect) in ends.items():
        make = Maker(f"header/mac-{name}")
        yield _vector(make.name, expect, make.header(make.x25519(), end=end) + make.payload())


def _stanza() -> Iterator[Vector]:
    full = "A" * 64 + "\n"
    greases = {
        "empty-body": ("-> grease\n\n", OK),
        "full-line-then-empty": ("-> grease\n" + full + "\n", OK),
        "two-full-lines": ("-> grease\n" + full * 2 + "AAAA\n", OK),
        "all-visible-characters": ("-> " + "".join(map(chr, range(33, 127))) + " -> ---\n\n", OK),
        "no-arguments": ("->\n\n", HEADER),
        "only-space": ("-> \n\n", HEADER),
        "two-spaces": ("-> grease  a\n\n", HEADER),
        "space-first": ("->  grease\n\n", HEADER),
        "space-last": ("-> grease \n\n", HEADER),
        "tab": ("-> grease\ta\n\n", HEADER),
        "control-character": ("-> grease \x7f\n\n", HEADER),
        "not-ascii": ("-> gr\xe9ase\n\n", HEADER),
        "carriage-return": ("-> grease\r\n\n", HEADER),
        "missing-body": ("-> grease\n", HEADER),
        "missing-short-line": ("-> grease\n" + full, HEADER),
        "two-short-lines": ("-> grease\nAAAA\nAAAA\n", HEADER),
        "long-line": ("-> grease\n" + "A" * 68 + "\n\n", HEADER),
        "padded": ("-> grease\nAA==\n", HEADER),
        "not-canonical": ("-> grease\nAB\n", HEADER),
        "impossible-length": ("-> grease\nA\n", HEADER),
        "space-in-body": ("-> grease\nAA AA\n", HEADER),
        "url-alphabet": ("-> grease\nAA-_\n", HEADER),
        "other-start": ("=> grease\n\n", HEADER),
    }
    for name, (grease, expect) in greases.items():
        make = Maker(f"stanza/{name}")
        yield _vector(make.name, expect, make.whole(grease, make.x25519(), grease if expect == OK else ""))


def _with_arguments(stanza: str, change: str) -> str:
    """`change` is a format over `kind`, `first` and `rest`, the arguments of this stanza."""
    line, _, body = stanza.partition("\n")
    _, kind, first, *rest = line.split(" ")
    return (
        "-> "
        + change.format(kind=kind, first=first, unlike=uncanonical(first), rest=" ".join(rest))
        + "\n"
        + body
    )


def _x25519() -> Iterator[Vector]:
    make = Maker("x25519/alone")
    yield _vector(make.name, OK, make.whole(make.x25519()))
    make = Maker("x25519/second-of-two")
    yield _vector(make.name, OK, make.whole(make.x25519(secret=b"k" * 32), make.x25519()))
    make = Maker("x25519/another-key")
    yield _vector(make.name, NO_MATCH, make.whole(make.x25519(secret=b"k" * 32)))
    make = Maker("x25519/lower-case-kind")
    yield _vector(make.name, NO_MATCH, make.whole(make.x25519(kind="x25519")))
    make = Maker("x25519/damaged-body")
    stanza = make.x25519()
    damaged = stanza[:-9] + ("A" if stanza[-9] != "A" else "B") + stanza[-8:]
    yield _vector(make.name, NO_MATCH, make.whole(damaged))
    changes = {
        "extra-argument": "{kind} {first} a",
        "no-share": "{kind}",
        "share-padded": "{kind} {first}=",
        "share-not-canonical": "{kind} {unlike}",
        "share-short": "{kind} " + b64(bytes(31)),
        "share-long": "{kind} " + b64(bytes(33)),
    }
    for name, change in changes.items():
        make = Maker(f"x25519/{name}")
        yield _vector(make.name, HEADER, make.whole(_with_arguments(make.x25519(), change)))
    for name, point in (("zero", bytes(32)), ("one", b"\x01" + bytes(31)), ("low-order", LOW_ORDER)):
        make = Maker(f"x25519/share-{name}")
        yield _vector(
            make.name, HEADER, make.whole(make.x25519(share=point)), "the shared secret is all zeros"
        )
    for length in (15, 17, 32):
        make = Maker(f"x25519/file-key-of-{length}")
        yield _vector(make.name, HEADER, make.whole(make.x25519(key=make.draw(length))))
    make = Maker("x25519/good-then-malformed")
    yield _vector(
        make.name, HEADER, make.whole(make.x25519(), _with_arguments(make.x25519(), "{kind} {first} a"))
    )
    make = Maker("x25519/file-key-of-another")
    yield _vector(make.name, MAC, make.header(make.x25519(key=bytes(16))) + make.payload())


def _hybrid() -> Iterator[Vector]:
    make = Maker("hybrid/alone")
    yield _vector(make.name, OK, make.whole(make.hybrid()))
    make = Maker("hybrid/second-of-two-among-grease")
    yield _vector(
        make.name, OK, make.whole("-> a\n\n", make.hybrid(seed=b"k" * 32), make.hybrid(), "-> b\n\n")
    )
    make = Maker("hybrid/beside-x25519")
    yield _vector(
        make.name, OK, make.whole(make.x25519(secret=b"k" * 32), make.hybrid()), "read, never written"
    )
    make = Maker("hybrid/another-key")
    yield _vector(make.name, NO_MATCH, make.whole(make.hybrid(seed=b"k" * 32)))
    make = Maker("hybrid/capital-kind")
    yield _vector(make.name, NO_MATCH, make.whole(make.hybrid(kind="MLKEM768X25519")))
    make = Maker("hybrid/x25519-with-its-share")
    yield _vector(make.name, HEADER, make.whole(make.hybrid(kind="X25519")))
    for name, point in (("zero", bytes(32)), ("low-order", LOW_ORDER)):
        make = Maker(f"hybrid/share-{name}")
        comment = "the X25519 half is all zeros: no library says which half failed, so nothing matches"
        yield _vector(make.name, NO_MATCH, make.whole(make.hybrid(share=point)), comment)
    for name, place in (("lattice", 10), ("share", 1480)):
        make = Maker(f"hybrid/damaged-{name}")
        stanza = make.hybrid()
        at = place + len("-> mlkem768x25519 ")
        damaged = stanza[:at] + ("A" if stanza[at] != "A" else "B") + stanza[at + 1 :]
        yield _vector(make.name, NO_MATCH, make.whole(damaged))
    changes = {
        "extra-argument": "{kind} {first} a",
        "no-enc": "{kind}",
        "enc-padded": "{kind} {first}==",
        "enc-not-canonical": "{kind} {unlike}",
        "enc-short": "{kind} " + b64(bytes(1119)),
        "enc-long": "{kind} " + b64(bytes(1121)),
    }
    for name, change in changes.items():
        make = Maker(f"hybrid/{name}")
        yield _vector(make.name, HEADER, make.whole(_with_arguments(make.hybrid(), change)))
    for length in (15, 17, 32):
        make = Maker(f"hybrid/file-key-of-{length}")
        yield _vector(make.name, HEADER, make.whole(make.hybrid(key=make.draw(length))))


def _scrypt() -> Iterator[Vector]:
    make = Maker("scrypt/alone")
    yield _vector(make.name, OK, make.whole(make.scrypt()), passphrase=PASSPHRASE)
    make = Maker("scrypt/another-passphrase")
    yield _vector(make.name, NO_MATCH, make.whole(make.scrypt()), passphrase="une autre")
    make = Maker("scrypt/another-work-factor")
    yield _vector(make.name, NO_MATCH, make.whole(make.scrypt(work="5")), passphrase=PASSPHRASE)
    make = Maker("scrypt/capital-kind")
    yield _vector(make.name, NO_MATCH, make.whole(make.scrypt(kind="SCRYPT")), passphrase=PASSPHRASE)
    works = ("0", "04", "+4", "-4", "4.0", "0x4", "4a", "quatre", "23", "30", "64", "18446744073709551620")
    for work in works:
        make = Maker(f"scrypt/work-factor-{work}")
        yield _vector(make.name, HEADER, make.whole(make.scrypt(work=work)), passphrase=PASSPHRASE)
    changes = {
        "no-salt": "{kind} 4",
        "no-work-factor": "{kind} {first}",
        "extra-argument": "{kind} {first} 4 4",
        "salt-padded": "{kind} {first}== 4",
        "salt-not-canonical": "{kind} {unlike} 4",
    }
    for name, change in changes.items():
        make = Maker(f"scrypt/{name}")
        yield _vector(
            make.name, HEADER, make.whole(_with_arguments(make.scrypt(), change)), passphrase=PASSPHRASE
        )
    for length in (15, 17):
        make = Maker(f"scrypt/salt-of-{length}")
        yield _vector(
            make.name, HEADER, make.whole(make.scrypt(salt=make.draw(length))), passphrase=PASSPHRASE
        )
    make = Maker("scrypt/file-key-of-17")
    yield _vector(make.name, HEADER, make.whole(make.scrypt(key=make.draw(17))), passphrase=PASSPHRASE)
    beside = {"itself": make.scrypt(), "x25519": make.x25519(), "grease": "-> grease\n\n"}
    for name, other in beside.items():
        make = Maker(f"scrypt/beside-{name}")
        yield _vector(make.name, HEADER, make.whole(make.scrypt(), other), passphrase=PASSPHRASE)


def _payload() -> Iterator[Vector]:
    make = Maker("payload/empty")
    yield _vector(make.name, OK, make.header(make.x25519()) + make.payload(b""), plain=b"")
    make = Maker("payload/not-the-last")
    yield _vector(make.name, PAYLOAD, make.header(make.x25519()) + make.payload(last=0))
    make = Maker("payload/none")
    yield _vector(make.name, PAYLOAD, make.header(make.x25519()))
    for kept in (8, 16, 20, 31, 32):
        make = Maker(f"payload/first-{kept}-bytes")
        yield _vector(make.name, PAYLOAD, make.header(make.x25519()) + make.payload()[:kept])
    make = Maker("payload/one-byte-more")
    yield _vector(make.name, PAYLOAD, make.whole(make.x25519()) + b"\n")
    make = Maker("payload/another-file-key")
    other = Maker("payload/another-file-key-2")
    yield _vector(make.name, PAYLOAD, make.header(make.x25519()) + other.payload())


def _armor() -> Iterator[Vector]:
    begin, end = "-----BEGIN AGE ENCRYPTED FILE-----\n", "-----END AGE ENCRYPTED FILE-----\n"
    make = Maker("armor")
    file = make.header(make.x25519()) + make.payload(PLAIN)
    fill = b"x" * ((-len(make.header(make.x25519())) - 32) % 48)
    full = make.header(make.x25519()) + make.payload(fill)
    assert len(full) % 48 == 0
    assert len(file) % 3
    lines = [base64.b64encode(file[at : at + 48]).decode() + "\n" for at in range(0, len(file), 48)]
    text = "".join(lines)
    good = begin + text + end
    bare = text.rstrip("=\n")
    whole = "".join(base64.b64encode(full[at : at + 48]).decode() + "\n" for at in range(0, len(full), 48))
    files = {
        "plain": (good, OK),
        "crlf": (good.replace("\n", "\r\n"), OK),
        "white-space-around": ("\n\r   \t\n" + good + "\n\r   \t\n", OK),
        "no-last-line-end": (good[:-1], OK),
        "full-last-line": (begin + whole + end, OK),
        "full-then-empty-line": (begin + whole + "\n" + end, ARMOR),
        "nothing-inside": (begin + end, HEADER),
        "empty-line-first": (begin + "\n" + text + end, ARMOR),
        "empty-line-last": (begin + text + "\n" + end, ARMOR),
        "mixed-line-ends": (good.replace("\n", "\r\n", 1), ARMOR),
        "carriage-return-inside": (begin + text[:10] + "\r" + text[10:] + end, ARMOR),
        "words-before": ("Bonjour,\n" + good, HEADER),
        "words-after": (good + "Merci\n", ARMOR),
        "twice": (good + good, ARMOR),
        "headers": (begin + "Version: 1\n\n" + text + end, ARMOR),
        "checksum": (begin + text + "=AAAA\n" + end, ARMOR),
        "no-end": (begin + text, ARMOR),
        "no-begin": (text + end, HEADER),
        "only-begin": (begin, ARMOR),
        "other-label": (good.replace("AGE ENCRYPTED", "AGE SECRET"), ARMOR),
        "lower-case-label": (good.replace("AGE ENCRYPTED FILE", "age encrypted file"), ARMOR),
        "spaced-dashes": (good.replace("-----BEGIN", "----- BEGIN"), ARMOR),
        "space-after-begin": (good.replace("-----\n", "----- \n", 1), ARMOR),
        "space-at-line-end": (good.replace(lines[0], lines[0][:-1] + " \n"), ARMOR),
        "space-at-line-start": (good.replace(lines[1], " " + lines[1]), ARMOR),
        "long-lines": (begin + text.replace("\n", "", 1) + end, ARMOR),
        "short-line": (begin + text[:60] + "\n" + text[60:] + end, ARMOR),
        "no-padding": (begin + bare + "\n" + end, ARMOR),
        "padding-on-two-lines": (good.replace("=\n", "\n=\n", 1), ARMOR),
        "not-canonical": (begin + uncanonical(bare) + "=" * text.count("=") + "\n" + end, ARMOR),
        "other-alphabet": (good.replace(lines[1], "_" + lines[1][1:]), ARMOR),
        "zero-byte": (good.replace(lines[1], "\0" + lines[1][1:]), ARMOR),
    }
    for name, (armored, expect) in files.items():
        plain = fill if name == "full-last-line" else PLAIN
        yield _vector(f"armor/{name}", expect, armored.encode("latin-1"), plain=plain)
    make = Maker("armor/damaged-inside")
    inner = make.header(make.x25519(), end="--- {mac} \n") + make.payload()
    wrapped = base64.encodebytes(inner).decode().replace("\n", "")
    rows = "".join(wrapped[at : at + 64] + "\n" for at in range(0, len(wrapped), 64))
    yield _vector(make.name, HEADER, (begin + rows + end).encode(), "the armor is sound, the header is not")


if __name__ == "__main__":
    try:
        written = [asdict(vector) for vector in vectors()]
    except UnsupportedAlgorithm:
        raise SystemExit("This build of cryptography has no ML-KEM.") from None
    FILE.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

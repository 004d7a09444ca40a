"""Other people's age programs read what we write, and we read what they write.

pyrage is among the development dependencies; the `age` command and npm's `age-encryption` may be missing,
and then these tests are skipped and say of what. Each knows other key types: Debian's age 1.1 and pyrage
none but the classic ones, `age-encryption` the hybrid.
"""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from bot import age, custody, recovery
from bot.rewrapping import Ring, rewrapped
from bot.sealing import Context, TeamKey, seal

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).parent.parent
NODE_MODULES = Path(os.environ.get("SEUIL_NODE_MODULES") or ROOT / ".cache" / "node" / "node_modules")
"""Where `age-encryption` is looked for. Read here, since no test sees an operator's SEUIL_* variables."""

AGE, NODE = shutil.which("age"), shutil.which("node")
no_age = "the `age` command is missing: apt-get install age"
no_node = "node or its age-encryption is missing: npm install --prefix .cache/node age-encryption@0.3.1"
has_node = NODE is not None and (NODE_MODULES / "age-encryption").is_dir()

needs_age = pytest.mark.skipif(AGE is None, reason=no_age)
needs_node = pytest.mark.skipif(not has_node, reason=no_node)

CLASSIC = age.X25519Identity(bytes(range(32)))
HYBRID = age.HybridIdentity(bytes(range(32)))
PASSPHRASE = "quatre mots tirés au sort"
TEXTS = [b"", b"Il est revenu.", "déjà vu".encode() * 20_000]
"""Empty, short, and of several chunks."""

texts = pytest.mark.parametrize("text", TEXTS, ids=["empty", "short", "many-chunks"])


# --- pyrage -------------------------------------------------------------------------------------------------


@texts
def test_pyrage_reads_what_we_write_and_we_what_it_writes(text):
    theirs = pyrage.x25519.Identity.from_str(CLASSIC.secret_text())

    assert str(theirs.to_public()) == CLASSIC.recipient.text()
    assert pyrage.decrypt(age.encrypt(text, [CLASSIC.recipient]), [theirs]) == text
    assert age.decrypt(pyrage.encrypt(text, [theirs.to_public()]), [CLASSIC]) == text
    assert age.decrypt(pyrage.encrypt(text, [theirs.to_public()], armored=True), [CLASSIC]) == text
    assert pyrage.decrypt(age.armor.wrap(age.encrypt(text, [CLASSIC.recipient])), [theirs]) == text


def test_pyrage_reads_a_rewrapped_file_and_what_it_wrote_is_rewrapped():
    other = age.X25519Identity(b"o" * 32)
    theirs = pyrage.x25519.Identity.from_str(CLASSIC.secret_text())
    moved = [
        age.rewrap(first, [other], [CLASSIC.recipient], checked_by=CLASSIC)
        for first in (
            age.encrypt(b"Il est revenu.", [other.recipient]),
            pyrage.encrypt(b"Il est revenu.", [pyrage.x25519.Recipient.from_str(other.recipient.text())]),
        )
    ]

    assert [pyrage.decrypt(file, [theirs]) for file in moved] == [b"Il est revenu."] * 2
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(moved[0], [pyrage.x25519.Identity.from_str(other.secret_text())])


def test_pyrage_unlocks_our_key_file():
    """Not the other way round: it measures the machine for ten seconds first. Others lock for us below."""
    ours = custody.lock(CLASSIC, PASSPHRASE, work_factor=8)

    assert pyrage.passphrase.decrypt(ours, PASSPHRASE).decode() == custody.identity_text([CLASSIC])


# --- the age command ----------------------------------------------------------------------------------------


@pytest.fixture
def run_age(tmp_path: Path) -> Callable[..., bytes]:
    keys = tmp_path / "keys.txt"
    keys.write_text(custody.identity_text([CLASSIC]))

    def run(text: bytes, *arguments: str) -> bytes:
        chosen = [str(keys) if argument == "KEYS" else argument for argument in arguments]
        return subprocess.run([str(AGE), *chosen], input=text, capture_output=True, check=True).stdout

    return run


@needs_age
@texts
def test_the_age_command_reads_what_we_write_and_we_what_it_writes(run_age, text):
    public = CLASSIC.recipient.text()

    assert run_age(age.encrypt(text, [CLASSIC.recipient]), "-d", "-i", "KEYS") == text
    assert run_age(age.armor.wrap(age.encrypt(text, [CLASSIC.recipient])), "-d", "-i", "KEYS") == text
    assert age.decrypt(run_age(text, "-r", public), [CLASSIC]) == text
    assert age.decrypt(run_age(text, "-a", "-r", public), [CLASSIC]) == text
    assert age.armor.wrap(age.armor.unwrap(armored := run_age(text, "-a", "-r", public))) == armored


@needs_age
def test_the_age_command_refuses_what_we_refuse(run_age):
    file = age.encrypt(b"Il est revenu.", [CLASSIC.recipient])

    for damaged in (file[:-1], file + b"\0", file.replace(b"v1\n", b"v2\n", 1)):
        with pytest.raises(subprocess.CalledProcessError):
            run_age(damaged, "-d", "-i", "KEYS")


@needs_age
def test_the_age_command_unlocks_a_key_file_with_its_passphrase(tmp_path):
    """It asks on the terminal only, so it is given one."""
    locked, sealed = tmp_path / "team.age", tmp_path / "item.age"
    locked.write_bytes(custody.lock(CLASSIC, PASSPHRASE, work_factor=8))
    sealed.write_bytes(age.encrypt(b"Il est revenu.", [CLASSIC.recipient]))
    opened = tmp_path / "item.txt"

    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover — this is the other process
        arguments = ["age", "-d", "-i", str(locked), "-o", str(opened), str(sealed)]
        os.execv(str(AGE), arguments)  # noqa: S606 — a program of the test itself, without a shell on purpose
    heard = b""
    while b"passphrase" not in heard:
        heard += os.read(terminal, 1024)
    os.write(terminal, PASSPHRASE.encode() + b"\n")
    try:
        while os.read(terminal, 1024):
            pass
    except OSError:  # how a terminal says on Linux that the program has ended
        pass
    _, status = os.waitpid(child, 0)
    os.close(terminal)

    assert os.waitstatus_to_exitcode(status) == 0
    assert opened.read_bytes() == b"Il est revenu."


# --- npm's age-encryption -----------------------------------------------------------------------------------

SCRIPT = """
import { readFileSync, writeSync } from "node:fs";
const { Encrypter, Decrypter, armor, identityToRecipient } = await import(process.env.AGE_ENCRYPTION);
const input = readFileSync(0);
const [verb, key] = process.argv.slice(1);
let output;
if (verb === "seal" || verb === "lock") {
  const encrypter = new Encrypter();
  if (verb === "seal") encrypter.addRecipient(key);
  else { encrypter.setPassphrase(key); encrypter.setScryptWorkFactor(8); }
  output = await encrypter.encrypt(new Uint8Array(input));
} else if (verb === "open" || verb === "unlock") {
  const decrypter = new Decrypter();
  if (verb === "open") decrypter.addIdentity(key); else decrypter.addPassphrase(key);
  output = await decrypter.decrypt(new Uint8Array(input));
} else if (verb === "public") {
  output = Buffer.from(await identityToRecipient(key));
} else if (verb === "armor") {
  output = Buffer.from(armor.encode(new Uint8Array(input)));
} else {
  output = armor.decode(input.toString());
}
for (let at = 0; at < output.length; ) at += writeSync(1, output, at);
"""


def run_node(verb: str, key: str, text: bytes = b"") -> bytes:
    module = (NODE_MODULES / "age-encryption" / "dist" / "index.js").as_uri()
    return subprocess.run(
        [str(NODE), "--input-type=module", "--eval", SCRIPT, "--", verb, key],
        input=text,
        capture_output=True,
        check=True,
        env={**os.environ, "AGE_ENCRYPTION": module},
    ).stdout


@needs_node
@texts
@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "x25519"])
def test_age_encryption_reads_what_we_write_and_we_what_it_writes(identity, text):
    public = identity.recipient.text()

    assert run_node("public", identity.secret_text()).decode() == public
    assert run_node("open", identity.secret_text(), age.encrypt(text, [identity.recipient])) == text
    assert age.decrypt(run_node("seal", public, text), [identity]) == text


@needs_node
def test_age_encryption_reads_a_rewrapped_item():
    first = age.encrypt(b"Il est revenu.", [age.HybridIdentity(b"1" * 32).recipient])
    moved = age.rewrap(first, [age.HybridIdentity(b"1" * 32)], [HYBRID.recipient])

    assert run_node("open", HYBRID.secret_text(), moved) == b"Il est revenu."


@needs_node
def test_age_encryption_opens_a_rewrapped_item_with_the_new_key_and_not_with_the_old():
    old = custody.new_identity(b"1" * 32)
    ring = Ring({1: old, 2: HYBRID}, TeamKey(2, HYBRID.recipient))
    context = Context(b"c" * 16, "story", "story", 1, 1, b"r" * 32, b"s" * 16)
    moved = rewrapped(seal(b"Il est revenu.", context, TeamKey(1, old.recipient)), 1, ring)

    assert moved is not None
    assert b"Il est revenu." in run_node("open", HYBRID.secret_text(), moved)
    with pytest.raises(subprocess.CalledProcessError):
        run_node("open", old.secret_text(), moved)


@needs_node
def test_age_encryption_opens_the_recovery_copy_with_the_key_of_two_papers():
    shares = recovery.split(bytes(range(32)))
    identity = recovery.join(shares[1:])
    file = age.encrypt(b"what is kept for the worst day", [HYBRID.recipient])

    assert run_node("open", identity.secret_text(), file) == b"what is kept for the worst day"


@needs_node
def test_age_encryption_unlocks_the_post_quantum_key_file():
    ours = custody.lock(HYBRID, PASSPHRASE, work_factor=8)

    assert run_node("unlock", PASSPHRASE, ours).decode() == custody.identity_text([HYBRID])
    theirs = run_node("lock", PASSPHRASE, custody.identity_text([HYBRID]).encode())
    assert custody.unlock(theirs, PASSPHRASE) == (HYBRID,)


@needs_node
def test_age_encryption_writes_the_same_armor():
    file = age.encrypt(b"Il est revenu.", [HYBRID.recipient])

    assert run_node("armor", "-", file).rstrip() == age.armor.wrap(file).rstrip()
    assert run_node("dearmor", "-", age.armor.wrap(file)) == file

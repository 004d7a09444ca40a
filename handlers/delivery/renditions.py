"""What a digest is in one language: every format, rendered once and kept, so that a resend is identical.

Formats get better with time. A partner who comes late, or asks again after an upgrade, must hold what the
others hold, to the byte: they compare fingerprints. So the first rendering of an approved digest is kept in
the ledger, sealed to the desk's key and signed by it as the digest itself is, and read from then on.

All or nothing: where one format cannot be made (a broken template), nothing is kept and nothing is sent, and
the next try renders all of them again. Half a digest, sent, would be the digest.

Never here: who gets which format, sending, and the layout of any format (`bot.formats`).
"""

from __future__ import annotations

import asyncio
import logging
from asyncio.subprocess import Process
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress

import msgspec
import orjson

from bot.digest import fingerprint
from bot.errors import CannotOpen
from bot.formats import FORMATS, File, Rendered, Says
from bot.opening import Expected, open_item
from bot.sealing import Context, seal
from handlers import beside
from handlers.bench import Bench, LedgerError
from handlers.beside import READY
from handlers.delivery.press import Order, Printed, print_all
from storage import DigestRow
from storage.changes import KeepRendition

log = logging.getLogger(__name__)

_KIND = "rendition"
_NO_CASE = bytes(16)
_SCHEMA = 1

PATIENCE_SECONDS = 120.0
"""How long a press may take, which is done within two seconds where nothing else runs. One that goes round in
circles would hold up the desk, which has one thing done after the other."""


class Unrendered(Exception):
    """Some formats could not be made. Nothing was kept."""

    def __init__(self, formats: tuple[str, ...]) -> None:
        super().__init__(", ".join(formats))
        self.formats = formats


class Renditions:
    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def of(self, row: DigestRow, frozen: bytes, language: str) -> Mapping[str, Rendered]:
        """An approved digest in a language, by format, as it was rendered first.

        Raises `Unrendered`, and `LedgerError` where the ledger holds something else than what was kept.
        """
        store = self._bench.store
        box = await store.rendition(row.period, language)
        if box is None:
            rendered, broken = await render(frozen, self._bench.words[language])
            if broken:
                raise Unrendered(broken)
            told = _write(rendered, row.sha256)
            line = self._bench.log(
                "desk", "render digest", f"{row.period} {language} {fingerprint(told)[:16]}"
            )
            await store.commit((KeepRendition(row.period, language, self._sealed(row, language, told)), line))
            box = await store.rendition(row.period, language)  # another may have been first
        return self._opened(row, language, box or b"")

    def _sealed(self, row: DigestRow, language: str, told: bytes) -> bytes:
        bench = self._bench
        item = _item(row.period, language)
        context = Context(_NO_CASE, _KIND, item, _SCHEMA, bench.team.epoch, b"", b"")
        return seal(bench.signed(told, context), context, bench.team)

    def _opened(self, row: DigestRow, language: str, box: bytes) -> Mapping[str, Rendered]:
        expected = Expected(case=_NO_CASE, item=_item(row.period, language), kind=_KIND)
        try:
            opened = open_item(box, self._bench.keys().identities, expected)
            return _read(self._bench.checked(opened.body, opened.context), row.sha256)
        except CannotOpen:
            raise LedgerError(row.period) from None


async def render(frozen: bytes, words: Says) -> tuple[Mapping[str, Rendered], tuple[str, ...]]:
    """Every format, and the names of those that could not be made. It takes a second or two."""
    try:
        printed = await _pressed(Order(words.language, frozen))
    except OSError:  # no process, no memory for one: it can be done here
        printed = await asyncio.to_thread(print_all, frozen, words)
    for name, kind in printed.broken.items():
        log.error("the format %s of a digest cannot be made: %s", name, kind)
    return printed.formats, tuple(printed.broken)


async def _pressed(order: Order) -> Printed:
    """Made by a process that ends with it. Of one that ends before, or does not end, or knows other formats
    (the program was changed while we run), no format could be made."""
    press = await beside.start("handlers.delivery.press")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            out = await _told(press, msgspec.msgpack.encode(order))
        printed = msgspec.msgpack.decode(out, type=Printed)
        if {*printed.formats, *printed.broken} == {*FORMATS}:
            return printed
        return _unprinted("the press knows other formats")
    except TimeoutError:
        return _unprinted("the press took too long")
    except msgspec.MsgspecError:
        return _unprinted(f"the press ended with {await press.wait()}")
    finally:
        with suppress(ProcessLookupError):
            press.kill()
        await press.wait()


async def _told(press: Process, order: bytes) -> bytes:
    """What it answers. It is given nothing before it hides; nothing is answered by one that does not."""
    assert press.stdout is not None  # noqa: S101 - `beside.start` asks for it
    if await press.stdout.read(len(READY)) != READY:
        order = b""
    out, _ = await press.communicate(order)
    return out


def _unprinted(why: str) -> Printed:
    return Printed({}, dict.fromkeys(FORMATS, why))


def _item(number: int, language: str) -> str:
    return f"{_KIND}-{number}-{language.lower()}"


# --- the form inside ----------------------------------------------------------------------------------------


def _write(rendered: Mapping[str, Rendered], sha256: bytes) -> bytes:
    formats = {
        name: [
            list(each.messages),
            [[file.name, file.media, b64encode(file.body).decode(), file.alt] for file in each.files],
        ]
        for name, each in rendered.items()
    }
    return orjson.dumps([sha256.hex(), formats])


def _read(told: bytes, sha256: bytes) -> Mapping[str, Rendered]:
    """Raises `CannotOpen` for what was rendered from another digest of this number."""
    of, formats = orjson.loads(told)
    if of != sha256.hex():
        raise CannotOpen("This rendition is of another digest.", hint="Restore the database from a backup.")
    return {
        name: Rendered(
            tuple(messages),
            tuple(File(called, media, b64decode(body), alt) for called, media, body, alt in files),
        )
        for name, (messages, files) in formats.items()
    }

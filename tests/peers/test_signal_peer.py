"""Seuil on the real Signal protocol: an unmodified signal-cli, Signal's own test server, the real program.

`make test-peers` runs it; `make test` shows it as skipped, for it fetches programs of some hundred megabytes.
"""

from __future__ import annotations

import asyncio
import os
import random
import time

import pytest

from handlers import demo
from tests.peers.conftest import LISTENS, Bot
from tests.peers.counterpart import Peer, Phone
from tests.stage import WORDS, receipt_in

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not os.environ.get("SEUIL_PEERS"), reason="real Signal programs: make test-peers"),
]

STORY = "Il est venu un mardi, puis il a laissé des mots sous ma porte."
FR = WORDS["fr"]
ROW = " · AIDE"
"""Ends every question: the answer is there."""
DANGER = "Êtes-vous en danger"
KILLS = 20
SETTLES_SECONDS = 2.5
"""What happens in the first seconds after it says that it listens: it subscribes, hears, answers."""


async def to_story(who: Phone) -> None:
    for line in ("bonjour", "1", "2", "1", "1", "1"):
        await who.asks(line, ROW)
    assert any("FINI" in shown for shown in who.shown[-2:])


async def to_review(who: Phone) -> str:
    keep = FR.option("review-menu", "keep")
    before = len(who.shown)
    for _ in range(60):
        if keep in await who.asks("PASSER", ROW):
            return "\n".join(who.shown[before:])
    raise AssertionError("the review was never reached")


async def tells_all(who: Phone) -> str:
    """A whole testimony; her receipt."""
    await to_story(who)
    await who.asks(STORY, "FINI")
    await who.asks("FINI", ROW)
    await to_review(who)
    await who.asks("1", ROW)
    await who.asks("1", ROW)
    await who.says("1")
    await who.until(lambda: any(receipt_in(shown) for shown in who.shown))
    return " ".join(next(words for shown in who.shown if (words := receipt_in(shown))))


def test_an_account_is_registered_with_a_captcha_as_the_guide_says(peer: Peer) -> None:
    refused = peer.told.index("Captcha required")

    assert refused < peer.told.index('"result"') < peer.told.index("ready:")


async def test_two_people_at_once_tell_everything_and_one_takes_it_back_with_her_receipt(
    bot: Bot, peer: Peer
) -> None:
    ana, zoe = await peer.person("ana"), await peer.person("zoe")

    receipt, _ = await asyncio.gather(tells_all(ana), tells_all(zoe))
    assert {*ana.timers, *zoe.timers} <= {0, 86_400}
    assert 86_400 in ana.timers

    await ana.asks("/receipt", FR.option("receipt-menu", "withdraw"))
    await ana.asks("3", FR.say("withdraw-ask"))
    await ana.asks(receipt, FR.say("withdrawn"))

    for secret in (ana.aci, zoe.aci, "mardi", "+1555", receipt):
        assert secret not in bot.told


async def test_who_hides_her_number_is_answered_and_nobody_here_learns_it(bot: Bot, peer: Peer) -> None:
    ana = await peer.person("eli")

    await ana.asks("bonjour", "1. Français")

    (known,) = (each for each in await peer.daemon("listContacts") if each["uuid"] == ana.aci)
    assert known["number"] is None


async def test_erasing_takes_back_our_messages_on_her_phone(bot: Bot, peer: Peer) -> None:
    ana = await peer.person("eva")
    await to_story(ana)
    standing = len(ana.shown)

    await ana.asks("EFFACER", FR.say("erased"))

    await ana.until(lambda: len(ana.gone) >= standing)


async def test_a_daemon_killed_in_the_middle_is_found_again_and_nothing_is_lost(bot: Bot, peer: Peer) -> None:
    ana = await peer.person("lea")
    await to_story(ana)
    peer.kill_daemon()
    await bot.until_logged("the connection to the Signal daemon is lost")
    await ana.says(STORY, waits=False)

    peer.start_daemon()
    await bot.until_logged("the Signal daemon is back")
    await ana.until(lambda: FR.say("narrative-more-messages") in ana.shown)
    await ana.asks("FINI", ROW)

    assert STORY in await to_review(ana)


async def test_a_captcha_holds_replies_back_in_order_until_the_operator_solved_it(
    bot: Bot, peer: Peer
) -> None:
    ana = await peer.person("mia", is_open=False)
    await ana.asks("bonjour", "1. Français")
    await peer.control("/ratelimit", {"target": "mia"})
    await ana.says("1")
    await bot.until_logged("python -m bot captcha")
    await peer.control("/unratelimit", {"target": "mia"})

    said = await bot.typed("captcha", "signalcaptcha://signal-hcaptcha.test.challenge.x")
    assert "Signal took the captcha" in said
    await ana.until(lambda: any(DANGER in shown for shown in ana.shown))
    await ana.asks("2", "1. Raconter")


async def test_twenty_kills_double_nothing_and_lose_only_what_was_told_to_a_dying_connection(
    bot: Bot, peer: Peer
) -> None:
    chance = random.Random(2017)
    ana = await peer.person("noa")
    await to_story(ana)
    bot.process.kill()
    began = time.monotonic()
    bot.start()
    await bot.until_logged(LISTENS)
    longest = time.monotonic() - began + SETTLES_SECONDS
    said: list[int] = []
    killed: list[float] = []
    for line in LINES:
        said.append(await ana.says(line, waits=False))
        await asyncio.sleep(chance.uniform(0.0, longest))
        bot.process.kill()
        killed.append(time.time())
        bot.start()
        await asyncio.sleep(NOTICES_SECONDS)
    await bot.until_logged(LISTENS)
    await ana.asks("FINI", ROW)

    review = await to_review(ana)
    taken = await peer.control("/taken")
    missing = {
        line: min(abs(taken[str(at)] / 1000 - kill) for kill in killed)
        for line, at in zip(LINES, said, strict=True)
        if line not in review
    }

    assert all(seconds < IN_HAND_SECONDS for seconds in missing.values())
    assert len(missing) <= KILLS // 10
    assert all(review.count(line) == 1 for line in LINES if line not in missing)
    places = [review.index(line) for line in LINES if line not in missing]
    assert places == sorted(places)


NOTICES_SECONDS = 0.5
"""The daemon notices that its client is gone, and from then on leaves what comes with Signal."""

IN_HAND_SECONDS = 0.25
"""What the daemon confirmed to Signal so shortly before its client was killed, it may have told to nobody: it
tells a thing once, and there is no way to make it tell again (docs/signal.md)."""

LINES = [
    f"et puis {a}{b}bilu encore" for a in ("ka", "me", "ti", "so", "ru") for b in ("da", "fe", "go", "li")
]
assert len(LINES) == KILLS


async def test_a_moderator_reads_and_decides_on_signal_and_what_she_read_is_taken_back(
    bot: Bot, peer: Peer
) -> None:
    ana, mod = await peer.person("pia"), await peer.person("mod")
    await tells_all(ana)
    await mod.asks(await bot.typed("invite", "moderator", "--name", "Une"), FR.say("desk-role-moderator"))

    await mod.asks("/next", "/open")
    await mod.asks("/open", STORY)
    await mod.asks("/approve", "/undo")

    await mod.until(lambda: mod.gone)


async def test_a_partner_gets_the_digest_on_signal_with_its_pdf_its_chart_and_its_data(
    idle: Bot, peer: Peer
) -> None:
    await demo.play(idle.settings.data, 40)
    idle.start()
    await idle.until_logged(LISTENS)
    lou = await peer.person("lou")
    code = await idle.typed("invite", "partner", "--name", "Refuge")
    await lou.asks(code, FR.say("desk-role-partner"))

    await lou.says("/digest last")
    kinds = {"application/pdf", "image/png", "text/csv", "application/json"}
    await lou.until(lambda: kinds <= {file.media for file in lou.files})

    received = idle.settings.data / "received"
    for file in lou.files:
        assert file.body == (received / file.name).read_bytes()
    title = (received.parent / "partners" / "presse" / "seuil-1-fr" / "seuil-1-fr.txt").read_text("utf-8")
    assert title.splitlines()[0] in "\n".join(lou.shown)

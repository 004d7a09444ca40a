"""The console's commands about who belongs: inviting, partners without a chat, and the keys of moderators who
read and decide on machines of their own.

Never here: what a member may do (`bot.moderation`), leaving (/revoke, at the desk).
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import SettingsError
from bot.moderation import ROLES
from handlers import keyring, partners, signers
from handlers.members import Members
from handlers.standing import day_now, kept, passphrase_for, say, standing
from handlers.team_keys import KEYS
from storage.key_folder import KeyFolder


def invite(
    role: Annotated[str, typer.Argument(help="owner, moderator, auditor or partner")],
    name: Annotated[str, typer.Option(help="A first name, or the partner's name; not an account.")] = "",
) -> None:
    """Make a one-time code. Hand it over in person; whoever types it to the bot joins with that role."""
    if role not in ROLES:
        raise SettingsError(
            f"A role expected: {', '.join(ROLES)}. Another word found.",
            hint="For example: python -m bot invite moderator --name Ana",
        )
    settings = standing()

    async def make() -> str:
        async with kept(settings) as store:
            members = Members(store, KeyFolder(settings.data).instance(new=False))
            return await members.invite(role, name, day_now())

    typer.echo(asyncio.run(make()))
    say("Valid seven days, once. It is typed to the bot as it is.")


def partner(
    name: Annotated[str, typer.Argument(help="The partner's name, as members read it.")],
    mail: Annotated[str, typer.Option(help="Digests go to this mail address.")] = "",
    folder: Annotated[str, typer.Option(help="Digests go into this folder of SEUIL_DIGEST_FOLDER.")] = "",
    language: Annotated[str, typer.Option(help="Of its digests: fr or en.")] = "fr",
    key: Annotated[str, typer.Option(help="Its age public key, age1…: its digests are sealed to it.")] = "",
) -> None:
    """Add a partner without a chat: a mailbox or a folder. /revoke takes it away again.

    Past digests go to it with /digest resend NAME.
    """
    settings = standing()
    route = partners.route_of(mail, folder, language, key)

    async def add() -> bool:
        async with kept(settings) as store:
            members = Members(store, KeyFolder(settings.data).instance(new=False))
            return await partners.add(members, name, route, day_now())

    if not asyncio.run(add()):
        raise SettingsError(
            "Somebody receives digests at this place already.",
            hint="See /partners. To begin again with it, /revoke that partner first.",
        )
    say(f"{name} receives the next digests. Past ones: /digest resend {name}")


def moderator_key(
    name: Annotated[str, typer.Argument(help="The member's name, as members read it.")],
    key: Annotated[str, typer.Argument(help="Her public signing key, RW…, or the file that holds it.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take her key away instead.")] = False,
) -> None:
    """Register the key by which a moderator signs what she decides on her own machine (console profile).

    She hands the line over in person. It is done here and never in a chat: who holds a stolen account must
    not be able to bring a key of her own. Owners are told.
    """
    if bool(key) == remove:
        raise SettingsError(
            "A key, or --remove, is expected, and one of the two only.",
            hint="For example: python -m bot moderator-key Lou signing.pub",
        )
    settings = standing()

    async def put() -> str:
        async with kept(settings) as store:
            return await signers.at_console(settings, store, name, key, time.time())

    called = asyncio.run(put())
    say(f"The key of {called} signs nothing any more." if remove else f"{called} signs with this key now.")


def team_key(
    recipient: Annotated[Path, typer.Argument(help="A moderator's reading.pub, as `own-keys` wrote it.")],
    out: Annotated[Path, typer.Argument(help="A new file, for her alone.")],
) -> None:
    """Seal the team's key to one moderator, who then reads on her own machine (console profile).

    Whoever has this file, her reading key and its passphrase reads every testimony of the epoch. When she
    leaves, rotate the key.
    """
    settings = standing()
    passphrase = passphrase_for(settings)
    signers.hand_over(keyring.unlock(settings.data / KEYS, passphrase).identities, recipient, out)
    say(f"Written: {out}. She opens testimonies with: python -m bot open FILES -i reading.age -i {out.name}")

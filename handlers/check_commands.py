"""The console's commands that look whether all is as it should be: help lines, legal lines, the database, the
audit log.

Never here: how it is looked at (`handlers.verifying`).
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.errors import StoreDamaged
from handlers import verifying
from handlers.standing import kept, say, standing
from storage.audit_head import AuditHead
from storage.key_folder import KeyFolder

audit_app = typer.Typer(help="The audit log.", no_args_is_help=True)


def check(
    all_entries: Annotated[bool, typer.Option("--all", help="Also what needs no look.")] = False,
) -> None:
    """List what to verify before opening: every help line and legal line that is old, undated or doubtful.

    Also reads every page of the database, and says so if one is damaged.
    """
    settings = standing()
    today = datetime.now(UTC).date()

    async def look() -> list[verifying.Entry]:
        async with kept(settings) as store:
            await store.check()
            return await verifying.entries(store, today)

    found = asyncio.run(look())
    asking = [entry for entry in found if entry.asks(today)]
    for entry in found if all_entries else asking:
        typer.echo(_line(entry))
    say()
    say(f"{len(asking)} of {len(found)} entries to verify. Record them: python -m bot verify NAME [NAME …]")


def _line(entry: verifying.Entry) -> str:
    source = f"{entry.source or 'none'}, {entry.source_date or 'undated'}"
    doubt = f"\n    to verify: {entry.doubt}" if entry.doubt else ""
    seen = f"\n    verified {entry.verified.isoformat()}" if entry.verified else ""
    return f"{entry.id} [{entry.country}]\n    {entry.says}\n    source: {source}{doubt}{seen}"


def verify(
    names: Annotated[list[str], typer.Argument(help="Names as `check` lists them.")],
) -> None:
    """Record that you looked at these entries today and found them right."""
    settings = standing()
    today = datetime.now(UTC).date()

    async def record() -> int:
        async with kept(settings) as store:
            return await verifying.record(store, names, today)

    say(f"Recorded: {asyncio.run(record())}.")


@audit_app.command(name="verify")
def audit_verify() -> None:
    """Check the audit log from its first line to its last."""
    settings = standing()

    async def walk() -> verifying.Walk:
        async with kept(settings) as store:
            instance = KeyFolder(settings.data).instance(new=False)
            return await verifying.audit_log(store, AuditHead(settings.data, instance).read())

    found = asyncio.run(walk())
    if found.broken is not None:
        raise StoreDamaged(
            f"The audit log is broken at line {found.broken}.",
            hint="Keep the database as it is, and compare it with the last backup before anything else.",
        )
    if found.missing is not None:
        raise StoreDamaged(
            f"The audit log is broken: it was cut or written anew. There were {found.missing} lines that are "
            f"not these {found.lines}.",
            hint="If you put back an older copy of the database yourself, remove audit.head: the desk writes "
            "it anew. Otherwise keep the database as it is, and ask who can write to it.",
        )
    typer.echo(f"The audit log is whole: {found.lines} lines.")

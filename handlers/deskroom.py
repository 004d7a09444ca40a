"""The desk of an instance, put together on its ground: the one module that the process which listens need not
load.

    SEUIL_DATA/  keys/                    the team's keys (`handlers.keyring`)
                 audit.head               where the audit log ended (`storage.audit_head`)
                 digests.head             which digest was frozen last (`storage.queue_head`)
                 digests.held             which digests are held (`storage.held`)
                 queue.head               when the desk's queue was last empty (`storage.queue_head`)
                 moderators.keys          who signs decisions made elsewhere (`storage.vouched`)
                 decisions.used           which of these were obeyed (`storage.vouched`)

Never here: hearing, a channel's manners, what a command does.
"""

from __future__ import annotations

from datetime import UTC, datetime

from handlers import keyring
from handlers.bench import Bench, Policy
from handlers.commands import Queue
from handlers.delivery.carriers import carriers
from handlers.desk import Desk
from handlers.ground import Ground, HouseKeys
from handlers.team_keys import KEYS
from handlers.verifying import entries
from storage.audit_head import AuditHead
from storage.held import Held
from storage.queue_head import DigestHead, QueueHead
from storage.vouched import ModeratorKeys, UsedDecisions


def open_desk(ground: Ground, keys: HouseKeys) -> Desk:
    """The desk of this ground, locked."""
    settings, clock = ground.settings, ground.clock

    async def to_verify() -> tuple[str, ...]:
        today = datetime.fromtimestamp(clock(), UTC).date()
        return tuple(entry.id for entry in await entries(ground.store, today) if entry.asks(today))

    bench = Bench(
        ground.store,
        Queue(ground.store, keys.team.now, keys.instance, clock, settings.desk_profile == "console"),
        ground.members,
        ground.words,
        clock,
        Policy.of(settings),
        to_verify=to_verify,
        audit_head=AuditHead(settings.data, keys.instance),
        queue_head=QueueHead(settings.data, keys.instance),
        digest_head=DigestHead(settings.data, keys.instance),
        held=Held(settings.data, keys.instance),
        moderator_keys=ModeratorKeys(settings.data, keys.instance),
        used=UsedDecisions(settings.data, keys.instance),
        carriers=carriers(settings, ground.words, clock),
        listed=keys.team.list,
    )
    return Desk(
        bench,
        ground.say,
        unlocking=lambda passphrase: keyring.unlock(settings.data / KEYS, passphrase),
        forget=ground.forget,
    )

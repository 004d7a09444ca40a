"""What may be done at the desk: every command, who may give it, when, and what it leads to, as one table.

`decide(role, command, state)` is pure and total. A command from the wrong role gets the very answer an
unknown one gets, so that nobody learns from the desk which powers exist. What takes two people is decided
here as well, and once more by the store inside the transaction (`TakeSecond`), which is what makes it true.

Never here: testimonies, words, keys, the store. `handlers.acting` carries the effects out.

Why effects are names and not functions: the table can then be read, printed and tested whole, every command
by every role in every state, without a store.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from bot.redaction.kinds import PLACEHOLDER

Role = Literal["owner", "moderator", "auditor", "partner"]
ROLES: tuple[Role, ...] = get_args(Role)

CaseView = Literal[
    "none",
    "many",
    "gone",
    "waiting",
    "quarantined",
    "mine",
    "theirs",
    "approved",
    "counted",
    "rejected",
    "escalated",
]
"""A case as the asker sees it. `none`: the command names no case. `gone`: there is no such case, or no more.
`many`: none, and the asker's last decision was on many at once. `quarantined`: kept apart by the intake.
`mine`, `theirs`: claimed by the asker, or by somebody else. `counted`: approved, and already in a digest."""
VIEWS: tuple[CaseView, ...] = get_args(CaseView)

Second = Literal["nobody", "self", "other"]
"""Who has already asked for the same thing, where it takes two people."""


class Do(Enum):
    """What the desk does. Each is carried out in one place of `handlers.acting`."""

    SHOW_HELP = "show help"
    SHOW_STATUS = "show status"
    SHOW_QUEUE = "show queue"
    SHOW_STATS = "show stats"
    CLAIM_NEXT = "claim next"
    WARN = "warn before a text"
    SHOW_CASE = "show case"
    SEND_SEALED = "send sealed parts"
    OBEY_DOCUMENT = "obey a signed document"
    APPROVE = "approve"
    REJECT = "reject"
    ESCALATE = "escalate"
    RELEASE = "release a claim"
    REOPEN = "take back a decision"
    KEEP_SUMMARY = "keep summary"
    SHOW_QUOTE = "show quote"
    RELEASE_QUOTE = "release quote"
    MASK = "mask words"
    KEEP_NOTE = "keep note"
    REPLY = "reply"
    ERASE = "erase case"
    SHOW_QUARANTINE = "show quarantine"
    RELEASE_QUARANTINE = "release from quarantine"
    ASK_REJECT_QUARANTINE = "ask to confirm"
    REJECT_QUARANTINE = "reject quarantine"
    REOPEN_MANY = "take back a decision on many"
    BAN = "ban sender"
    UNBAN = "unban sender"
    ASK_SECOND = "ask a second person"
    FORGET_CHAT = "take what was shown out of the chat"
    ALERT_OWNERS = "alert owners"
    DIGEST_PREVIEW = "preview digest"
    DIGEST_APPROVE = "approve digest"
    DIGEST_HOLD = "hold digest"
    DIGEST_SEND = "send digest"
    DIGEST_RESEND = "send past digests to a partner"
    DIGEST_STATUS = "show digests"
    DIGEST_LAST = "send a digest again to who asks"
    DIGEST_LIST = "list digests"
    SHOW_VERIFYING = "show how to check a digest"
    SET_LANGUAGE = "choose a language"
    SET_FORMATS = "choose formats"
    PAUSE = "pause deliveries"
    RESUME = "resume deliveries"
    ASK_LEAVE = "ask to confirm leaving"
    LEAVE = "leave"
    SET_KEY = "show or set an age key"
    DROP_KEY = "remove an age key"
    SHOW_PARTNERS = "show partners"
    ADD_MAILBOX = "add a partner by mail"
    ADD_FOLDER = "add a partner by folder"
    INVITE = "invite"
    REVOKE = "revoke"
    SHOW_AUDIT = "show audit"
    VERIFY_AUDIT = "verify audit"
    ASK_DESTROY = "ask that a key is destroyed"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A polite no. `key` is the message."""

    key: str


UNKNOWN = Refusal("desk-unknown")
"""For what does not exist, and for what exists for others."""


@dataclass(frozen=True, slots=True)
class Rule:
    roles: frozenset[Role]
    states: frozenset[CaseView]
    effects: tuple[Do, ...]
    second_only: frozenset[CaseView] = frozenset()
    """States in which nobody may be the first to ask, but somebody may be the second."""


@dataclass(frozen=True, slots=True)
class Command:
    """`argument`: what follows the name. `audited`: a line in the log for each time it was carried out."""

    name: str
    rules: tuple[Rule, ...]
    argument: Literal["", "case", "case text", "text"] = ""
    needs_text: bool = False
    two_people: bool = False
    audited: bool = True
    roles: frozenset[Role] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset().union(*(rule.roles for rule in self.rules)))


Decision: TypeAlias = tuple[Do, ...] | Refusal


def _roles(names: str) -> frozenset[Role]:
    return frozenset(role for role in ROLES if role in names.split())


def _states(names: str) -> frozenset[CaseView]:
    return frozenset(view for view in VIEWS if view in names.split())


_STAFF = _roles("owner moderator")
_OWNER = _roles("owner")
_READERS = _roles("owner moderator auditor")
_PARTNER = _roles("partner")
_ANY = frozenset(VIEWS)
"""The commands that name no case do not look at one."""


def _always(roles: frozenset[Role], *effects: Do) -> Rule:
    return Rule(roles, _ANY, effects)


def _in(states: str, *effects: Do, second: str = "") -> Rule:
    return Rule(_STAFF, _states(states), effects, _states(second))


def _escalated(*effects: Do) -> Rule:
    """What is escalated is the owners' from then on."""
    return Rule(_OWNER, _states("escalated"), effects)


_COMMANDS = (
    Command("help", (_always(frozenset(ROLES), Do.SHOW_HELP),), audited=False),
    Command("status", (_always(_READERS, Do.SHOW_STATUS),), audited=False),
    Command("queue", (_always(_READERS, Do.SHOW_QUEUE),), audited=False),
    Command("stats", (_always(_READERS, Do.SHOW_STATS),), audited=False),
    Command("next", (_in("none", Do.CLAIM_NEXT), _in("mine", Do.WARN))),
    Command(
        "open",
        (
            # What is in quarantine is read without taking it: it is nobody's to decide until it is released.
            _in("mine quarantined", Do.SHOW_CASE),
            # What a witness adds later comes to a case that is decided: an owner reads it there.
            Rule(_OWNER, _states("approved counted rejected escalated"), (Do.SHOW_CASE,)),
        ),
        "case",
    ),
    Command(
        "open_yes",
        (
            _in("mine quarantined", Do.SHOW_CASE),
            Rule(_OWNER, _states("approved counted rejected escalated"), (Do.SHOW_CASE,)),
        ),
        "case",
    ),
    # The console profile (`bot.decisions`): ciphertext to read elsewhere, and what was decided there.
    Command(
        "get",
        (
            _in("mine quarantined approved counted", Do.SEND_SEALED),
            Rule(_OWNER, _states("theirs rejected escalated"), (Do.SEND_SEALED,)),
        ),
        "case",
    ),
    Command("decision", (_always(_STAFF, Do.OBEY_DOCUMENT),), "text", needs_text=True, audited=False),
    Command("quarantine", (_always(_STAFF, Do.SHOW_QUARANTINE),), audited=False),
    Command("quarantine_release", (_in("none quarantined", Do.RELEASE_QUARANTINE),), "case"),
    Command("quarantine_reject", (_always(_STAFF, Do.ASK_REJECT_QUARANTINE),), audited=False),
    Command("quarantine_reject_yes", (_always(_STAFF, Do.REJECT_QUARANTINE),)),
    Command(
        "approve", (_in("mine", Do.APPROVE, Do.FORGET_CHAT), _escalated(Do.APPROVE, Do.FORGET_CHAT)), "case"
    ),
    Command(
        "reject", (_in("mine", Do.REJECT, Do.FORGET_CHAT), _escalated(Do.REJECT, Do.FORGET_CHAT)), "case"
    ),
    Command("escalate", (_in("mine", Do.ESCALATE, Do.FORGET_CHAT, Do.ALERT_OWNERS),), "case"),
    Command(
        "undo",
        (
            _in("mine", Do.RELEASE, Do.FORGET_CHAT),
            _in("approved rejected escalated", Do.REOPEN),
            _in("many", Do.REOPEN_MANY),
        ),
    ),
    Command(
        "summary", (_in("mine", Do.KEEP_SUMMARY), _escalated(Do.KEEP_SUMMARY)), "case text", needs_text=True
    ),
    Command("quote", (_in("mine theirs approved counted", Do.SHOW_QUOTE),), "case"),
    Command(
        "quote_yes",
        (_in("mine theirs approved counted", Do.RELEASE_QUOTE, second="theirs"),),
        "case",
        two_people=True,
    ),
    Command("mask", (_in("mine", Do.MASK), _escalated(Do.MASK)), "case text", needs_text=True),
    Command(
        "note",
        (_in("mine approved counted rejected", Do.KEEP_NOTE), _escalated(Do.KEEP_NOTE)),
        "case text",
        needs_text=True,
    ),
    Command(
        "reply",
        (_in("mine approved counted rejected", Do.REPLY), _escalated(Do.REPLY)),
        "case text",
        needs_text=True,
    ),
    Command(
        "delete",
        (_in("waiting quarantined mine theirs approved counted rejected escalated", Do.ERASE),),
        "case",
        two_people=True,
    ),
    Command("ban", (_in("quarantined mine approved counted rejected", Do.BAN), _escalated(Do.BAN)), "case"),
    Command(
        "unban",
        (_in("none quarantined mine approved counted rejected", Do.UNBAN), _escalated(Do.UNBAN)),
        "case text",
    ),
    Command("digest_preview", (_always(_STAFF, Do.DIGEST_PREVIEW),)),
    Command("digest_approve", (_always(_STAFF, Do.DIGEST_APPROVE),)),
    Command("digest_hold", (_always(_STAFF, Do.DIGEST_HOLD),)),
    Command("digest_send", (_always(_STAFF, Do.DIGEST_SEND),)),
    Command("digest_resend", (_always(_OWNER, Do.DIGEST_RESEND),), "text", needs_text=True),
    Command(
        "digest",
        (_always(_READERS, Do.DIGEST_STATUS), _always(_PARTNER, Do.DIGEST_LAST)),
        "text",
        audited=False,
    ),
    Command(
        "digest_list",
        (_always(_READERS, Do.DIGEST_STATUS), _always(_PARTNER, Do.DIGEST_LIST)),
        audited=False,
    ),
    Command("verify", (_always(_PARTNER, Do.SHOW_VERIFYING),), "text", audited=False),
    Command("language", (_always(_PARTNER, Do.SET_LANGUAGE),), "text"),
    Command("format", (_always(_PARTNER, Do.SET_FORMATS),), "text"),
    Command("pause", (_always(_PARTNER, Do.PAUSE),)),
    Command("resume", (_always(_PARTNER, Do.RESUME),)),
    Command("key", (_always(_PARTNER, Do.SET_KEY),), "text"),
    Command("key_remove", (_always(_PARTNER, Do.DROP_KEY),)),
    Command("leave", (_always(_PARTNER, Do.ASK_LEAVE),), audited=False),
    Command("leave_yes", (_always(_PARTNER, Do.LEAVE),)),
    Command("partners", (_always(_READERS, Do.SHOW_PARTNERS),), audited=False),
    Command("partners_mail", (_always(_OWNER, Do.ADD_MAILBOX),), "text", needs_text=True),
    Command("partners_folder", (_always(_OWNER, Do.ADD_FOLDER),), "text", needs_text=True),
    Command("invite", (_always(_OWNER, Do.INVITE),), "text", needs_text=True),
    Command("revoke", (_always(_OWNER, Do.REVOKE),), "text", needs_text=True),
    Command("audit", (_always(_roles("owner auditor"), Do.SHOW_AUDIT),), audited=False),
    Command("audit_verify", (_always(_roles("owner auditor"), Do.VERIFY_AUDIT),)),
    # Two people, of whom each writes it: `handlers.custodians`, since it is about no case.
    Command("key_destroy", (_always(_STAFF, Do.ASK_DESTROY),), "text", needs_text=True),
    Command("lock", (_always(_STAFF, Do.LOCK),)),
)

COMMANDS: Mapping[str, Command] = MappingProxyType({command.name: command for command in _COMMANDS})

_WHY: Mapping[CaseView, str] = {
    "none": "desk-no-case",
    "many": "desk-no-case",
    "gone": "desk-case-gone",
    "waiting": "desk-case-waiting",
    "quarantined": "desk-case-quarantined",
    "mine": "desk-case-mine",
    "theirs": "desk-case-theirs",
    "approved": "desk-case-decided",
    "counted": "desk-case-counted",
    "rejected": "desk-case-decided",
    "escalated": "desk-case-escalated",
}
"""Why a command does not fit the state a case is in."""

NOTHING_TO_UNDO = Refusal("desk-nothing-to-undo")
SAME_PERSON = Refusal("desk-second-same")


def decide(role: Role, command: str, state: CaseView, second: Second = "nobody") -> Decision:
    """What follows when a member gives a command about a case in this state. Total: raises nothing."""
    known = COMMANDS.get(command)
    if known is None or role not in known.roles:
        return UNKNOWN
    rule = next((rule for rule in known.rules if role in rule.roles and state in rule.states), None)
    if rule is None:
        return NOTHING_TO_UNDO if command == "undo" and state == "none" else Refusal(_WHY[state])
    if not known.two_people or second == "other":
        return rule.effects
    if second == "self":
        return SAME_PERSON
    return Refusal(_WHY[state]) if state in rule.second_only else (Do.ASK_SECOND,)


def commands_of(role: Role) -> tuple[str, ...]:
    """The names a member of this role may give, in the order the help shows them."""
    return tuple(command.name for command in _COMMANDS if role in command.roles)


# --- how a case is called ----------------------------------------------------------------------------------

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that is taken for a digit, or for another letter."""

_REFERENCE = re.compile(rf"t-([{_LETTERS}]{{8}})")
_REFERENCE_BYTES = 5


def reference(case: bytes) -> str:
    """A case at the desk and in the audit log: 40 of its 128 random bits, such as `t-k7q2m9xw`."""
    number = int.from_bytes(case[:_REFERENCE_BYTES], "big")
    return "t-" + "".join(_LETTERS[number >> shift & 31] for shift in range(35, -1, -5))


# --- reading what was typed --------------------------------------------------------------------------------

_ALIASES: Mapping[str, str] = {
    "start": "help",
    "aide": "help",
    "etat": "status",
    "file": "queue",
    "chiffres": "stats",
    "suivant": "next",
    "ouvrir": "open",
    "lire": "open",
    "approuver": "approve",
    "accepter": "approve",
    "rejeter": "reject",
    "refuser": "reject",
    "recevoir": "get",
    "transmettre": "escalate",
    "annuler": "undo",
    "laisser": "undo",
    "quarantaine": "quarantine",
    "resume": "summary",
    "citation": "quote",
    "masquer": "mask",
    "noter": "note",
    "repondre": "reply",
    "supprimer": "delete",
    "bannir": "ban",
    "debannir": "unban",
    "bilan": "digest",
    "langue": "language",
    "formats": "format",
    "reprendre": "resume",
    "cle": "key",
    "verifier": "verify",
    "partir": "leave",
    "quitter": "leave",
    "partenaires": "partners",
    "inviter": "invite",
    "retirer": "revoke",
    "journal": "audit",
    "verrouiller": "lock",
}

_SECOND_WORDS: Mapping[str, Mapping[str, str]] = {
    "digest": {
        "preview": "digest_preview",
        "apercu": "digest_preview",
        "approve": "digest_approve",
        "approuver": "digest_approve",
        "hold": "digest_hold",
        "retenir": "digest_hold",
        "send": "digest_send",
        "envoyer": "digest_send",
        "resend": "digest_resend",
        "renvoyer": "digest_resend",
        "list": "digest_list",
        "liste": "digest_list",
        "status": "digest",
        "etat": "digest",
        "last": "digest",
        "dernier": "digest",
    },
    "audit": {"verify": "audit_verify", "verifier": "audit_verify"},
    "key": {
        "remove": "key_remove",
        "retirer": "key_remove",
        "supprimer": "key_remove",
        "destroy": "key_destroy",
        "detruire": "key_destroy",
    },
    "leave": {"yes": "leave_yes", "oui": "leave_yes"},
    "partners": {
        "mail": "partners_mail",
        "courriel": "partners_mail",
        "folder": "partners_folder",
        "dossier": "partners_folder",
    },
    "quote": {"yes": "quote_yes", "oui": "quote_yes"},
    "open": {"yes": "open_yes", "oui": "open_yes"},
    "quarantine": {
        "open": "open",
        "ouvrir": "open",
        "lire": "open",
        "release": "quarantine_release",
        "liberer": "quarantine_release",
        "remettre": "quarantine_release",
        "reject": "quarantine_reject",
        "rejeter": "quarantine_reject",
        "refuser": "quarantine_reject",
    },
    "quarantine_reject": {"yes": "quarantine_reject_yes", "oui": "quarantine_reject_yes"},
}
"""A word after the name that makes it another command."""


_ROLE_WORDS: Mapping[str, Role] = {
    "owner": "owner",
    "responsable": "owner",
    "moderator": "moderator",
    "moderation": "moderator",
    "moderatrice": "moderator",
    "moderateur": "moderator",
    "auditor": "auditor",
    "auditrice": "auditor",
    "auditeur": "auditor",
    "partner": "partner",
    "partenaire": "partner",
}


def read_role(word: str) -> Role | None:
    """A role by its name in either language."""
    return _ROLE_WORDS.get(_fold(word))


@dataclass(frozen=True, slots=True)
class Given:
    """A command as it was given. `case` is a reference such as `t-k7q2m9xw`, or empty."""

    command: str
    case: str = ""
    text: str = field(default="", repr=False)


def parse(text: str, role: Role | None = None) -> Given | None:
    """Read a command with or without its slash, in English or French, accents and capitals forgiven.

    None when it is no command. A word that means two things is read as `role` can mean it: `/resume` is a
    moderator's summary, *résumé*, and what ends a partner's pause. Total: raises nothing.
    """
    first, rest = _split(text)
    name = _fold(first).removeprefix("/").split("@", 1)[0]
    if role is None or name not in COMMANDS or role not in COMMANDS[name].roles:
        name = _ALIASES.get(name, name)
    name, rest = _with_second_word(name, rest)
    command = COMMANDS.get(name)
    if command is None:
        return None
    case = ""
    if command.argument.startswith("case"):
        case, rest = _take_reference(rest)
        name, rest = _with_second_word(name, rest)
    return Given(name, case, rest if COMMANDS[name].argument.endswith("text") else "")


def _split(text: str) -> tuple[str, str]:
    """The first word and all that follows it, lines kept."""
    first, *rest = text.strip().split(maxsplit=1)[:2] or [""]
    return first, rest[0] if rest else ""


def _fold(word: str) -> str:
    """Without accents, capitals and compatibility forms: `Résumé` is `resume`."""
    apart = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


def _with_second_word(name: str, rest: str) -> tuple[str, str]:
    word, after = _split(rest)
    longer = _SECOND_WORDS.get(name, {}).get(_fold(word))
    if longer is None:
        return name, rest
    return (name, after) if longer == name else _with_second_word(longer, after)


def _take_reference(rest: str) -> tuple[str, str]:
    word, after = _split(rest)
    found = _REFERENCE.fullmatch(word.casefold().lstrip("#"))
    return (found[0], after) if found else ("", rest)


SHORTEST_MASKED = 2
"""Characters: a single letter would take the story apart."""


def masked(texts: Iterable[str], words: str, placeholder: str) -> tuple[tuple[str, ...], int]:
    """The texts without these words, whatever their capitals and spacing, and how often they were found.

    Only whole words, and nothing inside a placeholder: else a few masks of a letter would ruin a story, each
    taking apart what the one before it had written. What she put into brackets herself is no placeholder.
    """
    wanted = words.strip(' "«»“”\u00a0\u202f')
    parts = [re.escape(part) for part in wanted.split()]
    if len(wanted) < SHORTEST_MASKED or not parts:
        return tuple(texts), 0
    # Not \b: what is to go may begin or end with a sign.
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)", re.IGNORECASE)
    spared = re.compile(f"{PLACEHOLDER.pattern}|{re.escape(placeholder)}", PLACEHOLDER.flags)
    results = [_without(text, pattern, spared, placeholder) for text in texts]
    return tuple(text for text, _ in results), sum(count for _, count in results)


def _without(
    text: str, pattern: re.Pattern[str], spared: re.Pattern[str], placeholder: str
) -> tuple[str, int]:
    pieces: list[str] = []
    total = at = 0
    spans = [found.span() for found in spared.finditer(text)]
    for start, end in (*spans, (len(text), len(text))):
        piece, found = pattern.subn(lambda _: placeholder, text[at:start])
        pieces += piece, text[start:end]
        total, at = total + found, end
    return "".join(pieces), total

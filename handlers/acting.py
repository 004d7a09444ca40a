"""What a member's words come to: one act, or a refusal that is an act which only says something.

Never here: what an act does (`handlers.cases`, `handlers.office`, `handlers.digests`), who may do it
(`bot.moderation`), making it durable (`handlers.desk`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.decisions import Unfit, typed
from bot.moderation import COMMANDS, UNKNOWN, Do, Given, Refusal, Second, decide, parse, reference
from handlers import Screen, bans, casefile, cases, custodians, office, offline, quarantine
from handlers.bench import Act, Asked, Bench, ItemError, LedgerError
from handlers.commands import Order
from handlers.digests import Digests
from handlers.members import role_of
from handlers.pace import OnceAMinute
from handlers.which import last_decided, looked_up, named, view_of
from storage import CaseRow, MemberRow
from storage.changes import Operation

PRIVATE_ONLY = frozenset({"invite"})
"""Commands whose answer is for one person: in a group they do not exist."""

UNDONE_BY_DOCUMENT = frozenset({"approved", "rejected", "escalated"})
"""What is decided by a document is taken back by one."""

Carry = Callable[[Bench, Asked], Awaitable[Act]]

ACTS: Mapping[Do, Carry] = {
    Do.SHOW_HELP: office.show_help,
    Do.SHOW_STATUS: office.show_status,
    Do.SHOW_QUEUE: office.show_queue,
    Do.SHOW_STATS: office.show_stats,
    Do.CLAIM_NEXT: cases.claim_next,
    Do.WARN: casefile.warn,
    Do.SHOW_CASE: casefile.show_case,
    Do.SEND_SEALED: offline.send_sealed,
    Do.APPROVE: cases.approve,
    Do.REJECT: cases.reject,
    Do.ESCALATE: cases.escalate,
    Do.RELEASE: cases.release,
    Do.REOPEN: cases.reopen,
    Do.KEEP_SUMMARY: cases.keep_summary,
    Do.SHOW_QUOTE: cases.show_quote,
    Do.RELEASE_QUOTE: cases.release_quote,
    Do.MASK: cases.mask,
    Do.KEEP_NOTE: cases.keep_note,
    Do.REPLY: cases.reply,
    Do.ERASE: cases.erase,
    Do.SHOW_QUARANTINE: quarantine.show,
    Do.RELEASE_QUARANTINE: quarantine.release,
    Do.ASK_REJECT_QUARANTINE: quarantine.ask_reject,
    Do.REJECT_QUARANTINE: quarantine.reject,
    Do.REOPEN_MANY: quarantine.reopen_many,
    Do.BAN: bans.ban,
    Do.UNBAN: bans.unban,
    Do.FORGET_CHAT: cases.forget_chat,
    Do.ALERT_OWNERS: cases.alert_owners,
    Do.SHOW_PARTNERS: office.show_partners,
    Do.INVITE: office.invite,
    Do.REVOKE: office.revoke,
    Do.SHOW_AUDIT: office.show_audit,
    Do.VERIFY_AUDIT: office.verify_audit,
    Do.ASK_DESTROY: custodians.ask_destroy,
}
"""What needs no more than the bench. The digests' acts and the lock are added by the desk."""


class Acting:
    """One for each desk. `more`: the acts that need more than the bench."""

    def __init__(
        self, bench: Bench, digests: Digests, decided: offline.Offline, more: Mapping[Do, Carry]
    ) -> None:
        self._bench = bench
        self._digests = digests
        self._offline = decided
        self._acts = {**ACTS, **more}
        self._seldom = OnceAMinute(bench.clock)

    async def act(self, member: MemberRow, order: Order) -> Act:
        """What a member's words come to. Refusals are acts that only say something."""
        bench, words, role = self._bench, self._bench.words_of(member), role_of(member)
        given = parse(order.text, role)
        if given is None:
            return Act(screens=(Screen(words.say(UNKNOWN.key)),))
        if role not in COMMANDS[given.command].roles or self._is_out_of_place(member, order, given):
            return self._refused(member, given, Screen(words.say(UNKNOWN.key)))
        if (refusal := typed(given.command, console=bench.policy.console)) is not None:
            return self._refused(member, given, Screen(words.say(refusal.key)))
        command = COMMANDS[given.command]
        if command.needs_text and not given.text:
            example = words.say(f"desk-help-{command.name}").partition(":")[0].strip()
            return Act(screens=(Screen(words.say("desk-no-text", example=example)),))
        if given.command == "decision":
            return await self._obey_document(member, given)
        case, view = await looked_up(bench, member, given.command, given.case)
        if bench.policy.console and given.command == "undo" and view in UNDONE_BY_DOCUMENT:
            return self._refused(member, given, Screen(words.say("desk-console-decide")), case)
        return await self._carry(Asked(member, role, words, given, case, view))

    async def _obey_document(self, member: MemberRow, given: Given) -> Act:
        """What was decided on a machine of hers, once every doubt about it is answered."""
        bench, words, role = self._bench, self._bench.words_of(member), role_of(member)
        try:
            told = await self._offline.heard(member, given.text)
            decided = Given(told.decision.command, told.decision.case, told.text)
            if decided.command == "undo":
                case, view = await last_decided(bench, member)
                if case is None or reference(case.case) != decided.case:
                    case, view = None, "none"
            else:
                case = await named(bench, decided.case)
                view = "gone" if case is None else view_of(case, member)
            asked = Asked(member, role, words, decided, case, view, told.cosigner)
            second: Second = "other" if told.cosigner else "nobody"
            refusal = decide(role, decided.command, view, second)
            if isinstance(refusal, Refusal):
                return self._refused(member, decided, asked.say(refusal.key), case)
            await self._offline.demand_current(asked, told.decision)
        except Unfit as fault:
            return self._refused(member, given, Screen(words.say(fault.key)))
        bench.read.add((member.member, asked.row.case))  # the document holds what only its files hash to
        return await self._offline.once(told, asked, await self._carry(asked))

    async def _carry(self, asked: Asked) -> Act:
        """What a command comes to that may be given as far as its words go."""
        bench, member, role = self._bench, asked.member, asked.role
        given, case, view = asked.given, asked.case, asked.view
        command = COMMANDS[given.command]
        what: str = ""
        second: Second = "other" if asked.cosigner else "nobody"
        taken: tuple[Operation, ...] = ()
        if command.two_people and case is not None and not asked.cosigner:
            what, second, taken = await cases.second_of(bench, asked)
        decision = decide(role, given.command, view, second)
        if isinstance(decision, Refusal):
            if view == "none":
                return Act(screens=(asked.say(decision.key),))
            return self._refused(member, given, asked.say(decision.key), case)
        if Do.APPROVE in decision and (member.member, asked.row.case) not in bench.read:
            return Act(screens=(asked.say("desk-read-first"),))
        try:
            if decision == (Do.ASK_SECOND,):
                acts = [await cases.ask_second(bench, asked, what)]
            else:
                acts = [await self._acts[effect](bench, asked) for effect in decision]
        except ItemError as error:
            acts, taken = [await cases.alarmed(bench, asked, error)], ()
        except LedgerError as error:
            acts = [await self._digests.alarmed(asked, error)]
        return self._together(asked, acts, taken)

    def _refused(self, member: MemberRow, given: Given, screen: Screen, case: CaseRow | None = None) -> Act:
        """A polite no that the log remembers: whoever tries the doors is seen. One line a minute and member,
        so that nobody fills it."""
        if not self._seldom(member.member):
            return Act(screens=(screen,))
        about = given.case if case is None else reference(case.case)
        return Act((self._bench.log(member.member, f"refused {given.command}", about),), (screen,))

    def _is_out_of_place(self, member: MemberRow, order: Order, given: Given) -> bool:
        route = self._bench.members.route(member)
        return given.command in PRIVATE_ONLY and (order.where or route.who) != route.private

    def _together(self, asked: Asked, acts: list[Act], taken: tuple[Operation, ...]) -> Act:
        """The acts of one command as one, with its line in the log."""
        change = (*taken, *(operation for act in acts for operation in act.change))
        if COMMANDS[asked.given.command].audited and all(act.audited for act in acts):
            about = "" if asked.case is None else asked.ref
            change = (*change, self._bench.log(asked.member.member, asked.given.command, about))
        return Act(
            change,
            tuple(screen for act in acts for screen in act.screens),
            tuple(other for act in acts for other in act.others),
            forget=any(act.forget for act in acts),
            after=next((act.after for act in acts if act.after is not None), None),
        )

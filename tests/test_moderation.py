"""The table of the desk: every command, given by every role, about a case in every state.

`TABLE` says once more, in another shape than the code, what is allowed; whatever it does not name is refused.
"""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation import (
    COMMANDS,
    NOTHING_TO_UNDO,
    ROLES,
    SAME_PERSON,
    UNKNOWN,
    VIEWS,
    Do,
    Given,
    Refusal,
    Role,
    Second,
    commands_of,
    decide,
    masked,
    parse,
    read_role,
    reference,
)

ANY = " ".join(VIEWS)
DECIDED = "approved counted rejected"
FORGET = (Do.FORGET_CHAT,)
OWNED = [("owner moderator", "mine"), ("owner", "escalated")]
LATER = [("owner moderator", f"mine {DECIDED}"), ("owner", "escalated")]

TABLE: list[tuple[str, str, str, tuple[Do, ...]]] = [
    ("help", "owner moderator auditor partner", ANY, (Do.SHOW_HELP,)),
    ("status", "owner moderator auditor", ANY, (Do.SHOW_STATUS,)),
    ("queue", "owner moderator auditor", ANY, (Do.SHOW_QUEUE,)),
    ("stats", "owner moderator auditor", ANY, (Do.SHOW_STATS,)),
    ("next", "owner moderator", "none", (Do.CLAIM_NEXT,)),
    ("next", "owner moderator", "mine", (Do.WARN,)),
    *(("open", *who, (Do.SHOW_CASE,)) for who in OWNED),
    ("open", "owner", DECIDED, (Do.SHOW_CASE,)),
    *(("open_yes", *who, (Do.SHOW_CASE,)) for who in OWNED),
    ("open_yes", "owner", DECIDED, (Do.SHOW_CASE,)),
    *((name, "owner moderator", "quarantined", (Do.SHOW_CASE,)) for name in ("open", "open_yes")),
    ("get", "owner moderator", "mine quarantined approved counted", (Do.SEND_SEALED,)),
    ("get", "owner", "theirs rejected escalated", (Do.SEND_SEALED,)),
    ("decision", "owner moderator", ANY, (Do.OBEY_DOCUMENT,)),
    ("quarantine", "owner moderator", ANY, (Do.SHOW_QUARANTINE,)),
    ("quarantine_release", "owner moderator", "none quarantined", (Do.RELEASE_QUARANTINE,)),
    ("quarantine_reject", "owner moderator", ANY, (Do.ASK_REJECT_QUARANTINE,)),
    ("quarantine_reject_yes", "owner moderator", ANY, (Do.REJECT_QUARANTINE,)),
    *(("approve", *who, (Do.APPROVE, *FORGET)) for who in OWNED),
    *(("reject", *who, (Do.REJECT, *FORGET)) for who in OWNED),
    ("escalate", "owner moderator", "mine", (Do.ESCALATE, *FORGET, Do.ALERT_OWNERS)),
    ("undo", "owner moderator", "mine", (Do.RELEASE, *FORGET)),
    ("undo", "owner moderator", "approved rejected escalated", (Do.REOPEN,)),
    ("undo", "owner moderator", "many", (Do.REOPEN_MANY,)),
    *(("summary", *who, (Do.KEEP_SUMMARY,)) for who in OWNED),
    ("quote", "owner moderator", "mine theirs approved counted", (Do.SHOW_QUOTE,)),
    ("quote_yes", "owner moderator", "mine theirs approved counted", (Do.RELEASE_QUOTE,)),
    *(("mask", *who, (Do.MASK,)) for who in OWNED),
    *(("note", *who, (Do.KEEP_NOTE,)) for who in LATER),
    *(("reply", *who, (Do.REPLY,)) for who in LATER),
    ("delete", "owner moderator", f"waiting quarantined mine theirs escalated {DECIDED}", (Do.ERASE,)),
    *(("ban", *who, (Do.BAN,)) for who in LATER),
    ("ban", "owner moderator", "quarantined", (Do.BAN,)),
    ("unban", "owner moderator", "quarantined", (Do.UNBAN,)),
    *(("unban", *who, (Do.UNBAN,)) for who in LATER),
    ("unban", "owner moderator", "none", (Do.UNBAN,)),
    ("digest_preview", "owner moderator", ANY, (Do.DIGEST_PREVIEW,)),
    ("digest_approve", "owner moderator", ANY, (Do.DIGEST_APPROVE,)),
    ("digest_hold", "owner moderator", ANY, (Do.DIGEST_HOLD,)),
    ("digest_send", "owner moderator", ANY, (Do.DIGEST_SEND,)),
    ("digest", "owner moderator auditor", ANY, (Do.DIGEST_STATUS,)),
    ("digest", "partner", ANY, (Do.DIGEST_LAST,)),
    ("digest_resend", "owner", ANY, (Do.DIGEST_RESEND,)),
    ("digest_list", "owner moderator auditor", ANY, (Do.DIGEST_STATUS,)),
    ("digest_list", "partner", ANY, (Do.DIGEST_LIST,)),
    ("verify", "partner", ANY, (Do.SHOW_VERIFYING,)),
    ("language", "partner", ANY, (Do.SET_LANGUAGE,)),
    ("format", "partner", ANY, (Do.SET_FORMATS,)),
    ("pause", "partner", ANY, (Do.PAUSE,)),
    ("resume", "partner", ANY, (Do.RESUME,)),
    ("key", "partner", ANY, (Do.SET_KEY,)),
    ("key_remove", "partner", ANY, (Do.DROP_KEY,)),
    ("leave", "partner", ANY, (Do.ASK_LEAVE,)),
    ("leave_yes", "partner", ANY, (Do.LEAVE,)),
    ("partners", "owner moderator auditor", ANY, (Do.SHOW_PARTNERS,)),
    ("partners_mail", "owner", ANY, (Do.ADD_MAILBOX,)),
    ("partners_folder", "owner", ANY, (Do.ADD_FOLDER,)),
    ("invite", "owner", ANY, (Do.INVITE,)),
    ("revoke", "owner", ANY, (Do.REVOKE,)),
    ("audit", "owner auditor", ANY, (Do.SHOW_AUDIT,)),
    ("audit_verify", "owner auditor", ANY, (Do.VERIFY_AUDIT,)),
    ("key_destroy", "owner moderator", ANY, (Do.ASK_DESTROY,)),
    ("lock", "owner moderator", ANY, (Do.LOCK,)),
]

ALLOWED: dict[tuple[str, str, str], tuple[Do, ...]] = {
    (command, role, state): effects
    for command, roles, states, effects in TABLE
    for role, state in product(roles.split(), states.split())
}
TWO_PEOPLE = {"quote_yes", "delete"}
EVERY = list(product(COMMANDS, ROLES))


@pytest.mark.parametrize(("command", "role"), EVERY)
def test_each_command_does_for_each_role_in_each_state_what_the_table_says(command: str, role: Role) -> None:
    for state in VIEWS:
        decided = decide(role, command, state, "other")

        if (command, role, state) in ALLOWED:
            assert decided == ALLOWED[command, role, state], state
        else:
            assert isinstance(decided, Refusal), state


def test_the_table_speaks_of_every_command() -> None:
    assert {command for command, *_ in TABLE} == set(COMMANDS)


@pytest.mark.parametrize(("command", "role"), EVERY)
def test_a_command_of_another_role_is_answered_like_one_that_does_not_exist(command: str, role: Role) -> None:
    if any((command, role, state) in ALLOWED for state in VIEWS):
        assert command in commands_of(role)
    else:
        assert all(
            decide(role, command, state) == UNKNOWN == decide(role, "nonsense", state) for state in VIEWS
        )
        assert command not in commands_of(role)


@pytest.mark.parametrize(("command", "role"), EVERY)
@pytest.mark.parametrize("second", ["nobody", "self"])
def test_nothing_that_takes_two_people_is_done_by_one(command: str, role: Role, second: Second) -> None:
    for state in VIEWS:
        decided = decide(role, command, state, second)

        if command not in TWO_PEOPLE:
            assert decided == decide(role, command, state, "other"), state
        elif not isinstance(decided, Refusal):
            assert decided == (Do.ASK_SECOND,), state
            assert second == "nobody", state


def test_the_same_person_asking_twice_is_told_that_it_takes_another() -> None:
    assert decide("owner", "delete", "approved", "self") == SAME_PERSON


def test_nobody_asks_to_release_a_quote_of_a_case_somebody_else_is_reading() -> None:
    assert decide("moderator", "quote_yes", "theirs", "nobody") == Refusal("desk-case-theirs")
    assert decide("moderator", "quote_yes", "theirs", "other") == (Do.RELEASE_QUOTE,)


def test_a_partner_sees_digests_and_her_own_choices_and_nothing_else() -> None:
    digests = {"help", "digest", "digest_list", "verify"}
    choices = {"language", "format", "pause", "resume", "key", "key_remove", "leave", "leave_yes"}

    assert set(commands_of("partner")) == digests | choices


def test_an_auditor_changes_nothing_and_reads_no_testimony() -> None:
    changing = {
        effect for (_, role, _), effects in ALLOWED.items() if role == "auditor" for effect in effects
    }

    assert {effect.value.split()[0] for effect in changing} == {"show", "verify"}
    assert not changing & {Do.SHOW_CASE, Do.SHOW_QUOTE}


def test_undo_without_anything_to_undo_says_so() -> None:
    assert decide("moderator", "undo", "none") == NOTHING_TO_UNDO


def test_what_is_in_a_digest_can_no_longer_be_undone() -> None:
    assert decide("owner", "undo", "counted") == Refusal("desk-case-counted")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/approve", Given("approve")),
        ("approve", Given("approve")),
        ("  APPROUVER  ", Given("approve")),
        ("/approve@seuil_bot t-k7q2m9xw", Given("approve", "t-k7q2m9xw")),
        ("/ouvrir #T-K7Q2M9XW", Given("open", "t-k7q2m9xw")),
        ("/résumé Un texte\nsur deux lignes", Given("summary", "", "Un texte\nsur deux lignes")),
        ("/summary\nUn texte", Given("summary", "", "Un texte")),
        ("/reply t-k7q2m9xw Merci à vous.", Given("reply", "t-k7q2m9xw", "Merci à vous.")),
        ("/quote oui t-k7q2m9xw", Given("quote_yes", "t-k7q2m9xw")),
        ("/quote t-k7q2m9xw yes", Given("quote_yes", "t-k7q2m9xw")),
        ("/quote", Given("quote")),
        ("/bilan aperçu", Given("digest_preview")),
        ("/digest approve", Given("digest_approve")),
        ("/digest_send", Given("digest_send")),
        ("/open oui t-k7q2m9xw", Given("open_yes", "t-k7q2m9xw")),
        ("/open t-k7q2m9xw yes", Given("open_yes", "t-k7q2m9xw")),
        ("/recevoir t-k7q2m9xw", Given("get", "t-k7q2m9xw")),
        ("/décision eJx+/A==", Given("decision", "", "eJx+/A==")),
        ("/quarantaine", Given("quarantine")),
        ("/quarantine open t-k7q2m9xw", Given("open", "t-k7q2m9xw")),
        ("/quarantaine remettre t-k7q2m9xw", Given("quarantine_release", "t-k7q2m9xw")),
        ("/quarantine release", Given("quarantine_release")),
        ("/quarantaine refuser", Given("quarantine_reject")),
        ("/quarantine reject yes", Given("quarantine_reject_yes")),
        ("/quarantine yes", Given("quarantine")),
        ("/bilan", Given("digest")),
        ("/digest dernier", Given("digest")),
        ("/digest 3", Given("digest", "", "3")),
        ("/bilan liste", Given("digest_list")),
        ("/clé détruire 1", Given("key_destroy", "", "1")),
        ("/key destroy 2", Given("key_destroy", "", "2")),
        ("/bilan renvoyer Maison des femmes 3", Given("digest_resend", "", "Maison des femmes 3")),
        ("/langue en", Given("language", "", "en")),
        ("/formats text pdf", Given("format", "", "text pdf")),
        ("/reprendre", Given("resume")),
        ("/clé age1xyz", Given("key", "", "age1xyz")),
        ("/key remove", Given("key_remove")),
        ("/vérifier 2", Given("verify", "", "2")),
        ("/quitter oui", Given("leave_yes")),
        ("/leave", Given("leave")),
        ("/partenaires courriel Refuge a@b.fr", Given("partners_mail", "", "Refuge a@b.fr")),
        ("/partners folder presse", Given("partners_folder", "", "presse")),
        ("/journal vérifier", Given("audit_verify")),
        ("/inviter partner Maison des femmes", Given("invite", "", "partner Maison des femmes")),
        ("/file", Given("queue")),
        ("/next please", Given("next")),
        ("bonjour", None),
        ("", None),
        ("/", None),
        ("/approve_everything", None),
    ],
)
def test_a_command_is_understood_however_it_is_typed(typed: str, meant: Given | None) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("role", "meant"),
    [(None, "summary"), ("moderator", "summary"), ("owner", "summary"), ("partner", "resume")],
)
def test_a_word_of_two_meanings_is_read_as_who_says_it_can_mean_it(role: Role | None, meant: str) -> None:
    given = parse("/resume", role)

    assert given is not None
    assert given.command == meant


@given(st.text())
def test_anything_typed_is_a_command_or_nothing_and_never_an_error(text: str) -> None:
    given = parse(text)

    assert given is None or given.command in COMMANDS


def test_what_a_moderator_types_is_in_no_repr() -> None:
    assert "canary" not in repr(parse("/reply canary"))


@given(st.binary(min_size=16, max_size=16))
def test_a_reference_is_read_back_as_it_was_shown(case: bytes) -> None:
    shown = reference(case)

    assert parse(f"/open {shown.upper()}") == Given("open", shown)
    assert reference(case[:5] + bytes(11)) == shown


def test_masking_finds_words_in_any_capitals_and_over_any_spacing() -> None:
    texts = ("Chez Jean  Bon, le JEAN\nBON.", "Rien ici.")

    assert masked(texts, "« jean bon »", "[masqué]") == (("Chez [masqué], le [masqué].", "Rien ici."), 2)


def test_a_role_is_read_in_both_languages_and_nothing_else_is_a_role() -> None:
    assert read_role("Modératrice") == read_role("MODERATOR") == "moderator"
    assert read_role("root") is None


@pytest.mark.parametrize("words", ["", "  ", '""'])
def test_masking_nothing_changes_nothing(words: str) -> None:
    assert masked(("a b",), words, "[x]") == (("a b",), 0)


@given(st.text(), st.text())
def test_masking_is_never_an_error(text: str, words: str) -> None:
    texts, count = masked((text,), words, r"[\1]")

    assert (texts == (text,)) or count > 0

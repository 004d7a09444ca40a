"""What an attacker tried, and must never succeed in again. One section for each position to attack from.

Most of these attackers can write to the database and hold no key: a stolen password of the host, a restored
backup that somebody doctored, a hole in another program. What they may reach is damage that is seen; never a
testimony, a draft, a role, or a word in the association's name.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.pseudonyms import pseudonym
from handlers.drafts import find
from handlers.members import read_code
from storage import open_store
from storage.shelf import MemoryShelf
from tests.stage import NOW, Stage


def write_to(folder: Path, sql: str, *parameters: object, file: str = "seuil.db") -> None:
    """What somebody does who can write to the database and holds no key."""
    with closing(sqlite3.connect(folder / file)) as db:
        db.execute(sql, parameters)
        db.commit()


# --- a witness's words are hers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "Il est encore dans la chambre",
        "il est encore dans la chambre",
        "he came back three times",
        "Il est encore\ndans la chambre",
        "abcdefghjkmnpqrstvwxyzab",
    ],
)
def test_a_sentence_of_24_letters_is_no_invitation(sentence):
    """It was taken for a code, answered with a refusal, and lost: no help lines, no draft."""
    assert read_code(sentence) is None


# --- drafts -------------------------------------------------------------------------------------------------


async def test_a_draft_put_into_another_person_s_row_does_not_open(tmp_path):
    """It opened: a stranger with a chat and the database read what somebody else was writing."""
    store, shelf = await open_store(f"sqlite:{tmp_path}"), MemoryShelf()
    stage = Stage(store=store, shelf=shelf)
    await stage.to_story("witness")
    await stage.hear("witness", "Il est revenu le soir.")
    await stage.to_story("stranger")
    await store.close()
    today = int(NOW // 86_400)
    ((_, key),) = shelf.day_keys(today)
    hers, his = (pseudonym(key, "terminal", name) for name in ("witness", "stranger"))
    for column in ("draft", "revision", "box"):
        write_to(
            tmp_path,
            f"UPDATE person SET {column} = (SELECT {column} FROM person WHERE pseudonym = ?)"  # noqa: S608
            " WHERE pseudonym = ?",
            *(hers, his),
            file="drafts.db",
        )

    store = await open_store(f"sqlite:{tmp_path}")
    found = await find(store, shelf, stage.address("stranger"), today)
    await store.close()

    assert found.lost
    assert not found.envelope.state.texts

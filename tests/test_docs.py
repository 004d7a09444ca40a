"""The documents say what is so: examples appear, files and tests exist, commands and fields are all there."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bot import __main__ as console
from bot import errors, moderation
from bot.age import HybridIdentity
from bot.digest import compose, freeze
from bot.disclosure import protect
from bot.errors import SeuilError
from bot.formats import FORMATS
from bot.formats import data as json_format
from bot.formats import table as csv_format
from bot.formats.table import COLUMNS
from bot.redaction import kept_line
from bot.settings import Settings
from bot.tally import tally
from handlers import backups, instance, keyring, restoring
from handlers.delivery import offered
from handlers.instance import lay_keys, open_instance, passphrase_at_hand, seat_chairs
from locales import every_help_line, load
from tests.people import coded, population
from tests.plays import PLAYS, Beat, Play
from tests.stage import CHEAP

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
GUIDES = {path.name: path.read_text("utf-8") for path in DOCS}
COMMANDS = typer.main.get_command(console.app)


def fenced(text: str, kind: str = "") -> list[str]:
    """The blocks of a document between three backticks."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def table(text: str, head: str) -> list[list[str]]:
    """The rows of the table whose first column is called so, cells without their backticks."""
    found = re.search(rf"^\| {re.escape(head)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, flags=re.MULTILINE)
    assert found, head
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found[1].splitlines()]


# --- what is shown really appears ---------------------------------------------------------------------------


Scene = tuple[tuple[str, bool, slice], ...]
"""Beats of a play that stand together: by what is done, whether that is shown, and which of the answers."""

ALL, FIRST, LAST = slice(None), slice(0, 1), slice(-1, None)
TOLD = "Le technicien est venu pour la fibre. Depuis, il m'écrit du 06 39 98 12 34 : très beau sourire."

SHOWN: dict[str, tuple[str, tuple[Scene, ...]]] = {
    "README.md": (
        "lisez-moi",
        (
            ((TOLD, True, ALL), ("FINI", True, FIRST)),
            (("[passe toutes les questions jusqu'à la relecture]", False, FIRST),),
            (("1", True, FIRST),),
            (("/suivant", True, ALL), ("/ouvrir", True, FIRST)),
            (("/accepter", True, ALL),),
        ),
    ),
    "moderer.fr.md": (
        "moderation-circle",
        (
            (("/suivant", True, ALL),),
            (("/ouvrir", True, ALL),),
            (("/masquer près de la boulangerie", True, ALL),),
            (("/accepter", True, ALL),),
        ),
    ),
}


def excerpt(play: Play, scenes: tuple[Scene, ...]) -> str:
    """Scenes of a play as the guides show them. Where the same is done several times, the last time is meant
    of a witness (it is the one before the moderators), the first of a moderator."""
    chosen = []
    for scene in scenes:
        for what, speaks, answers in scene:
            same = [beat for beat in play.beats if beat.what == what]
            beat = same[-1] if same[0].who.startswith("TÉMOIN") else same[0]
            chosen.append((Beat([], beat.who, beat.what, beat.shown[answers]), speaks))
        chosen.append((Beat([], "", "…"), True))
    width = max(len(beat.who) for beat, _ in chosen) + 2
    lines = []
    for beat, speaks in chosen[:-1]:
        lines += ["…"] if beat.what == "…" else list(Play([beat], []).lines(width))[not speaks :]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("guide", SHOWN)
def test_a_dialogue_in_a_guide_is_word_for_word_from_its_play(guide: str) -> None:
    name, scenes = SHOWN[guide]
    said = excerpt(Play.read((PLAYS / f"{name}.txt").read_text("utf-8")), scenes)

    if os.environ.get("UPDATE_PLAYS"):
        path = next(path for path in DOCS if path.name == guide)
        path.write_text(
            re.sub(r"(?ms)^```text\n.*?^```$", lambda _: f"```text\n{said}```", GUIDES[guide], count=1),
            "utf-8",
        )
        GUIDES[guide] = path.read_text("utf-8")
    assert fenced(GUIDES[guide], "text") == [said]


def test_the_redaction_shown_in_the_guide_is_what_comes_out() -> None:
    line = re.search(r'echo "(.*)" \| python -m bot redact` prints `(.*)`', GUIDES["operating.md"])

    assert line
    assert kept_line(line[1], "fr") == line[2]


@pytest.mark.parametrize(("guide", "people"), [("digest-data.md", "people"), ("donnees.fr.md", "personnes")])
def test_the_python_shown_to_partners_runs_on_a_real_file(
    guide: str,
    people: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (code,) = fenced(GUIDES[guide], "python")
    (tmp_path / "seuil-1-fr.json").write_bytes(digest_file())
    monkeypatch.chdir(tmp_path)

    exec(compile(code, guide, "exec"), {})  # noqa: S102 - the guide's own example

    assert f" {people}, " in capsys.readouterr().out


# --- what is named exists -----------------------------------------------------------------------------------


def links() -> Iterator[tuple[str, str]]:
    for path in DOCS:
        for target in re.findall(r"\]\(([^)#\s]+)\)", path.read_text("utf-8")):
            if "://" not in target:
                yield path.name, str((path.parent / target).resolve())


def test_every_link_between_documents_leads_somewhere() -> None:
    assert [link for link in links() if not Path(link[1]).exists()] == []


def test_every_test_and_file_that_security_names_exists() -> None:
    text = GUIDES["SECURITY.md"]
    named = re.findall(r"`((?:bot|handlers|storage|locales|tests)/[\w/]+\.py)(?:::(\w+))?`", text)

    assert len(named) > 30
    for file, test in named:
        assert (ROOT / file).is_file(), file
        if test:
            source = (ROOT / file).read_text("utf-8")
            assert re.search(rf"^(?:async )?def {test}\(", source, flags=re.MULTILINE), (file, test)


def test_each_of_the_seven_promises_has_a_place_and_a_test() -> None:
    promises = re.findall(r"^### (\d)\. .*?(?=^##)", GUIDES["SECURITY.md"], flags=re.MULTILINE | re.DOTALL)
    parts = re.split(r"^### \d\. ", GUIDES["SECURITY.md"], flags=re.MULTILINE)[1:]

    assert promises == list("1234567")
    for part in parts:
        assert "- Where: `" in part
        assert re.search(r"- Shown by: `tests/\w[\w/]*\.py::test_", part)


POSITIONS = (
    "The bot's host, switched off", "The bot's host, running, with root", "The database, read",
    "The database, written to", "A backup", "The shelf", "Telegram", "Signal", "The network",
    "A moderator's account", "A moderator's machine", "One recovery share", "A partner",
    "A malicious witness",
    "Somebody coercive, with her phone", "The bot's token", "A receipt of eight words",
)  # fmt: skip


def test_the_threat_model_says_of_each_position_what_it_yields_what_not_and_which_test_tries() -> None:
    _, model = GUIDES["SECURITY.md"].split("## What each of them yields", 1)
    rows = re.split(r"^### ", model.split("\n## ", 1)[0], flags=re.MULTILINE)[1:]

    assert tuple(row.split("\n", 1)[0] for row in rows) == POSITIONS
    for row in rows:
        lines = [line for line in row.splitlines() if line.startswith("- ")]
        assert [line.split(":", 1)[0] for line in lines] == ["- Gets", "- Does not get", "- Shown by"]
        shown = row.split("- Shown by: ", 1)[1].strip()
        assert re.fullmatch(r"`tests/[\w/]+\.py::test_\w+`(,\s+`tests/[\w/]+\.py::test_\w+`)*", shown), shown


def test_every_setting_a_guide_names_exists() -> None:
    known = {f"SEUIL_{name.upper()}" for name in Settings.declared()}

    for name, text in GUIDES.items():
        named = set(re.findall(r"\bSEUIL_[A-Z_]+\b", text)) - {"SEUIL_NO_SKIP", "SEUIL_ROUNDING"}
        assert named <= known, name


def test_every_entry_the_guides_verify_is_an_entry() -> None:
    known = {line.id for line in every_help_line()}

    for guide in ("operating.md", "exploiter.fr.md"):
        for names in re.findall(r"^python -m bot verify (.+)$", GUIDES[guide], flags=re.MULTILINE):
            assert set(names.split()) <= known


# --- the console --------------------------------------------------------------------------------------------


def commands() -> dict[str, set[str]]:
    """Every command of the console and its options."""
    told: dict[str, set[str]] = {}
    for name, command in COMMANDS.commands.items():  # type: ignore[attr-defined] # a group
        inner = getattr(command, "commands", None)
        for path, leaf in (
            ({name: command} if inner is None or command.invoke_without_command else {})
            | {f"{name} {sub}": c for sub, c in (inner or {}).items()}
        ).items():
            told[path] = {o for p in leaf.params for o in p.opts if o.startswith("--")} - {"--help"}
    return told


def test_the_guide_lists_every_command_with_its_options_and_no_other() -> None:
    rows = {row[0].strip("`"): row[1] for row in table(GUIDES["operating.md"], "command")}

    assert set(rows) == set(commands())
    for name, options in commands().items():
        assert set(re.findall(r"`(--[a-z-]+)`", rows[name])) == options, name


def test_every_command_a_guide_types_exists() -> None:
    known = commands()
    for guide, text in GUIDES.items():
        for first, second in re.findall(r"python -m bot\s([a-z-]+)(?:\s([a-z]+))?", text):
            assert first in known or f"{first} {second}" in known, (guide, first, second)


def kinds() -> dict[str, int]:
    return {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, SeuilError) and kind is not SeuilError
    }


def test_both_guides_explain_every_exit_code() -> None:
    english = {row[1].strip("`"): int(row[0]) for row in table(GUIDES["operating.md"], "code") if row[1]}
    french = {int(row[0]) for row in table(GUIDES["exploiter.fr.md"], "code")}

    assert english == kinds()
    assert french == set(kinds().values())


# --- moderators ---------------------------------------------------------------------------------------------


def typed_by(guide: str, role: moderation.Role | None = None) -> set[str]:
    """The commands a guide shows in backticks or at the start of a line, read by the desk."""
    shown = re.findall(r"`(/[^`]+)`", GUIDES[guide])
    shown += [
        line.split("  ")[0]
        for block in fenced(GUIDES[guide])
        for line in block.splitlines()
        if line[:1] == "/"
    ]
    told = set()
    for command in shown:
        given = moderation.parse(command, role)
        assert given is not None, (guide, command)
        told.add(given.command)
    return told


def test_the_french_guide_shows_every_command_of_a_moderator_and_an_owner() -> None:
    assert typed_by("moderer.fr.md") == {
        *moderation.commands_of("moderator"),
        *moderation.commands_of("owner"),
    }


def test_each_row_of_the_french_guide_is_one_command_in_two_languages() -> None:
    text = GUIDES["moderer.fr.md"]
    owners = text.partition("Les responsables ont en plus")[2]
    rows = [*table(text, "en français"), *table(owners, "en français")]

    for french, english, _ in rows:
        meant = {
            getattr(moderation.parse(word), "command", word)
            for word in re.findall(r"`(/[^`]+)`", french + english)
        }
        assert len(meant) == 1, (french, english, meant)


def test_the_english_guide_shows_nothing_the_desk_does_not_know() -> None:
    assert {"next", "open", "approve", "escalate", "reply"} <= typed_by("moderating.md")


# --- partners -----------------------------------------------------------------------------------------------


def test_the_french_guide_shows_partners_every_command_of_theirs_and_no_other() -> None:
    assert typed_by("partenaires.fr.md", "partner") == set(moderation.commands_of("partner"))


def test_the_english_guide_shows_partners_no_command_but_theirs() -> None:
    assert typed_by("partners.md", "partner") <= set(moderation.commands_of("partner"))


def test_each_row_for_partners_is_one_command_in_two_languages() -> None:
    for french, english, _ in table(GUIDES["partenaires.fr.md"], "en français"):
        given = {moderation.parse(typed, "partner") for typed in re.findall(r"`(/[^`]+)`", french + english)}
        assert len({one and one.command for one in given}) == 1, (french, english)


def test_the_french_guide_for_partners_names_every_file_they_may_find() -> None:
    files = [file for render in FORMATS.values() for file in render(a_digest(), load()["fr"]).files]

    shown = GUIDES["partenaires.fr.md"]
    assert {f"`seuil-3-fr.{file.name.rpartition('.')[2]}`" for file in files} <= set(
        re.findall("`[^`]+`", shown)
    )
    assert set(offered()) <= set(re.findall(r"`(\w+)`", shown))


@pytest.mark.parametrize("guide", [name for name in GUIDES if name.endswith(".fr.md")])
def test_french_guides_keep_their_signs_with_their_words(guide: str) -> None:
    prose = re.sub(r"(?ms)^ *```.*?^ *```$|`[^`\n]*`", "`", GUIDES[guide])

    assert re.findall(r".{0,30}(?: [:;?!%»]|« |[^\W\d_]'[^\W\d_]).{0,10}", prose) == []


def a_digest() -> bytes:
    """A second digest, with something in every field."""
    texts = {"summaries": ("Des messages le soir.",), "quotes": ("J'ai eu peur chez moi.",)}
    figures = [
        protect(tally(people))
        for people in (list(population(1, 300, "plain")), list(population(2, 300, "plain")))
    ]
    first = compose(number=1, months=("2026-07", "2026-07"), figures=figures[0], before=None)
    second = compose(number=2, months=("2026-08", "2026-09"), figures=figures[1], before=first, **texts)
    return freeze(second)


def digest_file() -> bytes:
    """The same, as a partner gets it."""
    (file,) = FORMATS["json"](a_digest(), load()["fr"]).files
    return file.body


def paths(value: object, at: str = "") -> Iterator[str]:
    """Every field of a JSON value: `tables[].cells[].code`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{at}.{name}".strip(".")
            yield from paths(inner, f"{at}.{name}".strip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{at}[]")


@pytest.mark.parametrize(("guide", "head"), [("digest-data.md", "field"), ("donnees.fr.md", "champ")])
def test_the_guides_to_the_data_explain_every_field_and_no_other(guide: str, head: str) -> None:
    told = json.loads(digest_file())

    explained = [row[0].strip("`") for row in table(GUIDES[guide], head)]
    assert set(explained) == set(paths(told))
    assert len(explained) == len(set(explained))
    assert f"`{told['format']}`" in GUIDES[guide]


@pytest.mark.parametrize(("guide", "head"), [("digest-data.md", "column"), ("donnees.fr.md", "colonne")])
def test_the_guides_to_the_data_explain_every_column_in_its_order(guide: str, head: str) -> None:
    assert [row[0].strip("`") for row in table(GUIDES[guide], head)] == list(COLUMNS)
    assert f"`{csv_format.FORMAT}`" in GUIDES[guide]
    assert f"`{json_format.schema().name}`" in GUIDES[guide]


def test_a_missing_number_is_null_and_never_zero() -> None:
    told = json.loads(digest_file())

    cells = [cell for one in (*told["tables"], *told["crosses"]) for cell in one["cells"]]
    assert all((cell["count"] is None) == (cell["status"] != "published") for cell in cells)
    assert coded(1)  # the people of these figures are made up


# --- what to back up is enough ------------------------------------------------------------------------------


def listed_to_keep(guide: str) -> list[str]:
    return next(block.split() for block in fenced(GUIDES[guide]) if block.startswith("keys/team.age\n"))


@pytest.mark.parametrize("kept", ["all that is listed", "keys only"])
async def test_what_the_guides_say_to_keep_and_a_backup_open_every_testimony_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    listed = listed_to_keep("operating.md")
    assert listed == listed_to_keep("exploiter.fr.md")
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})
    shelf, opener = Path("/dev/shm") / f"seuil-docs-{tmp_path.name}", HybridIdentity(b"\1" * 32)
    before = Settings(data=tmp_path / "before", shelf=shelf / "a")
    lay_keys(before)
    passphrase = passphrase_at_hand(before)
    house = await open_instance(before, cost=CHEAP)
    await seat_chairs(house, "fr")
    members = len(await house.store.members())
    await house.close()
    (before.data / "backup.pub").write_text(opener.recipient.text())
    (tmp_path / "backups").mkdir()
    made = await backups.make(before, tmp_path / "backups", time.time(), lambda *_: None)

    after = Settings(data=tmp_path / "after", shelf=shelf / "b")
    for name in listed if kept == "all that is listed" else [n for n in listed if n.startswith("keys/")]:
        (after.data / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy2(before.data / name, after.data / name)
    back = await restoring.restore(
        after, made.file, (opener,), lambda: passphrase or "", time.time(), lambda *_: None
    )
    assert lay_keys(after) is None
    house = await open_instance(after, cost=CHEAP)
    await house.desk.unlock(passphrase or "")

    assert back.proved == (kept == "all that is listed")
    assert house.desk.is_open
    assert len(await house.store.members()) == members
    assert await instance.seat_chairs(house, "fr") == 0
    await house.close()
    shutil.rmtree(shelf)

"""What people send besides text, in the shapes Telegram gives them.

Never here: who sends it and where. Every file is made up; its id opens nothing.
"""

from __future__ import annotations

from itertools import count
from typing import Any

Json = dict[str, Any]
_numbers = count(1)


def file(size: int = 24_576, **more: Any) -> Json:
    number = next(_numbers)
    return {
        "file_id": f"AgACAgQAAxkBAAI{number:08d}ZmFrZQ",
        "file_unique_id": f"AQAD{number:08d}",
        "file_size": size,
        **more,
    }


def sizes() -> list[Json]:
    return [file(width=90, height=67), file(width=320, height=240), file(width=1280, height=960)]


def photo(**more: Any) -> Json:
    return {"photo": sizes(), **more}


def sticker(**more: Any) -> Json:
    about: Json = {"width": 512, "height": 512, "emoji": "👋", "set_name": "Exemple", "type": "regular"}
    thumbnail = file(width=128, height=128)
    return {
        "sticker": file(**about, is_animated=False, is_video=False, thumbnail=thumbnail),
        **more,
    }


def voice(**more: Any) -> Json:
    return {"voice": file(duration=7, mime_type="audio/ogg"), **more}


def video_note(**more: Any) -> Json:
    return {"video_note": file(duration=5, length=384, thumbnail=file(width=320, height=320)), **more}


def video(**more: Any) -> Json:
    seen = file(
        duration=9, width=1280, height=720, file_name="v.mp4", mime_type="video/mp4",
        thumbnail=file(width=320, height=180),
    )  # fmt: skip
    return {"video": seen, **more}


def audio(**more: Any) -> Json:
    return {"audio": file(duration=61, title="t", file_name="a.mp3", mime_type="audio/mpeg"), **more}


def animation(**more: Any) -> Json:
    seen = file(duration=2, width=320, height=240, file_name="g.mp4", mime_type="video/mp4")
    as_document = {
        key: seen[key] for key in ("file_id", "file_unique_id", "file_size", "file_name", "mime_type")
    }
    return {"animation": seen, "document": as_document, **more}


def document(**more: Any) -> Json:
    return {"document": file(file_name="notes.pdf", mime_type="application/pdf"), **more}


def location(**more: Any) -> Json:
    return {"location": {"latitude": 45.5, "longitude": 3.25}, **more}


def venue(**more: Any) -> Json:
    place = {"latitude": 45.5, "longitude": 3.25}
    return {"venue": {"location": place, "title": "Place", "address": "1 rue"}, "location": place, **more}


def contact(**more: Any) -> Json:
    return {"contact": {"phone_number": "+33199000000", "first_name": "Exemple"}, **more}


def poll(**more: Any) -> Json:
    options = [
        {"persistent_id": str(at), "text": text, "voter_count": 0} for at, text in enumerate(("oui", "non"))
    ]
    asked: Json = {
        "id": str(5_000_000_000 + next(_numbers)), "question": "Oui ?", "options": options,
        "total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular",
        "allows_multiple_answers": False, "allows_revoting": True, "members_only": False,
    }  # fmt: skip
    return {"poll": asked, **more}


def dice(**more: Any) -> Json:
    return {"dice": {"emoji": "🎲", "value": 4}, **more}


def story(**more: Any) -> Json:
    return {
        "story": {"chat": {"id": 5_100_000_000, "first_name": "Exemple", "type": "private"}, "id": 3},
        **more,
    }


def forward(text: str = "transféré", **more: Any) -> Json:
    origin = {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "Exemple"}
    return {"forward_origin": origin, "text": text, **more}


def forwarded_from(user: Json, text: str = "transféré", **more: Any) -> Json:
    return {
        "forward_origin": {"type": "user", "date": 1_700_000_000, "sender_user": user}, "text": text, **more
    }  # fmt: skip


def auto_delete(seconds: int = 86_400, **more: Any) -> Json:
    """The service message of a chat's timer, which people may set themselves."""
    return {"message_auto_delete_timer_changed": {"message_auto_delete_time": seconds}, **more}


SHAPES = {
    each.__name__: each
    for each in (
        photo, sticker, voice, video_note, video, audio, animation, document, location, venue, contact, poll,
        dice, story, forward, forwarded_from, auto_delete,
    )
}  # fmt: skip


def album(pieces: int = 3) -> list[Json]:
    """Several photos that came as one: as many messages with the same group id, text only on the first."""
    group = str(13_000_000_000 + next(_numbers))
    return [
        photo(media_group_id=group, **({"caption": "plusieurs"} if at == 0 else {})) for at in range(pieces)
    ]

"""What can go wrong for the people who run Seuil, each with a way out.

A witness's action is never an exception: the conversation answers everything. These errors are for operators
and moderators at the console. No message holds an answer, an address, a token, a code or a key: it gives the
shape of what was found, never its content.
"""

from __future__ import annotations

from typing import ClassVar


class SeuilError(Exception):
    """Something an operator can mend. `hint` says how; `exit_code` tells scripts which kind it was."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(SeuilError):
    """A setting, or several: all of them are named at once."""

    exit_code = 3


class KeyFileError(SeuilError):
    """A key is missing, of the wrong kind, readable by others, or its passphrase is wrong."""

    exit_code = 4


class StoreDamaged(SeuilError):
    """A database, the shelf or the audit chain is not what was written there."""

    exit_code = 5


class StoreFull(SeuilError):
    """The disk refuses to take more. What was acknowledged before is safe."""

    exit_code = 6


class WordsError(SeuilError):
    """A locale file is missing, broken or incomplete: the message names file and line."""

    exit_code = 7


class PlatformError(SeuilError):
    """This machine lacks something without which Seuil refuses to run, such as ML-KEM."""

    exit_code = 8


class CannotOpen(SeuilError):
    """An encrypted file is not for these keys, or is not exactly what was sealed."""

    exit_code = 9


class AlreadyRunning(SeuilError):
    """Another process holds this instance's data folder."""

    exit_code = 10


class TelegramError(SeuilError):
    """Telegram refuses the token, cannot be reached, or somebody else uses the bot."""

    exit_code = 11


class FormatError(SeuilError):
    """A digest cannot be put into a format: a template or a typeface is broken or missing. The digest is
    safe."""

    exit_code = 12


class SignalError(SeuilError):
    """The Signal daemon cannot be reached, is none, or has no account for us."""

    exit_code = 13


class StoreAway(SeuilError):
    """The database server cannot be reached for now, or lets nobody in. What was acknowledged before is safe.

    `unsure`: it was lost in the middle of a commit, and only it knows whether that was done.
    """

    exit_code = 14

    def __init__(self, message: str, *, hint: str, unsure: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.unsure = unsure

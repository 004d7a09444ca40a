"""The five ways in which an age file can fail to open. All are `CannotOpen`, named as in the public kit.

They are told apart so that a vector can say which one it expects: a broken header that is only caught by
its MAC would mean that the reader is not strict. Never here: a byte of the file, of a key or of the text.
"""

from __future__ import annotations

from bot.errors import CannotOpen


class ArmorFault(CannotOpen):
    """The ASCII armor is not exactly what an age program writes."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"ASCII armor: {message}.",
            hint="Copy the text again, whole, from -----BEGIN AGE ENCRYPTED FILE----- to the END line.",
        )


class HeaderFault(CannotOpen):
    """The header does not follow c2sp.org/age, or a stanza for one of these identities is malformed."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"age header: {message}.",
            hint="This is no age v1 file, or it was changed on its way: fetch it again from its source.",
        )


class NoMatch(CannotOpen):
    """The header is sound, and no stanza is for any of these identities."""

    def __init__(self) -> None:
        super().__init__(
            "None of these keys opens this file.",
            hint="Check which key it was sealed to, and that key file and passphrase are the right ones.",
        )


class MacFault(CannotOpen):
    """The file key was found, and the header is not the one that was written with it."""

    def __init__(self) -> None:
        super().__init__(
            "age header: it was changed after it was written.",
            hint="Do not trust this copy: fetch the file again from where it was made.",
        )


class PayloadFault(CannotOpen):
    """The header is sound, and the payload is truncated, changed, reordered or prolonged."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"age payload: {message}.",
            hint="The file is damaged or incomplete: fetch it again from where it was made.",
        )

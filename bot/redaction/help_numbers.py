"""The numbers a witness may write: help lines and emergencies pass redaction.

Never here: what a line is for (`locales/help`).
"""

# ruff: noqa: SIM905 - a word list is cut where it means something, not at a column

from __future__ import annotations

from typing import Final

HELP_NUMBERS: Final = frozenset(
    # France: danger, women, digital violence, suicide, discrimination, children, victims of any offence
    "17 112 114 15 18 115 119 3919 3018 3114 3928 116006 116000 0180523376 "
    # France: Viols Femmes Informations; Planning familial, and from abroad
    "0800059595 0800081111 0148071057 "
    # Belgium: SOS Viol, police, Télé-accueil; Switzerland: victims, La Main Tendue
    "080098100 101 107 142 143 "
    # Québec: Info-aide violence sexuelle, with and without its leading 1, and Montréal; emergencies
    "18889339007 8889339007 5149339007 911 "
    # England and Wales: Rape Crisis, Childline, emergencies; Spain, Germany
    "08085002222 08001111 999 016 116016".split()
)
"""National numbers, digits only, that are never taken out: a witness may write whom she called.

Source: the project's table of help lines (`locales/help`), where each has its own source and date, and the
emergency numbers of these countries. A test holds the two together. One that no longer answers costs nothing
here."""

"""Which labels of a file are one class: those that spaces around them, or capitals, alone keep apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from unicodedata import normalize

SPACES, CAPITALS, FORMS = "spaces around a label", "capitals", "how a letter with an accent is stored"


def bare(label: str) -> str:
    """A label without the spaces around it, its letters composed; one of spaces alone is a class too.

    >>> bare(" yes"), bare(" "), bare("cafe\u0301") == "caf\u00e9"
    ('yes', ' ', True)
    """
    return normalize("NFC", label.strip() or label)


def classes_of(rows: Mapping[str, int]) -> dict[str, str]:
    """The class of each label, which has so many rows. It is named as most of its rows spell it.

    >>> classes_of({"Yes": 2, " yes": 3, "no": 4})
    {'Yes': 'yes', ' yes': 'yes', 'no': 'no'}
    """
    spelled = Counter[str]()
    for label, count in rows.items():
        spelled[bare(label)] += count
    names: dict[str, str] = {}
    for name, _ in sorted(spelled.items(), key=lambda each: (-each[1], each[0])):
        names.setdefault(name.casefold(), name)
    return {label: names[bare(label).casefold()] for label in rows}


def what_does_not_count(classes: Mapping[str, str]) -> str:
    """Why there are fewer classes than labels, in words; an empty text where there are as many.

    >>> what_does_not_count({"Yes": "yes", " yes": "yes"})
    'spaces around a label and capitals do not count'
    """
    if len(set(classes.values())) == len(classes):
        return ""
    composed = {label: normalize("NFC", label) for label in classes}
    found = [SPACES] if any(bare(label) != composed[label] for label in classes) else []
    found += [CAPITALS] if any(bare(label) != name for label, name in classes.items()) else []
    found += [FORMS] if any(label != composed[label] for label in classes) else []
    return f"{' and '.join(found)} {'do' if found != [FORMS] else 'does'} not count"

"""Names for files: safe on every file system, unique, and always the same."""

import base64
import hashlib
import re
import unicodedata

#: Who somebody is in the records: name and id.
Person = tuple[str, str]
#: Letters of a name that are kept: with the rest well below any limit on a path.
_LONGEST = 40
#: Signs of the hash, of 5 bits each: two of a million learners share one once in two
#: million times, and nobody finds a name that has another's.
_SIGNS = 12


def safe_name(who: Person) -> str:
    """Return the name of a learner's folder.

    It is what ASCII has of the name, in small letters, and the beginning of a SHA-256
    of name and id. The hash keeps apart those who differ in case, in accents or only
    in their id; with a hash at its end no name is one that Windows keeps for itself;
    and a name does not depend on who else is in the class.

    Examples
    --------
    >>> safe_name(("Zoë O'Brien", "s12"))
    'zoe-obrien-mnfjfczoruvz'
    >>> safe_name(("李明", ""))
    'learner-vr5sf2i5iteg'
    """
    return f"{_slug(who[0])}-{_hash(who)}"


def is_safe_name(text: str) -> bool:
    """Tell whether a folder is called as `safe_name` calls them.

    Examples
    --------
    >>> is_safe_name("zoe-obrien-mnfjfczoruvz"), is_safe_name("week-1")
    (True, False)
    """
    return bool(re.fullmatch(rf"[a-z0-9-]+-[a-z2-7]{{{_SIGNS}}}", text))


def safe_file(exercise: str) -> str:
    """Return the name of an exercise's page, without its ending.

    Examples
    --------
    >>> safe_file("07_layer_norm")
    '07_layer_norm'
    >>> safe_file("../Up")
    'up-4khnwqkag2v4'
    """
    if re.fullmatch(r"[0-9][0-9a-z_]{0,80}", exercise):
        return exercise
    return f"{_slug(exercise)}-{_hash((exercise,))}"


def _slug(text: str) -> str:
    """Return the letters and digits of ``text`` that ASCII has, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text[:1000])
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.findall(r"[a-z0-9]+", letters.replace("'", "").lower())
    return "-".join(words)[:_LONGEST].strip("-") or "learner"


def _hash(parts: tuple[str, ...]) -> str:
    """Return the first bits of a SHA-256 of ``parts``, each after its length."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return base64.b32encode(digest.digest()).decode("ascii").lower()[:_SIGNS]

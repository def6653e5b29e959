"""Names for files: safe on every file system, unique, and always the same."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

#: Who somebody is in the records: name and id.
Person = tuple[str, str]
#: Letters of a name that are kept: with the rest well below any limit on a path.
_LONGEST = 40
#: Hexadecimal digits of the hash: 40 bits, more where those do not tell two apart.
_DIGITS = 10


def safe_names(people: Iterable[Person]) -> dict[Person, str]:
    """Return for each person the name of a folder.

    It is what ASCII has of the name, in small letters, and the beginning of a SHA-256
    of name and id. The hash keeps apart those who differ in case, in accents or only
    in their id; a name with a hash at its end is never one that Windows keeps for
    itself, and it does not depend on who else is in the class.

    Examples
    --------
    >>> safe_names([("Zoë O'Brien", "s12"), ("CON", "")])[("CON", "")]
    'con-daf75de6be'
    >>> safe_names([("李明", "")])
    {('李明', ''): 'learner-5f67217ad5'}
    """
    everybody = sorted(set(people))
    for digits in range(_DIGITS, 65, 6):
        names = {one: f"{_slug(one[0])}-{_hash(one)[:digits]}" for one in everybody}
        if len(set(names.values())) == len(names):
            break
    return names


def safe_file(exercise: str) -> str:
    """Return the name of an exercise's page, without its ending.

    Examples
    --------
    >>> safe_file("07_layer_norm")
    '07_layer_norm'
    >>> safe_file("../Up")
    'up-ef862bb0bf'
    """
    if re.fullmatch(r"[0-9][0-9a-z_]{0,80}", exercise):
        return exercise
    return f"{_slug(exercise)}-{_hash((exercise,))[:_DIGITS]}"


def _slug(text: str) -> str:
    """Return the letters and digits of ``text`` that ASCII has, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text[:1000])
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.findall(r"[a-z0-9]+", letters.replace("'", "").lower())
    return "-".join(words)[:_LONGEST].strip("-") or "learner"


def _hash(parts: tuple[str, ...]) -> str:
    """Return a SHA-256 of ``parts``, each with its length before it, in hex."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()

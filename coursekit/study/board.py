"""What a notebook calls for the live board of a workshop: `join`, `flag` and `leave`.

Only `join` waits for the network, and at most `A_MOMENT`, so that it can say whether
the room code was right. Everything else is written down and sent in the background.
"""

from typing import Any
from urllib.parse import urlsplit

from coursekit import wire
from coursekit.grading.card import note_card
from coursekit.grading.display import Card, printable
from coursekit.study.feedback import never_raises
from coursekit.study.outbox import Member, Outbox
from coursekit.study.sender import Ended, sender
from coursekit.study.store import MARKER, Store, store

#: Longest that `join` waits to hear whether it worked, in seconds.
A_MOMENT = 1.0
HOW_TO_JOIN = '`join("http://…", "nickname")`, with the address on the projector'
FLAGS = (
    '`flag("red")` asks for help, `flag("green")` says that you are done, `flag(None)` '
    "takes your flag down, and `leave()` stops all this."
)


@never_raises
def join(address: str = "", nickname: str = "", room: str = "") -> Card:
    """Let the workshop's board hear how your checks end, from now on.

    Parameters
    ----------
    address : str
        As it stands on the projector: ``"http://192.168.1.20:8765/K7QM2X"``.
    nickname : str
        How the board shows you to the instructor; the projector shows no names. A
        study folder has one row: with another name it is the same one.
    room : str, default=""
        The room code, where the address does not end with it.

    Returns
    -------
    Card
        Whether it worked. The board gets the task, how it ended, the points and the
        names of recognised mistakes; never your code. It lasts through restarts of the
        kernel and for every notebook of the study folder, until `leave` or until the
        board has not answered for 12 hours.

    Examples
    --------
    >>> print(str(join("http://192.168.1.20:8765")).splitlines()[0])
    join needs the room code
    """
    if type(address) is not str or type(nickname) is not str or type(room) is not str:
        return _cannot("join needs texts", "address, nickname and room are in quotes.")
    try:
        base, code = read_address(address, room)
    except ValueError as error:
        return _cannot(*error.args)
    kept = store()
    member = Outbox(kept).join(base, code, nickname.strip() or "learner")
    answer = sender(kept).first_answer(member, A_MOMENT)
    shown = _joined(answer.ended if answer else Ended.AWAY, answer and answer.name)
    renamed = _renamed(member, kept) if member.was else ""
    heard = answer is not None and answer.ended is Ended.HEARD
    return note_card(
        shown[0],
        [*filter(None, [renamed, *shown[1:], kept.take_note()])],
        tone="pass" if heard and not renamed else "todo",
    )


@never_raises
def flag(colour: Any = ...) -> Card:
    """Put a flag up on the board, for the instructor to see; or take it down.

    Parameters
    ----------
    colour : {"red", "green", None}
        Red asks for help, green says "I am done", None takes the flag down.

    Returns
    -------
    Card
        What was put up.
    """
    wanted = colour.strip().lower() if isinstance(colour, str) else colour
    if wanted is not None and wanted not in wire.COLOURS:
        return _cannot("There is no such flag", FLAGS)
    kept = store()
    if not Outbox(kept).flag(wanted):
        return _not_joined()
    sender(kept).wake()
    if wanted is None:
        return note_card("Your flag is down", [])
    said = {"red": "Somebody comes to help you.", "green": "You are done."}[wanted]
    return note_card(
        f"Your {wanted} flag is up",
        [f"It says: {said} `flag(None)` takes it down."],
        tone="pass" if wanted == "green" else "error",
    )


@never_raises
def leave() -> Card:
    """Leave the board: it hears of nothing that you check from now on.

    Returns
    -------
    Card
        What became of it.
    """
    kept = store()
    if not Outbox(kept).leave():
        return _not_joined()
    sender(kept).wake()
    return note_card(
        "You left the board",
        [
            "It hears nothing more of you. Your progress is kept here as before. "
            "Joining again with the same address brings back your row."
        ],
    )


def read_address(address: str, room: str = "") -> tuple[str, str]:
    """Return a board's address without the code, and the room code.

    Raises
    ------
    ValueError
        If there is none in it; with a title and what to do.

    Examples
    --------
    >>> read_address("192.168.1.20:8765/k7q-m2x")
    ('http://192.168.1.20:8765', 'K7QM2X')
    """
    whole = address.strip()
    whole = whole if "://" in whole else f"http://{whole}"
    try:
        parts = urlsplit(whole)
        web = parts.scheme in ("http", "https")
        usable = web and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not whole.isascii() or not whole.isprintable() or " " in whole:
        raise ValueError(
            "join needs the address of the board",
            f"{address!r} is no address such as http://192.168.1.20:8765/K7QM2X. Copy "
            "it as it stands on the projector, in quotes.",
        )
    path, code = parts.path.rstrip("/"), wire.tidy_code(room)
    last = path.rpartition("/")
    if not code or wire.tidy_code(last[2]) == code:
        path, code = last[0], wire.tidy_code(last[2])
    if not wire.is_code(code):
        raise ValueError(
            "join needs the room code",
            "It stands at the end of the address on the projector: "
            'http://192.168.1.20:8765/K7QM2X. Or give it as room="K7QM2X".',
        )
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}", code


def _joined(ended: Ended, name: str | None) -> tuple[str, ...]:
    """Return the title of `join`'s card, and its paragraphs."""
    if ended is Ended.HEARD:
        return (
            f"You are on the board as {name}",
            "From now on it hears how each `check` and `answer` ends: the task, the "
            "points and the names of recognised mistakes. Never your code.",
            FLAGS,
        )
    if ended is Ended.WRONG_CODE:
        return (
            "The board did not take the room code",
            "The code at the end of the address should be the one on the projector. "
            "Compare them, and run this again. Nothing is sent until then.",
        )
    if ended is Ended.REMOVED:
        return (
            "The instructor took you off this board",
            "Nothing is sent. If that was a mistake, ask the instructor.",
        )
    if ended is Ended.BUSY:
        return (
            "The board is busy",
            "It answered that it takes you a little later. You need not do anything: "
            "what you check is kept here and sent as soon as it can be.",
        )
    return (
        "The board has not answered yet",
        "You need not wait for it: everything here works without. What you check is "
        "kept and sent as soon as the board answers. If others are on the board and "
        "you are not: is the address right, and is this computer in the same network?",
    )


def _renamed(member: Member, kept: Store) -> str:
    """Say that one row has another name now, and what two people do."""
    at_home = kept.file.parent.name == MARKER
    whose = f"study folder ({kept.file.parent.parent})" if at_home else "account"
    return (
        f"This {whose} was on the board as {printable(member.was, 60, 1)}; it is "
        f"{printable(member.nickname, 60, 1)} now, and has one row there. Two people? "
        "Each needs a study folder of their own, for the board and for what they "
        "write: run `coursekit lab NAME` once for each, and join from a notebook in it."
    )


def _cannot(title: str, what_to_do: str) -> Card:
    return note_card(title, [what_to_do])


def _not_joined() -> Card:
    return note_card(
        "You are not on a board",
        [f"First {HOW_TO_JOIN}. Without a workshop you need none of this."],
    )

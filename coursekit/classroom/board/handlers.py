"""What the board answers over HTTP: to notebooks, to the instructor, to strangers."""

import asyncio
import hmac
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado import iostream, web

from coursekit import wire
from coursekit.classroom.board.database import BoardFileError
from coursekit.classroom.board.limits import Door, Refused
from coursekit.classroom.board.room import Room

PAGES = Path(__file__).parent / "pages"
#: Least time between two messages to one page, and most without a sign of life (s).
PACE, ALIVE = 0.2, 15.0
#: Most pages that are open at once.
MOST_PAGES = 30
TEACHER, PROJECTOR = "teach", "show"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    "style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TYPES = {".js": "text/javascript", ".css": "text/css"}


class Handler(web.RequestHandler):
    """What all of them share: the room, headers that keep a page closed, the keys."""

    def initialize(self, room: Room, door: Door, address: str) -> None:
        """Take what the application hands to every handler."""
        self.room, self.door, self.address = room, door, address

    def set_default_headers(self) -> None:
        """Let nothing be loaded from elsewhere, framed, cached or told onwards."""
        self.clear_header("Server")
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with a short page; it repeats nothing of the request."""
        self.set_status(status_code)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.render_string("closed.html", status=status_code))

    def holds(self, which: str) -> bool:
        """Tell whether the browser has the key of a page, by its cookie."""
        key = {TEACHER: self.room.teach_key, PROJECTOR: self.room.show_key}[which]
        given = self.get_cookie(self.cookie_of(which)) or ""
        return hmac.compare_digest(given.encode("utf-8", "replace"), key.encode())

    def cookie_of(self, which: str) -> str:
        """Return a cookie's name; browsers share cookies between ports."""
        return f"coursekit-{which}-{self.address.rpartition(':')[2]}"

    def need(self, which: str) -> None:
        """Go on only with the key of a page; the instructor's opens both."""
        if not (self.holds(which) or self.holds(TEACHER)):
            raise web.HTTPError(403)


class Hear(Handler):
    """Learners' notebooks."""

    def post(self) -> None:
        """Take in one message."""
        try:
            message = wire.read_message(self.request.body)
            known = self.room.knows(message.token)
            self.door.admit(message, self.request.remote_ip or "", known)
            self.write(self.room.hear(message))
        except Refused as refused:
            self.refuse(refused.status, refused.why)
        except BoardFileError:
            self.refuse(503, wire.LATER)
        except ValueError:
            self.refuse(400, wire.FORM)

    def refuse(self, status: int, why: str) -> None:
        """Say no, and when to come again."""
        self.set_status(status)
        if why == wire.LATER:
            self.set_header("Retry-After", "3")
        self.write(wire.written_refusal(why))


class Key(Handler):
    """A secret link: it puts the key into a cookie and out of the address bar.

    So the key is not on the wall when the page is projected.
    """

    def get(self, which: str, key: str) -> None:
        """Open the page, or say that the link is not right."""
        wanted = {TEACHER: self.room.teach_key, PROJECTOR: self.room.show_key}[which]
        if not hmac.compare_digest(key.encode("utf-8", "replace"), wanted.encode()):
            raise web.HTTPError(403)
        self.set_cookie(
            self.cookie_of(which),
            key,
            httponly=True,
            samesite="Strict",
            path="/",
            expires_days=2,
        )
        # a cookie that is set by a redirect is not sent along by every browser
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.render("open.html", to=f"/{which}")


class Page(Handler):
    """The instructor's page and the projector's."""

    def get(self, which: str) -> None:
        """Return the page, which then asks for its stream."""
        self.need(which)
        self.render(
            f"{which}.html",
            code=self.room.code,
            address=self.address,
            show_key=self.room.show_key if which == TEACHER else "",
        )


class Learners(Handler):
    """What a learner sees who types the address into a browser."""

    def get(self, code: str = "") -> None:
        """Say how to join; whether the code is right is not said here."""
        self.render("join.html", address=self.address, code=code.upper())


class State(Handler):
    """All of it at once, for the instructor alone."""

    def get(self) -> None:
        """Return what a page that opens now would be sent."""
        self.need(TEACHER)
        self.write(self.room.teacher())


class Stream(Handler):
    """Server-sent events: first everything, then what changed."""

    open = 0

    async def get(self, which: str) -> None:
        """Send until the page is closed."""
        self.need(which)
        if Stream.open >= MOST_PAGES:
            raise web.HTTPError(503)
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")
        self._task = asyncio.current_task()
        Stream.open += 1
        try:
            await self.send(which)
        except (iostream.StreamClosedError, asyncio.CancelledError):
            pass
        finally:
            Stream.open -= 1

    async def send(self, which: str) -> None:
        """Send news at a pace, or a sign of life; a slow page gets fewer and larger."""
        since = -1
        self.write("retry: 1000\n\n")
        while True:
            if self.room.state.version > since:
                told = self.view(which, since) | {"now": self.room.now()}
                kind = "some" if since >= 0 else "all"
                since = told["version"]
                self.write(f"event: {kind}\ndata: {json.dumps(told)}\n\n")
            else:
                self.write("event: alive\ndata: {}\n\n")
            await self.flush()
            await asyncio.sleep(PACE)
            await self.room.news(since, ALIVE)

    def view(self, which: str, since: int) -> dict[str, Any]:
        """Return what is new to a page, with what never changes the first time."""
        if which == TEACHER:
            told = self.room.teacher(since)
        else:
            told = self.room.projector()
        if since >= 0:
            return told
        columns = self.room.columns
        return told | {
            "lessons": columns.lessons,
            "columns": [
                {"name": c.name, "exercise": c.exercise, "points": c.points}
                for c in columns.values()
            ],
        }

    def on_connection_close(self) -> None:
        """Stop when the page is closed."""
        self._task.cancel()


class Commands(Handler):
    """What the instructor does: the timer, the lesson, a flag, a learner."""

    def post(self) -> None:
        """Do one thing; another site's page cannot send this header."""
        self.need(TEACHER)
        if not self.holds(TEACHER) or self.request.headers.get("X-Board") != "1":
            raise web.HTTPError(403)
        try:
            asked = json.loads(self.request.body)
            does: dict[str, Callable[[], None]] = {
                "timer": lambda: self.room.set_timer(_minutes(asked["minutes"])),
                "lesson": lambda: self.room.set_lesson(str(asked["lesson"])),
                "answered": lambda: self.room.answer_flag(int(asked["learner"])),
                "remove": lambda: self.room.remove(int(asked["learner"])),
            }
            does[asked["do"]]()
        except BoardFileError:
            raise web.HTTPError(503) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise web.HTTPError(400) from None
        self.write({})


class Files(web.StaticFileHandler):
    """Scripts and styles; their type does not depend on this computer's settings."""

    def set_extra_headers(self, path: str) -> None:
        """Let browsers ask each time: a newer board has newer scripts."""
        for name, value in _HEADERS.items():
            self.set_header(name, value)
        self.set_header("Cache-Control", "no-cache")

    def get_content_type(self) -> str:
        """Return the type by the file's name."""
        return _TYPES.get(Path(self.absolute_path or "").suffix, "text/plain")


def application(room: Room, address: str) -> web.Application:
    """Return the board as an application of tornado.

    Parameters
    ----------
    room : Room
        The class.
    address : str
        Where learners reach it: ``http://192.168.1.20:8765``.
    """
    shared = {"room": room, "door": Door(room.code), "address": address}
    which = f"({TEACHER}|{PROJECTOR})"
    return web.Application(
        [
            (wire.PATH, Hear, shared),
            (rf"/api/{which}", Stream, shared),
            (r"/api/state", State, shared),
            (r"/api/do", Commands, shared),
            (rf"/{which}/([0-9a-f]{{1,64}})", Key, shared),
            (rf"/{which}", Page, shared),
            (r"/static/([a-z]+\.(?:js|css))", Files, {"path": str(PAGES)}),
            (r"/", Learners, shared),
            (r"/([A-Za-z0-9-]{4,20})", Learners, shared),
        ],
        default_handler_class=Nothing,
        default_handler_args=shared,
        template_path=str(PAGES),
        log_function=lambda handler: None,
        compress_response=False,
    )


class Nothing(Handler):
    """Every other address."""

    def prepare(self) -> None:
        """Say that there is nothing."""
        raise web.HTTPError(404)


def _minutes(value: Any) -> float:
    minutes = float(value)
    if not math.isfinite(minutes):
        raise ValueError("_minutes: minutes must be a number.")
    return minutes

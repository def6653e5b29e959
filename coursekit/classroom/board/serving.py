"""Listen, say where, and end in an orderly way."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import sys
from collections.abc import Callable

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from coursekit import wire
from coursekit.classroom.board.addresses import EVERYWHERE, reachable
from coursekit.classroom.board.handlers import application
from coursekit.classroom.board.room import Room

#: Seconds a request may take to arrive, and a connection may say nothing.
ARRIVES, IDLE = 10.0, 60.0


class PlaceError(Exception):
    """The board cannot listen there; the message says why and what to do."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Return the sockets of one port.

    Parameters
    ----------
    host : str
        "0.0.0.0" for every network of this computer.
    port : int
        0 takes one that is free.

    Raises
    ------
    PlaceError
        If the port is taken or the address is not this computer's.
    """
    if not 0 <= port < 2**16:  # the system would take the rest of a division
        raise PlaceError(
            f"--port must be a number from 0 to 65535; got {port}. Leave it out for "
            "the usual one."
        )
    try:
        both = host in ("", "::")  # of IPv4 and IPv6
        return bind_sockets(port, None if both else host, backlog=512)
    except OSError as error:
        raise PlaceError(_in_words(host, port, error)) from None


def serve(
    room: Room, sockets: list[socket.socket], host: str, say: Callable[[str], None]
) -> None:
    """Run the board until Ctrl-C or the end of its process is asked for.

    Parameters
    ----------
    room : Room
        The class.
    sockets : list of socket
        From `listen`.
    host : str
        What was asked to listen at.
    say : callable
        Prints.
    """
    for name in ("tornado.access", "tornado.general", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_until_told(room, sockets, host, say))


async def _until_told(
    room: Room, sockets: list[socket.socket], host: str, say: Callable[[str], None]
) -> None:
    port = sockets[0].getsockname()[1]
    addresses = reachable(host, port)
    server = HTTPServer(
        application(room, addresses[0]),
        max_body_size=wire.MAX_BODY,
        max_header_size=16 * 1024,
        body_timeout=ARRIVES,
        idle_connection_timeout=IDLE,
    )
    server.add_sockets(sockets)
    say(welcome(room, addresses, host, port))
    ended = asyncio.Event()
    if sys.platform != "win32":  # there Ctrl-C arrives as KeyboardInterrupt
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, ended.set)
    while not ended.is_set():  # Windows wakes up for Ctrl-C only now and then
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 0.5 if _windows() else None)
    server.stop()


def welcome(room: Room, addresses: list[str], host: str, port: int) -> str:
    """Return what is printed at the start: every address there is, and for whom."""
    own = f"http://127.0.0.1:{port}" if host in EVERYWHERE else addresses[0]
    join = [f"{address}/{room.code}" for address in addresses]
    count = len(room.state.learners)
    lines = [
        f"The board is open. Room code: {room.code}",
        "",
        "  for you alone (secret)",
        f"    {own}/teach/{room.teach_key}",
        "  for the projector (no names)",
        f"    {own}/show/{room.show_key}",
        "  for learners, in a notebook" + (": one of these" if join[1:] else ""),
        *(f'    from coursekit import join; join("{one}", "nickname")' for one in join),
        "",
        _who_gets_in(host),
        f"The class is kept in {room.database.path}"
        + (f"; learners who are in it: {count}." if count else "."),
        "Ctrl-C ends the board; the same command brings it back as it was.",
    ]
    return "\n".join(lines)


def _who_gets_in(host: str) -> str:
    if host not in EVERYWHERE:
        if host in ("127.0.0.1", "localhost", "::1"):
            return "Only this computer reaches it: --host 0.0.0.0 opens it to others."
        return (
            f"Whoever reaches {host} and has the room code gets in; HTTP is readable."
        )
    return (
        "Every computer in your networks can reach it, and gets in with the room code. "
        "It is\nplain HTTP: who listens in sees nicknames, tasks and outcomes. --host "
        "127.0.0.1 keeps\nit to this computer. If nobody gets through: does the "
        "firewall let Python in, and\ndoes the network let computers see each other? "
        "Many guest networks do not."
    )


def _windows() -> bool:
    return sys.platform == "win32"


def _in_words(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE or getattr(error, "winerror", 0) == 10048:
        return (
            f"port {port} is taken: a board or another program has it. Stop that one, "
            f"or give another with --port {port + 1} (learners' addresses change too)."
        )
    if error.errno == errno.EACCES:
        return (
            f"this account may not use port {port}. Ports below 1024 are kept for the "
            "system. Give another with --port 8765."
        )
    return (
        f"cannot listen at {host!r} ({error.strerror or error}). It must be an address "
        "of this computer, such as 127.0.0.1, or 0.0.0.0 for every network. Give "
        "another with --host, or leave it out."
    )

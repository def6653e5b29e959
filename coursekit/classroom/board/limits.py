"""How much anybody may ask of the board; a class behind one address is somebody too."""

import hmac
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from coursekit import wire

#: Most who are counted at a time: who asked longest ago is forgotten first.
_COUNTED = 10_000


class Buckets:
    """For each key a bucket that empties by use and fills with time."""

    def __init__(
        self,
        size: float,
        per_second: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.size, self.per_second, self._now = size, per_second, now
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def left(self, key: Hashable) -> float:
        """Return how much is in a bucket now."""
        amount, then = self._left.get(key, (self.size, 0.0))
        return min(self.size, amount + (self._now() - then) * self.per_second)

    def take(self, key: Hashable, amount: float = 1.0) -> bool:
        """Take ``amount`` out and return True, or leave it and return False."""
        left = self.left(key)
        if left < amount:
            return False
        self._left[key] = (left - amount, self._now())
        self._left.move_to_end(key)
        if len(self._left) > _COUNTED:
            self._left.popitem(last=False)
        return True


class Refused(Exception):
    """The board does not take this: a status of HTTP and a reason of the wire."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class Door:
    """Who may say something: whoever has the room code, and not without end.

    Learners whom the board knows by their token are never held up by what somebody
    else at their address does: a class of thirty shares one. Wrong codes are counted by
    address, sixty at once and then one in two seconds; at that rate a code of six
    characters is found in some tens of years. While an address is out of guesses, its
    newcomers wait for a few seconds, with the right code as with a wrong one: an
    answer would tell them apart.
    """

    def __init__(self, room: str, now: Callable[[], float] = time.monotonic) -> None:
        self.room = room
        self._guesses = Buckets(60, 0.5, now)
        self._newcomers = Buckets(250, 0.5, now)
        self._messages = Buckets(30, 3, now)
        self._events = Buckets(600, 5, now)

    def admit(self, message: wire.Message, address: str, known: bool) -> None:
        """Let a message in, or raise.

        Parameters
        ----------
        message : wire.Message
            Its room code is compared in constant time.
        address : str
            Where it came from.
        known : bool
            Whether the board knows its token.

        Raises
        ------
        Refused
            If the code is wrong, or there was too much from there.
        """
        home = network(address)
        guesser = message.token if known else home
        if self._guesses.left(guesser) < 1:
            raise Refused(429, wire.LATER)
        given = wire.tidy_code(message.room).encode("utf-8", "replace")
        if not hmac.compare_digest(given, self.room.encode()):
            self._guesses.take(guesser)
            raise Refused(403, wire.CODE)
        if not known and not self._newcomers.take(home):
            raise Refused(429, wire.LATER)
        mine = message.token
        enough = self._events.left(mine) >= len(message.events)
        if not enough or not self._messages.take(mine):
            raise Refused(429, wire.LATER)
        self._events.take(mine, len(message.events))


def network(address: str) -> str:
    """Return what counts as one address: of IPv6 the half that a home is given.

    Examples
    --------
    >>> network("2001:db8:1:2:3:4:5:6"), network("192.168.1.7")
    ('2001:db8:1:2::', '192.168.1.7')
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False).network_address)

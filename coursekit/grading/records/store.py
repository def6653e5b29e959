"""Records: what grading found for each learner, kept in one file of a folder."""

import contextlib
import threading
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from types import TracebackType

from coursekit.grading.display import printable
from coursekit.grading.records import encoding, history, places, rows
from coursekit.grading.records.database import (
    Database,
    open_for_reading,
    open_for_writing,
)
from coursekit.grading.records.decisions import (
    below,
    check_points,
    check_words,
    find_place,
)
from coursekit.grading.records.errors import RecordsError, in_words, shown
from coursekit.grading.records.graded import Graded
from coursekit.grading.records.late import LateRules
from coursekit.grading.records.late_file import FILE as LATE_FILE
from coursekit.grading.records.late_file import read_late
from coursekit.grading.records.lock import Lock
from coursekit.grading.records.rows import Entry, Key
from coursekit.grading.records.settle import settle
from coursekit.grading.records.settled import Override, Settled


class Records:
    """The records of one RESULTS folder; a context manager.

    Opened to read (the default), they are whatever has been recorded so far, also while
    another process is grading. Opened with ``create``, the folder is claimed for this
    process, so that two runs cannot mix. An override needs no claim: it can be added
    while a run goes on. Everything may be called from any thread.
    """

    def __init__(self, folder: Path, database: Database, lock: Lock | None) -> None:
        self.folder = folder
        self._database, self._lock = database, lock
        self._one_at_a_time = threading.RLock()

    @classmethod
    def open(cls, folder: str | Path, create: bool = False) -> "Records":
        """Open the records of a folder.

        Parameters
        ----------
        folder : path-like
            RESULTS.
        create : bool, default=False
            Open to write: make what is not there, and claim the folder.

        Raises
        ------
        RecordsError
            If there is nothing to read, the folder cannot be used, it holds something
            else, or another process is grading into it.
        """
        folder = Path(folder)
        if not create:
            return cls(folder, open_for_reading(folder), None)
        database = open_for_writing(folder)
        try:
            return cls(folder, database, Lock.take(folder))
        except BaseException:
            database.connection.close()
            raise

    @property
    def note(self) -> str:
        """What is to be said about the drive; '' where nothing is."""
        return self._database.note

    def close(self) -> None:
        """Close the file and give up the claim."""
        with self._one_at_a_time, in_words(self._database.file):
            self._database.connection.close()
            if self._lock:
                self._lock.free()

    def __enter__(self) -> "Records":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def setting(self, name: str, default: str = "") -> str:
        """Return a setting, such as the grading seed."""
        return self.settings().get(name, default)

    def settings(self) -> dict[str, str]:
        """Return all settings by name."""
        with self._one_at_a_time, self._database.reading() as connection:
            found = connection.execute("SELECT name, value FROM settings ORDER BY name")
            return {name: encoding.untext(value) for name, value in found}

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        self._claimed("set")
        with self._one_at_a_time, self._database.writing(lasting=True) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO settings VALUES (?, ?)",
                (name, encoding.text(value)),
            )

    def put(self, graded: Graded, at: str = "") -> None:
        """Keep one graded submission, in place of what has the same key.

        When this returns, a kill of the process loses nothing of it; before, nothing
        of it is there and what it replaces is.

        Parameters
        ----------
        graded : Graded
            What grading came to.
        at : str, default=""
            When it was graded (UTC, ISO 8601); '' means now.

        Raises
        ------
        RecordsError
            If the disk is full or cannot be written.
        """
        self._claimed("put")
        with self._one_at_a_time, self._database.writing() as connection:
            rows.write(connection, graded, at or history.now())

    def is_done(
        self,
        key: Key,
        *,
        digest: str,
        seed: str,
        edition: str,
        version: str,
        isolation: str,
    ) -> bool:
        """Return whether grading this again would give what is recorded.

        Never where the grader itself failed: that is always worth another try.
        """
        facts = (digest, seed, edition, version, isolation)
        with self._one_at_a_time, self._database.reading() as connection:
            number = rows.identify(connection, key)
            found = connection.execute(
                "SELECT digest, seed, edition, version, isolation FROM submissions "
                "WHERE id = ? AND score IS NOT NULL",
                (number,),
            ).fetchone()
        return found is not None and tuple(map(encoding.untext, found)) == facts

    def forget(self, present: Collection[Key]) -> tuple[Key, ...]:
        """Leave out what the learner has replaced; call it when a run begins.

        A record whose file is not among the submissions is never deleted: a grade that
        disappears without a word is worse than one too many, and a folder of results
        may hold other weeks, or a class of which one learner is graded again. Only
        where the same learner's work for the same exercise is now another file does
        the older record stop to count; it stays in the file.

        Parameters
        ----------
        present : collection of keys
            Every submission that was found, graded or not.

        Returns
        -------
        tuple of keys
            Records that still count though their files are not among ``present``.
        """
        self._claimed("forget")
        now_there = set(present)
        work = {key[:3] for key in now_there if has_owner(key)}
        absent = []
        with self._one_at_a_time, self._database.writing() as connection:
            for entry in rows.entries(connection):
                key = entry.key
                replaced = entry.superseded or key[:3] in work
                superseded = replaced and key not in now_there
                if superseded != entry.superseded:
                    rows.supersede(connection, entry.number, superseded)
                if not superseded and key not in now_there:
                    absent.append(key)
        return tuple(absent)

    def missing(self, place: str, there: Collection[Key]) -> tuple[Key, ...]:
        """Note what lies at a place; return what counts and lay there before.

        Parameters
        ----------
        place : str
            The folder or archive that was graded, under a name that stays the same.
        there : collection of keys
            All that was found in it, also what this run does not grade.

        Returns
        -------
        tuple of keys
            Records whose files were last seen at this place and are not there now.
            What never had a file is not missing, nor is what came from elsewhere.
        """
        self._claimed("missing")
        now_there = {key for key in there if key[3]}
        with self._one_at_a_time, self._database.writing() as connection:
            gone = places.noted(connection, place) - now_there
            places.note(connection, place, now_there)
            counting = (e.key for e in rows.entries(connection) if not e.superseded)
            return tuple(key for key in counting if key in gone)

    def leave_out(self, keys: Collection[Key]) -> None:
        """Let records count no more, until a run finds their files again."""
        self._claimed("leave_out")
        with self._one_at_a_time, self._database.writing() as connection:
            for key in keys:
                rows.supersede(connection, rows.identify(connection, key), True)

    def graded(self) -> tuple[Graded, ...]:
        """Return every record that counts, sorted by key."""
        return tuple(self.each())

    def each(self) -> Iterator[Graded]:
        """Yield what `graded` returns one by one, holding one at a time in memory.

        What is recorded or replaced meanwhile may or may not be seen; what is yielded
        is always whole.
        """
        for entry in self._entries():
            if not entry.superseded and (graded := self._read(entry.number)):
                yield graded

    def record(self, key: Key) -> Graded | None:
        """Return the record with a key, also if it no longer counts; None without."""
        with self._one_at_a_time, self._database.reading() as connection:
            number = rows.identify(connection, key)
        return None if number is None else self._read(number)

    def everything(self) -> Iterator[tuple[Entry, Graded]]:
        """Yield every record, also those that no longer count, with what is beside."""
        for entry in self._entries():
            if graded := self._read(entry.number):
                yield entry, graded

    def copy(self, entry: Entry, graded: Graded) -> None:
        """Keep a record of other results as it is there."""
        self._claimed("copy")
        with self._one_at_a_time, self._database.writing() as connection:
            number = rows.write(connection, graded, entry.graded_at)
            rows.supersede(connection, number, entry.superseded)

    def add_overrides(self, overrides: Iterable[Override]) -> None:
        """Add overrides of other results to the history."""
        self._claimed("add_overrides")
        with self._one_at_a_time, self._database.writing(lasting=True) as connection:
            for one in overrides:
                history.append(connection, one)

    def settled(self, late: str | Path | None = None) -> tuple[Settled, ...]:
        """Return every record with overrides and late rules applied, sorted by key.

        Parameters
        ----------
        late : path-like, optional
            The file of late rules; without it ``late.toml`` in the folder, if it is
            there.

        Raises
        ------
        RecordsError
            If the records or the late rules cannot be read.
        """
        return tuple(self.each_settled(late))

    def each_settled(self, late: str | Path | None = None) -> Iterator[Settled]:
        """Yield what `settled` returns one by one."""
        rules = self.late_rules(late)
        decided: dict[tuple[str, ...], list[Override]] = {}
        for one in self.overrides():
            whose = (one.learner, one.learner_id, one.exercise)
            decided.setdefault(whose, []).append(one)
        for graded in self.each():
            yield settle(graded, decided.get(graded.key[:3], ()), rules)

    def late_rules(self, late: str | Path | None = None) -> LateRules:
        """Return the late rules in a file, or in ``late.toml`` of the folder."""
        if late is not None:
            return read_late(Path(late))
        usual = self.folder / LATE_FILE
        return read_late(usual) if usual.exists() else LateRules()

    def overrides(self) -> tuple[Override, ...]:
        """Return every override ever made, oldest first."""
        with self._one_at_a_time, self._database.reading() as connection:
            return history.every(connection)

    def override(
        self,
        learner: str,
        task: str,
        points: float,
        *,
        author: str,
        reason: str,
        exercise: str = "",
        beyond: bool = False,
    ) -> Override:
        """Add a human's decision; earlier ones stay as history.

        Parameters
        ----------
        learner, task, exercise : str
            As `decisions.find_place` takes them.
        points : float
            What the task counts from now on, however it is graded again.
        author, reason : str
            Who decided, and why.
        beyond : bool, default=False
            Allow more points than the task is worth.

        Raises
        ------
        RecordsError
            If there is no such task, the points cannot be, a word is missing, or the
            folder cannot be written.
        """
        author, reason = check_words("author", author), check_words("reason", reason)
        with self._one_at_a_time, self._database.reading() as connection:
            place = find_place(history.places(connection), learner, task, exercise)
        points = check_points(points, place, beyond=beyond)
        whose = (place.learner, place.learner_id, place.exercise)
        theirs = (
            one
            for entry in self._entries()
            if entry.key[:3] == whose and not entry.superseded
            for one in self._read(entry.number).tasks
            if one.name == place.task
        )
        under = below(next(theirs))
        with self._writer() as writer, writer.writing(lasting=True) as connection:
            at = history.next_moment(connection)
            decided = Override(*whose, place.task, points, author, reason, at, under)
            history.append(connection, decided)
        return decided

    @contextlib.contextmanager
    def _writer(self) -> Iterator[Database]:
        """Give a connection that may write, for as long as one override takes."""
        with self._one_at_a_time:
            if self._lock:
                yield self._database
                return
            writer = open_for_writing(self.folder)
            try:
                yield writer
            finally:
                writer.connection.close()

    def _claimed(self, function: str) -> None:
        if not self._lock:
            raise ValueError(
                f"Records.{function}: records must be opened with create = True to be "
                "written; got records that were opened to read."
            )

    def _entries(self) -> list[Entry]:
        with self._one_at_a_time, self._database.reading() as connection:
            return rows.entries(connection)

    def _read(self, number: int) -> Graded | None:
        with self._one_at_a_time, self._database.reading() as connection:
            try:
                return rows.read(connection, number)
            except (ValueError, TypeError) as error:
                raise RecordsError(
                    f"a record in {shown(self._database.file)} cannot be read "
                    f"({printable(error, 300, 1)}). It must be as 'coursekit grade' "
                    "wrote it. Grade into another folder, or put a copy of the file "
                    "back.",
                    broken=True,
                ) from error


def has_owner(key: Key) -> bool:
    """Return whether it is known whose work a record is, and for which exercise."""
    learner, learner_id, exercise, _ = key
    return bool((learner or learner_id) and exercise)

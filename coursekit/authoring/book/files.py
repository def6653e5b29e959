"""Write the book to a folder."""

from dataclasses import dataclass
from pathlib import Path

from coursekit.authoring.book.course import KINDS, Chapter
from coursekit.authoring.book.pages import framed, page_of
from coursekit.authoring.notebooks import write_if_new
from coursekit.authoring.sources import BuildError


class FolderError(BuildError):
    """The folder that was named is no place for the book."""


@dataclass(frozen=True)
class Book:
    """A book that was written: its folder, its pages and their bytes."""

    folder: Path
    pages: tuple[Path, ...]

    @property
    def size(self) -> int:
        """Bytes of all pages together."""
        return sum(page.stat().st_size for page in self.pages)

    @property
    def chapters(self) -> tuple[Path, ...]:
        """The pages of lessons and exercises, without the first page."""
        return tuple(page for page in self.pages if page.parent != self.folder)


def write_book(
    chapters: list[Chapter], folder: Path, *, instructor: bool = False
) -> Book:
    """Write every page of the course; nothing is written unless all can be made.

    Parameters
    ----------
    chapters : list of Chapter
        From `read_course`.
    folder : Path
        Where to; made if it is not there. The same course gives the same bytes.
    instructor : bool, default=False
        True for the instructor's edition, which has the cells for instructors.

    Returns
    -------
    book : Book
        What was written.

    Raises
    ------
    FolderError
        If the folder is not one to write to.
    BuildError
        If a cell breaks a rule, or the folder cannot take the pages.
    """
    _check_folder(folder)
    pages = [page_of(chapter, instructor=instructor) for chapter in chapters]
    made = framed(pages, instructor=instructor)
    try:
        for address, text in made.items():
            write_if_new(folder / address, text)
    except OSError as error:
        raise BuildError(
            f"the pages must go into {folder}; they cannot be written there ({error}). "
            "Name another folder, or make room."
        ) from error
    return Book(folder, tuple(folder / address for address in made))


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise FolderError(
            f"OUT must be a folder; {folder} is a file. Name a folder to make."
        )
    if any(any((folder / kind).glob("*.ipynb")) for kind in KINDS):
        raise FolderError(
            f"OUT must be a folder of its own; {folder} holds the notebooks "
            "themselves. Name another, such as 'book'."
        )

"""The book of this course, made once for all tests that read it."""

from pathlib import Path

import pytest

from coursekit.authoring.book.course import read_course
from coursekit.authoring.book.pages import framed, page_of

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def chapters():
    return read_course(ROOT)


@pytest.fixture(scope="session")
def book(chapters):
    return framed([page_of(chapter) for chapter in chapters])


@pytest.fixture(scope="session")
def instructors_book(chapters):
    pages = [page_of(chapter, instructor=True) for chapter in chapters]
    return framed(pages, instructor=True)

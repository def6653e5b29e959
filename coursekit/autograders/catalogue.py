"""Collect the named mistakes of a task: one decorated function for each."""

from collections.abc import Callable

from coursekit.grading.task import Answer, Evidence, Mistake


class Catalogue(list[Mistake]):
    """A list of mistakes that functions join by a decorator.

    Examples
    --------
    >>> mistakes = Catalogue()
    >>> @mistakes.add("one too many", "You added 1. Leave it out.")
    ... def one_too_many(x):
    ...     return x + 1
    >>> mistakes[0].name, mistakes[0].answer(1)
    ('one too many', 2)
    """

    def add(
        self,
        name: str,
        explanation: str,
        *,
        evidence: Evidence | None = None,
        shows: Callable[[frozenset[tuple[str, str]]], bool] | None = None,
    ) -> Callable[[Answer], Answer]:
        """Return a decorator that adds a function as the mistake ``name``."""

        def join(answer: Answer) -> Answer:
            self.append(Mistake(name, explanation, answer, evidence, shows))
            return answer

        return join

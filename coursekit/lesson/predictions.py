"""A guess before the experiment, and the truth beside it afterwards."""

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from IPython.display import display

from coursekit.lesson.output import (
    BLUE,
    QUIET,
    Output,
    box,
    inline,
    is_number,
    plain,
    told,
)

#: The guesses of this session in the order of the questions.
PREDICTIONS: list["Prediction"] = []


@dataclass
class Prediction:
    """A guess and, once `reveal` is called, the truth beside it.

    ``guess`` is None where the learner has put none that can be used.
    """

    question: str
    guess: Any
    choices: tuple[str, ...] = ()
    unit: str = ""
    truth: Any = field(default=None, init=False)

    def reveal(self, truth: Any, *, measured: bool = False) -> None:
        """Show the guess beside the truth and say how far apart they are.

        Parameters
        ----------
        truth : number or str
            What came out; one of the choices where there are choices.
        measured : bool, default=False
            True for results of training and of clocks, whose digits differ between
            computers: the text then says "measured:", and the tests of the
            notebooks do not compare what follows.

        Raises
        ------
        ValueError
            If ``truth`` is not a number, or is not one of the choices.

        Examples
        --------
        >>> predict("How many of 64 directions survive?", 60).reveal(62)
        Predict: How many of 64 directions survive? Your guess: 60.
        You guessed 60; it is 62. Very close.
        """
        truth = plain(truth)
        if self.choices and truth not in self.choices:
            raise ValueError(
                f"reveal: truth must be one of {list(self.choices)}; got {truth!r}."
            )
        if not self.choices and not is_number(truth):
            raise ValueError(f"reveal: truth must be one number; got {truth!r}.")
        self.truth = truth
        said = "You have not guessed"
        if self.guess is not None:
            said = f"You guessed {self._written(self.guess)}"
        found = f"{'measured:' if measured else 'it is'} {self._written(truth)}"
        text = f"{said}; {found}. {self._comment()}".rstrip()
        display(Output(text, box(BLUE, inline(text))))

    def _written(self, value: Any) -> str:
        """Return a number with its unit, or a choice in quotes."""
        return f'"{value}"' if self.choices else told(value, self.unit)

    def _comment(self) -> str:
        """Return a friendly sentence on how far the guess is from the truth."""
        guess, truth = self.guess, self.truth
        if guess is None:
            return ""
        if guess == truth:
            return "Exactly right."
        if self.choices:
            return "Not this time: the text below says why."
        if not math.isfinite(truth):
            return "No finite guess comes near."
        if abs(guess - truth) <= 0.05 * abs(truth):
            return "Very close."
        if guess * truth > 0 and not 0.5 < guess / truth < 2:
            factor = max(guess / truth, truth / guess)
            side = "large" if abs(guess) > abs(truth) else "small"
            return f"Your guess is {factor:.3g} times too {side}."
        side = "high" if guess > truth else "low"
        return f"Your guess is {abs(guess - truth):.3g} too {side}."


def predict(
    question: str,
    guess: Any,
    *,
    choices: Sequence[str] | None = None,
    unit: str = "",
) -> Prediction:
    """Record a guess before the experiment; `Prediction.reveal` shows the truth after.

    A guess that cannot be used is answered with a sentence, never with a traceback,
    and the notebook goes on as if there were none.

    Parameters
    ----------
    question : str
        What is asked, with its question mark.
    guess : number or str or None
        The learner edits it. A number, or one of ``choices``; None asks for one.
    choices : sequence of str, optional
        The possible answers, where the question is not about a number.
    unit : str, default=""
        Unit of a number, shown behind it.

    Returns
    -------
    prediction : Prediction
        Keep it and call ``prediction.reveal(truth)`` after the experiment.

    Raises
    ------
    ValueError
        If ``choices`` has fewer than two entries.

    Examples
    --------
    >>> _ = predict("Which axis?", "featurs", choices=["batch", "features"])
    Predict: Which axis? Choices: "batch", "features". 'featurs' is not one of the \
choices; did you mean "features"? Change the guess in this cell and run it again.
    """
    if choices is not None and len(choices) < 2:
        raise ValueError(
            f"predict: choices must name two or more answers; got {choices!r}."
        )
    options = tuple(choices or ())
    usable, trouble = _judge_guess(plain(guess), options)
    prediction = Prediction(question, usable, options, unit)
    PREDICTIONS[:] = [p for p in PREDICTIONS if p.question != question]
    PREDICTIONS.append(prediction)
    named = ", ".join(f'"{choice}"' for choice in options)
    listed = f"Choices: {named}." if options else ""
    said = trouble or f"Your guess: {prediction._written(usable)}."
    text = " ".join(filter(None, ["Predict:", question, listed, said]))
    page = (
        f"<strong>Predict</strong> {inline(question)}"
        + (f"<br><span {QUIET}>{inline(listed)}</span>" if listed else "")
        + f"<br>{inline(said)}"
    )
    display(Output(text, box(BLUE, page)))
    return prediction


def _judge_guess(guess: Any, choices: tuple[str, ...]) -> tuple[Any, str]:
    """Return the guess, or None and the sentence that says why it cannot be used."""
    again = "Change the guess in this cell and run it again."
    if guess is None:
        return None, "Put your guess into this cell and run it again."
    if choices and guess not in choices:
        known = {choice.casefold(): choice for choice in choices}
        near = difflib.get_close_matches(str(guess).casefold(), known, n=1)
        hint = f'; did you mean "{known[near[0]]}"?' if near else "."
        return None, f"{guess!r} is not one of the choices{hint} {again}"
    if not choices and not (is_number(guess) and math.isfinite(guess)):
        return None, f"{guess!r} is not a number, such as 3 or 0.5. {again}"
    return guess, ""

"""Names of cases and values, and the marks by which slips at the edges are known."""

from collections.abc import Callable, Iterable

Pairs = frozenset[tuple[str, str]]

QUADRATIC, CUBIC = "f is a quadratic", "f is a cubic"
VECTOR, CENTRE = "f(x) is a vector", "f(x) has the shape of x"
ONE_AXIS, THREE_AXES = "x has one axis", "x has three axes"
NO_H, MILLION, ZEROS = "h left out", "x near a million", "zeros in x"
FLOAT32, WHOLE = "x in float32", "x in whole numbers"
VIEWS = ("x is a transposed view", "x in Fortran order", "x is a reversed view")
LAST_BIT = "x before and after"

#: The gradient goes by three names, so that a slip in the default step, or in what
#: x may be, does not hide what is wrong with the formula.
GIVEN, LEFT_OUT, OTHER = "gradient", "gradient without h", "gradient for this x"
SMALLEST, LARGEST = "the smallest step", "the largest step"


def formula_right(wrong: Pairs) -> bool:
    """Whether every gradient with a given h is right: then edges are worth a name."""
    return not {case for case, _ in wrong} & {QUADRATIC, CUBIC, VECTOR, CENTRE}


def marked(
    *there: tuple[str, str], absent: Iterable[tuple[str, str]] = ()
) -> Callable[[Pairs], bool]:
    """Return the mark of a slip: the formula is right, these are not, those are."""
    return lambda wrong: (
        formula_right(wrong)
        and set(there) <= wrong
        and not any(pair in wrong for pair in absent)
    )

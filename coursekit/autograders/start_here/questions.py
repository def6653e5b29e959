"""The short questions of exercise 00."""

from coursekit.grading.question import Question

EXERCISE = "00_start_here"

QUESTIONS = (
    Question(
        name="00-row",
        exercise=EXERCISE,
        asks="x has shape (5, 5). Which mean does `x - x.mean(axis=1)` take away from "
        "the entry x[2, 0]?",
        expected="the mean of row 0",
        wrong={
            "the mean of row 2": "That is what one wants, and what `keepdims=True` "
            "would do. Without it the means line up with the columns.",
            "the mean of column 0": "`axis=1` averages along each row, so the five "
            "numbers are means of rows.",
            "the mean of column 2": "`axis=1` averages along each row, so the five "
            "numbers are means of rows. They are lined up with the last axis.",
        },
        why="The five means of rows have shape (5,) and line up with the last axis: "
        "entry [2, 0] meets mean number 0.",
        hint="Which shape does the mean have, and with which axis of x does NumPy line "
        "it up, going from the right?",
    ),
    Question(
        name="00-order",
        exercise=EXERCISE,
        asks="At h = 0.01 a central difference is off by 1e-4, nearly all of it cut "
        "off from Taylor's series. By how much is it off at h = 0.001?",
        expected=1e-6,
        wrong={
            1e-5: "Ten times less is what a one-sided difference would gain. The error "
            "of a central difference goes with the square of h.",
            1e-7: "That is a thousand times less, as if the error went with h to the "
            "third power. The third power is divided by 2h.",
            1e-4: "The step is ten times smaller, and what is cut off depends on it.",
            1e-3: "Rounding grows when h shrinks. What is cut off, which rules here, "
            "does not.",
        },
        why="The error goes with the square of h: ten times smaller a step, a hundred "
        "times smaller an error.",
        hint="With which power of h does the error of a central difference go, on the "
        "right branch of the V?",
        rtol=1e-6,  # single precision keeps seven digits
    ),
    Question(
        name="00-calls",
        exercise=EXERCISE,
        asks="f takes x of shape (2, 3) and returns shape (4,). How many values of f "
        "do the central differences for one gradient need, each being an array of 4?",
        expected=12,
        wrong={
            2: "With two values you can move all entries at once, or one. Each entry "
            "of x needs a slope of its own.",
            6: "Six entries, but each has a point above and a point below.",
            7: "That is enough for one-sided differences, which share f(x). Central "
            "ones do not use it.",
            8: "Count the inputs, not the outputs: one call gives all 4 outputs.",
            48: "One call gives all 4 outputs at once: no call is needed for each.",
        },
        why="Two for each of the six entries of x. For a million parameters it would "
        "be two million, which is why gradients are derived and only checked this way.",
        hint="How many entries are moved, and to how many places each?",
    ),
)

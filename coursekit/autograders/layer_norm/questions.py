"""The short questions of exercise 07."""

from coursekit.grading.question import Question

EXERCISE = "07_layer_norm"

QUESTIONS = (
    Question(
        name="07-means",
        exercise=EXERCISE,
        asks="x has shape (8, 10, 16). Which shape do layer norm's means have, taken "
        "with `keepdims=True`?",
        expected=(8, 10, 1),
        wrong={
            (8, 10): "That is the shape without `keepdims=True`. It no longer lines up "
            "with x when it is subtracted.",
            (1, 1, 16): "One mean for each feature is batch norm's. Layer norm looks "
            "at one vector of 16 features at a time.",
            (8, 1, 1): "Then all time steps of a sequence would share one mean. Each "
            "vector has its own.",
            (8, 10, 16): "That is the shape of x itself: nothing was averaged.",
        },
        why="Each of the 8 times 10 vectors has a mean of its own, over its features.",
        hint="Ask which numbers are averaged together: those of one vector.",
    ),
    Question(
        name="07-rank",
        exercise=EXERCISE,
        asks="A vector has 10 features and eps is 0. What is the rank of the Jacobian "
        "of x_hat with respect to x?",
        expected=8,
        wrong={
            10: "Then every small change of x would show in x_hat. A shift of all "
            "entries does not, and neither does a stretch.",
            9: "One direction is lost through the mean. The variance takes another.",
            2: "Two is how many directions are lost. The rank counts those that are "
            "left.",
        },
        why="A shift along (1, ..., 1) and a stretch along x_hat change nothing: two "
        "directions of ten are lost.",
        hint="Which changes of x leave x_hat as it is? Take their number away.",
    ),
    Question(
        name="07-sign",
        exercise=EXERCISE,
        asks="Gamma is 1, beta is 0 and eps is 0. What is LN(-3x)?",
        expected="-LN(x)",
        wrong={
            "LN(x)": "That holds for positive factors only. A negative one turns the "
            "vector around, and layer norm keeps its direction.",
            "-3 LN(x)": "The factor of 3 is divided out again: the standard deviation "
            "grew by 3 as well.",
            "0": "Only a constant vector becomes 0.",
        },
        why="The standard deviation takes the 3 away, but it is never negative: the "
        "sign stays.",
        hint="What happens to the mean, and what to the standard deviation, when x is "
        "multiplied by -3?",
    ),
)

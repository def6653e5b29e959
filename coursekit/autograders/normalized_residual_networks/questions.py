"""The short questions of exercise 08."""

from coursekit.grading.question import Question

EXERCISE = "08_normalized_residual_networks"

QUESTIONS = (
    Question(
        name="08-final",
        exercise=EXERCISE,
        asks="A Pre-LN net has 100 blocks and no final norm. What happens to its "
        "logits at the start, with He's weights?",
        expected="they are far too large",
        wrong={
            "they are all 0": "Every block adds to the trunk, and nothing takes it "
            "away: the head reads more and more, not nothing.",
            "they are as large as with a final norm": "The norms in the branches "
            "keep what each block adds at one size. The sum of all that grows, and "
            "nothing normalizes it.",
            "they are infinite": "Every block adds the same variance of 2, so the "
            "trunk grows like a root: to about 14, not without bound.",
        },
        why="The trunk has variance 1 + 2 * 100, and the head reads it as it is: the "
        "net is far too sure. So one norm stands behind the last block.",
        hint="Every branch adds a variance of 2. What does the trunk have after 100 of "
        "them, and who reads it?",
    ),
    Question(
        name="08-rank",
        exercise=EXERCISE,
        asks="A vector has 12 features and eps is 0. What is the rank of the Jacobian "
        "of group norm with 3 groups (gamma 1, beta 0)?",
        expected=6,
        wrong={
            10: "That is layer norm's, with one group. Here each group loses two "
            "directions of its own.",
            9: "Each group loses its mean, and its stretch as well: two directions a "
            "group.",
            12: "Then every small change would show. A shift of one group's entries "
            "does not.",
            8: "The groups have four entries each: 3 groups of 4, not 4 groups of 3. "
            "And each loses two directions.",
            4: "That is what one group has. There are three, and each loses two of its "
            "four directions.",
        },
        why="Three groups of four entries, and each loses a shift and a stretch: "
        "12 - 3 * 2 = 6.",
        hint="How many directions does layer norm lose, and how often does that happen "
        "here?",
    ),
    Question(
        name="08-rms",
        exercise=EXERCISE,
        asks="For which x is RMS norm equal to layer norm (gamma 1, beta 0)?",
        expected="x with mean 0",
        wrong={
            "x of length 1": "The length fixes the mean square, not the mean: layer "
            "norm would still subtract it.",
            "x with variance 1": "Layer norm would still subtract the mean, and the "
            "mean square is the variance plus the squared mean.",
            "every x": "Add 5 to every entry: layer norm does not notice, RMS norm "
            "does.",
        },
        why="With mean 0 there is nothing to subtract, and the mean square is the "
        "variance.",
        hint="The mean square is the variance plus the squared mean.",
    ),
)

"""The short questions of exercise 04."""

from coursekit.grading.question import Question

EXERCISE = "04_initialization_and_scaling"

QUESTIONS = (
    Question(
        name="04-doubling",
        exercise=EXERCISE,
        asks="A residual net has He's weights and no norm. After how many blocks is "
        "the standard deviation of its activations 1,024 times that of the input?",
        expected=20,
        wrong={
            10: "After 10 blocks the variance is 1,024 times the input's. The standard "
            "deviation is its root, 32 times.",
            5: "You took the root where a square was needed: a standard deviation of "
            "1,024 is a variance of 1,024 times 1,024.",
            1024: "Each block multiplies the variance by 2; it does not add 1.",
            1023: "One more for each block is the rule behind a norm. Without one the "
            "variance doubles.",
        },
        why="1,024 times the standard deviation is 2 to the 20 times the variance, and "
        "each block doubles the variance.",
        hint="Square 1,024 to get the variance, and write it as a power of two.",
    ),
    Question(
        name="04-ratio",
        exercise=EXERCISE,
        asks="A net has a norm in every branch, and variance 1 goes in. At block "
        "25, what is the length of the branch's output, divided by the length of what "
        "the skip path carries?",
        expected=0.2,
        # room for 1/sqrt(25) in single precision; 1/sqrt(26) is 0.196
        rtol=1e-3,
        wrong={
            0.04: "1/25 is the ratio of the variances. Lengths go with their roots.",
            0.19611613513818404: "1/sqrt(26): you counted block 25's own branch. Its "
            "skip path carries the input and 24 branches.",
            0.20412414523193154: "1/sqrt(24): you left the input out. It brings "
            "variance 1 of its own.",
            1.0: "That is so without a norm, or in the first block. Here the trunk has "
            "grown and the branch has not.",
            5.0: "That is the other way round: the skip path over the branch.",
        },
        why="The input and 24 branches have made the trunk's variance 25; the branch "
        "has 1, and 1/sqrt(25) is 1/5.",
        hint="What is the trunk's variance in front of block 25, and what is the "
        "branch's? Lengths go with the roots of variances.",
    ),
    Question(
        name="04-first",
        exercise=EXERCISE,
        asks="A branch gives alpha W2 h, with alpha = 0 and W2 drawn as usual. Which "
        "of the two gets a gradient in the first backward pass?",
        expected="only alpha",
        wrong={
            "only W2": "The gradient of W2 has alpha as a factor, and alpha is 0.",
            "both": "The gradient of one factor holds the other factor, and one of "
            "the two is 0.",
            "neither": "That would need two zeros. W2 h is not 0, and it is what the "
            "gradient of alpha holds.",
        },
        why="The gradient of alpha holds W2 h, which is not 0; the gradient of W2 "
        "holds alpha, which is.",
        hint="Write down the derivative with respect to each factor. What is left of "
        "the product?",
    ),
)

"""The short questions of exercise 02."""

from coursekit.grading.question import Question

EXERCISE = "02_residual_connections"

QUESTIONS = (
    Question(
        name="02-identity",
        exercise=EXERCISE,
        asks="All weights and biases of a branch are 0, and the block computes "
        "relu(z + a). Which a does it pass on unchanged?",
        expected="every a without negative entries",
        wrong={
            "every a": "ReLU comes after the sum: with z = 0 the block gives relu(a), "
            "and that changes negative entries to 0.",
            "no a": "With z = 0 the block gives relu(a). ReLU leaves something as it "
            "is.",
            "only a = 0": "Zero is passed on, but so is more: ReLU leaves positive "
            "numbers alone.",
        },
        why="With z = 0 the block computes relu(a), which is a wherever a is at least "
        "0. The blocks after the first only meet such inputs.",
        hint="What is left of the formula when z is 0?",
    ),
    Question(
        name="02-skips",
        exercise=EXERCISE,
        asks="A net has 10 blocks g(z + a) with g the sigmoid, whose slope is at most "
        "1/4. By which factor, at most, does the path of all skips multiply the "
        "gradient?",
        expected=0.25**10,
        #: two digits are enough to see the power; the nearest wrong answer is 4 times
        #: as large
        rtol=0.05,
        wrong={
            1.0: "That is the pre-activation form, where nothing stands on the skip "
            "path. Here each block multiplies it by the slope of g.",
            0.25: "That is one block. The gradient passes ten, one after the other.",
            0.25**9: "That is nine blocks. The last one has a sigmoid too.",
            2.5: "You multiplied by the number of blocks. Ten factors in a row make a "
            "power.",
            0.025: "You divided by the number of blocks. Ten factors in a row make a "
            "power.",
            0.0: "It is small, but not 0: a product of ten numbers that may all be "
            "positive.",
        },
        why="Each block multiplies the skip path by the slope of g, at most 1/4, and "
        "ten of them in a row make (1/4)^10, about one in a million.",
        hint="The mask of a block stands before both paths. How many are there in a "
        "row?",
    ),
    Question(
        name="02-projection",
        exercise=EXERCISE,
        asks="A torch block leads from 4 features to 6. Which shape has the weight of "
        "its projection shortcut, an `nn.Linear`?",
        expected=(6, 4),
        wrong={
            (4, 6): "That is the lesson's Ws, in a @ Ws. `nn.Linear` stores the "
            "transpose: one row for each output.",
            (4, 4): "Then the skip path would still have 4 features, and could not be "
            "added to a branch with 6.",
            (6, 6): "Then it would take 6 features, but a has 4.",
            (10,): "A projection mixes features: it is a matrix, not a vector.",
        },
        why="`nn.Linear(4, 6).weight` has one row for each output and one column for "
        "each input.",
        hint="Print `nn.Linear(2, 3).weight.shape`.",
    ),
)

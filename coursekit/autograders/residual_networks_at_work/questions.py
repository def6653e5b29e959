"""The short questions of exercise 03."""

from coursekit.grading.question import Question

EXERCISE = "03_residual_networks_at_work"

QUESTIONS = (
    Question(
        name="03-sum",
        exercise=EXERCISE,
        asks="The branches of a pre-activation net have ReLUs inside. Of what are the "
        "contributions of the 2^L paths an exact sum?",
        expected="the gradient at the input",
        wrong={
            "the output": "Branches with a ReLU inside are not linear: f(u + v) is not "
            "f(u) + f(v), and forward the paths meet in every block.",
            "both": "For the gradient it is exact, because Jacobians are linear. "
            "Forward, a ReLU of a sum is not the sum of the ReLUs.",
            "neither": "The chain rule gives a product of brackets I + J.T, and a "
            "product of brackets can be multiplied out.",
        },
        why="Each block hands the gradient on through I + J.T. That is linear, so the "
        "product can be multiplied out; the forward pass with its ReLUs cannot.",
        hint="Multiplying brackets out needs linear maps. Which of the two passes is "
        "made of them?",
    ),
    Question(
        name="03-length",
        exercise=EXERCISE,
        asks="A net has 20 blocks, and each branch has gain 1/2: it halves the length "
        "of a random vector. Through how many branches does the gradient come on "
        "average, weighed by squared length?",
        expected=4.0,
        #: a share has two digits at least; the nearest wrong answer is 5
        rtol=0.01,
        wrong={
            10.0: "That is the mean length when every path counts the same. A path "
            "through k branches is weighed by (1/4)^k here.",
            5.0: "You took s^2 = 1/4 for the probability. At each block the skip has "
            "weight 1 and the branch s^2, so the branch's share is s^2 / (1 + s^2).",
            20 / 3: "You took s / (1 + s). Squared lengths add up for random vectors, "
            "so the weight of a branch is s^2.",
            0.2: "That is the probability of one block's branch. There are 20 blocks.",
            20.0: "That is the longest path, and it carries next to nothing: (1/4)^20.",
        },
        why="At each block the branch's share is s^2 / (1 + s^2) = (1/4) / (5/4) = "
        "1/5, and 20 blocks times 1/5 is what you found.",
        hint="With weights 1 for the skip and s^2 for the branch, which share of one "
        "block's weight has the branch?",
    ),
    Question(
        name="03-ratio",
        exercise=EXERCISE,
        asks="A fresh pre-activation net has batch norm in every branch and He's gain. "
        "About how large is the branch at block 9 beside its skip, as a ratio of "
        "lengths?",
        expected=1 / 3,
        #: room for 0.33; the nearest wrong answer, 1 / sqrt(10), is 5 % away
        rtol=0.02,
        wrong={
            1.0: "That is block 1. Every block adds variance to the trunk, so the skip "
            "has grown by block 9.",
            1 / 9: "That is the ratio of the variances. Lengths go with their roots.",
            3.0: "That is the skip over the branch. The branch stands above the line.",
            10**-0.5: "That is block 10. Before block l the trunk has variance l.",
            8**-0.5: "Before block 1 the trunk has variance 1 already, so before "
            "block 9 it has 9, not 8.",
            0.5: "That is the mean over ten blocks. It falls with depth.",
        },
        why="The branch has variance about 1 and the trunk before block l about l, so "
        "the ratio is 1 / sqrt(l): at block 9, a third.",
        hint="Norm and gain give every branch the same variance. What has the trunk "
        "collected before block l?",
    ),
)

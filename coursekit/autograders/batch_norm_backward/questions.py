"""The short questions of exercise 06."""

from coursekit.autograders.batch_norm_backward.draws import EXERCISE
from coursekit.grading.question import Question

QUESTIONS = (
    Question(
        name="06-shape",
        exercise=EXERCISE,
        asks="x has shape (32, 10). Batch norm multiplies every row by inv_std, the "
        "inverse standard deviation of each feature. Which shape has its gradient, "
        "dinv_std?",
        expected=(10,),
        wrong={
            (32, 10): "That is dx_hat * xmu, one number for each row. They all belong "
            "to one inv_std, so they are added up over the rows.",
            (1, 10): "Those are the right numbers, with an axis too many: inv_std was "
            "made without `keepdims` and has one axis.",
            (32,): "That would be one number for each sample, as in layer norm. "
            "inv_std belongs to a feature.",
            (): "Then all features would share one gradient. Each has an inv_std of "
            "its own.",
        },
        why="A gradient has the shape of its value: 10 features, 10 of them, each a "
        "sum over 32 rows.",
        hint="Which shape has inv_std itself?",
    ),
    Question(
        name="06-consumers",
        exercise=EXERCISE,
        asks="A value is used twice on the way forward. On the way back both of its "
        "consumers send a gradient. What is the gradient of the value?",
        expected="their sum",
        wrong={
            "their mean": "Each consumer passes on its full share of the change. "
            "Halving both would lose half of it.",
            "their product": "Gradients are multiplied along one path. These are two "
            "paths side by side.",
            "the later one": "Then the other path would count for nothing. In code "
            "this happens when the second line says `=` where `+=` is meant.",
        },
        why="A small change of the value moves the loss along both paths, and the two "
        "effects add up.",
        hint="Move the value a little: by how much does the loss move through the one "
        "consumer, and by how much through the other?",
    ),
    Question(
        name="06-squares",
        exercise=EXERCISE,
        asks="One feature, 8 samples, gamma 1, beta 0, eps 0. To test a backward pass, "
        "someone takes the sum of all y squared as the loss. How large is the largest "
        "entry of the right dx?",
        # the exact answer is zero; who computes it in float32 finds up to about 1e-6
        expected=0,
        atol=1e-5,
        wrong={
            2: "2 is the factor in dy = 2 y. On its way back to x this dy loses all "
            "it has: it lies along x_hat.",
            1: "The largest entry of y may be near 1, but dx is not made from its "
            "size.",
            8: "8 is the loss itself: normalized numbers have squares that add up to "
            "N. A loss that cannot change has no slope.",
        },
        why="The squares of 8 normalized numbers always add up to 8. A loss that "
        "never changes has no gradient, so a test with it accepts a dx of zeros.",
        hint="What is the sum of the squares of 8 numbers with mean zero and variance "
        "one? Can x change it?",
    ),
)

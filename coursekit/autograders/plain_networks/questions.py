"""The short questions of exercise 01."""

from coursekit.grading.question import Question

EXERCISE = "01_plain_networks"

QUESTIONS = (
    Question(
        name="01-share",
        exercise=EXERCISE,
        asks="A ReLU net has 20 layers and gain c = 1. Which share of the gradient's "
        "length do you predict for layer 0?",
        expected=2.0**-10,
        # answers such as 0.001 and 0.00098 are meant; the nearest distractor is 0.7
        rtol=0.03,
        wrong={
            1.0: "Gain 1 keeps the length through the matrix. ReLU cuts away half of "
            "the entries as well.",
            2.0**-20: "That is the share of the *squared* length. The length itself "
            "has its root.",
            0.5: "One half is what a single layer leaves of the squared length. There "
            "are 20 layers.",
            2.0**-0.5: "That is the factor of one layer. There are 20 of them, one "
            "after the other.",
            2.0**10: "Turned around: ReLU cuts, so less arrives, not more.",
        },
        why="Each layer multiplies the squared length by 1/2, so 20 layers leave "
        "2^-20 of it, and 2^-10 of the length.",
        hint="Each layer multiplies the squared length by c^2 / 2. Twenty times, and "
        "then the root.",
    ),
    Question(
        name="01-quarter",
        exercise=EXERCISE,
        asks="Four layers of sigmoid with gain c = 2. Which share of the gradient's "
        "length is left at most, on average?",
        expected=1 / 16,
        # 0.0625 may be given as 0.063 or 0.062
        rtol=0.01,
        wrong={
            1
            / 256: "That is a quarter for each layer, with gain 1. With c = 2 a layer "
            "leaves twice as much.",
            0.5: "That is one layer: 2 times a quarter. There are four.",
            1.0: "A gain of 4 would do that. With 2 half of it is lost in each layer.",
            16.0: "Turned around: a layer leaves at most half of the length.",
        },
        why="A layer multiplies the length by c / 4 at most, here 1/2, and it does so "
        "four times.",
        hint="The slope of sigmoid is 1/4 at most, and the matrix stretches by c.",
    ),
    Question(
        name="01-zeros",
        exercise=EXERCISE,
        asks="A ReLU net of 8 layers has gradients of the lengths 0, 0, 0, 0, 0, 0.7, "
        "0.9, 1.1, 1 at the layers 0 to 8, with exact zeros. What is the matter?",
        expected="a dead layer",
        wrong={
            "the gain is too small": "Then the length would fall by the same factor in "
            "every layer. Here it stays near 1 and is then exactly 0.",
            "the gradient vanishes": "A vanishing gradient becomes smaller from layer "
            "to layer, and stays above 0. This one ends all at once.",
            "the net is too deep": "At the last layers the length is healthy, and "
            "eight layers are few. Something at one single layer cuts the gradient.",
            "float64 ran out of digits": "float64 holds numbers down to 1e-308. From "
            "0.7 to 0 it does not go in one step.",
        },
        why="All units of layer 5 give 0 for every sample, so every slope there is 0, "
        "and nothing gets past it.",
        hint="Does the length fall little by little, or at one single place?",
    ),
)

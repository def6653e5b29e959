"""The short questions of exercise 05."""

from coursekit.grading.question import Question

EXERCISE = "05_batch_norm"

QUESTIONS = (
    Question(
        name="05-shape",
        exercise=EXERCISE,
        asks="A batch norm is trained on a batch of shape (32, 10), then on one of "
        "shape (7, 10). Which shape does `running_mean` have afterwards?",
        expected=(10,),
        wrong={
            (32,): "One mean for each sample is layer norm's, and it would not fit the "
            "second batch. Batch norm averages over the samples.",
            (7,): "One mean for each sample is layer norm's, and nothing could be kept "
            "from the first batch. Batch norm averages over the samples.",
            (1, 10): "That comes from a mean with `keepdims=True`. It would broadcast, "
            "but it would not load into torch's layer.",
            (39, 10): "Nothing is collected: of each batch only its mean is kept, and "
            "the old value and the new one are mixed.",
            (2, 10): "There is no row for each batch: the old value and the new one "
            "are mixed.",
        },
        why="There is one mean for each of the 10 features, whatever the number of "
        "samples. That is why batches of different sizes can share one memory.",
        hint="What is averaged over, and what stays apart?",
    ),
    Question(
        name="05-memory",
        exercise=EXERCISE,
        asks="`running_mean` starts at 0 and momentum is 0.1, as in torch. Two batches "
        "come, each with mean 10. What is `running_mean` after them?",
        expected=1.9,
        # typed by hand with one or two decimals: half a unit of the second is room
        atol=0.005,
        wrong={
            9.9: "That is Keras's reading, in which 0.1 is the weight of the old "
            "value. In torch it is the weight of the new batch.",
            2.0: "You added 0.1 times the batch twice and kept the old value whole. "
            "The second step keeps only 0.9 of it.",
            1.0: "That is the value after one batch.",
            10.0: "That would need momentum = 1, or very many batches. Two batches "
            "leave 0.9 * 0.9 of the 0 at the start.",
            0.19: "The share is right; multiply it by the batches' mean.",
        },
        why="0.9 * 0 + 0.1 * 10 = 1, then 0.9 * 1 + 0.1 * 10. After two steps only "
        "1 - 0.9 ** 2 = 19 % is remembered.",
        hint="Apply new = (1 - m) * old + m * batch twice.",
    ),
    Question(
        name="05-alone",
        exercise=EXERCISE,
        asks="A trained batch norm in evaluation gets one single sample, and every "
        "feature of it happens to equal its running mean. What is y?",
        expected="beta",
        wrong={
            "0": "That is x_hat. The scale and the shift still come.",
            "gamma": "gamma multiplies x_hat, and x_hat is 0 here. What is added after "
            "that?",
            "an error": "That happens in training, where one sample has no variance. "
            "In evaluation nothing is computed from the batch.",
        },
        why="x minus the running mean is 0, so x_hat is 0: only the shift is left.",
        hint="Go through the formula: what is x_hat, and what follows it?",
    ),
)

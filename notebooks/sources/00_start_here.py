# %% title [markdown]
# # 00 · Start here: guess, run, check
#
# **25 min alone · 15 min in a workshop**
#
# **You will** guess before you run, name the axes of an array, find the best step for a numerical derivative, and learn when a gradient check proves nothing.
#
# **You need** Python, NumPy arrays, partial derivatives and the chain rule. Nothing about neural networks.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* later lessons average over axes and derive gradients; who is unsure of either will blame the new idea for it. *Learning outcomes:* afterwards learners can name the axes of an array before they average over some of them; choose the step of a central difference and say where the error comes from on either side of it; give two reasons why a gradient check that passes may prove nothing. *Preparing:* have everybody run `coursekit doctor` and open this notebook before the session; that is most of what goes wrong. Show once how a guess is changed and how a card is read. *Timing (15 min):* how it works 1 min; sections 1 and 2, 5 min, guessing aloud at the square array; section 3, 4 min, figure first, derivation on the board; sections 4 and 5, 4 min; the card of section 6, 1 min. Leave the explorers and the questions for home. *Questions you will get:* "Why not trust autograd?" (We will, once we know what it should give.) "Why float64?" (The orange curve of section 3.) "Why not `allclose`?" (Section 5.) *Typical pitfalls:* people run first and guess afterwards, so that nothing surprises them; they take the smallest step for the best one; they take a passed check for a proof.

# %% how-it-works [markdown]
# ## How the course works
#
# A lesson asks before it tells. Each section goes **question, guess, run, see, what it means**. Select a cell and press Shift+Enter to run it. In a *Predict* cell, change the guess first: a wrong guess costs nothing, and it is what makes the answer stick.
#
# A line that begins with **Claim holds** was checked on your computer a moment ago; in brackets stand what came out and what it must be. *Measured* digits may differ a little from computer to computer. If a claim fails, the cell stops and says so.
#
# Pictures with sliders are called explorers: play. What you learn in a lesson you then write yourself, in its exercise, and `check` tells you what is right and which mistake you made.

# %% imports
import numpy as np

from coursekit.lesson import claim, predict, show
from coursekit.plots import gradients as plots
from coursekit.reference import numerical_gradient, relative_error

rng = np.random.default_rng(0)

# %% name-the-axes [markdown]
# ## 1 · Name the axes before you average
#
# A batch of sequences is an array `x` of shape $(B, T, d)$: $B$ samples, $T$ time steps, $d$ features. Think of $B$ sentences of $T$ words, each word described by $d$ numbers. One such list of $d$ numbers is the vector $x^{(bt)}$ of sample $b$ at step $t$. Its mean is
#
# $$\mu^{(bt)} = \frac{1}{d} \sum_{i=1}^{d} x^{(bt)}_i$$
#
# with $x$ of shape $(B, T, d)$ and $\mu$ of shape $(B, T)$. The axis we average over is gone; every pair $(b, t)$ keeps a mean of its own.
#
# **Guess first.** `x` has shape (2, 3, 4). We average over the last axis.

# %% predict-means tags=["predict"]
means_guess = predict("How many means are there?", 4)

# %% average-features
x = rng.normal(size=(2, 3, 4))
means = x.mean(axis=-1)
means_guess.reveal(means.size)
claim("Each of the 2 times 3 vectors has its own mean.", means.shape, "==", (2, 3))

# %% who-shares [markdown]
# The 4 features disappear, the $2 \cdot 3$ vectors stay.
#
# To **normalize** is to subtract a mean and divide by a standard deviation. The *norms* of this course differ in one thing: which entries share that mean and that variance. *Layer norm* takes the features of one vector, axis 2. *Batch norm* takes one feature in all samples and steps, axes 0 and 1. The picture shows a block of shape (3, 4, 6), once for each; coloured is what shares a mean with the framed entry.

# %% draw-who-shares
from coursekit.explorers.axis_picker import BLOCK, explore_axis_picker, group_numbers
from coursekit.plots.axis_picker import draw_groups

entry = (1, 2, 3)
groups = {name: group_numbers(name) for name in ("layer norm", "batch norm")}
size = {"width": 7.4, "height": 3.6, "nrows": 2, "ncols": 3}
show(draw_groups, BLOCK, groups, entry=entry, **size)

# %% count-who-shares
layer, batch = (int((group == group[entry]).sum()) for group in groups.values())
claim("Layer norm: 6 entries share a mean, one vector.", layer, "==", 6)
claim("Batch norm: 3 times 4 do, one feature.", batch, "==", 3 * 4)

# %% try-the-axes [markdown]
# **Try it.** Choose what is averaged and move the frame. *Instance norm* takes one feature of one sample; *group norm* cuts a vector into groups of features.
#
# 1. Which two settings always colour the same entries?
# 2. Change only the numbers of sample 0, in your mind. Under which settings does the mean at an entry of sample 1 change?

# %% explore-the-axes tags=["explorer"]
explore_axis_picker()

# %% axes-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. "Instance norm" and "over time only". So whoever wants layer norm and writes axis 1 for axis 2 gets instance norm, and no error.
# 2. Batch norm and "over everything": only there does the colour reach into another sample. With these two, what comes out for one sample depends on which others are in the batch. [Lesson 05](05_batch_norm.ipynb) is about the consequences.
#
# </details>

# %% keep-the-axis [markdown]
# ## 2 · Keep the axis, or NumPy will guess
#
# To subtract the means we need them in a shape that lines up with `x`. NumPy lines shapes up **from the right**: (2, 3, 4) and (2, 3) do not match, and you get an error. A square array is more dangerous.
#
# **Guess first.** `square` has shape (3, 3). What does `square - square.mean(axis=-1)` do?

# %% predict-square tags=["predict"]
outcomes = ["centres each row", "raises an error", "centres neither rows nor columns"]
square_guess = predict("What does it do?", "centres each row", choices=outcomes)

# %% centre-square
square = np.arange(9.0).reshape(3, 3)
careless = square - square.mean(axis=-1)
careful = square - square.mean(axis=-1, keepdims=True)
print("row means, careless:", careless.mean(axis=-1))
print("row means, careful: ", careful.mean(axis=-1))
square_guess.reveal("centres neither rows nor columns")

# %% claim-keepdims
claim("`keepdims=True` centres each row.", abs(careful.mean(axis=-1)).max(), "==", 0)
claim("Without it row 0 is off by 3.", careless[0].mean(), "==", -3)
claim("The overall mean hides that.", careless.mean(), "==", 0)

# %% what-the-square-means [markdown]
# Without `keepdims` the means have shape (3,), and NumPy lines them up with the columns: the mean of row $j$ was subtracted from **column** $j$. No error, the right shape, and even the mean of everything is 0. With `keepdims=True` the means have shape (3, 1), and each stays with its row. So test with sizes that all differ; `check` does too.

# %% the-step [markdown]
# ## 3 · Find the step that a derivative needs
#
# You will derive gradients by hand. To test one, compare it with a **central difference**: the slope of the line (the *secant*) through two points of $f$, one step $h$ to either side of $x$:
#
# $$f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}$$
#
# For an array `x` this is done entry by entry. We take the sine at nine places between 0.5 and 0.9, where we know the slope, and note the largest error for each of many steps.
#
# **Guess first.** The steps go from 0.1 down to $10^{-12}$.

# %% predict-step tags=["predict"]
steps_to_guess = ["the smallest, 1e-12", "one in the middle", "the largest, 0.1"]
step_guess = predict("Which step is best?", steps_to_guess[0], choices=steps_to_guess)

# %% try-steps
from coursekit.experiments import difference_error

exact = difference_error.run(difference_error.Config(precision="float64"))
coarse = difference_error.run(difference_error.Config(precision="float32"))
step_guess.reveal("one in the middle")
errors = {"float64": exact.errors, "float32": coarse.errors}
theory = exact.cut_off, exact.rounding
show(plots.draw_error_over_step, exact.steps, errors, *theory, width=7.4)

# %% claim-step
best, smallest = exact.best_step, exact.errors[-1]
fine, rough = exact.errors.min(), np.nanmin(coarse.errors)
claim("The best step is in the middle.", best, "in", (1e-7, 1e-4), measured=True)
claim("Its slope is off by about 1e-11.", fine, "in", (1e-12, 1e-10), measured=True)
claim("A step of 1e-12, by about 1e-5.", smallest, "in", (1e-6, 1e-4), measured=True)
claim("Float32 at its best, by about 1e-5.", rough, "in", (1e-6, 1e-4), measured=True)

# %% derive-the-error [markdown]
# ### Why a V
#
# **The right branch.** Taylor's series, with $f$ and its derivatives taken at $x$:
#
# $$f(x \pm h) = f \pm h f' + \frac{h^2}{2} f'' \pm \frac{h^3}{6} f''' + O(h^4)$$
#
# Subtract one from the other. The even terms cancel; divide the rest by $2h$:
#
# $$\frac{f(x + h) - f(x - h)}{2h} = f' + \underbrace{\frac{h^2}{6} f'''}_{\text{cut off}} + \, O(h^4)$$
#
# **The left branch.** A float64 holds about 16 digits: each value of $f$ is rounded by up to $\frac{\varepsilon}{2} |f|$, with $\varepsilon = 2.2 \cdot 10^{-16}$. Two such errors, divided by $2h$, are up to $\varepsilon |f| / (2h)$.
#
# **The bottom.** Add the two and set the derivative with respect to $h$ to zero:
#
# $$E(h) = \frac{h^2}{6} |f'''| + \frac{\varepsilon |f|}{2h} \qquad \frac{h}{3} |f'''| - \frac{\varepsilon |f|}{2h^2} = 0 \qquad h^3 = \frac{3\varepsilon}{2} \, \frac{|f|}{|f'''|}$$
#
# Where $f$ and $f'''$ are of similar size, $h \approx \sqrt[3]{\varepsilon} \approx 6 \cdot 10^{-6}$, which leaves an error near $\varepsilon^{2/3} \approx 4 \cdot 10^{-11}$. This is the step that `numerical_gradient` takes unless you give another (times $|x|$ where $|x| > 1$, so that $x + h$ still differs from $x$).

# %% check-the-theory
step, eps = exact.steps[4], np.finfo(np.float64).eps
ratio = exact.errors[4] / exact.cut_off[4]
claim("The step we look at is 0.01.", step, "~", 0.01, rtol=1e-6)
claim("There, the cut-off is the whole error.", ratio, "~", 1, rtol=1e-3)
claim("The cube root of eps is 6e-6.", np.cbrt(eps), "~", 6e-6, rtol=0.02)

# %% microscope [markdown]
# You can see both errors. Each window below is $3h$ wide, and its height is scaled so that the true slope is the diagonal. A large step shows that the sine **bends**. A tiny one shows that it is stored in **stairs**: between two neighbouring float64 numbers there is nothing. In between it looks straight, and that is where to measure.

# %% draw-microscope
windows = {
    h: difference_error.microscope("sin(x)", 0.7, h, precision="float64")
    for h in (1.0, 1e-5, 1e-16)
}
show(plots.draw_microscope, windows, ncols=3, width=7.4)

# %% try-the-step [markdown]
# **Try it.** Move the step from one end to the other. (This is one place, where rounding is a lottery: the curve wiggles. The V above showed the worst of nine.) Then:
#
# 1. Choose "sin(32 x)". Why does the lowest error move left, and by about how much?
# 2. Choose "x squared". Why is a step of 1 as good as any?

# %% explore-the-step tags=["explorer"]
from coursekit.explorers.difference_step import explore_difference_step

explore_difference_step()

# %% step-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. Its third derivative is about $32^3$ times as large and $f$ about as large as before, so $h$ should be some 32 times smaller, near $2 \cdot 10^{-7}$. The best step belongs to the function, and $6 \cdot 10^{-6}$ is a good first choice, not a law.
# 2. A parabola has $f''' = 0$: nothing is cut off, and the secant is parallel to the true slope however far it reaches. Only rounding is left, and it is smallest for a large step.
#
# </details>

# %% check-a-gradient [markdown]
# ## 4 · Check a gradient you derived
#
# Take $y =$ `centre(x)` $= x - \mu$ for $x$ of shape $(N, d)$, with one mean $\mu$ for each row. Then $y$ goes on into some loss $L$, a single number, and we are told $dy = \partial L / \partial y$, of the shape of $y$. What is $dx = \partial L / \partial x$?
#
# - *First try:* the mean is just a number, so $dx = dy$.
# - *Second try:* each entry of a row moves the mean of its row, by $1/d$ of what it moves itself. So $\partial y_j / \partial x_i$ is $1 - \frac1d$ for $j = i$ and $-\frac1d$ otherwise, and
#
# $$dx_i = \sum_j dy_j \frac{\partial y_j}{\partial x_i} = dy_i - \frac1d \sum_j dy_j$$
#
# for each row: $dx$ is `centre(dy)`, of shape $(N, d)$. The call `numerical_gradient(centre, x, df=dy)` finds the same sum with central differences in place of $\partial y_j / \partial x_i$.


# %% centre
def centre(x):
    return x - x.mean(axis=-1, keepdims=True)


x, dy = rng.normal(size=(2, 5, 4))
expected = numerical_gradient(centre, x, df=dy)

# %% predict-first-try tags=["predict"]
question = "By how much is the first try off, relative to the size of an entry?"
error_guess = predict(question, 0.01)

# %% compare-gradients
first = relative_error(dy, expected)
second = relative_error(centre(dy), expected)
error_guess.reveal(first, measured=True)
claim("The first try is wrong.", first, ">", 0.1, measured=True)
claim("The second is right.", second, "<", 1e-7, measured=True)

# %% the-ruler [markdown]
# As a rule: below $10^{-7}$ two float64 gradients agree; above $10^{-4}$ one of them is wrong; in between, look closer. The ruler `relative_error` divides each difference by the larger of the two entries, and takes the worst:
#
# $$\max_i \; \frac{|a_i - b_i|}{\max(|a_i|, |b_i|)} \qquad \text{where } \tfrac00 = 0$$

# %% exactly-zero [markdown]
# Dividing by the size of the entry has one blind spot. Let $L$ be the sum of all outputs, so $dy = 1$ everywhere. Each row of `centre(x)` sums to zero, whatever $x$ is, and so does $L$: the true gradient is **exactly 0**, and `centre(dy)` says so. Central differences give 0 too, up to rounding.
#
# **Guess first.** How large is the relative error of this right answer?

# %% predict-zero tags=["predict"]
zero_guess = predict("The relative error of the right gradient?", 1e-8)

# %% compare-zero
ones = np.ones((5, 4))
expected = numerical_gradient(centre, x, df=ones)
zero_guess.reveal(relative_error(centre(ones), expected))
claim("The right gradient is exactly 0.", abs(centre(ones)).max(), "==", 0)
claim("Central differences are near.", abs(expected).max(), "<", 1e-9, measured=True)
claim("The relative error is 1.", relative_error(centre(ones), expected), "==", 1)

# %% what-zero-means [markdown]
# For an entry with rounding error $r$ beside a true 0, the ruler says $|0 - r| / \max(0, |r|) = 1$, whether $r$ is $10^{-3}$ or $10^{-30}$. A relative error against zero compares rounding with itself and means nothing. So use a **random** $dy$, whose gradient has no reason to vanish.

# %% a-pass [markdown]
# ## 5 · A pass that proves nothing
#
# "Then I use an absolute tolerance: the difference itself must be small." That fails in the other direction. Standardize each column of $x$, of shape $(N, d)$, as batch norm does; $\mu$ and $\sigma^2$ are the mean and the variance of the column. For one column:
#
# $$\hat x_n = \frac{x_n - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad L = \sum_n \hat x_n^2 = N \frac{\sigma^2}{\sigma^2 + \epsilon} \qquad \frac{\partial L}{\partial x_n} = \frac{2 \epsilon \, (x_n - \mu)}{(\sigma^2 + \epsilon)^2}$$
#
# (The squares $(x_n - \mu)^2$ sum to $N \sigma^2$, and $\partial \sigma^2 / \partial x_n = 2 (x_n - \mu) / N$.) This loss is nearly $N$ whatever $x$ is, and its gradient nearly 0: with $\epsilon = 10^{-5}$ and $\sigma^2$ near 1, at most about $10^{-4}$.
#
# We judge three candidates for the gradient: the right one ([lesson 06](06_batch_norm_backward.ipynb) derives it), one that *forgets the mean*, as the first try of section 4 did, and one that returns *all zeros*. A candidate passes when every entry is within $10^{-3}$ of the central difference.

# %% predict-passes tags=["predict"]
passes_guess = predict("With the sum of squares: how many of the three pass?", 1)

# %% run-candidates
from coursekit.experiments import degenerate_loss

result = degenerate_loss.run(degenerate_loss.Config(n=16, d=4, eps=1e-5))
passed = {
    loss: sum(error < 1e-3 for error in errors.values())
    for loss, errors in result.off.items()
}
passes_guess.reveal(passed["squares"])
show(plots.draw_candidates, result.off, tolerance=1e-3, width=7.4, height=2.4)

# %% claim-candidates
flat, steep = result.largest.values()
relative = result.relative["squares"]["right"]
claim("The sum of squares has a gradient near 1e-4.", flat, "<", 3e-4, measured=True)
claim("All three candidates pass on it.", passed["squares"], "==", 3)
claim("The sum of fourth powers has a real one.", steep, ">", 5, measured=True)
claim("Only the right one passes on that.", passed["fourth powers"], "==", 1)
claim("Relative error doubts even the right one.", relative, ">", 1e-5, measured=True)

# %% what-a-pass-means [markdown]
# On the sum of squares even "all zeros" passes, because everything is small there. The forgotten mean would not show even without a tolerance: the gradient that arrives from above, $2 \hat x$, has mean 0 in each column, so the term that was forgotten is 0. And the relative error calls the right gradient doubtful, because it divides rounding by nearly nothing.
#
# Neither tolerance is at fault; the **loss** is. Before you believe a pass, ask what would fail. Fourth powers catch both impostors here. For any function, take a random $dy$.

# %% how-a-check-speaks [markdown]
# ## 6 · How a check speaks
#
# In an exercise you replace the line `raise NotImplementedError("Your code here.")` and run `check(your_function)`. Here is what it says to an attempt at `numerical_gradient`, a task of [this lesson's exercise](../exercises/00_start_here.ipynb): the formula of section 3, typed as it stands, times the `df` of section 4. (`rehearse` is `check`, except that it records no attempt.) Before you read the card: what does `x + h` do when `x` is an array?

# %% rehearse-a-check
from coursekit.study.rehearsal import rehearse


def numerical_gradient(f, x, df, h=None):
    h = 6e-6 if h is None else h
    return df * (f(x + h) - f(x - h)) / (2 * h)


rehearse(numerical_gradient)

# %% read-a-card [markdown]
# Read **Recognised** first: it names the mistake, and why it is one. The formula is right for one number; an array needs it once for each entry. Then each line has one of five words:
#
# | word | what it means | what to do |
# |---|---|---|
# | pass | right on every input | go on |
# | fail | a value, a shape or a type is wrong | look at *expected* and *got* |
# | error | your function raised, or did not come back | read its last line |
# | skipped | it waits for a line above | mend that one first |
# | todo | the stub is still there | write something |
#
# `check` never raises, never changes your variables, and stops an answer that hangs. `hint(your_function)` gives three hints, one at a time; `progress()` says where you stand.

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake | how you notice |
# |---|---|
# | mean without `keepdims` | an error, or, with a square array, rows whose mean is not 0 |
# | test data with equal sizes | a swapped axis raises nothing |
# | a step of $10^{-12}$ "to be exact" | right gradients seem off by $10^{-5}$ |
# | a check in float32 | nothing agrees much better than $10^{-5}$, whatever the step |
# | a loss that does not depend on $x$ | gradients near 0; a relative error of 1, or everything passes |
# | $dy = 1$ instead of a random $dy$ | behind `centre` or a norm the gradient is exactly 0: a relative error of 1, right or wrong |

# %% question-axes [markdown] tags=["question"]
# ## Questions
#
# **A.** `x` has shape (8, 10, 16), and you average over axes 0 and 1. How many means are there?
#
# 1. 80
# 2. 16
# 3. 160
#
# <details><summary>Answer</summary>
#
# **2.** The axes you name disappear, so one mean for each feature stays. (1) counts what disappears, the $8 \cdot 10$ vectors; it is the number of means over axis 2. (3) averages over axis 0 alone.
#
# </details>

# %% question-step [markdown] tags=["question"]
# **B.** You halve $h$, once from $10^{-2}$ and once from $10^{-9}$. What happens to the error?
#
# 1. It halves both times.
# 2. It falls to a quarter, and it roughly doubles.
# 3. It roughly doubles, and it falls to a quarter.
#
# <details><summary>Answer</summary>
#
# **2.** At $10^{-2}$ the cut-off rules, and it goes with $h^2$; at $10^{-9}$ rounding rules, and it goes with $1/h$. (1) is what a one-sided difference does, $(f(x+h) - f(x))/h$, and only on its right branch. (3) exchanges the branches.
#
# </details>

# %% question-zero [markdown] tags=["question"]
# **C.** Your check reports a relative error of 1. The worst entry is $0$ in your gradient and $3 \cdot 10^{-13}$ in the central difference; the other entries are near 1. What now?
#
# 1. My gradient is wrong by a factor of 2.
# 2. Take a smaller step.
# 3. Check again with another $dy$.
#
# <details><summary>Answer</summary>
#
# **3.** $3 \cdot 10^{-13}$ is rounding, and beside an exact 0 it always gives 1. If the entry is 0 for every $dy$, compare absolute differences there. (1) A factor of 2 gives 0.5, and would show in the other entries. (2) makes rounding larger.
#
# </details>

# %% question-pass [markdown] tags=["question"]
# **D.** A backward pass of batch norm agrees with central differences to $10^{-9}$ on the loss $\sum \hat x^2$. What do you know?
#
# 1. That it is right.
# 2. Hardly anything.
# 3. That the step was well chosen.
#
# <details><summary>Answer</summary>
#
# **2.** The candidate without the mean did just that. (1) takes a pass for a proof: nothing in this loss tests the mean. (3) On a loss that is nearly constant, most steps give something near 0.
#
# </details>

# %% summary [markdown]
# ## Summary
#
# | | |
# |---|---|
# | axes | $(B, T, d)$ is batch, time, features; the axes you average over disappear, `keepdims=True` keeps them with length 1 |
# | norms | layer norm: axis 2, one mean for each vector; batch norm: axes 0 and 1, one for each feature |
# | central difference | $(f(x+h) - f(x-h)) / 2h$, error $\frac{h^2}{6} \lvert f''' \rvert + \varepsilon \lvert f \rvert / (2h)$ |
# | best step | $\sqrt[3]{\varepsilon} \approx 6 \cdot 10^{-6}$ in float64, if $f$ and $f'''$ are of similar size |
# | relative error | $\lvert a - b \rvert / \max(\lvert a \rvert, \lvert b \rvert)$: below $10^{-7}$ good, above $10^{-4}$ bad, against 0 meaningless |
# | loss of a check | random $dy$; never $\sum \hat x^2$ after a norm |
#
# **Now write it:** [the exercise of lesson 00](../exercises/00_start_here.ipynb) asks for `numerical_gradient` and `relative_error`, the two tools of every later check.

# %% further-reading [markdown]
# ## Further reading
#
# - [NumPy: broadcasting](https://numpy.org/doc/stable/user/basics.broadcasting.html), for the rule about the right side in full.
# - [CS231n: gradient checks](https://cs231n.github.io/neural-networks-3/#gradcheck), for kinks, regularization and other traps of checking a whole network.
# - Press and others, *Numerical Recipes*, 3rd edition, 2007, section 5.7: numerical derivatives, and how to get more digits from several steps.

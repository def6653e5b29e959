# %% title [markdown]
# # 00 · Start here: guess, run, check
#
# **You will** guess before you run, name the axes of an array, and find out whether a gradient that you derived by hand is right.
#
# **You need** Python, NumPy arrays, and what a derivative is. Nothing about neural networks.
#
# **25 min alone · 15 min in a workshop**

# %% for-instructors [markdown] tags=["instructor"]
# **Why we teach this.** Later lessons average over axes and derive gradients. Who is unsure of either will blame the new idea for it.
#
# **Timing.** How the course works 3 min, axes 7 min, gradient check 10 min, questions 5 min. In a workshop let everyone guess aloud at the square array and at the step `h`; skip the rest.
#
# **Questions you might get.** *Why not trust autograd?* We will, once we know what it should give. *Why float64?* Rounding in float32, about 1e-7, hides the slope once it is divided by a small `h`.
#
# **Typical pitfall.** People run first and guess afterwards. Then nothing surprises them, and little stays.

# %% [markdown]
# ## How the course works
#
# A lesson asks before it tells. Each section goes **question, guess, run, see, what it means**. Change the guess in a cell marked *Predict*, then run it with Shift+Enter. A wrong guess costs nothing: it is what makes the answer stick.
#
# A line that begins with **Claim holds** was checked by the notebook itself, on your computer, a moment ago. If a claim fails, the cell stops and says so.
#
# What you learn in a lesson you write in its exercise, and `check` tells you what is right and which mistake you made.

# %% imports
import numpy as np

from coursekit.lesson import claim, predict, show, source
from coursekit.plots.gradients import draw_error_over_step
from coursekit.reference import numerical_gradient, relative_error

rng = np.random.default_rng(0)

# %% [markdown]
# ## Name the axes before you average
#
# A batch of sequences is an array `x` of shape $(B, T, d)$: $B$ sequences, $T$ time steps, $d$ features. One vector $x^{bt}$ belongs to sequence $b$ at step $t$. Its mean is
#
# $$\mu^{bt} = \frac{1}{d} \sum_{i=1}^{d} x^{bt}_i$$
#
# with $x$ of shape $(B, T, d)$ and $\mu$ of shape $(B, T)$: the axis we average over is gone, and each pair of indices along the others keeps a mean of its own.
#
# **Guess first.** `x` has shape (2, 3, 4). We average over the last axis.

# %% predict-means tags=["predict"]
means_guess = predict("How many means are there?", 4)

# %% average-features
x = rng.normal(size=(2, 3, 4))
means = x.mean(axis=-1)
print("x:", x.shape, " means:", means.shape)
means_guess.reveal(means.size)

# %% claim-means
claim("Each of the 2 times 3 vectors has its own mean.", means.shape, "==", (2, 3))

# %% [markdown]
# The 4 features are what disappears; the $2 \cdot 3$ vectors are what stays. This is the whole difference between the norms of this course: layer norm takes its statistics over axis -1, batch norm over the axes 0 and 1.
#
# ## Keep the axis, or NumPy will guess
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

# %% [markdown]
# Without `keepdims` the mean of row $j$ was subtracted from **column** $j$. No error, right shape, and even the mean of everything is 0. That is why `check` always tries sizes that differ, and so should you.
#
# ## Find the step that a derivative needs
#
# You will derive gradients by hand. To test one, compare it with a central difference:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$
#
# with $e_i$ the unit vector of entry $i$, of the shape of $x$. In theory the error shrinks with $h^2$.
#
# **Guess first.** We take the derivative of the sine at 1 for twelve steps, in float64.

# %% predict-step tags=["predict"]
steps_to_guess = ["the smallest, 1e-12", "one in the middle", "the largest, 0.1"]
step_guess = predict("Which step is best?", steps_to_guess[0], choices=steps_to_guess)

# %% try-steps
steps = 10.0 ** -np.arange(1, 13)
at = np.array(1.0)
slopes = [numerical_gradient(np.sin, at, df=1.0, h=h) for h in steps]
errors = np.abs(np.array(slopes) - np.cos(1.0))
show(draw_error_over_step, steps, errors)

# %% claim-step
best = steps[errors.argmin()]
step_guess.reveal("one in the middle")
claim("The best step is in the middle.", best, "in", (1e-7, 1e-4), measured=True)
claim("The smallest is far worse.", errors[-1] / errors.min(), ">", 1e4, measured=True)

# %% [markdown]
# Two errors add up. The series that we cut off leaves about $h^2$. Rounding in $f$, about $10^{-16}$, is divided by $h$. They balance near $h = \sqrt[3]{2 \cdot 10^{-16}} \approx 6 \cdot 10^{-6}$, and `numerical_gradient` takes that step unless you give another.
#
# ## Check a gradient you derived
#
# Take `centre(x)` $= x - \mu$ for $x$ of shape $(N, d)$, with one mean for each row. A gradient $dy$ arrives from above, of the same shape. What goes down?
#
# - *First try:* the mean is a number, so $dx = dy$.
# - *Second try:* the mean depends on every entry of its row, so $dx = dy - \operatorname{mean}(dy)$, which is `centre(dy)`.


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
error_guess.reveal(first)
claim("The first try is wrong.", first, ">", 0.1)
claim("The second is right.", second, "<", 1e-7, measured=True)

# %% [markdown]
# As a rule: below $10^{-7}$ two float64 gradients agree, above $10^{-4}$ one of them is wrong. Note the random $dy$. With $dy = 1$ everywhere the right gradient is exactly 0, a relative error means nothing there, and a check that compares nothing always passes.
#
# The ruler itself is short enough to read:

# %% read-the-ruler
source(relative_error)

# %% how-a-check-speaks [markdown]
# ## How a check speaks
#
# In an exercise you replace the line `raise NotImplementedError("Your code here.")` and run `check(your_function)`. It calls your function on fresh inputs and answers with one line for each thing it looked at:
#
# | word | what it means | what to do |
# |---|---|---|
# | pass | right on every input | go on |
# | fail | a value, a shape or a type is wrong; it says where, expected and got | read *Recognised* first: it names the mistake |
# | error | your function raised or did not come back | read the last line |
# | todo | the stub is still there | write something |
#
# It never raises, never changes your variables, and an answer that hangs is stopped. `hint(your_function)` gives three hints, one at a time; `progress()` says where you stand.

# %% questions [markdown] tags=["question"]
# ## Ask yourself
#
# **1.** `x` has shape (8, 10, 16) and you average over axes 0 and 1. How many means?
#
# <details>
# <summary>Answer</summary>
#
# 16, one for each feature: the axes you name disappear. *80* counts the vectors, which is what axis -1 would keep; *160* would be axis 0 alone.
#
# </details>
#
# **2.** Your gradient check fails with a relative error of 1, in an entry where both gradients are about $10^{-17}$. What now?
#
# <details>
# <summary>Answer</summary>
#
# Nothing is wrong yet: the true entry is 0, and you compare rounding errors. Choose another $dy$, or look at the absolute difference there.
#
# </details>
#
# **3.** Why does halving $h$ not always halve the error?
#
# <details>
# <summary>Answer</summary>
#
# On the right branch of the V it divides the error by 4, because of $h^2$. On the left branch it doubles it, because rounding is divided by $h$.
#
# </details>

# %% summary [markdown]
# ## Take with you
#
# - $(B, T, d)$ is batch, time, features. The axes you average over disappear; `keepdims=True` keeps them, with length 1.
# - Shapes line up from the right. Test with sizes that all differ.
# - Central difference: error about $h^2 + 10^{-16}/h$, best near $h = 6 \cdot 10^{-6}$ in float64.
# - Check a backward pass with a random $dy$ and a relative error below $10^{-7}$.
#
# **Further reading**
#
# - [NumPy: broadcasting](https://numpy.org/doc/stable/user/basics.broadcasting.html), for the rule about the right side in full.
# - [CS231n: gradient checks](https://cs231n.github.io/neural-networks-3/#gradcheck), for kinks, regularization and other traps of checking a whole network.

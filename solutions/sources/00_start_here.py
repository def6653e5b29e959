# %% header [markdown]
# # Exercise 00: check a gradient
#
# | | |
# |---|---|
# | **You will** | write the two tools with which you check every gradient of this course: a gradient by central differences, and a ruler for two gradients |
# | **You need** | the [first lesson](../notebooks/00_start_here.ipynb); NumPy arrays and loops |
# | **Time** | 25 minutes alone, 20 in a workshop |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order. If somebody
# grades your notebook later, your answers are run with nothing from your other cells but
# functions, classes, imports and plain constants (`AX = -1`): define there what they use.

# %% imports
import numpy as np

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(numerical_gradient)` gives a question, asked again a pointer, and
# then a template with gaps. After your first attempt `solution(numerical_gradient)`
# shows a worked answer. Both work for every task here, and for a short question by its
# name: `hint("00-row")`.

# %% question-row [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** x has shape (5, 5). Which mean does `x - x.mean(axis=1)` take away from the
# entry x[2, 0]? Choose `"the mean of row 0"`, `"the mean of row 2"`,
# `"the mean of column 0"` or `"the mean of column 2"`.
#
# **1 point · 2 minutes**

# %% answer-row tags=["answer"] task="00-row"
answer("00-row", "the mean of row 0")  # ANSWER

# %% question-order [markdown]
# **B.** At h = 0.01 a central difference is off by 1e-4, nearly all of it cut off from
# Taylor's series. By how much is it off at h = 0.001?
#
# **1 point · 2 minutes**

# %% answer-order tags=["answer"] task="00-order"
answer("00-order", 1e-6)  # ANSWER

# %% question-calls [markdown]
# **C.** f takes x of shape (2, 3) and returns shape (4,). How many values of f do the
# central differences for one gradient need, each being an array of 4?
#
# **1 point · 2 minutes**

# %% answer-calls tags=["answer"] task="00-calls"
answer("00-calls", 12)  # ANSWER

# %% task-numerical-gradient [markdown]
# ## 1 · A gradient by differences
#
# **Why.** In later lessons you derive gradients by hand. A numerical gradient knows
# nothing of your derivation: it only calls the function. When the two agree, both are
# most likely right.
#
# **Write** `numerical_gradient(f, x, df, h=None)`. `f` takes an array of the shape of
# `x` and returns a number or an array of any shape. `df`, of the shape of `f(x)`, says
# how much each output counts. The result has the shape of `x` and holds, for each
# entry $i$,
#
# $$\frac{\partial}{\partial x_i} \sum_j df_j \, f_j(x) \approx
# \sum_j df_j \, \frac{f_j(x + h e_i) - f_j(x - h e_i)}{2h}$$
#
# where $x \pm h e_i$ is $x$ with entry $i$ alone moved by $h$.
#
# - A given `h` is the step, the same for every entry. Without `h` (it is `None` then)
#   take $6 \cdot 10^{-6} \, \max(1, |x_i|)$ for entry $i$.
# - Work in float64, and give float64 to `f`, also when `x` is float32 or holds whole
#   numbers.
# - Afterwards `x` is what it was, to the last bit.
#
# **Example.** Let `f` return `x * x` for `x = [1, 2, 3]`, and let `df = [1, 1, 10]`. For
# entry 2 and `h = 1` the points are `[1, 2, 4]` and `[1, 2, 2]`. There `f` gives
# `[1, 4, 16]` and `[1, 4, 4]`; the difference is `[0, 0, 12]`, weighed with `df` and
# summed 120, and divided by 2 it is 60. The whole gradient is `[2, 4, 60]`.
#
# **`check` looks at** shape and dtype of the gradient; a quadratic and a cubic, with a
# large `h`; functions that return arrays; the step you take without `h`; other dtypes
# and views; and that a call leaves no trace.
#
# **8 points · 10 minutes · difficulty 1/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *all entries moved at once*: `f(x + h)` moves all of `x`; move one entry of a copy.
# - *entries not moved back*: the entry you moved is still elsewhere when the next one
#   has its turn.
#
# </details>


# %% answer-numerical-gradient tags=["answer"] task="numerical_gradient"
def numerical_gradient(f, x, df, h=None):
    """Estimate the gradient of sum(df * f(x)) by central differences.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x; returns a number or an array of any shape.
    x : ndarray of any shape
        Where to differentiate.
    df : float or ndarray of the shape of f(x)
        How much each output counts.
    h : float, optional
        The step, for every entry; by default 6e-6 times max(1, |x_i|) for entry i.

    Returns
    -------
    ndarray of float64, shape of x
        The derivative with respect to each entry of x.
    """
    # BEGIN ANSWER
    x = np.array(x, dtype=np.float64)
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        step = 6e-6 * max(1.0, abs(x[i])) if h is None else h
        above, below = x.copy(), x.copy()
        above[i] += step
        below[i] -= step
        gradient[i] = np.sum(df * (f(above) - f(below))) / (2 * step)
    return gradient
    # END ANSWER


# %% why-numerical-gradient [markdown] tags=["solution"]
# **Why.** Line by line:
#
# 1. `np.array(x, dtype=np.float64)` is a copy in float64. Float32 has too few digits
#    for a step of $6 \cdot 10^{-6}$, and an array of whole numbers would cut the step
#    off without a word. It is also what keeps the caller's `x` untouched.
# 2. `np.ndindex(x.shape)` gives one index for each axis, so `x[i]` is one entry
#    whatever the shape. It goes by position, so views are nothing special.
# 3. The default step grows with $|x_i|$, because the gaps between neighbouring float64
#    numbers do; `max(1, ...)` keeps it from vanishing at 0.
# 4. `above` and `below` are new copies for each entry: nothing has to be put back.
# 5. An entry may act on every output. `df *` weighs the changes, and the sum is the
#    change of the loss that `df` came from.
# 6. The points lie $2h$ apart, so $2h$ divides. The brackets matter: `/ 2 * step` would
#    multiply.
#
# On a quadratic this is exact for every $h$, since nothing of Taylor's series is cut
# off. On $x^3$ it is $3x^2 + h^2$: `check` takes a large $h$ to see just that.

# %% check-numerical-gradient
check(numerical_gradient)

# %% task-relative-error [markdown]
# ## 2 · A ruler for two gradients
#
# **Why.** Is a difference of 0.01 much? Beside 100 it is nothing, beside 0.02 it is
# half. And one wrong entry among a thousand right ones is still a wrong gradient.
#
# **Write** `relative_error(a, b)` for two arrays of one shape, or two numbers:
#
# $$\max_i \; \frac{|a_i - b_i|}{\max(|a_i|, |b_i|)} \qquad \text{where } \tfrac00 = 0$$
#
# - The result is one number: 0 if all entries are equal, at most 1 where the signs
#   agree, at most 2.
# - Nothing is added to the divisor. A floor such as `max(1e-8, ...)` would hide
#   gradients that are small and wrong.
# - If `a` or `b` holds a NaN or an infinity, the result is NaN.
# - Arrays of different shapes raise `ValueError`: lined up by NumPy, entries would be
#   compared that do not belong together.
#
# **Example.** `relative_error([1, 100], [1, 101])` compares 1 with 1, which is 0, and
# 100 with 101, which is 1/101: the result is 0.0099. `relative_error(2, -2)` is 4/2 = 2,
# and `relative_error(0, 1e-17)` is 1.
#
# **`check` looks at** the ratio, with entries of both signs and of different sizes;
# zeros and entries near 1e-30; NaN and infinity; two shapes; two numbers; and that the
# arrays stay as they were.
#
# **7 points · 10 minutes · difficulty 1/5 · importance 3/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *divided by b alone*: exchange `a` and `b` and you get another result; divide by the
#   larger of the two sizes.
# - *0/0 not settled*: two zeros are equal; their error is 0, not NaN.
#
# </details>


# %% answer-relative-error tags=["answer"] task="relative_error"
def relative_error(a, b):
    """Return the largest difference of two arrays, each relative to its size.

    Parameters
    ----------
    a, b : float or ndarray, of one shape
        Two estimates of the same thing.

    Returns
    -------
    float
        The largest |a_i - b_i| / max(|a_i|, |b_i|), with 0/0 = 0.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    # BEGIN ANSWER
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"two shapes: {a.shape} and {b.shape}")
    size = np.maximum(np.abs(a), np.abs(b))
    return float(np.max(np.abs(a - b) / np.where(size == 0, 1, size)))
    # END ANSWER


# %% why-relative-error [markdown] tags=["solution"]
# **Why.** Line by line:
#
# 1. `np.asarray` makes an array without axes of a number, and leaves an array alone.
# 2. The shapes are compared before anything else. `(3,)` and `(3, 1)` would be lined up
#    to `(3, 3)`.
# 3. `np.maximum` compares entry by entry; `max` would ask for one yes or no. The larger
#    size makes the ruler the same in both directions.
# 4. Where the size is 0, both entries are 0 and so is their difference: 0/1 is the 0 we
#    want. Everywhere else the size divides as it is, however small.
# 5. NaN needs no line of its own: it passes through the subtraction, the division and
#    `np.max`. An infinity over an infinity is NaN.

# %% check-relative-error
check(relative_error)

# %% closing [markdown]
# ## Done?
#
# Then you can check any gradient: `relative_error(yours, numerical_gradient(f, x, df))`
# with a random `df`, below $10^{-7}$ in float64. `progress()` shows where you are. The
# [first lesson](../notebooks/00_start_here.ipynb) shows when a check that passes proves
# nothing.

# %% progress
progress()

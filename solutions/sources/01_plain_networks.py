# %% header [markdown]
# # Exercise 01: follow a gradient through a plain net
#
# | | |
# |---|---|
# | **You will** | send a gradient back through a plain net and measure it at every layer, predict the gain that keeps its length, and find out why a net is dead |
# | **You need** | sections 1 to 3 of the [lesson on plain networks](../notebooks/01_plain_networks.ipynb); matrix products; the chain rule |
# | **Time** | 50 minutes alone, 35 in a workshop |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order.

# %% imports
import numpy as np

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(predict_gain)` gives a question, asked again a pointer, and then a
# template with gaps. After your first attempt `solution(predict_gain)` shows a worked
# answer. Both work for every task here, and for a short question by its name:
# `hint("01-share")`.

# %% question-share [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** A ReLU net has 20 layers and gain c = 1. Which share of the gradient's length
# do you predict for layer 0? (Three digits are enough.)
#
# **1 point · 2 minutes**

# %% answer-share tags=["answer"] task="01-share"
answer("01-share", 2**-10)  # ANSWER

# %% question-quarter [markdown]
# **B.** Four layers of sigmoid with gain c = 2. Which share of the gradient's length is
# left at most, on average?
#
# **1 point · 2 minutes**

# %% answer-quarter tags=["answer"] task="01-quarter"
answer("01-quarter", (2 / 4) ** 4)  # ANSWER

# %% question-zeros [markdown]
# **C.** A ReLU net of 8 layers has gradients of the lengths 0, 0, 0, 0, 0, 0.7, 0.9,
# 1.1, 1 at the layers 0 to 8, with exact zeros. What is the matter? Choose
# `"a dead layer"`, `"float64 ran out of digits"`, `"the gain is too small"`,
# `"the gradient vanishes"` or `"the net is too deep"`.
#
# **1 point · 2 minutes**

# %% answer-zeros tags=["answer"] task="01-zeros"
answer("01-zeros", "a dead layer")  # ANSWER

# %% task-plain-forward-backward [markdown]
# ## 1 · There and back
#
# **Why.** Whether a deep net can learn shows in one list of numbers: how long the
# gradient is at every layer. A library gives you the gradients of the weights. The
# lengths on the way you only see if you walk it once yourself.
#
# **Write** `plain_forward_backward(x, Ws, act, dout)`. The net has L layers, no biases,
# and samples are rows:
#
# $$a^0 = x \qquad a^{l+1} = g(a^l\, W_l) \qquad l = 0, \ldots, L-1$$
#
# - `x` has shape $(N, n_0)$; `Ws` is a list of L matrices, `Ws[l]` of shape
#   $(n_l, n_{l+1})$. (The lesson writes $W a$ with columns: its $W$ is the transpose.)
# - `act` is `"relu"`, `"tanh"` or `"sigmoid"`: the function $g$ of *every* layer, the
#   last one included. At $z = 0$ the slope of ReLU counts as 0.
# - `dout` of shape $(N, n_L)$ is the gradient of the loss with respect to $a^L$.
#
# Return `(out, dWs, lengths)`: the output $a^L$; a list of L gradients, `dWs[l]` of the
# shape of `Ws[l]`; and L + 1 numbers, where `lengths[l]` is the length of the gradient
# $\delta^l$ with respect to $a^l$: the root of the sum of the squares of *all* its
# entries. So `lengths[0]` belongs to `x`, and `lengths[L]` to `dout`.
#
# **Example.** Two layers of ReLU, `x = [[1, 2]]`, `Ws[0] = [[3, -1], [4, 0]]`,
# `Ws[1] = [[4], [3]]`, `dout = [[1]]`. Forward: `z = [[11, -1]]`, `a = [[11, 0]]`,
# `out = [[44]]`. Back: the gradient at `a` is `[[4, 3]]`, of length 5; ReLU cuts the 3;
# at `x` it is `[[12, 16]]`, of length 20. So `lengths = [20, 5, 1]`,
# `dWs[0] = [[4, 0], [8, 0]]` and `dWs[1] = [[11], [0]]`.
#
# **`check` looks at** the form of all three; `out`, `dWs` and `lengths` for each
# function, with a random `dout`; nets of 1 and of 20 layers, a sample of zeros, and
# `z` far from 0; and that a call leaves no trace. Write the way back by hand: autograd
# does not count.
#
# **10 points · 20 minutes · difficulty 2/5 · importance 3/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *slope of the last layer left out*: `dout` is the gradient after the last activation
#   function, so it meets a slope before the last matrix.
# - *lengths after the slope*: measure $\delta$, not $dz$.
#
# </details>


# %% answer-plain-forward-backward tags=["answer"] task="plain_forward_backward"
def plain_forward_backward(x, Ws, act, dout):
    """Send x through a plain net and a gradient back, and measure it on its way.

    Parameters
    ----------
    x : ndarray of shape (N, n_0)
        N samples in rows.
    Ws : list of ndarray
        One matrix for each layer, Ws[l] of shape (n_l, n_(l+1)).
    act : str
        "relu", "tanh" or "sigmoid": the activation function of every layer.
    dout : ndarray of shape (N, n_L)
        The gradient of the loss with respect to the output.

    Returns
    -------
    out : ndarray of shape (N, n_L)
        What the last layer puts out.
    dWs : list of ndarray
        The gradients with respect to the matrices, in the order of Ws.
    lengths : list of float
        Lengths of the gradients with respect to a^0 = x, ..., a^L: L + 1 numbers.
    """
    # BEGIN ANSWER
    g, slope = {
        "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
        "tanh": (np.tanh, lambda a: 1 - a**2),
        "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    }[act]
    a = [x]
    for W in Ws:
        a.append(g(a[-1] @ W))
    dWs, lengths, delta = [], [np.linalg.norm(dout)], dout
    for layer in reversed(range(len(Ws))):
        dz = delta * slope(a[layer + 1])
        dWs.insert(0, a[layer].T @ dz)
        delta = dz @ Ws[layer].T
        lengths.insert(0, np.linalg.norm(delta))
    return a[-1], dWs, lengths
    # END ANSWER


# %% why-plain-forward-backward [markdown] tags=["solution"]
# **Why.** Every line of the way back undoes a line of the way forward.
#
# 1. Each activation is kept, `x` first: `a[layer]` goes into a layer and
#    `a[layer + 1]` comes out.
# 2. The slope can be told from what came out: $a > 0$ exactly where $z > 0$,
#    $\tanh' = 1 - a^2$, $s' = a\,(1 - a)$. So no $z$ has to be kept.
# 3. `delta` is the gradient at the *output* of a layer. It meets the activation
#    function first: `dz` is `delta` times the slope, entry by entry. That holds for the
#    last layer too, because `dout` belongs to its output.
# 4. $z = a W$, so a matrix has the gradient $a^\top dz$: samples are summed, and the
#    shape is that of $W$.
# 5. Then $\delta^l = dz\, W^\top$, from $n_{l+1}$ entries back to $n_l$, and it is
#    measured before the next slope. `np.linalg.norm` of an array with two axes is the
#    root of the sum of all squares, as long as no `ord` and no `axis` is given.
#
# The loop starts at the end, so both lists grow at their front.

# %% check-plain-forward-backward
check(plain_forward_backward)

# %% task-predict-gain [markdown]
# ## 2 · Which gain keeps the gradient?
#
# **Why.** With a gain that is 15 % off, fifty layers make a factor of a thousand. The
# right one can be worked out on paper, before any number is measured.
#
# **Write** `predict_gain(act, slope=0.01)`. The weights have mean 0 and variance
# $c^2 / n$. The lesson derives that a layer multiplies the squared length of the
# gradient by
#
# $$\chi = c^2\, \mathbb E\, g'(z)^2$$
#
# on average. Return the gain $c > 0$ with $\chi = 1$, exactly (as a root, not as a
# rounded number), for
#
# - `"identity"`: $g(z) = z$,
# - `"relu"`: slope 1 for $z > 0$, else 0,
# - `"leaky_relu"`: slope 1 for $z > 0$, else `slope`, which may be any number,
# - `"tanh"` and `"sigmoid"`: for $z$ so near 0 that all slopes are $g'(0)$.
#
# $z$ is positive as often as it is negative.
#
# **Example.** `predict_gain("identity")` is 1. `predict_gain("leaky_relu", 7)` is 0.2:
# the slopes are 1 and 7, their squares 1 and 49, the mean of those is 25, and
# $c^2 \cdot 25 = 1$.
#
# **`check` looks at** each of the five functions, and at `leaky_relu` with slopes of
# many sizes, negative ones among them, with 0 and 1, and with none given.
#
# **5 points · 10 minutes · difficulty 2/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *the gain squared*: $c^2$ is the factor of the variance; the gain is its root.
# - *slope not squared*: the *squares* of the slopes are averaged.
#
# </details>


# %% answer-predict-gain tags=["answer"] task="predict_gain"
def predict_gain(act, slope=0.01):
    """Return the gain that keeps the gradient's length from layer to layer.

    Parameters
    ----------
    act : str
        "identity", "relu", "leaky_relu", "tanh" or "sigmoid".
    slope : float, default=0.01
        Slope of leaky_relu for negative z.

    Returns
    -------
    float
        The gain c at which c^2 E[g'(z)^2] = 1.
    """
    # BEGIN ANSWER
    mean_square = {
        "identity": 1,
        "relu": (1 + 0) / 2,
        "leaky_relu": (1 + slope**2) / 2,
        "tanh": 1,
        "sigmoid": (1 / 4) ** 2,
    }[act]
    return 1 / np.sqrt(mean_square)
    # END ANSWER


# %% why-predict-gain [markdown] tags=["solution"]
# **Why.** Solve $c^2\,\mathbb E\,g'(z)^2 = 1$ for $c$; all that is left is a mean of
# squared slopes.
#
# 1. Functions with a kink have two slopes, each for half of the entries. ReLU:
#    $(1 + 0)/2$, so $c = \sqrt 2$, He's gain. Leaky ReLU: $(1 + \text{slope}^2)/2$.
#    With slope 1 it is the identity and with slope -1 the absolute value, and both keep
#    every length: $c = 1$.
# 2. Tanh has slope 1 at 0, so $c = 1$. With larger $z$ it saturates and needs more:
#    the lesson finds 1.1 in practice.
# 3. Sigmoid has the slope $\frac12 \cdot \frac12 = \frac14$ at 0, so $c = 4$. Weights
#    that large drive $z$ away from 0, where the slope is smaller: the gain that
#    sigmoid needs destroys the condition under which it was derived. No gain saves it.

# %% check-predict-gain
check(predict_gain)

# %% see-the-gain tags=["solution"]
rng = np.random.default_rng(1)
for act in ("relu", "tanh", "sigmoid"):
    c = predict_gain(act) / np.sqrt(64)
    x, dout = rng.normal(size=(2, 32, 64))
    Ws = [c * rng.normal(size=(64, 64)) for _ in range(20)]
    lengths = plain_forward_backward(x, Ws, act, dout)[2]
    print(f"{act:8} 20 layers, gain {predict_gain(act):.3f}:", end=" ")
    print(f"{lengths[0] / lengths[-1]:.1g} of the length reaches layer 0")

# %% story [markdown]
# ## 3 · Ada's vanishing gradient
#
# Ada trains a plain ReLU net of 8 layers, with biases and with He's gain. Before the
# first step the gradient is healthy at every layer. After it her plot, with a log axis
# that ends at 1e-12, shows every layer but the output on the floor. "Eight layers, and
# the gradient vanishes", says Ada. "I need a better gain."
#
# Look for yourself. First her step, and then the lengths as autograd has them.


# %% broken-step
def broken_step(x, Ws, bs, dout, lr):
    """Take one step of gradient descent in a ReLU net, as Ada wrote it."""
    h = [x]
    for k in range(len(Ws)):
        h.append(np.maximum(h[k] @ Ws[k] + bs[k], 0))
    grad, Ws, bs = dout, list(Ws), list(bs)
    for k in range(len(Ws) - 1, -1, -1):
        grad = grad * (h[k + 1] > 0)
        step_W = h[k].T @ grad / len(x)
        step_b = grad.sum() / len(x)
        grad = grad @ Ws[k].T
        Ws[k] = Ws[k] - lr * step_W
        bs[k] = bs[k] - lr * step_b
    return Ws, bs


# %% lengths-by-autograd
import torch


def look(x, Ws, bs, target):
    """Print length of the gradient and units that fire, layer by layer."""
    h = [torch.tensor(x, requires_grad=True)]
    for k in range(len(Ws)):
        h.append(torch.relu(h[k] @ torch.tensor(Ws[k]) + torch.tensor(bs[k])))
    loss = ((h[-1] - torch.tensor(target)) ** 2).sum() / 2
    for k, grad in enumerate(torch.autograd.grad(loss, h)):
        fire = int((h[k] > 0).any(dim=0).sum())
        print(f"layer {k}: length {float(grad.norm()):5.3g}, {fire:2} of 16 units fire")


# %% run-broken-step
rng = np.random.default_rng(9)
x, target = rng.normal(size=(32, 16)), rng.uniform(0, 1, size=(32, 16))
Ws = [rng.normal(size=(16, 16)) * np.sqrt(2 / 16) for k in range(8)]
bs = [np.zeros(16) for k in range(8)]
look(x, Ws, bs, target)
out = x
for k in range(8):
    out = np.maximum(out @ Ws[k] + bs[k], 0)
print("and after one step of Ada's:")
look(x, *broken_step(x, Ws, bs, out - target, lr=0.05), target)

# %% task-repaired-step [markdown]
# **Why.** "The gradient vanishes" is the first guess when a deep net does not learn,
# and often the wrong one. A gradient that vanishes fades from layer to layer; this one
# is cut off at once, and exactly to 0.
#
# **Write** `repaired_step(x, Ws, bs, dout, lr)`: Ada's `broken_step` without its bug.
# It computes the net $a^{l+1} = \text{ReLU}(a^l\, W_l + b_l)$, `bs[l]` of shape
# $(n_{l+1},)$, and takes one step of gradient descent on the *mean* over the samples:
# for a loss of which `dout` has the gradient of each sample in its row, every parameter
# moves by `-lr` times the mean of its gradient over the N samples. Return
# `(new_Ws, new_bs)`, two lists of new arrays in the order of `Ws`. One thing is wrong
# in Ada's code; leave the rest of the net as it is.
#
# **Example.** One layer, `x = [[1], [3]]`, `Ws[0] = [[1, 1]]`, `bs[0] = [0, 0]`,
# `dout = [[1, -1], [1, 1]]`, `lr = 0.1`. All outputs are positive. The new matrix is
# `[[0.8, 0.9]]` and the new bias `[-0.1, 0]`. Ada's bias is `[-0.1, -0.1]`.
#
# **`check` looks at** shapes; the new biases; the new matrices; how active the layers
# are after 20 steps (a dead one has the mean activation 0); and that a call leaves no
# trace.
#
# **8 points · 15 minutes · difficulty 3/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *the bug is still there*: look at how far each bias of one layer moves in one step.
# - *biases kept from being negative*: that treats the symptom; a negative bias is
#   nothing bad.
#
# </details>


# %% answer-repaired-step tags=["answer"] task="repaired_step"
def repaired_step(x, Ws, bs, dout, lr):
    """Take one step of gradient descent in a plain ReLU net.

    Parameters
    ----------
    x : ndarray of shape (N, n_0)
        N samples in rows.
    Ws, bs : list of ndarray
        Matrices of shape (n_l, n_(l+1)) and biases of shape (n_(l+1),).
    dout : ndarray of shape (N, n_L)
        The gradient of each sample's loss with respect to its output.
    lr : float
        The learning rate.

    Returns
    -------
    new_Ws, new_bs : list of ndarray
        The parameters after the step, of the same shapes.
    """
    # BEGIN ANSWER
    activations = [x]
    for W, b in zip(Ws, bs, strict=True):
        activations.append(np.maximum(activations[-1] @ W + b, 0))
    delta, new_Ws, new_bs = dout, [], []
    for layer in range(len(Ws))[::-1]:
        dz = delta * (activations[layer + 1] > 0)
        dW = activations[layer].T @ dz / len(x)
        new_Ws.insert(0, Ws[layer] - lr * dW)
        new_bs.insert(0, bs[layer] - lr * dz.mean(axis=0))
        delta = dz @ Ws[layer].T
    return new_Ws, new_bs
    # END ANSWER


# %% why-repaired-step [markdown] tags=["solution"]
# **Why.** The bug is `grad.sum()`: without an axis it adds up the samples *and* the
# units.
#
# 1. A bias belongs to one unit and acts on every sample. Its gradient is the mean of
#    the unit's column of `dz` over the samples: `dz.mean(axis=0)`, of shape
#    $(n_{l+1},)$.
# 2. `grad.sum()` is a single number, and NumPy subtracts it from every bias of the layer
#    without a word. All units move together, and as far as their gradients added up. If
#    the number is positive and large, the whole layer sinks below 0.
# 3. A unit that is below 0 for every sample has slope 0 everywhere. It passes no
#    gradient on and gets none, so it stays dead. Where a whole layer is dead, *every*
#    layer before it gets exactly 0.
#
# So the plot told the truth and Ada misread it: a gradient that vanishes gets shorter
# by a factor in each layer, and does not get to exactly 0 within eight. A better gain
# would not have mended the step. Count the units that fire before you blame the depth.

# %% check-repaired-step
check(repaired_step)

# %% see-the-repair tags=["solution"]
look(x, *repaired_step(x, Ws, bs, out - target, lr=0.05), target)

# %% closing [markdown]
# ## Done?
#
# Then you can tell apart what is often thrown together: a gradient that vanishes, one
# that explodes, and one that is cut. `progress()` shows where you are. Sections 4 and 5
# of the [lesson](../notebooks/01_plain_networks.ipynb) show nets whose gradients are
# healthy and that still fail.

# %% progress
progress()

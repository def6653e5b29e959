# %% header [markdown]
# # 06 · Derive the backward pass of batch norm, and ask why it works
#
# **80 min alone · 50 min in a workshop**
#
# **You will** derive the gradient of batch norm twice, once node by node and once in one line; check every node; see the gradient as a projection; find out what breaks when the statistics are taken as constants; and weigh the explanations of why batch norm helps against what can be measured.
#
# **You need** [lesson 05](05_batch_norm.ipynb) (the forward pass, training and evaluation), [lesson 00](00_start_here.ipynb) (central differences) and the chain rule; for sections 7 and 8 also residual nets and how they grow ([lesson 04](04_initialization_and_scaling.ipynb)).
#
# **How to read.** As always: change the guess, run the cell, go on. From section 9 on the question is not settled in the field. Claims there say what *we measured*, and the text says what it does not prove.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* it is the smallest backward pass in which a value has two consumers, a broadcast and two sums, so it teaches backpropagation better than any network does. And its second half is an exercise in not believing a good story too soon. *Learning outcomes:* afterwards learners can derive the gradient of batch norm node by node and in one line, and say which term each consumer adds; explain why a bias before the norm gets no gradient; name two explanations of why batch norm helps, with a measurement that speaks for and one that speaks against each. *Preparing:* draw the graph of section 2 on paper first: it needs the width of a whole board. Read section 11, so that no question tempts you into a slogan. *Timing (50 min):* sections 1 to 3, 15 min, the graph on the blackboard, the first explorer on the big screen; 4 and 5, 8 min; 6, 6 min; 7 and 8, 8 min; 9 and 10, 10 min; questions, 3 min. Leave the closed form's algebra to the exercise if time is short. *Questions you will get:* "Why not let autograd do it?" (it does; then nobody knows why a bias before a norm is dead), "So is internal covariate shift wrong?" (section 11: disputed; do not answer with another slogan). *Typical pitfalls:* learners forget the second consumer of `xmu`; they divide by $D$ where it must be $N$; they test with $\sum y^2$; they read "smoother" as a fact that does not depend on the scale of the weights.

# %% imports
import numpy as np
import torch

from coursekit.lesson import claim, predict, show, source
from coursekit.plots import batch_norm_backward as plots
from coursekit.reference import batch_norm_backward
from coursekit.reference.batch_norm_steps import (
    batch_norm_backward_steps,
    batch_norm_forward_steps,
)

rng = np.random.default_rng(0)

# %% who-answers [markdown]
# ## 1 · Push one output: who answers?
#
# In training, batch norm takes the mean $\mu$ and the biased variance $\sigma^2$ of each feature over the batch. With $x$ of shape $(N, D)$, and for each feature by itself:
#
# $$\hat x_n = \frac{x_n - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad y_n = \gamma\,\hat x_n + \beta$$
#
# Backpropagation brings `dy` $= \partial L / \partial y$, of shape $(N, D)$, and wants `dx` of the same shape. Suppose the loss depends on the output of sample 0 alone, so `dy` is zero in every other row.

# %% guess-who-answers tags=["predict"]
answering = predict("6 samples, dy is not zero in one row. Rows of dx not zero?", 1)

# %% run-who-answers
x, dy = rng.normal(size=(6, 1)), np.zeros((6, 1))
dy[0] = 1
one, zero = np.ones(1), np.zeros(1)
_, steps = batch_norm_forward_steps(x, one, zero)
dx = batch_norm_backward_steps(dy, steps).dx
answering.reveal(int((np.abs(dx) > 1e-9).sum()))
claim("All 6 rows answer.", (np.abs(dx) > 1e-9).sum(), "==", 6)

# %% why-all-answer [markdown]
# Every sample helped to make $\mu$ and $\sigma^2$, and those helped to make $y_0$. So there are **three ways** from an input to an output: directly, through the mean, and through the variance. A backward pass that forgets one of them has the right shape, raises no error, and is wrong. This is where hand-written batch norm is easiest to get wrong.

# %% graph [markdown]
# ## 2 · One operation at a time
#
# Break the formula into steps that do one thing each, and give each result a name. A `d` before a name means the gradient of the loss with respect to it: `dvar` $= \partial L/\partial$ `var`. Read the left column from the bottom up, as the forward pass runs, and the right one from the top down:
#
# | forward | what goes back |
# |---|---|
# | `y = gamma * x_hat + beta` | `dbeta` $= \sum_n dy$, `dgamma` $= \sum_n dy\,\hat x$, `dx_hat` $= \gamma\, dy$ |
# | `x_hat = xmu * inv_std` | `dinv_std` $= \sum_n d\hat x \cdot$ `xmu`; to `xmu`: $d\hat x\,\cdot$ `inv_std` |
# | `inv_std = 1 / std` | `dstd` $= -$ `dinv_std` $/$ `std`$^2$ |
# | `std = sqrt(var + eps)` | `dvar` $=$ `dstd` $/\,(2\,$`std`$)$ |
# | `var = mean(sq)` | `dsq` $=$ `dvar` $/ N$ in every row |
# | `sq = xmu ** 2` | to `xmu`: $2\,$`xmu` $\cdot$ `dsq` |
# | `xmu = x - mu` | to `x`: `dxmu`; `dmu` $= -\sum_n$ `dxmu` |
# | `mu = mean(x)` | to `x`: `dmu` $/ N$ in every row |
#
# `mu`, `var`, `std`, `inv_std`, `gamma`, `beta` have shape $(D,)$, the others $(N, D)$; each gradient has the shape of its name.

# %% two-rules [markdown]
# Two rules make the right column. Call a step that uses a value its *consumer*. **A value with two consumers gets the sum of what both send back**: `xmu` is used by `x_hat` and by `sq`, `x` by `xmu` and by `mu`. And **what was copied to all rows on the way forward is summed over the rows on the way back**, and the other way round: $\gamma$ served $N$ rows, so `dgamma` is a sum; `var` is a mean of $N$ rows, so each gets $1/N$ of its gradient.

# %% read-the-steps
source(batch_norm_forward_steps, batch_norm_backward_steps)

# %% how-to-check-a-node [markdown]
# Ten gradients, and only three of them (`dx`, `dgamma`, `dbeta`) leave the layer. Why compute the others one by one? Because each can be **checked** by itself. Move the value of one node by a small $h$, compute everything *after* it again, and you have its central difference. If, on the way back, every node before `xmu` is right and `xmu` is not, you know which line is wrong.
#
# Now a slip, on purpose: on the way back we forget that `sq` also used `xmu`. The variance's path is gone.

# %% guess-first-wrong tags=["predict"]
nodes = ["x_hat", "inv_std", "var", "xmu", "mu", "x"]
first_wrong = predict(
    "The variance's path is forgotten. First wrong node on the way back?",
    "var",
    choices=nodes,
)

# %% run-inspection
from coursekit.experiments import gradient_inspection as inspection

right = inspection.run(inspection.Config())
forgot = inspection.run(inspection.Config(slip="variance path forgotten"))
first_wrong.reveal(forgot.wrong[0])
worst = max(right.errors.values())
claim("Without a slip all ten agree.", worst, "<", 1e-8, measured=True)
claim("With it, xmu and x are wrong.", forgot.wrong, "==", ("xmu", "x"))

# %% look-at-mu [markdown]
# `dvar` itself is right: it was computed, and then never used. And `dmu` is right although it is computed from the wrong `dxmu`. We come to the reason in section 3. Another slip, as a picture: the $1/N$ of the variance is forgotten. Each box shows how far the node's gradient is off, divided by its largest entry.

# %% draw-inspection
from coursekit.plots.gradient_graph import draw_graph

slip = "1/N of the variance forgotten"
shown = inspection.run(inspection.Config(slip=slip))
show(draw_graph, shown.errors, shown.wrong, slip=slip, width=7.6, height=3.4)

# %% a-slip-with-a-number [markdown]
# The size of an error can name the slip. With $N = 5$ samples `sq` is off by 4 times its largest entry, so what we have is 5 times what we want.

# %% check-the-number
claim("sq is off by N - 1 = 4 times.", shown.errors["sq"], "~", 4, rtol=1e-6)

# %% try-the-inspector [markdown]
# **Try it.** A gradient counts as right up to a relative error of $10^{-5}$, as in many checks.
#
# 1. Choose "eps forgotten on the way back": the backward pass divides by $\sqrt{\sigma^2}$ where it should divide by $\sqrt{\sigma^2+\epsilon}$. At $\epsilon = 10^{-5}$, which nodes are wrong? Move eps until one turns. Which one?
# 2. Go back to "variance path forgotten" and read the two sums under the picture. Which of the two could have warned you, without any differences?

# %% explore-the-inspector tags=["explorer"]
from coursekit.explorers.gradient_inspector import explore_gradient_inspector

explore_gradient_inspector()

# %% inspector-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. None: the error is about $\epsilon/\sigma^2$, here just below $10^{-5}$, and the check passes wrong code. One notch further `var` turns first, and `sq` and `x` with it; another notch on, `xmu` too. This is why good tests use a *large* $\epsilon$, such as 0.1.
# 2. The sum of `dx` times $\hat x$. It should be as good as zero and is about 2. The sum of `dx` is zero even now, so testing it alone proves little.
#
# </details>

# %% check-eps-slip
slip = "eps forgotten on the way back"
hidden = inspection.run(inspection.Config(slip=slip, eps=1e-5))
caught = inspection.run(inspection.Config(slip=slip, eps=0.1))
claim("At eps = 1e-5 the wrong code passes.", hidden.wrong, "==", ())
notch = inspection.run(inspection.Config(slip=slip, eps=10**-4.75))
claim("One notch further it does not.", notch.wrong, "==", ("var", "sq", "x"))
claim("At 0.1 four nodes are caught.", caught.wrong, "==", ("var", "sq", "xmu", "x"))

# %% check-the-two-sums
wrong_dx = forgot.gradients["x"]
x_hat = inspection.values_of(inspection.Config())["x_hat"]
total, along = np.abs(wrong_dx.sum(0)).max(), np.abs((wrong_dx * x_hat).sum(0)).max()
claim("No variance's path: dx sums to zero.", total, "<", 1e-13, measured=True)
claim("But dx times x_hat does not.", along, ">", 1)

# %% closed-form [markdown]
# ## 3 · The same in one line
#
# Put the steps into one another. Write $s = 1/\sqrt{\sigma^2+\epsilon}$ (`inv_std`) and a bar for the mean over the batch. Since `xmu` $= \hat x / s$:
#
# $$d\mathrm{var} = -\tfrac12 s^3 \sum_n d\hat x_n\, \mathrm{xmu}_n = -\tfrac12 s^2 \sum_n d\hat x_n\, \hat x_n$$
#
# $$2\,\mathrm{xmu}\cdot d\mathrm{sq} = \frac{2}{N}\,\frac{\hat x}{s}\, d\mathrm{var} = -s\,\hat x\,\overline{d\hat x\,\hat x} \qquad\Rightarrow\qquad d\mathrm{xmu} = s\left(d\hat x - \hat x\,\overline{d\hat x\,\hat x}\right)$$
#
# Because $\sum_n \hat x_n = 0$, the second part adds nothing to $d\mathrm{mu} = -\sum_n d\mathrm{xmu}_n = -s \sum_n d\hat x_n$. That is why `dmu` was right above. The last row of the table says $dx = d\mathrm{xmu} + d\mathrm{mu}/N$. Put both in, with $d\hat x = \gamma\, dy$:
#
# $$dx = \frac{\gamma\, s}{N}\left(N\, dy - \sum_n dy_n - \hat x \sum_n dy_n\, \hat x_n\right)$$
#
# of shape $(N, D)$; $\gamma$, $s$ and both sums have shape $(D,)$.

# %% guess-terms tags=["predict"]
answers = ["the first", "the second", "the third"]
from_the_mean = predict(
    "Which of the three terms comes through the mean?", "the first", choices=answers
)

# %% run-closed-form
x, dy = rng.normal(2.0, 3.0, size=(2, 7, 4))
gamma, beta = rng.normal(size=(2, 4))
_, steps = batch_norm_forward_steps(x, gamma, beta, eps=0.1)
dx = batch_norm_backward_steps(dy, steps).dx
x_hat, scale = steps.x_hat, gamma * steps.inv_std / 7
line = scale * (7 * dy - dy.sum(0) - x_hat * (dy * x_hat).sum(0))
from_the_mean.reveal("the second")
gap = np.abs(line - dx).max()
claim("One line and ten steps agree.", gap, "<", 1e-13, measured=True)

# %% check-against-torch [markdown]
# Two derivations by the same hand can share a mistake. So we ask torch, whose backward pass others wrote, with $N \neq D$ and a large $\epsilon$. Then we ask this course's reference, whose forward pass you read in lesson 05.

# %% run-against-torch
leaves = [torch.tensor(v, requires_grad=True) for v in (x, gamma, beta)]
norm = torch.nn.functional.batch_norm
y = norm(leaves[0], None, None, *leaves[1:], training=True, eps=0.1)
y.backward(torch.tensor(dy))
gap = np.abs(leaves[0].grad.numpy() - dx).max()
claim("dx agrees with torch.", gap, "<", 1e-13, measured=True)
ours = batch_norm_backward(dy, (x_hat, steps.inv_std[None], gamma))
gap = np.abs(ours[0] - dx).max()
claim("The reference has the same.", gap, "<", 1e-13, measured=True)

# %% read-the-reference
from coursekit.reference.standardize import standardize_backward

source(standardize_backward, batch_norm_backward)

# %% projection [markdown]
# ## 4 · What the gradient is not allowed to ask for
#
# For one feature write the closed form with a matrix. With $\mathbf 1 = (1, \dots, 1)$ and $\hat x$ as vectors over the batch, of shape $(N,)$:
#
# $$dx = \gamma s\, P\, dy \qquad P = I - \tfrac1N \mathbf 1\mathbf 1^\top - \tfrac1N \hat x\hat x^\top$$
#
# For $\epsilon = 0$, $P$ is the projection that takes two directions out: the batch's common shift, and the stretch along $\hat x$. Both are changes of $x$ that the output cannot see. [Lesson 07](07_layer_norm.ipynb) finds the same matrix for layer norm, with the features in the place of the batch.

# %% draw-three-terms
x_line = np.sort(rng.normal(size=8))
x_line = (x_line - x_line.mean()) / x_line.std()
dy_line = 0.6 * x_line + 0.5 + 0.7 * rng.normal(size=8)
show(plots.draw_three_terms, dy_line, x_line, width=7.6, ncols=3)

# %% guess-the-sums tags=["predict"]
lost = predict("eps = 0, N = 64. How many directions of dy never reach dx?", 0)

# %% run-projection
one_feature = rng.normal(size=(64, 1))
_, line_steps = batch_norm_forward_steps(one_feature, one, zero, eps=0.0)
v = line_steps.x_hat[:, 0]
P = np.eye(64) - np.ones((64, 64)) / 64 - np.outer(v, v) / 64
lost.reveal(64 - np.linalg.matrix_rank(P))
gap = np.abs(P @ P - P).max()
claim("Projecting twice changes nothing.", gap, "<", 1e-13, measured=True)
claim("The rank is N - 2.", np.linalg.matrix_rank(P), "==", 62)

# %% sums [markdown]
# So two sums over the batch tell a right `dx` from a wrong one. The first is exactly zero, whatever $\epsilon$ is. The second is zero for $\epsilon = 0$ only; since $\overline{\hat x^2} = \sigma^2/(\sigma^2+\epsilon)$,
#
# $$\sum_n dx_n = 0 \qquad \sum_n dx_n\,\hat x_n = \gamma s\,\frac{\epsilon}{\sigma^2+\epsilon} \sum_n dy_n\,\hat x_n = O(\epsilon)$$
#
# each of shape $(D,)$. Forget the mean's path and the first fails; forget the variance's and the second does.

# %% check-the-sums
total = np.abs(dx.sum(axis=0)).max()
along = (dx * x_hat).sum(axis=0)
share = 0.1 / (steps.var + 0.1)
formula = gamma * steps.inv_std * share * (dy * x_hat).sum(axis=0)
gap = np.abs(along - formula).max()
claim("dx sums to zero over the batch.", total, "<", 1e-13, measured=True)
claim("The other sum is the formula's.", gap, "<", 1e-13, measured=True)

# %% two-traps [markdown]
# Two traps follow at once. **A loss that proves nothing:** $\sum_n y_n^2$ has $dy = 2y$, which lies along $\hat x$ and $\mathbf 1$, so its gradient is as good as zero, and a backward pass that returns zeros passes the test. **A batch that teaches nothing:** for $N = 2$ there are $N - 2 = 0$ directions left.

# %% guess-the-pair tags=["predict"]
pair = predict("eps = 0, a batch of 2, a random dy. Largest entry of dx?", 1.0)

# %% run-the-traps
two = rng.normal(size=(2, 4))
_, pair_steps = batch_norm_forward_steps(two, gamma, beta, eps=0.0)
pair_dx = batch_norm_backward_steps(rng.normal(size=(2, 4)), pair_steps).dx
pair.reveal(round(np.abs(pair_dx).max(), 9))
largest = np.abs(pair_dx).max()
claim("With pairs no gradient passes.", largest, "<", 1e-12, measured=True)
y, flat_steps = batch_norm_forward_steps(x, gamma, beta, eps=0.0)
slope = np.abs(batch_norm_backward_steps(2 * y, flat_steps).dx).max()
claim("The sum of squares has no gradient.", slope, "<", 1e-12, measured=True)

# %% training-only [markdown]
# All of this holds **in training**. In evaluation, mean and variance are remembered numbers that do not depend on $x$: two of the three paths are gone, and $dx = \gamma s\, dy$ is the whole truth. ([Claim A8 in lesson 07](07_layer_norm.ipynb#Claim-A8) says "in training only" of the forward pass, for the same reason.) So "statistics as constants" is right in one mode and wrong in the other.

# %% check-evaluation
cache = x_hat, steps.inv_std[None], gamma, False
gap = np.abs(batch_norm_backward(dy, cache)[0] - gamma * steps.inv_std * dy).max()
claim("In evaluation dx is gamma s dy.", gap, "<", 1e-13, measured=True)

# %% constants [markdown]
# ## 5 · What if we take the statistics as constants?
#
# It would be cheaper, and the direct path alone still points somewhere downhill. Ioffe and Szegedy (2015, arXiv:1502.03167, Section 2) give the reason against it. Let a linear layer with the bias $b$ stand before the norm: $x_n = W h_n + b$. The mean takes $b$ out again, so **no** value of $b$ changes the loss. The right gradient knows: $db = \sum_n dx_n = 0$. The direct path does not: it asks for a change of $b$, the change does nothing, and at the next step it asks again.
#
# Two nets with four norms each (without $\gamma$ and $\beta$), 300 updates on the digits, three seeds. Only the gradient differs.

# %% guess-the-bias tags=["predict"]
bias = predict("Statistics as constants: the largest bias after 300 updates?", 0.1)

# %% run-constants
from coursekit.experiments import statistics_gradient

paths = statistics_gradient.run(statistics_gradient.Config())
full, cut = paths.norms
bias.reveal(round(paths.last("biases", cut), 2), measured=True)

# %% draw-constants
from coursekit.plots.batch_norm_training import draw_statistics

curves = paths.steps, paths.biases, paths.growths
show(draw_statistics, *curves, norms=paths.norms, width=7.6, ncols=2)

# %% what-constants-say
kept, drifted = (paths.last("biases", name) for name in (full, cut))
lengths = [paths.last("growths", name) for name in (full, cut)]
lead = paths.accuracy(full) - paths.accuracy(cut)
claim("With the full gradient b stays at 0.", kept, "<", 1e-3, measured=True)
claim("Without the statistics' part it drifts.", drifted, ">", 0.5, measured=True)
claim("The weights grow by less than 5 %.", lengths[0], "<", 1.05, measured=True)
claim("Cut off, by more than 30 %.", lengths[1], ">", 1.3, measured=True)
claim("And the test accuracy is lower.", lead, ">", 0.02, measured=True)

# %% no-bias-needed [markdown]
# Two lessons. A layer right before batch norm **needs no bias**, as lesson 05 said: its gradient is zero for ever, and in a usual batch norm $\beta$ does its work. `Linear(..., bias=False)` saves the parameters. And detaching the statistics is a silent bug. The forward pass is perfect, the loss falls, the net learns something, and a parameter walks away. Here is all it takes, shown as a warning:

# %% read-the-constants
source(statistics_gradient.ConstantStatistics)

# %% scale [markdown]
# ## 6 · The scale of the weights disappears, and comes back as a learning rate
#
# The other direction that the projection deletes is the stretch. Let $w$ be the weights of one unit before the norm, of shape $(d,)$, and multiply them by $a > 0$. For $\epsilon = 0$
#
# $$\mathrm{BN}(a\,Xw) = \mathrm{BN}(Xw) \quad\Rightarrow\quad \nabla L(aw) = \tfrac1a \nabla L(w) \qquad w^\top \nabla L(w) = 0$$
#
# with $X$ of shape $(N, d)$. The first says that the output does not see $a$, so $L(aw) = L(w)$ for every $a > 0$. Differentiate that by $w$: $a \nabla L(aw) = \nabla L(w)$, the second. Differentiate it by $a$, at $a = 1$: the third. (Ioffe and Szegedy, Section 3.3, have the first two.)

# %% guess-the-gradient tags=["predict"]
ten = predict("All weights times 10: the gradient becomes how many times as long?", 10)

# %% run-scale
from coursekit.experiments import scale_invariance

scales = scale_invariance.run(scale_invariance.Config())
at = scales.factors.index(10.0)
gradient = scales.ratios[0] / np.array(scales.factors)
ten.reveal(round(gradient[at], 6))

# %% what-scale-says
differences, cosines = scales.differences, scales.cosines
off, angle = differences[0].max(), cosines[0].max()
claim("eps = 0: no factor changes the output.", off, "<", 1e-13, measured=True)
claim("Times 10: a tenth of the gradient.", gradient[at], "~", 0.1, rtol=1e-6)
claim("w and its gradient are perpendicular.", angle, "<", 1e-13, measured=True)
small = scales.factors.index(0.01)
claim("eps = 1e-5, a = 0.01: not the same.", differences[1, small], "in", (0.01, 0.03))
claim("Nor perpendicular.", cosines[1, small], ">", 0.01)

# %% eps-breaks-it [markdown]
# The last two are the fine print. $\epsilon$ has the unit of $x^2$, so it *knows* the scale: at $a = 0.01$ the variance of the layer has shrunk by $10^4$ and $\epsilon = 10^{-5}$ is no longer small beside it.
#
# Now let the net train by plain gradient descent. Every step is perpendicular to $w$, so by Pythagoras
#
# $$\lVert w_{t+1}\rVert^2 = \lVert w_t\rVert^2 + \eta^2 \lVert\nabla L(w_t)\rVert^2$$
#
# with $\eta$ the learning rate. **Without weight decay the weights can only grow**, whatever the data.

# %% draw-scale
show(plots.draw_scale, scales.factors, gradient, scales.norms, width=7.6, ncols=2)

# %% check-growth
rises = np.diff(scales.norms, axis=0).min()
gap = np.abs(scales.norms - scales.pythagoras).max()
claim("Every step makes every unit longer.", rises, ">", 0, measured=True)
claim("By what Pythagoras says.", gap, "<", 1e-12, measured=True)

# %% effective-rate [markdown]
# Only the direction $u = w/\lVert w\rVert$ matters to the net. A step moves $w$ by $\eta\,\nabla L(w)$, which is $\eta\,\nabla L(u)/\lVert w\rVert$ (the second formula, with $a = \lVert w\rVert$). It turns the direction by that, divided by $\lVert w\rVert$ once more:
#
# $$\eta_\text{effective} = \frac{\eta}{\lVert w\rVert^2}$$
#
# (van Laarhoven, 2017, arXiv:1706.05350). Ten times the weights with a hundred times the learning rate is the **same training**, step by step. We can check that exactly.

# %% guess-the-rate tags=["predict"]
rate = predict(
    "Weights times 10. Which factor on the rate gives the same training?", 10
)

# %% run-the-rate
data = scale_invariance.problem(scale_invariance.Config())
X, W, target = data
walk = {"steps": 20, "eps": 0.0}
small, _ = scale_invariance.descend(X, W, target, lr=1.0, **walk)
large, _ = scale_invariance.descend(X, 10 * W, target, lr=100.0, **walk)
rate.reveal(100)
gap = (large[-1] - 10 * small[-1]).abs().max()
claim("After 20 steps: still ten times.", gap, "<", 1e-12, measured=True)

# %% what-the-rate-means [markdown]
# So batch norm has a learning rate schedule built in. A unit that gets large gradients grows, and thereby slows itself down; Arora, Li and Lyu (2018, arXiv:1812.03981) show that gradient descent then succeeds with less tuning of the rate. And weight decay, in front of a batch norm, does not make the function any simpler: the function does not see how long $w$ is. It keeps $\lVert w\rVert$ small and the effective learning rate *high*.

# %% explosion [markdown]
# ## 7 · Batch norm makes gradients explode
#
# After all this good news: stack linear, batch norm, ReLU thirty times, without skip connections, and look at the gradient *before any training*. Where does it change on its way back through one layer?
#
# - **ReLU** lets half of the units pass: $\times \tfrac12$ on the squared length.
# - **Batch norm** divides by $\sigma$: $\times 1/\sigma^2$ (its projection takes 2 of $N$ directions, hardly anything).
# - **The weights**, a $d \times d$ matrix of variance $v/d$ ([lesson 01](01_plain_networks.ipynb) writes $v = c^2$): $\times v$.
#
# The variance that batch norm divides by is $\sigma^2 = v \operatorname{var}(a)$, where $a = \operatorname{ReLU}(h)$ is what the layer before puts out, with $h$ standard normal after its own norm. So $v$ cancels, and all depends on how much *variance* is in $a$: its mean square $\mathbb E\, a^2$ minus its squared mean $(\mathbb E\, a)^2$.

# %% guess-the-share tags=["predict"]
share = predict("What share of the mean square of ReLU(h) is its squared mean?", 0.1)

# %% run-the-share
h = rng.normal(size=1_000_000)
a = np.maximum(h, 0)
share.reveal(round(a.mean() ** 2 / (a**2).mean(), 3), measured=True)
found = a.mean() ** 2 / (a**2).mean()
claim("The share is 1 / pi.", found, "~", 1 / np.pi, rtol=0.01, measured=True)

# %% explosion-factor [markdown]
# The mean square of $a$ is half of that of $h$, so $\tfrac12$. Its mean is $\int_0^\infty h\, e^{-h^2/2}\, dh / \sqrt{2\pi} = 1/\sqrt{2\pi}$, and the square of that $\tfrac1{2\pi}$. A net without norms divides by nothing, and He takes $v = 2$: $\tfrac12 \cdot 2 = 1$, the length stays. Layer norm divides by a variance over the *features*. Over the features random weights average to 0, so there is next to no mean to subtract, and this variance is about $v$ times the mean square: $\tfrac12 \cdot 1/(v\cdot\tfrac12)\cdot v = 1$ again. Batch norm subtracts the mean of each unit first and divides by what is left:
#
# $$\frac12 \cdot \frac{1}{v\left(\frac12 - \frac1{2\pi}\right)} \cdot v = \frac{\pi}{\pi - 1} \approx 1.467 \qquad\text{so lengths grow by}\quad \sqrt{\frac{\pi}{\pi-1}} \approx 1.211$$
#
# in every layer: the result of Yang and others (2019, arXiv:1902.08129). No choice of the weights' variance helps, since $v$ has cancelled.

# %% guess-the-growth tags=["predict"]
layers = predict("1.211 a layer: how many times longer after 30 layers?", 6)

# %% run-growth
from coursekit.experiments import gradient_growth

growth = gradient_growth.run(gradient_growth.Config())
theory = gradient_growth.BATCH_NORM_GROWTH
layers.reveal(round(theory**30))

# %% draw-growth
order = growth.lengths, growth.kinds
show(plots.draw_growth, order[0], kinds=order[1], theory=theory, width=7.6, height=3.6)

# %% what-growth-says
each = {kind: growth.median(kind) for kind in growth.kinds}
batch, raw = each["plain batch norm"], each["residual raw"]
flat = [each["plain he"], each["plain layer norm"]]
both = each["residual batch norm"]
claim("Theory: 1.211.", theory, "~", 1.211, rtol=1e-3)
claim("Its square is 1.467.", theory**2, "~", 1.467, rtol=1e-3)
claim("Batch norm comes near it.", batch, "in", (1.15, 1.27), measured=True)
claim("He alone: flat.", flat[0], "in", (0.97, 1.03), measured=True)
claim("Layer norm: flat.", flat[1], "in", (0.97, 1.03), measured=True)
claim("Residual, no norm: about sqrt(2).", raw, "in", (1.35, 1.48), measured=True)
claim("Residual with batch norm: little.", both, "in", (1.03, 1.12), measured=True)

# %% what-growth-means [markdown]
# Each cure alone explodes: batch norm without skips, and skips without norm. Together they nearly do not. Block $l$ adds a branch of variance 1 to a trunk of variance about $l$ (lesson 04), so the branch's share of the variance, and with it the growth, shrinks about as $1/l$. You see it in the grey crosses: on the way back the *first* blocks, with small $l$, come last, and there the curve bends up.
#
# What this is *not*: a statement on a net in training. The same paper reports that one step of optimization already makes the range of the gradients much smaller. It is a statement on where training starts. Whether it explains why very deep plain nets with batch norm train so badly (lesson 01) is another question; the next section has a second candidate.

# %% shattered [markdown]
# ## 8 · Long enough is not good enough: shattered gradients
#
# Suppose the lengths are fine. Is the gradient of *use*? It is, if it also holds a little further on. Balduzzi and others (2017, arXiv:1702.08591) look at nets from one number to one number, before training, and at the gradient at neighbouring inputs. In a shallow net it changes slowly. In a deep plain net it resembles white noise, where neighbours know nothing of each other; with skip connections this sets in far more slowly.
#
# A grid of 256 inputs, 200 units a layer, batch norm everywhere, 24 layers. How alike neighbours are we measure by the *autocorrelation* of the gradient along the grid: the correlation between its value at one input and at the next. It is near 1 for a smooth curve and near 0 for white noise.

# %% guess-sign-changes tags=["predict"]
changes = predict("Of 255 steps along the grid, how many flip the gradient's sign?", 10)

# %% run-shattered
from coursekit.experiments import shattered_gradients

shatter = shattered_gradients.run(shattered_gradients.Config())
plain, residual, tenth = shatter.kinds
changes.reveal(shatter.sign_changes(plain, 24), measured=True)

# %% draw-shattered
deepest = shatter.gradients[:, -1, 0]
series = shatter.grid, deepest
show(plots.draw_gradient_series, *series, kinds=shatter.kinds, width=7.8, ncols=3)

# %% draw-correlations
curves = shatter.depths, shatter.correlations
show(plots.draw_correlations, *curves, kinds=shatter.kinds, width=7.6)

# %% what-shattered-says
noise = abs(shatter.correlation(plain, 24))
deep = shatter.correlation(residual, 24)
best = shatter.correlation(tenth, 24)
flips = shatter.sign_changes(plain, 24), shatter.sign_changes(tenth, 24)
claim("Plain: no correlation is left.", noise, "<", 0.2, measured=True)
claim("Residual: much of it is.", deep, ">", 0.5, measured=True)
claim("Branch times 0.1: nearly all.", best, ">", 0.8, measured=True)
claim("Plain: every other step flips.", flips[0], "in", (115, 145), measured=True)
claim("Branch times 0.1: few do.", flips[1], "<", 40, measured=True)

# %% what-shattered-means [markdown]
# White noise flips its sign at every other step, and that is what we see. A gradient like this is right at the point and useless one step away. So skip connections do more than keep a *length*; they keep the gradient **alike** from place to place, and the smaller the branch, the more alike. How alike depends on the weights: here they have torch's default size. With He's larger weights each branch adds more.

# %% check-larger-weights
config = shattered_gradients.Config(
    kinds=(residual,), depths=(24,), nets=8, gain=np.sqrt(2)
)
larger = shattered_gradients.run(config).correlation(residual, 24)
claim("He's weights: less alike.", larger, "<", deep - 0.03, measured=True)

# %% covariate-shift [markdown]
# ## 9 · Is it internal covariate shift?
#
# Why does batch norm help at all? The paper of 2015 has a hypothesis in its title. While a net trains, the earlier layers change, so what a later layer receives changes in distribution, and it has to learn on shifting ground. The authors call this **internal covariate shift** and propose that batch norm helps because it reduces it.
#
# A hypothesis can be tested. Santurkar and others (2018, arXiv:1805.11604) made the ground shift *again*, behind each batch norm: every feature gets a random shift and stretch, new at every step. (In the paper it also differs from sample to sample.) If stable distributions are what counts, this net must train as badly as one without norm.

# %% read-the-noise
from coursekit.experiments import noisy_batch_norm

source(noisy_batch_norm.NoisyBatchNorm)

# %% noisy-setting [markdown]
# Eight layers on the digits, 250 updates, three seeds, and a learning rate of 1: far too much for the net without norm, which learns nothing at it. To know how much the ground shifts *naturally*, a net without norm also trains at a rate that it can stand, 0.3. **Drift** is how far mean and standard deviation of a feature move from one update to the next: we square both moves, add them, and average over features, layers and updates.

# %% guess-noisy tags=["predict"]
noisy = predict("Noisy batch norm at learning rate 1: its test accuracy?", 0.3)

# %% run-noisy
shift = noisy_batch_norm.run(noisy_batch_norm.Config())
noisy.reveal(round(shift.accuracy("noisy batch", 1.0), 2), measured=True)

# %% draw-noisy
from coursekit.plots.batch_norm_training import draw_noisy, draw_variation

found = shift.drifts, shift.accuracies
show(draw_noisy, shift.cases, *found, width=7.8, height=3.8, ncols=2)

# %% what-noisy-says
drift = [shift.drift("noisy batch", 1.0), shift.drift("batch", 1.0)]
natural = shift.drift("none", 0.3)
scores = [shift.accuracy(name, 1.0) for name in ("none", "batch", "noisy batch")]
times = drift[0] / drift[1]
claim("Noise: a drift at least 50 times larger.", times, ">", 50, measured=True)
ratio = drift[0] / natural
claim("As large as without norm, or nearly.", ratio, ">", 0.7, measured=True)
claim("Without norm, rate 1 fails.", scores[0], "<", 0.3, measured=True)
claim("With batch norm it works.", scores[1], ">", 0.9, measured=True)
gap = scores[1] - scores[2]
claim("With noisy batch norm nearly as well.", gap, "<", 0.05, measured=True)

# %% what-noisy-means [markdown]
# The net stands on ground that shifts as much as without norm, and still takes a learning rate that the net without norm cannot take. In the paper the same was seen with a VGG net on CIFAR-10.
#
# What it shows: *stable distributions are not necessary* for batch norm's benefit. What it does not show: that shift never hurts (the noisy net is a little behind), or that our random shift is the same thing as the shift that training makes. And it does not say what the reason *is*.

# %% smoothing [markdown]
# ## 10 · Is it a smoother loss?
#
# The same authors propose another explanation: with batch norm the loss is **smoother**, so the gradient can be trusted further out. To measure it, stop every few updates, walk against the gradient, from half a learning rate to four of them, and record two things: how much the loss of the batch varies on the way (highest minus lowest), and how far the gradient there is from the gradient we started with. Eight layers, learning rate 0.1, at which both nets learn.

# %% guess-variation tags=["predict"]
rougher = predict("How many times more does the loss vary without norm?", 1.5)

# %% run-variation
from coursekit.experiments import loss_variation

paths = loss_variation.run(loss_variation.Config())
times = paths.variation("none") / paths.variation("batch")
rougher.reveal(round(times, 1), measured=True)

# %% draw-variation
found = paths.steps, paths.variations, paths.changes.max(axis=-1)
show(draw_variation, *found, norms=paths.norms, width=7.6, height=3.6, ncols=2)

# %% what-variation-says
turns = paths.change("none") / paths.change("batch")
claim("Without norm the loss varies far more.", times, ">", 3, measured=True)
claim("And the gradient changes far more.", turns, ">", 2, measured=True)
late = np.median(paths.variations[:, :, -4:], axis=(1, 2))
order = late[0] / late[1]
claim("At the end it is the other way round.", order, "<", 1, measured=True)

# %% one-slice [markdown]
# The last claim belongs to an honest picture. On these easy digits the net without norm has a loss of nearly zero by then, so there is nothing left that could vary; the mean over the training is made by its first half, where most of the learning happens.
#
# One such walk, as a picture: after 10 updates, the loss along the gradient for both nets. The dotted lines are what the gradients *promise*, straight lines that only look curved on this axis. Where a solid line leaves its dotted one, the gradient has stopped being a good guide.

# %% draw-slice
from coursekit.explorers.loss_slice import STEPS, explore_loss_slice, slices
from coursekit.plots.loss_slice import LABELS, draw_slice

cut, lengths = slices(), 0.1 * STEPS
losses = {name: cut.loss(name, 10, lengths) for name in LABELS}
promises = {name: cut.promise(name, 10, lengths) for name in LABELS}
show(draw_slice, STEPS, losses, promises, lr=0.1, width=7.6)

# %% try-the-slice [markdown]
# **Try it.** The learning rate sets how long a step of 1 is.
#
# 1. After 10 updates, with a step of 1: at which learning rate does one step make the loss *higher* than it was? Find it for both nets.
# 2. Compare "after 0 updates" with "after 160 updates". Is the net without norm always the rougher one, by the same amount?

# %% explore-the-slice tags=["explorer"]
explore_loss_slice()

# %% slice-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. Without norm at about 0.2, with batch norm at about 2. This is the same fact as in section 9, where a rate of 1 was fatal for one and fine for the other.
# 2. It is, but not by the same amount: the two differ more after 10 updates than at the start, and least after 160, when both losses are small. (Here we asked which *rate* is too high. The loss itself varies less without norm by then, as claimed above: it is nearly zero.) One slice of one seed is an anecdote; that is why the claims above average over training and seeds.
#
# </details>

# %% check-the-slice
limits = {}
for name, moment in np.ndindex(2, 4):
    row = cut.losses[name, moment]
    limits[cut.norms[name], cut.moments[moment]] = cut.lengths[np.argmax(row > row[0])]
low, high = limits["none", 10], limits["batch", 10]
more = {m: limits["batch", m] / limits["none", m] for m in cut.moments}
claim("Without norm: about 0.2.", low, "in", (0.1, 0.5), measured=True)
claim("With batch norm: about 2.", high, "in", (1, 5), measured=True)
claim("More than at the start.", more[10] / more[0], ">", 1, measured=True)
claim("Least after 160.", more[160] / min(more.values()), "<=", 1, measured=True)

# %% smooth-in-which-units [markdown]
# Now be as strict with this explanation as with the other one. "Smooth" has units. Section 6 says that all weights before a norm can be multiplied by 10 and the net stays the same function, with the same training at a hundred times the rate. How smooth is its loss then?

# %% guess-flatness tags=["predict"]
flatter = predict(
    "Weights times 10, same net: the loss bends how many times as much?", 1
)


# %% run-flatness
def bend(a, h=1e-5):
    at, direction = a * W, torch.ones_like(W)
    here = scale_invariance.output_and_gradient(X, at, target, 0.0)[1]
    there = scale_invariance.output_and_gradient(X, at + h * direction, target, 0.0)[1]
    return ((there - here).norm() / (h * direction.norm())).item()


flatter.reveal(round(bend(10) / bend(1), 4))
claim("It bends a hundredth as much.", bend(10) / bend(1), "~", 0.01, rtol=1e-3)

# %% what-flatness-means [markdown]
# The same net, a hundred times smoother, and not a bit easier to train once the learning rate is fair. So "smoother" by itself explains nothing: it must be read together with a learning rate and a scale of the weights. Our two nets started with weights of the same size and ran at the same rate, which is a fair choice and still *a* choice.

# %% state-of-the-question [markdown]
# ## 11 · What is known
#
# | explanation | for it | against it, or its limits |
# |---|---|---|
# | reduces internal covariate shift (Ioffe, Szegedy, 2015) | the intuition; the name | disputed: noisy batch norm trains well (Santurkar and others, 2018; section 9) |
# | smooths the loss (Santurkar and others, 2018) | loss and gradient vary less (section 10) | depends on the scale of the weights and on the rate |
# | bears large learning rates (Bjorck and others, 2018, arXiv:1806.02375) | sections 9 and 10 | says what, less why |
# | tunes the learning rate by itself (Arora, Li, Lyu, 2018) | exact algebra (section 6) | holds for every scale-invariant layer, not only batch norm |
# | makes residual branches small at the start (De, Smith, 2020, arXiv:2002.10444) | variance $1 + l$ (lesson 04) | needs skip connections; without them it *hurts* at the start (section 7) |
#
# They do not exclude each other: the last is about the start of residual nets, the middle ones about training. If someone gives you one sentence for "why batch norm works", ask what was measured.

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake in the backward pass | how you notice |
# |---|---|
# | mean and variance as constants | $\sum_n dx_n \neq 0$; a bias before the norm drifts |
# | the mean's path forgotten | $\sum_n dx_n \neq 0$ |
# | the variance's path forgotten | $\sum_n dx_n = 0$, but $\sum_n dx_n \hat x_n$ is large |
# | one consumer of `xmu` forgotten | on the way back all nodes before `xmu` are right, `xmu` is not |
# | $N$ missing, or $D$ in its place | off by a factor; right by luck if $N = D$ |
# | $\gamma$ forgotten in `dx`, or used twice | passes with $\gamma = 1$ |
# | $\epsilon$ forgotten on the way back | passes a check at $10^{-5}$ with $\epsilon = 10^{-5}$ |
# | `dgamma` with `y` in the place of `x_hat` | passes with $\gamma = 1$, $\beta = 0$ |
# | `dgamma`, `dbeta` averaged over the batch | a factor of $N$ too small |
# | the training formula used in evaluation | in evaluation mode `dx` disagrees with central differences |

# %% passes-by-luck [markdown]
# Look at the entries with "passes" and "by luck": $\gamma = 1$, $\beta = 0$, $N = D$ and a small $\epsilon$ are what wrong code survives. So a good test has none of them.

# %% check-passes-by-luck
from coursekit.experiments.gradient_inspection import SLIPS

found = [inspection.run(inspection.Config(slip=slip, eps=0.1)).wrong for slip in SLIPS]
caught = sum(bool(wrong) for wrong in found)
claim(
    "With a random gamma and beta and a large eps, every slip shows.",
    caught,
    "==",
    len(SLIPS) - 1,
)

# %% question-sums [markdown] tags=["question"]
# ## Questions
#
# **A.** Your `dx` sums to zero over the batch to 15 digits. $\sum_n dx_n \hat x_n$ is 2.3 at $\epsilon = 10^{-5}$. What is wrong?
#
# 1. Nothing: only the first sum must vanish.
# 2. The mean's path is missing.
# 3. The variance's path is missing.
#
# <details><summary>Answer</summary>
#
# **3.** The variance's path is what takes the part along $\hat x$ out. (1) forgets that the second sum must be of the size of $\epsilon$. (2) would break the *first* sum: the mean's path is what makes it zero.
#
# </details>

# %% question-decay [markdown] tags=["question"]
# **B.** You remove weight decay from a net in which every linear layer is followed by batch norm. What happens to the *effective* learning rate during training, all else equal?
#
# 1. It stays: weight decay has nothing to do with it.
# 2. It falls: the weights grow.
# 3. It rises: the gradients grow.
#
# <details><summary>Answer</summary>
#
# **2.** Each step is perpendicular to $w$, so $\lVert w\rVert$ can only grow, and the effective rate is $\eta/\lVert w\rVert^2$. (1) overlooks that weight decay is what shortens $w$ again. (3) has it backwards: larger weights have *smaller* gradients.
#
# </details>

# %% question-bias [markdown] tags=["question"]
# **C.** In a colleague's net the bias of a linear layer before batch norm has grown to 40. The loss is fine. What do you suspect?
#
# 1. The learning rate is too high.
# 2. The gradient does not pass through the statistics.
# 3. $\beta$ is missing.
#
# <details><summary>Answer</summary>
#
# **2.** With the full gradient $db = \sum_n dx_n = 0$, at *any* learning rate, so (1) cannot be the reason: a high rate times zero is zero. (3) moves no bias either: the nets of section 5 have no $\beta$, and with the right gradient their biases stay at 0.
#
# </details>

# %% question-depth [markdown] tags=["question"]
# **D.** A plain net of 50 layers with batch norm has huge gradients in its first layers. Someone proposes to halve the standard deviation of all weights. What does it do to the growth per layer?
#
# 1. Nothing.
# 2. It halves it.
# 3. It makes the gradients vanish.
#
# <details><summary>Answer</summary>
#
# **1.** The weights multiply the gradient by $v$, and batch norm divides by the variance they made: $v$ cancels, and $\sqrt{\pi/(\pi-1)}$ is left. (2) and (3) are true without norm. What helps is a skip connection, or an activation nearer to linear, whose output has more variance beside its mean.
#
# </details>

# %% question-why [markdown] tags=["question"]
# **E.** Which sentence may stand in a report?
#
# 1. "Batch norm works because it reduces internal covariate shift."
# 2. "Batch norm works because it smooths the loss landscape; covariate shift is a myth."
# 3. "With batch norm the loss varied less along the gradient in our runs, and a net with added shift trained nearly as well."
#
# <details><summary>Answer</summary>
#
# **3** says what was measured. (1) states the hypothesis of 2015 as a fact. (2) replaces it by another certainty: the experiment shows that stable distributions are not *needed*, not that shift is harmless, and smoothness depends on the scale of the weights.
#
# </details>

# %% summary [markdown]
# ## Summary
#
# | | |
# |---|---|
# | two rules | two consumers: add; copied forward: sum backward (and the other way round) |
# | backward | $dx = \frac{\gamma s}{N}\left(N\,dy - \sum dy - \hat x \sum dy\,\hat x\right)$ with $s = 1/\sqrt{\sigma^2 + \epsilon}$, $\;d\gamma = \sum dy\,\hat x$, $\;d\beta = \sum dy$ |
# | projection | $dx = \gamma s\,(I - \mathbf 1\mathbf 1^\top/N - \hat x\hat x^\top/N)\,dy$ |
# | two sums | $\sum_n dx_n = 0$; $\;\sum_n dx_n\hat x_n = O(\epsilon)$ |
# | evaluation | $dx = \gamma s\,dy$ |
# | scale ($\epsilon = 0$) | $\mathrm{BN}(aXw) = \mathrm{BN}(Xw)$, $\;\nabla L(aw) = \nabla L(w)/a$, $\;w^\top\nabla L(w) = 0$, $\;\eta_\text{effective} = \eta/\lVert w\rVert^2$ |
# | plain depth | gradients grow by $\sqrt{\pi/(\pi-1)} \approx 1.211$ a layer at the start |
# | why it works | several measured effects; internal covariate shift is a disputed hypothesis |
#
# **Now write it:** [the exercise of lesson 06](../exercises/06_batch_norm_backward.ipynb) has tasks `batch_norm_forward_steps`, `batch_norm_backward_steps` and `batch_norm_backward`, and tells you, by name, what went wrong.

# %% further-reading [markdown]
# ## Further reading
#
# - Ioffe, Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift*, 2015, [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). Section 2 is the drifting bias, Section 3 the backward pass, Section 3.3 the scale.
# - Santurkar, Tsipras, Ilyas, Madry, *How Does Batch Normalization Help Optimization?*, 2018, [arXiv:1805.11604](https://arxiv.org/abs/1805.11604). Sections 9 and 10 at full scale, and the theory of smoothness.
# - Yang, Pennington, Rao, Sohl-Dickstein, Schoenholz, *A Mean Field Theory of Batch Normalization*, 2019, [arXiv:1902.08129](https://arxiv.org/abs/1902.08129). Where $\pi/(\pi-1)$ comes from, for other activations too.
# - Balduzzi, Frean, Leary, Lewis, Ma, McWilliams, *The Shattered Gradients Problem*, 2017, [arXiv:1702.08591](https://arxiv.org/abs/1702.08591). Section 8, and an initialization that avoids the problem without skips.
# - van Laarhoven, *L2 Regularization versus Batch and Weight Normalization*, 2017, [arXiv:1706.05350](https://arxiv.org/abs/1706.05350). Short, and changes how one reads "weight decay".
# - Arora, Li, Lyu, *Theoretical Analysis of Auto Rate-Tuning by Batch Normalization*, 2018, [arXiv:1812.03981](https://arxiv.org/abs/1812.03981). What section 6 implies for choosing learning rates.
# - Bjorck, Gomes, Selman, Weinberger, *Understanding Batch Normalization*, 2018, [arXiv:1806.02375](https://arxiv.org/abs/1806.02375). Large learning rates as the reason, with many measurements.
# - De, Smith, *Batch Normalization Biases Residual Blocks Towards the Identity Function in Deep Networks*, 2020, [arXiv:2002.10444](https://arxiv.org/abs/2002.10444). The bridge to lesson 04.

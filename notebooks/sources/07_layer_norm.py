# %% header [markdown]
# # 07 · Normalize every vector by itself: layer norm
#
# **70 min alone · 45 min in a workshop**
#
# **You will** derive layer norm and its gradient, see it as a plane and a sphere, find out which parts of a gradient it deletes, and meet the two places where real code goes wrong: `eps`, and the variance in float32. At the end you write it yourself.
#
# **You need** basic PyTorch, means and variances, and matrix products. Nothing else.
#
# **How to read.** Before each experiment stands a guess: change it, run the cell, go on. A wrong guess teaches more than a right one. Every number that we measure is a *claim* that the notebook checks in front of you; the numbers of papers come with their source.
#
# This course began with a short article on making deep networks trainable. Boxes called **What the article says** compare its words with what is exact.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* layer norm is four lines of code, and most people who use it daily cannot say what its Jacobian deletes, or why a constant vector matters. *Learning outcomes:* afterwards learners can derive layer norm and its gradient; say which two directions its Jacobian deletes and what that means for a constant vector; find the place of eps and a variance that cancels in other people's code. *Preparing:* move the first explorer once so that the triangle jumps: that is the picture of the lesson. Bring one layer norm from a code base that your learners use. *Timing (45 min):* sections 1 to 3, 15 min, with the first explorer on the big screen; 4 and 5, 10 min on the blackboard; 6 and 7, 8 min; 8 and 9, 8 min; questions, 4 min. Leave section 10 to the exercise. *Questions you will get:* "Why not over the batch?" (section 8), "Is eps only there for division by zero?" (section 6), "Then why gamma and beta?" (section 9). *Typical pitfalls:* learners average over the wrong axis and do not notice, because the shapes broadcast; they believe the output has standard deviation exactly 1; they test gradients with the sum of squares of the output, which has none.

# %% imports
import numpy as np
import torch

from coursekit.lesson import claim, predict, show, source
from coursekit.plots import layer_norm as plots
from coursekit.reference import axes_of, layer_norm_backward, layer_norm_forward

rng = np.random.default_rng(0)

# %% one-vector [markdown]
# ## 1 · One vector, one mean, one variance
#
# Activations of a sequence model have shape $(B, T, d)$: $B$ samples, $T$ time steps, $d$ features. Layer norm looks at one vector $x^{(bt)}$ of $d$ numbers at a time and ignores all others:
#
# $$\mu = \frac1d \sum_{i=1}^d x_i \qquad \sigma^2 = \frac1d \sum_{i=1}^d (x_i - \mu)^2 \qquad \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad y_i = \gamma_i\, \hat x_i + \beta_i$$
#
# $\mu$ and $\sigma^2$ have shape $(B, T, 1)$. The learned $\gamma$ and $\beta$ have shape $(d,)$ and are **shared** by all samples and time steps. The variance divides by $d$, not $d - 1$: the $d$ numbers are all there is, not a sample of more.

# %% guess-the-means tags=["predict"]
how_many = predict(
    "A batch has shape (2, 3, 4). How many means does layer norm take?", 4
)

# %% count-the-means
x = rng.normal(3.0, 2.0, size=(2, 3, 4))
mean = x.mean(axis=-1, keepdims=True)
how_many.reveal(mean.size)
claim("The means have the shape (B, T, 1).", mean.shape, "==", (2, 3, 1))

# %% who-shares [markdown]
# One for each sample and time step. In the picture each row is one vector; entries that share a mean and a variance have one colour. Batch norm ([lesson 05](05_batch_norm.ipynb)) cuts the same block the other way: one mean for each *feature*, over everything else.

# %% draw-who-shares
show(plots.draw_who_shares, (2, 3, 4), ncols=2)

# %% article-each-sample [markdown]
# ### Claims A7 and A9
#
# **What the article says.** Layer norm works on each vector $x^{(bt)}$ by itself, with the mean and the variance over $i$; it normalizes each sample, while batch norm normalizes each feature.
#
# **What is exact.** The first half is right, and $\gamma, \beta$ do not depend on $b$ and $t$. The second half holds for data of shape $(N, D)$ only. In a sequence there are $T$ vectors in each sample, and batch norm averages over $B$ **and** $T$; in images of shape $(N, C, H, W)$ it averages over $N$, $H$ and $W$, one mean for each channel.

# %% axes-of-each-norm
sequence, images = (2, 3, 4), (8, 3, 5, 5)
layer, batch = axes_of("layer", sequence), axes_of("batch", sequence)
claim("In a sequence, layer norm averages over axis 2.", layer, "==", (2,))
claim("In a sequence, batch norm averages over axes 0 and 1.", batch, "==", (0, 1))
batch = axes_of("batch", images)
claim("In images, batch norm averages over all axes but 1.", batch, "==", (0, 2, 3))

# %% the-code [markdown]
# Here is the definition this course uses, in NumPy. It returns a cache for the backward pass: $\hat x$, $1/\sqrt{\sigma^2+\epsilon}$ and $\gamma$. You will write both functions yourself in the exercise, so read for the idea now and not for the syntax.

# %% read-the-code
from coursekit.reference.standardize import moments, standardize

source(moments, standardize, layer_norm_forward)

# %% exactly-one [markdown]
# ## 2 · Mean exactly 0, standard deviation almost 1
#
# Take $\gamma = 1$, $\beta = 0$. The mean of $\hat x$ is $\frac1d\sum_i (x_i - \mu)\,/\sqrt{\sigma^2+\epsilon} = 0$, always. Its variance is the variance of $x$ over the square of what we divided by:
#
# $$\operatorname{std}(\hat x) = \sqrt{\frac{\sigma^2}{\sigma^2 + \epsilon}} < 1$$
#
# For a variance near 1 and $\epsilon = 10^{-5}$ nobody sees the difference. What about a quiet vector?

# %% guess-the-std tags=["predict"]
quiet_std = predict(
    "x has variance 1e-5 and eps is 1e-5. What is the std of LN(x)?", 1.0
)

# %% run-the-quiet-vector
x = rng.normal(size=16)
x = np.sqrt(1e-5) * (x - x.mean()) / x.std()
y, _ = layer_norm_forward(x, np.ones(16), np.zeros(16), eps=1e-5)
quiet_std.reveal(round(y.std(), 3))

# %% what-the-quiet-vector-says
mean, std = abs(y.mean()), y.std()
claim("The mean of LN(x) is zero up to rounding.", mean, "<", 1e-15, measured=True)
claim("The std is the root of var / (var + eps).", std, "~", np.sqrt(0.5), rtol=1e-6)

# %% article-stuck [markdown]
# ### Claim A8
#
# **What the article says.** Without rescaling, the output is always forced to mean 0 and standard deviation 1.
#
# **What is exact.** Mean 0: yes. Standard deviation: $\sqrt{\sigma^2/(\sigma^2+\epsilon)}$, below 1, and 0 for a constant vector. And "always" depends on the norm. Layer norm forces the features of *each sample*, in training and in evaluation. Batch norm forces each *feature over the batch*, in training only; in evaluation it uses remembered statistics, and nothing is forced. Whether being "stuck" there hurts is a question for section 9.

# %% plane-and-sphere [markdown]
# ## 3 · A plane and a sphere
#
# Statistics hide a picture. Write $\mathbf 1 = (1, \dots, 1)$. Subtracting the mean is a **projection** onto the plane of vectors whose entries sum to zero:
#
# $$x - \mu \mathbf 1 = P x, \qquad P = I - \tfrac1d \mathbf 1 \mathbf 1^\top$$
#
# of shape $(d, d)$. Dividing by $\sigma$ then moves the point along its own direction until $\frac1d \lVert \hat x\rVert^2 = 1$. So with $\epsilon = 0$ **every** vector, unless it is constant, lands on a sphere of radius $\sqrt d$ inside that plane, whatever its length was.

# %% check-the-geometry
d = 64
x = rng.normal(5.0, 3.0, size=d)
P = np.eye(d) - np.ones((d, d)) / d
y, _ = layer_norm_forward(x, np.ones(d), np.zeros(d), eps=0.0)
gap, again = np.abs(P @ x - (x - x.mean())).max(), np.abs(P @ P - P).max()
claim("P x is x minus its mean.", gap, "<", 1e-13, measured=True)
claim("Projecting twice changes nothing.", again, "<", 1e-15, measured=True)
claim("The length of LN(x) is the root of 64.", np.linalg.norm(y), "~", 8, rtol=1e-6)

# %% three-dimensions [markdown]
# With $d = 3$ we can look at it. The square is $x$. It falls along $(1, 1, 1)$ onto the plane (the hollow circle), then moves to the circle of radius $\sqrt 3$ (the triangle). From the tip of $(1, 1, 1)$ the fall is invisible: the square covers the hollow circle.

# %% draw-three-dimensions
from coursekit.plots.layer_norm_sphere import draw_layer_norm_of

x = np.array([1.5, -1.5, 1.2])
y, _ = layer_norm_forward(x, np.ones(3), np.zeros(3))
show(draw_layer_norm_of, x, y, ncols=2)

# %% try-the-sphere [markdown]
# **Try it.** Move the sliders and watch the triangle. Then answer:
#
# 1. Which two of the five sliders never move the triangle along the circle, except for one sudden jump? When does it jump?
# 2. Find three entries that put the triangle in the centre.

# %% explore-the-sphere tags=["explorer"]
from coursekit.explorers.layer_norm_sphere import explore_layer_norm_sphere

explore_layer_norm_sphere()

# %% sphere-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. "Then add to all" moves $x$ along $(1,1,1)$, which the projection removes. "Multiply all by" moves the point in the plane along its own ray, and the circle is hit at the same place, until the factor passes zero: then the triangle jumps to the opposite side.
# 2. Three equal entries: nothing is left after the projection, and $0 / \sqrt{0 + \epsilon} = 0$. Close to it, a tiny change of $x$ swings the triangle around the whole circle. Keep this in mind for section 6.
#
# </details>

# %% few-dimensions [markdown]
# How much room does the sphere leave? In a plane of $d - 1$ dimensions a sphere has $d - 2$. With many features that is no loss. With few it is drastic: for $d = 2$ the "sphere" inside the line $x_1 + x_2 = 0$ is a pair of points.

# %% guess-two-features tags=["predict"]
outputs = predict(
    "1000 random vectors with d = 2, eps = 0: how many different outputs?", 1000
)

# %% run-two-features
y, _ = layer_norm_forward(rng.normal(size=(1000, 2)), np.ones(2), np.zeros(2), eps=0.0)
outputs.reveal(len(np.unique(y.round(9), axis=0)))
gap = np.abs(np.abs(y) - 1).max()
claim("With d = 2 every output entry is 1 or -1.", gap, "<", 1e-9, measured=True)
y, _ = layer_norm_forward(rng.normal(size=(1000, 1)), np.ones(1), np.zeros(1))
claim("With d = 1 every output is 0.", np.abs(y).max(), "==", 0)

# %% what-two-features-mean [markdown]
# Layer norm on two features keeps one bit: which of the two is larger. On one feature it keeps nothing. Remember the pair of points: in section 8 it comes back for batch norm, where the two numbers are not two features but a batch of two.
#
# ### What layer norm cannot see
#
# The picture also gives the invariances. Adding $b$ to all entries disappears in the projection; multiplying by $a > 0$ slides along a ray. What about $a < 0$?

# %% guess-the-sign tags=["predict"]
answers = ["LN(x)", "-LN(x)", "-2 LN(x)"]
flip = predict("eps = 0. What is LN(-2 x)?", "LN(x)", choices=answers)

# %% run-the-sign
x, ones, zeros = rng.normal(size=d), np.ones(d), np.zeros(d)
y, _ = layer_norm_forward(x, ones, zeros, eps=0.0)
moved, _ = layer_norm_forward(-2 * x + 7, ones, zeros, eps=0.0)
flip.reveal("-LN(x)")
gap = np.abs(moved + y).max()
claim("LN(-2x + 7) is -LN(x).", gap, "<", 1e-12, measured=True)
claim("LN(-2x + 7) is far from LN(x).", np.abs(moved - y).max(), ">", 1)

# %% sign-and-scale [markdown]
# $$\mathrm{LN}(a x + b) = \operatorname{sign}(a)\,\mathrm{LN}(x) \qquad (a \neq 0,\ \epsilon = 0)$$
#
# The textbook *Dive into Deep Learning* states $\mathrm{LN}(x) \approx \mathrm{LN}(a x)$ for any $a \ne 0$; for negative $a$ that is wrong, as you have just seen. And for small $|a|$ the $\epsilon$ wakes up: it has a unit, that of $x^2$, so it knows the scale of $x$. Shrink a vector of variance 1 by a factor of 1000 and layer norm does *not* bring it back.

# %% scale-and-eps
x = (x - x.mean()) / x.std()
small, _ = layer_norm_forward(0.001 * x, ones, zeros, eps=1e-5)
claim("LN(x / 1000) has a std of 0.30 at eps = 1e-5.", small.std(), "in", (0.30, 0.31))

# %% jacobian [markdown]
# ## 4 · What a small change can do: the Jacobian
#
# Let $s = 1/\sqrt{\sigma^2 + \epsilon}$, so $\hat x_i = s\,(x_i - \mu)$. Three small derivatives:
#
# $$\frac{\partial \mu}{\partial x_j} = \frac1d \qquad \frac{\partial \sigma^2}{\partial x_j} = \frac2d (x_j - \mu) \qquad \frac{\partial s}{\partial x_j} = -\frac{s^3}{2}\,\frac{\partial \sigma^2}{\partial x_j} = -\frac{s^2}{d}\,\hat x_j$$
#
# (The second is short because $\sum_i (x_i - \mu) = 0$: moving $\mu$ does not change $\sigma^2$.) The product rule puts them together. Write $x_i - \mu = \hat x_i / s$ and take $s$ out of the bracket:
#
# $$J_{ij} = \frac{\partial \hat x_i}{\partial x_j} = s\left(\delta_{ij} - \frac1d\right) + (x_i - \mu)\,\frac{\partial s}{\partial x_j} = s\left(\delta_{ij} - \frac1d - \frac{\hat x_i \hat x_j}{d}\right) \qquad J = s\left(I - \tfrac1d \mathbf 1\mathbf 1^\top - \tfrac1d \hat x \hat x^\top\right)$$
#
# of shape $(d, d)$, with $\delta_{ij} = 1$ for $i = j$ and 0 otherwise. The second term comes from the mean, the third from the variance.

# %% guess-the-rank tags=["predict"]
rank = predict("eps = 0, d = 64. What is the rank of J?", 64)

# %% the-rank
from coursekit.experiments import layer_norm_jacobian

result = layer_norm_jacobian.run(layer_norm_jacobian.Config(d=64, eps=0.0))
rank.reveal(result.rank)
gap = np.abs(result.jacobian - result.derived).max()
claim("Autograd gives what the formula gives.", gap, "<", 1e-14, measured=True)

# %% null-space [markdown]
# Two directions are gone, and we know them: with $\epsilon = 0$ both $\mathbf 1/\sqrt d$ and $\hat x/\sqrt d$ have length 1 and are perpendicular, so the bracket is the projection that removes exactly these two. It is what you saw: a shift and a stretch of $x$ do not move the triangle. All other directions pass, multiplied by the same $s$.

# %% check-the-null-space
J, x_hat = result.jacobian, result.x_hat
shift, stretch = np.abs(J @ np.ones(64)).max(), np.abs(J @ x_hat).max()
values = result.singular_values / result.inv_std
claim("J sends (1, ..., 1) to zero.", shift, "<", 1e-14, measured=True)
claim("J sends x_hat to zero.", stretch, "<", 1e-14, measured=True)
claim("The largest singular value is s.", values[0], "~", 1, rtol=1e-6)
claim("So is the 62nd.", values[61], "~", 1, rtol=1e-6)

# %% spectrum-with-eps [markdown]
# With $\epsilon > 0$ the shift still disappears, but the stretch no longer does: its singular value becomes $s\,\epsilon/(\sigma^2+\epsilon)$ and the rank is 63. At $\epsilon = 10^{-5}$ that is a detail. To make it visible the picture uses $\epsilon = 1$ beside $\epsilon = 0$.

# %% draw-the-spectrum
visible = layer_norm_jacobian.run(layer_norm_jacobian.Config(d=64, eps=1.0))
claim("With eps above 0 the rank is 63.", visible.rank, "==", 63)
spectra = [r.singular_values / r.inv_std for r in (result, visible)]
show(plots.draw_spectrum, *spectra)

# %% backward [markdown]
# ## 5 · The backward pass
#
# Backpropagation brings `dy` $= \partial L/\partial y$, of shape $(\dots, d)$. From $y = \gamma \hat x + \beta$ we read $d\hat x = \gamma\, dy$, and since $J$ is symmetric, $dx = J\, d\hat x$. Written with means over the features, nothing of size $d \times d$ is left:
#
# $$dx = s\left(d\hat x - \overline{d\hat x} - \hat x\;\overline{d\hat x\,\hat x}\right) \qquad d\gamma = \sum_{b,t} dy\,\hat x \qquad d\beta = \sum_{b,t} dy$$
#
# `dx` has the shape of `x`. `dgamma` and `dbeta` have shape $(d,)$: the parameters are shared over $b$ and $t$, so their gradients are **summed** over $b$ and $t$. In the code $s$ is `inv_std`.

# %% read-the-backward
source(layer_norm_backward)

# %% guess-the-sum tags=["predict"]
dx_sum = predict("Add up dx over the features of one vector. What comes out?", 1.0)

# %% run-the-backward
x, dy = rng.normal(size=(2, 2, 3, 5))
gamma, beta = rng.normal(size=(2, 5))
y, cache = layer_norm_forward(x, gamma, beta, eps=0.1)
dx, dgamma, dbeta = layer_norm_backward(dy, cache)
dx_sum.reveal(round(abs(dx.sum(axis=-1)).max(), 9))

# %% trust-nothing [markdown]
# The first subtraction takes the mean out, so the sum is zero: a gradient cannot ask layer norm for a shift. A derivation is worth what its checks are worth. We compare with central differences ([lesson 00](00_start_here.ipynb)) and with torch, for a *random* `dy`, and with $\epsilon = 0.1$ so that a misplaced $\epsilon$ would show.

# %% check-the-backward
from coursekit.reference import numerical_gradient, relative_error


def forward(v):
    return layer_norm_forward(v, gamma, beta, eps=0.1)[0]


error = relative_error(dx, numerical_gradient(forward, x, dy))
claim("dx agrees with central differences.", error, "<", 1e-6, measured=True)

# %% check-against-torch
leaves = [torch.tensor(v, requires_grad=True) for v in (x, gamma, beta)]
torch_y = torch.nn.functional.layer_norm(leaves[0], (5,), *leaves[1:], eps=0.1)
torch_y.backward(torch.tensor(dy))
ours = {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}
for (name, value), leaf in zip(ours.items(), leaves, strict=True):
    error = np.abs(value - leaf.grad.numpy()).max()
    claim(f"{name} agrees with torch.", error, "<", 1e-12, measured=True)

# %% a-loss-that-proves-nothing [markdown]
# **A trap.** Many test their backward pass with the loss $\sum_i y_i^2$. But with $\gamma = 1$, $\beta = 0$ and $\epsilon = 0$ this is $\lVert\hat x\rVert^2 = d$ for *every* $x$: the loss is constant, its gradient is zero, and a backward pass that returns only zeros passes the test. Xu and others (2019) call what happens here re-centring and re-scaling of the gradient, and argue that it helps training more than the forward pass does.

# %% check-the-trap
y, cache = layer_norm_forward(x, np.ones(5), np.zeros(5), eps=0.0)
slope = np.abs(layer_norm_backward(2 * y, cache)[0]).max()
claim("The sum of squares has no gradient.", slope, "<", 1e-13, measured=True)

# %% eps [markdown]
# ## 6 · Where does eps stand?
#
# ### Claim A7, the formula
#
# **What the article says.** Divide by $\sqrt{\sigma^2} + \epsilon$: the $\epsilon$ stands *outside* the root.
#
# **What is exact.** PyTorch's documentation has $\sqrt{\sigma^2 + \epsilon}$, *inside*; the paper of Ba, Kiros and Hinton (2016, Eq. 3 and 4) has no $\epsilon$ at all. For ordinary vectors the two agree to three digits and more. For quiet ones they do not:
#
# $$\operatorname{std}_\text{in} = \sqrt{\frac{\sigma^2}{\sigma^2+\epsilon}} \qquad \operatorname{std}_\text{out} = \frac{\sigma}{\sigma + \epsilon}$$
#
# Look at the units: inside, $\epsilon$ is compared with a variance; outside, with a standard deviation. At $\epsilon = 10^{-5}$, "small" inside means $\sigma < 0.003$, and outside $\sigma < 0.00001$.

# %% guess-outside tags=["predict"]
loud = predict("Variance 1e-6, eps 1e-5: inside gives std 0.30. And outside?", 0.3)

# %% run-eps
from coursekit.experiments import eps_placement

eps_result = eps_placement.run(eps_placement.Config(eps=1e-5))
powers = np.log10(eps_result.variances).round(2).tolist()
inside = dict(zip(powers, eps_result.inside, strict=True))
outside = dict(zip(powers, eps_result.outside, strict=True))
loud.reveal(round(outside[-6], 2))

# %% what-eps-says
times = {power: outside[power] / inside[power] for power in (-10, -6, -5, -2)}
claim(
    "Inside, a variance of 1e-6 leaves a std of 0.30.", inside[-6], "~", 0.3, rtol=0.02
)
claim("At variance 0.01 the two forms agree to 0.1 %.", times[-2], "<", 1.001)
claim("At 1e-5, outside puts out 1.41 times as much.", times[-5], "~", 1.41, rtol=0.01)
claim("At 1e-6, 3.3 times as much.", times[-6], "~", 3.3, rtol=0.01)
claim("At 1e-10, 158 times as much.", times[-10], "~", 158, rtol=0.01)

# %% draw-eps
from coursekit.plots.eps_placement import draw_eps_placement

curves = eps_result.inside, eps_result.outside
show(draw_eps_placement, eps_result.variances, *curves, eps=1e-5)

# %% dead-vectors [markdown]
# So the outside form blows up noise: a vector that is all but constant leaves with a standard deviation near 1, and the inside form lets it fade. Neither is a law of nature, but only one is what your framework computes.
#
# Worse is a vector that is *exactly* constant, such as padding, or a dead ReLU layer. Both forms put out zeros. And the gradient? Autograd must pass through $\sqrt{\sigma^2}$ at $\sigma^2 = 0$, where the root has slope $\infty$, times the slope of $\sigma^2$, which is 0.

# %% guess-the-gradient tags=["predict"]
answers = ["zero", "large", "NaN"]
at_zero = predict(
    "The outside form's gradient at a zero vector?", "zero", choices=answers
)

# %% run-the-gradient
everywhere = bool(np.isnan(eps_result.gradient_outside).all())
at_zero.reveal("NaN" if everywhere else "large")
largest = eps_result.gradient_inside.max()
claim("Outside, every entry of the gradient is NaN.", everywhere, "==", True)
claim("Inside, the largest stays below 1 / sqrt(eps).", largest, "<", 317)

# %% real-bugs [markdown]
# $\infty \cdot 0$ is NaN, and one NaN in a gradient turns every weight into NaN at the next update. It happened to
# [PyTorch Geometric](https://github.com/pyg-team/pytorch_geometric/pull/2917), which moved its $\epsilon$ inside in 2021, and it was reported for
# [burn](https://github.com/tracel-ai/burn/issues/1992) and
# [CNTK](https://github.com/microsoft/CNTK/issues/3816) (whose reporter blames rounding, and mends it by the same move). The widely copied *Annotated Transformer* divides by `std + eps` too, with the unbiased standard deviation on top; a reader
# [asks why](https://github.com/harvardnlp/annotated-transformer/issues/122).
#
# **Try it.** The right panel shows by how much a gradient can be multiplied on its way back.
#
# 1. Tick "constant vector". Which marker survives, and where does the other go?
# 2. Set eps to 1. From which variance on do you see a difference, and why so early?

# %% explore-eps tags=["explorer"]
from coursekit.explorers.eps_placement import explore_eps_placement

explore_eps_placement()

# %% eps-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. Inside survives: its slope at a constant vector is $1/\sqrt\epsilon$, about 316 at $\epsilon = 10^{-5}$. Outside is NaN, whatever $\epsilon$ is: the root comes before $\epsilon$ can help.
# 2. An $\epsilon$ of 1 is as large as an ordinary variance, so both forms already shrink vectors of variance 10 visibly, and each by its own amount: the status line tells you both. This is why the tests of the exercise use a large $\epsilon$: it makes a misplaced one visible.
#
# </details>

# %% numerics [markdown]
# ## 7 · The variance in float32
#
# There is a popular shortcut that reads the data only once:
#
# $$\sigma^2 = \overline{x^2} - \overline{x}^{\,2}$$
#
# Algebra says it is the same variance. A float32 has about seven digits. If the mean is 10000, then $\overline{x^2}$ is near $10^8$, where neighbouring float32 numbers are **8 apart**. The variance we want is 1.

# %% guess-one-pass tags=["predict"]
question = "Mean 1e4, true variance near 1: the shortcut's worst error in 32 vectors?"
shortcut = predict(question, 0.01)

# %% run-one-pass
from coursekit.experiments import one_pass_variance

variances = one_pass_variance.run(one_pass_variance.Config())
row = list(variances.offsets).index(1e4)
one_pass = variances.worst_error("one_pass")
two_pass = variances.worst_error("two_pass")
shortcut.reveal(one_pass[row], measured=True)
claim("Near 1e8, float32 numbers are 8 apart.", np.spacing(np.float32(1e8)), "==", 8.0)

# %% multiples-of-eight [markdown]
# So the shortcut can only return multiples of 8, such as 0, 8, 16, and it returns negative ones too. A negative variance under a root is NaN; a variance of 0 multiplies your noise by 316. Two passes, first the mean and then the squares of what is left, have no such problem.

# %% what-one-pass-says
eights = bool((variances.one_pass[row] % 8 == 0).all())
claim("All 32 results are multiples of 8.", eights, "==", True)
claim("One pass is off by 7 or more.", one_pass[row], ">", 7, measured=True)
claim("Two passes are hardly off at all.", two_pass[row], "<", 1e-4, measured=True)

# %% draw-one-pass
shown = variances.offsets > 0
errors = one_pass[shown], two_pass[shown]
show(plots.draw_variance_errors, variances.offsets[shown], *errors, width=7.4)

# %% independence [markdown]
# ## 8 · Alone or in company
#
# Layer norm never looks at another row of the batch. So a sample gives the same output alone or among 63 others, in training and in evaluation, and there is nothing to remember between the two. Batch norm in training is the opposite: every row helps to make the statistics of every other. We put NaN into one row of 64 and count the rows that come out damaged.

# %% guess-the-damage tags=["predict"]
damage = predict(
    "A NaN in 1 row of 64: how many rows of batch norm's output have one?", 1
)

# %% run-the-damage
from coursekit.experiments import batch_independence

touch = batch_independence.run(batch_independence.Config(n=64, touched=20))
damage.reveal(touch.batch.nan_rows)
claim("After layer norm, one row has a NaN.", touch.layer.nan_rows, "==", 1)
claim(
    "A row alone and among 64 gives the same, bit by bit.", touch.layer.alone, "==", 0
)

# %% draw-the-damage
changes = touch.layer.per_row, touch.batch.per_row
show(plots.draw_row_changes, *changes, touched=touch.touched)

# %% small-batches [markdown]
# Does it matter for training? If you did lesson 05 you know: the experiment below is the one of its section 7, seen from the other side. Wu and He (2018, arXiv:1803.08494) trained a ResNet-50 on ImageNet with ever smaller batches. With 2 images a batch, their group norm, which like layer norm ignores the batch, had an error 10.6 percentage points below batch norm's; with usual batches the two were close. Ours is a net with four hidden layers on 8 × 8 digits, three seeds, the same number of samples seen at every batch size.
#
# Layer norm reaches about 0.92 at batch size 2. What does batch norm reach?

# %% guess-batch-norm tags=["predict"]
pairs = predict("Test accuracy of batch norm, trained with batches of 2?", 0.85)

# %% run-batch-sizes
from coursekit.experiments import batch_size

sizes = batch_size.run(batch_size.Config(seeds=(0, 1, 2)))
pairs.reveal(round(sizes.median("batch", 2), 2), measured=True)

# %% draw-batch-sizes
show(plots.draw_batch_sizes, sizes.batch_sizes, sizes.accuracies, norms=sizes.norms)

# %% what-batch-sizes-say
pairs = sizes.median("layer", 2)
gain = {n: sizes.median("layer", n) - sizes.median("batch", n) for n in (2, 16, 32)}
claim("Layer norm reaches about 0.92.", pairs, "in", (0.88, 0.96), measured=True)
claim("With batches of 2, layer norm is far ahead.", gain[2], ">", 0.3, measured=True)
claim("With batches of 16 the two are close.", abs(gain[16]), "<", 0.05, measured=True)
claim("With batches of 32 too.", abs(gain[32]), "<", 0.05, measured=True)

# %% why-pairs-fail [markdown]
# Section 3 has the reason. In a batch of two, each feature is normalized over two numbers, and two different numbers always become $-1$ and $1$. During training a batch norm layer passes on which of two digits has *more* of a feature, never how much there is. In evaluation it gets the real values, through remembered statistics, and is a different function. Our numbers are much more drastic than those of the paper: there each channel also averages over many pixels, so a "batch of two" has thousands of values.

# %% affine [markdown]
# ## 9 · Gamma and beta learn
#
# ### Claim A8, during training
#
# **What the article says.** Mean 0 and standard deviation 1 are wanted at the onset only; during training the distribution moves away, thanks to $\gamma$ and $\beta$.
#
# **What is exact.** They start at 1 and 0 and *learn*, by gradient descent like every weight. Nothing drifts. Let us watch what leaves the last layer norm of a net that trains on the digits, once with and once without $\gamma$ and $\beta$.

# %% guess-the-spread tags=["predict"]
spread = predict(
    "The std of an output vector after 400 updates, with gamma and beta?", 3.0
)

# %% run-the-affine
from coursekit.experiments import learned_affine

affine = learned_affine.run(learned_affine.Config(steps=400))
learned, without = affine.learned, affine.without
spread.reveal(round(float(np.median(learned.stds[-1])), 2), measured=True)

# %% draw-the-affine
show(plots.draw_learned_spread, learned.steps, without.stds, learned.stds)

# %% what-the-affine-says
still = np.abs(without.stds - 1).max()
moved = np.median(learned.stds[-1]) - 1
apart = abs(learned.accuracy - without.accuracy)
claim("Without gamma and beta the std stays at 1.", still, "<", 1e-3, measured=True)
claim("With them it moves away from 1.", moved, ">", 0.1, measured=True)
claim("The gammas spread out.", learned.gamma.std(), ">", 0.05, measured=True)
claim("So do the betas.", learned.beta.std(), ">", 0.02, measured=True)
claim("Both nets are equally good on test digits.", apart, "<", 0.03, measured=True)

# %% draw-gamma-and-beta
show(plots.draw_learned_parameters, learned.gamma, learned.beta)

# %% needed-or-not [markdown]
# They move, each feature in its own way, and the net without them is just as good. That is no accident. If a linear layer comes next, it can do their work:
#
# $$W(\gamma \odot \hat x + \beta) + b = (W \operatorname{diag}\gamma)\,\hat x + (W\beta + b)$$
#
# with $W$ of shape $(k, d)$. A fixed scale is undone, or made, by the next weights. So $\gamma$ and $\beta$ matter most where no linear layer follows at once: before a non-linearity, or before a sum with a residual branch. Xu and others (2019, arXiv:1911.07013) found at their scale that leaving both out was better on four data sets, because they can overfit.

# %% check-the-folding
W, x_hat = rng.normal(size=(3, 5)), rng.normal(size=(10, 5))
apart = (gamma * x_hat + beta) @ W.T
folded = x_hat @ (W * gamma).T + W @ beta
gap = np.abs(apart - folded).max()
claim("Folded or not, the output is the same.", gap, "<", 1e-13, measured=True)

# %% images [markdown]
# ## 10 · Layer norm in convolutional nets
#
# For images "layer norm" means two different things, and both are in use. `LayerNorm([C, H, W])` takes one mean over the whole image, as in the paper's idea of a layer; its $\gamma$ has shape $(C, H, W)$ and ties the net to one image size. The *channels-last* kind, as in ConvNeXt (Liu and others, 2022, arXiv:2201.03545), treats each pixel as a vector of $C$ features, as a Transformer treats each token; its $\gamma$ has shape $(C,)$.

# %% run-images
images = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
whole, each_pixel = torch.nn.LayerNorm([3, 8, 8]), torch.nn.LayerNorm(3)
y_whole, y_pixel = whole(images), each_pixel(images.movedim(1, -1)).movedim(-1, 1)
gap = (y_whole - y_pixel).detach().abs().max()
claim("The two outputs are far apart.", gap, ">", 0.5, measured=True)
claim("Whole images: gamma has 3 x 8 x 8 entries.", whole.weight.numel(), "==", 192)
claim("Channels last: gamma has 3.", each_pixel.weight.numel(), "==", 3)

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake | how you notice |
# |---|---|
# | mean over axis 0, the batch | a sample's output changes with its neighbours |
# | mean over all axes | rows no longer have mean 0 each |
# | mean without `keepdims` | an error, or worse: with $B = d$ it broadcasts along the wrong axis in silence |
# | `std(unbiased=True)`, torch's default | std of the output is $\sqrt{(d-1)/d}$ |
# | $\epsilon$ outside the root | NaN gradients at constant vectors |
# | one number for $\gamma$ instead of $d$ | too few parameters, state dicts do not load |
# | dividing by the variance | the output changes with the scale of $x$ |
# | `dgamma` summed over features | its shape is $(B,)$ or $(B, T)$, not $(d,)$ |
# | mean and variance treated as constants in `dx` | `dx` does not sum to zero |

# %% where-mistakes-hide [markdown]
# Large, well-behaved test data hides most of these. Take the unbiased variance: with 512 features nobody sees it, with 5 everybody does.


# %% check-where-mistakes-hide
def largest_slip(d):
    x = rng.normal(size=(8, d))
    right, _ = layer_norm_forward(x, np.ones(d), np.zeros(d))
    return np.abs(right * (1 - np.sqrt((d - 1) / d))).max()


claim("d = 512: the unbiased variance hides.", largest_slip(512), "<", 0.01)
claim("d = 5: it shows.", largest_slip(5), ">", 0.1)

# %% question-evaluation [markdown] tags=["question"]
# ## Questions
#
# **A.** You call `net.eval()` on a net whose only norms are layer norms. What changes in them?
#
# 1. They switch to running statistics.
# 2. Nothing.
# 3. They stop using $\gamma$ and $\beta$.
#
# <details><summary>Answer</summary>
#
# **2.** Layer norm has no mode. (1) is batch norm: it needs memory because at test time there may be no batch; layer norm finds all it needs in the vector. (3) confuses normalizing with rescaling: $\gamma$ and $\beta$ are parameters like any weight and always apply.
#
# </details>

# %% question-scale [markdown] tags=["question"]
# **B.** The layer before a layer norm has its weights and bias multiplied by 10. What happens to the output of the norm, and to the gradient with respect to those weights? ($\epsilon = 0$)
#
# 1. Both grow tenfold.
# 2. The output stays, the gradient stays.
# 3. The output stays, the gradient becomes a tenth.
#
# <details><summary>Answer</summary>
#
# **3.** The output sits on the sphere and ignores the scale. The Jacobian has the factor $s = 1/\sigma$, and $\sigma$ is ten times larger. (1) forgets that the scale is divided out. (2) forgets $s$: as the weights grow, their gradient shrinks. [Lesson 06](06_batch_norm_backward.ipynb) showed what this does to the learning rate.
#
# </details>

# %% question-probe [markdown] tags=["question"]
# **C.** Your layer norm agrees with torch on a `randn(8, 512)` to within 0.01. Which mistakes could still be in it?
#
# 1. None.
# 2. Unbiased variance.
# 3. Unbiased variance, and $\epsilon$ outside.
# 4. A mean over the batch.
#
# <details><summary>Answer</summary>
#
# **3.** With 512 features the unbiased variance changes the output by a tenth of a percent, and at variance 1 the place of $\epsilon$ changes even less: you saw both above. (1) trusts one easy input. (2) overlooks $\epsilon$. (4) cannot hide: with 8 rows the result is entirely different. Test with few features, a large $\epsilon$ and a quiet vector.
#
# </details>

# %% question-two [markdown] tags=["question"]
# **D.** Someone puts layer norm on the two logits of a yes/no classifier. Why does the net become over- or underconfident about everything?
#
# 1. Layer norm makes gradients vanish.
# 2. The two logits always become $-1$ and $1$, times $\gamma$.
# 3. The batch is too small.
#
# <details><summary>Answer</summary>
#
# **2.** With $d = 2$ only the order survives, so every input gets the same confidence, set by $\gamma$ and $\beta$. (1) is true here as well, as a consequence: $d - 2 = 0$ directions are left for the gradient. But it is not the reason for equal confidence. (3) has no influence: layer norm does not see the batch.
#
# </details>

# %% summary [markdown]
# ## Summary
#
# | | |
# |---|---|
# | forward | $\hat x = (x - \mu)/\sqrt{\sigma^2 + \epsilon}$, $\;y = \gamma\hat x + \beta$; $\mu, \sigma^2$ for each vector, $\gamma, \beta$ of shape $(d,)$ |
# | output without $\gamma, \beta$ | mean 0; std $\sqrt{\sigma^2/(\sigma^2+\epsilon)}$; on a sphere of radius $\sqrt d$ for $\epsilon = 0$ |
# | invariance | $\mathrm{LN}(ax + b) = \operatorname{sign}(a)\,\mathrm{LN}(x)$ for $\epsilon = 0$ |
# | Jacobian of $\hat x$ | $s\,(I - \mathbf 1\mathbf 1^\top/d - \hat x\hat x^\top/d)$, rank $d - 2$ for $\epsilon = 0$ |
# | backward | $dx = s\,(d\hat x - \overline{d\hat x} - \hat x\,\overline{d\hat x\,\hat x})$ with $d\hat x = \gamma\,dy$; sums over $b, t$ for $\gamma, \beta$ |
# | batch | never looked at; the same in training and evaluation |
#
# **Now write it:** [the exercise of lesson 07](../exercises/07_layer_norm.ipynb) has three tasks and tells you, by name, what went wrong.

# %% further-reading [markdown]
# ## Further reading
#
# - Ba, Kiros, Hinton, *Layer Normalization*, 2016, [arXiv:1607.06450](https://arxiv.org/abs/1607.06450). The source; its invariance table covers weights as well as data.
# - Xu, Sun, Zhang, Zhao, Lin, *Understanding and Improving Layer Normalization*, 2019, [arXiv:1911.07013](https://arxiv.org/abs/1911.07013). Is it the forward or the backward pass that helps? Read it after section 5.
# - Riechers, *Geometry and Dynamics of LayerNorm*, 2024, [arXiv:2405.04134](https://arxiv.org/abs/2405.04134). Section 3 in full, with $\gamma$ and $\beta$: the sphere becomes an ellipsoid.
# - Wu, He, *Group Normalization*, 2018, [arXiv:1803.08494](https://arxiv.org/abs/1803.08494). The batch size experiment at full scale, and the bridge to [lesson 08](08_normalized_residual_networks.ipynb).
# - Xiong and others, *On Layer Normalization in the Transformer Architecture*, 2020, [arXiv:2002.04745](https://arxiv.org/abs/2002.04745). *Where* to put the norm; lesson 08 repeats its measurements.

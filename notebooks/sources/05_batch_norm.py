# %% header [markdown]
# # 05 · Normalize every feature over its batch: batch norm
#
# **70 min alone · 45 min in a workshop**
#
# **You will** derive batch norm, watch one sample move all others, follow what the layer remembers, break a trained net by sorting its images, see what the norm buys and what it costs, and finally fold it away. At the end you write it yourself.
#
# **You need** basic PyTorch, means and variances, and how a net is trained. Nothing about normalization.
#
# **How to read.** Before each experiment stands a guess: change it, run the cell, go on. A wrong guess teaches more than a right one. Every number that we measure is a *claim* that the notebook checks in front of you; the numbers of papers come with their source.
#
# This course began with a short article on making deep networks trainable. Boxes called **What the article says** compare its words with what is exact.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* batch norm is the one common layer that is two different functions, and most bugs with it come from not knowing which of the two is running. *Learning outcomes:* afterwards learners can say what batch norm computes in training and what in evaluation, and what each of the two remembers; recognise from a symptom that `.eval()` was forgotten; fold a trained norm into the layer before it. *Preparing:* bring two dice, or draw them, for section 4. Run section 5 once: the sorted images are the moment people remember, so do not give it away. *Timing (45 min):* sections 1 to 3, 12 min; section 4, 12 min, with the first explorer on the big screen and the two dice on the blackboard; section 5, 8 min, with the second explorer; 6 and 7, 7 min; 8 and 9, 3 min; questions, 3 min. Gradients, and why batch norm works, are lesson 06. *Questions you will get:* "Why not use the batch in evaluation too?" (section 5), "Which variance, N or N - 1?" (section 4: both, in different places), "Why does it help?" (section 6 says what, lesson 06 discusses why). *Typical pitfalls:* learners take `torch.no_grad()` for `.eval()`; they read `momentum` the other way round; they test with a batch that already has mean 0 and variance 1.

# %% imports
from itertools import product

import numpy as np
import torch

from coursekit.lesson import claim, predict, show, source
from coursekit.plots import batch_norm as plots
from coursekit.reference import RunningStats, axes_of, batch_norm_forward

rng = np.random.default_rng(0)

# %% one-feature [markdown]
# ## 1 · One feature, one mean, one variance
#
# A layer hands over activations $x$ of shape $(N, D)$: a batch of $N$ samples with $D$ features. Batch norm takes one feature $j$ at a time, a column of $N$ numbers, and looks at nothing else:
#
# $$\mu_j = \frac1N \sum_{n=1}^N x_{nj} \qquad \sigma_j^2 = \frac1N \sum_{n=1}^N (x_{nj} - \mu_j)^2 \qquad \hat x_{nj} = \frac{x_{nj} - \mu_j}{\sqrt{\sigma_j^2 + \epsilon}} \qquad y_{nj} = \gamma_j\, \hat x_{nj} + \beta_j$$
#
# $\mu$ and $\sigma^2$ have shape $(1, D)$; the learned $\gamma$ and $\beta$ have shape $(D,)$. The small constant $\epsilon$ keeps the root away from zero. This is Algorithm 1 of Ioffe and Szegedy (2015, arXiv:1502.03167).

# %% guess-the-means tags=["predict"]
how_many = predict("A batch has shape (8, 3). How many means does batch norm take?", 8)

# %% count-the-means
x = rng.normal(3.0, 2.0, size=(8, 3))
mean = x.mean(axis=0, keepdims=True)
how_many.reveal(mean.size)
claim("The means have the shape (1, D).", mean.shape, "==", (1, 3))

# %% each-feature [markdown]
# One for each feature, whatever the size of the batch.
#
# ### Claim A9
#
# **What the article says.** Layer norm normalizes each sample; batch norm normalizes each feature.
#
# **What is exact.** For data of shape $(N, D)$, yes. For sequences of shape $(B, T, d)$, with $B$ samples of $T$ time steps, batch norm averages over $B$ **and** $T$: all the vectors are one big batch. For images of shape $(N, C, H, W)$ the "feature" is a channel, and the average runs over $N$, $H$ and $W$: every pixel counts as a sample. The rule behind all three: *keep the feature axis, average over everything else.* Layer norm ([lesson 07](07_layer_norm.ipynb)) keeps the samples, or each vector of a sequence, instead.

# %% axes-of-batch-norm
table, sequences, images = (8, 3), (2, 3, 4), (8, 3, 5, 5)
claim("(N, D): average over axis 0.", axes_of("batch", table), "==", (0,))
claim("(B, T, d): over axes 0 and 1.", axes_of("batch", sequences), "==", (0, 1))
claim("Images: over all axes but 1.", axes_of("batch", images), "==", (0, 2, 3))
pixels = 8 * 5 * 5
claim("A channel of 8 such images has 200 values.", pixels, "==", 200)

# %% draw-who-shares
show(plots.draw_who_shares, ncols=3, width=8.0, height=3.0)

# %% the-trap-of-three-axes [markdown]
# Three axes are a trap. Torch's `BatchNorm1d` reads them as $(N, C, L)$, channels **second**, while sequences usually come as $(B, T, d)$, features last. Most of the time the sizes differ and torch complains. What if they happen to be equal?

# %% guess-the-trap tags=["predict"]
answers = ["over B and T", "over B and d, in silence", "an error"]
trap = predict(
    "x has shape (B, T, d) = (2, 4, 4). What does BatchNorm1d(4) average over?",
    "an error",
    choices=answers,
)

# %% run-the-trap
x = torch.tensor(rng.normal(size=(2, 4, 4)) * [1, 2, 3, 4])
norm = torch.nn.BatchNorm1d(4).double()
wrong, right = norm(x).detach(), norm(x.reshape(-1, 4)).reshape(x.shape).detach()
trap.reveal("over B and d, in silence")
mean_wrong, mean_right = (abs(y.mean(dim=(0, 1))).max() for y in (wrong, right))
claim("Called as it is, the features keep a mean.", mean_wrong, ">", 0.1)
claim("Reshaped to (B T, d), they have none.", mean_right, "<", 1e-12, measured=True)

# %% the-other-way-to-be-wrong [markdown]
# With $T = d$ nothing warned us: each *time step* was normalized, over samples and features.
#
# The other classic is to write batch norm by hand, average over axis 0 only, and feed it sequences: then each time step gets a mean of its own, and the running statistics have the shape $(T, d)$. No error, slightly worse results. Andrej Karpathy's *makemore* lectures have exactly this bug, and part 5 finds and repairs it on camera.
#
# Here is the definition this course uses, in NumPy. The checks at the start are for you; read from `if use_batch` on. `momentum` and `running` are the subject of section 4.

# %% read-the-code
from coursekit.reference.standardize import moments, standardize

source(moments, standardize, batch_norm_forward)

# %% forced [markdown]
# ## 2 · What the batch forces, and what it cannot see
#
# In training, and with $\gamma = 1$, $\beta = 0$, each feature leaves with mean 0 and standard deviation $\sqrt{\sigma^2/(\sigma^2+\epsilon)}$ **over the batch**, just below 1. A single sample may come out anywhere.
#
# And since mean and variance move with the data, the output does not see that a feature was shifted, or stretched by a positive factor; a negative one only turns the sign: $\mathrm{BN}(a x + b) = \operatorname{sign}(a)\, \mathrm{BN}(x)$ for $\epsilon = 0$ and $a \neq 0$, with $a$ and $b$ of shape $(D,)$: each feature may have its own. Now look at the layer before the norm, $z = hW + b$, with $h$ of shape $(N, d_\text{in})$, $W$ of shape $(d_\text{in}, D)$ and a bias $b$ of shape $(D,)$.

# %% guess-the-bias tags=["predict"]
effect = predict("You add 100 to the bias b before a batch norm. y changes by?", 100.0)

# %% run-the-bias
from coursekit.experiments.batch_independence import batch_norm

z = rng.normal(2.0, 3.0, size=(16, 4))
y = batch_norm(z)
change = abs(batch_norm(z + 100) - y).max()
effect.reveal(round(change, 9))
claim("A bias before batch norm changes nothing.", change, "<", 1e-11, measured=True)
a = np.array([-2.0, 3.0, -1.0, 5.0])
flip = abs(batch_norm(a * z + 7) - np.sign(a) * y).max()
claim("BN(a z + b) is sign(a) BN(z), but for eps.", flip, "<", 1e-5, measured=True)
mean, std = abs(y.mean(axis=0)).max(), y.std(axis=0).min()
claim("Over the batch, each mean is 0.", mean, "<", 1e-14, measured=True)
claim("And each std is just below 1.", std, "in", (0.99999, 1))

# %% no-bias-needed [markdown]
# So a linear or convolutional layer in front of batch norm needs no bias (`bias=False`): the norm subtracts it, and its own $\beta$ takes over. It also follows that batch norm does not care how *large* $W$ is; keep this in mind for section 6. There is a limit: $\epsilon$ has the unit of a variance, so it knows the scale. Where the variance of $z$ comes near $\epsilon$, the output fades.

# %% run-a-quiet-feature
quiet = batch_norm(z / 1000).std(axis=0).max()
claim("A thousandth of z: the std is far below 1.", quiet, "in", (0.5, 0.8))

# %% the-smaller-the-batch [markdown]
# The smaller the batch, the more it forces. Take $N = 2$ and $\epsilon = 0$: two numbers lie at equal distance from their mean, on both sides.

# %% guess-the-pairs tags=["predict"]
outputs = predict(
    "1000 random batches of 2, eps = 0: how many different numbers come out?", 2000
)

# %% run-the-pairs
pairs, ones, zeros = rng.normal(size=(2, 1000)), np.ones(1000), np.zeros(1000)
start = RunningStats(mean=zeros, var=ones)
y, *_ = batch_norm_forward(pairs, ones, zeros, start, training=True, eps=0.0)
outputs.reveal(len(np.unique(y.round(9))))
gap = abs(abs(y) - 1).max()
claim("In a batch of two, each output is 1 or -1.", gap, "<", 1e-9, measured=True)

# %% batch-of-one [markdown]
# A batch of two keeps one bit of each feature: which sample has more of it. (Note the trick: 1000 batches side by side are one array of shape $(2, 1000)$, since columns never mix.) A batch of **one** keeps nothing. Its mean is the sample itself, so $x - \mu = 0$ and $y = \beta$, whatever $x$ is. Torch refuses to train on it.
#
# A batch of one *image* is fine: $1 \cdot H \cdot W$ pixels are enough for a mean.

# %% run-batch-of-one
alone = torch.randn(1, 4, generator=torch.Generator().manual_seed(0))
mean, var = moments(alone.numpy(), axes=(0,))
x_hat, _ = standardize(alone.numpy(), mean, var, eps=1e-5)
claim("By the formula, a sample alone becomes 0.", abs(x_hat).max(), "==", 0)
try:
    torch.nn.BatchNorm1d(4)(alone)
except ValueError as error:
    said = str(error)
claim("Torch refuses it.", said[:26], "==", "Expected more than 1 value")

# %% neighbours [markdown]
# ## 3 · Your neighbours change your answer
#
# In training a sample is normalized with statistics that its batch happened to have. They are estimates. Take a feature whose values have mean 0 and variance 1; a batch of $N$ has the mean $\delta\mu$ and the standard deviation $1 + \delta\sigma$ instead. Over many batches $\delta\mu$ scatters with the variance $1/N$. For normal numbers $\delta\sigma$ scatters with the variance $1/(2N)$, about, and independently of $\delta\mu$. If both are small, a sample with the value $x$ becomes $\hat x = (x - \delta\mu) / (1 + \delta\sigma) \approx x - \delta\mu - x\,\delta\sigma$ (all scalars). The variances of the last two terms add up:
#
# $$\operatorname{Var}(\hat x) \approx \frac1N \left(1 + \frac{x^2}{2}\right)$$
#
# So the same sample gives another output in every batch.

# %% guess-the-noise tags=["predict"]
noise = predict(
    "x = 1 in many random batches of 64: what is the std of its output?", 0.01
)

# %% run-the-noise
from coursekit.experiments import batch_neighbours

company = batch_neighbours.run(batch_neighbours.Config(x=1.0))
spread = dict(zip(company.batch_sizes.tolist(), company.spreads, strict=True))
noise.reveal(round(spread[64], 3))

# %% draw-the-noise
show(plots.draw_neighbours, company.batch_sizes, company.training, x=1.0)

# %% what-the-noise-says
lone, still = abs(abs(company.training[0]) - 1).max(), company.evaluation.std()
expected = np.sqrt(1.5 / 64)
claim("With 64 samples, as derived.", spread[64], "~", expected, rtol=0.1)
claim(
    "Four times the batch, half the noise.", spread[16] / spread[64], "~", 2, rtol=0.1
)
claim("In pairs the output is 1 or -1.", lone, "<", 1e-9, measured=True)
claim("In evaluation there is no noise.", still, "<", 1e-12, measured=True)

# %% noise-is-added [markdown]
# This noise acts as a regularizer: the net must give the right answer for every company an image may keep. Ioffe and Szegedy (2015, Section 3.4) noticed that with batch norm they could do with less dropout, and gave this reason. Mind the direction. One reads that batch norm regularizes because it *reduces* noise; it is the other way round. Noise is **added** in training, more with small batches, and taken away in evaluation. That is also a cost, as section 7 shows.

# %% two-functions [markdown]
# ## 4 · Two functions in one layer
#
# When the net is used, one wants the same answer for the same image, even for a single one. So batch norm has a second mode. In **training** it takes the batch's statistics and *remembers* them a little:
#
# $$r_t = (1 - m)\, r_{t-1} + m\, s_t$$
#
# with $s_t$ a statistic of batch $t$, $m$ the `momentum`, and $r$ the `running_mean` or `running_var`, all but $m$ of shape $(D,)$. They start at 0 and at 1. In **evaluation** (`net.eval()`) the running statistics replace those of the batch: constants, so each feature is mapped by a fixed straight line, and nobody's neighbours matter. Here is the course's torch module.

# %% read-the-module
from coursekit.nets import BatchNorm1d

source(BatchNorm1d.forward, BatchNorm1d._update_running)

# %% closed-form [markdown]
# How long does it take to remember? Put the rule into itself $t$ times:
#
# $$r_t = (1-m)^t\, r_0 + m \sum_{k=0}^{t-1} (1-m)^k\, s_{t-k}$$
#
# an average in which a batch counts less the older it is. If all batches had the same statistic $s$ (shape $(D,)$, like $r$), the geometric sum gives
#
# $$r_t = (1-m)^t\, r_0 + \left(1 - (1-m)^t\right) s$$
#
# So at the start the memory is biased towards $r_0$: towards 0 for the mean, towards 1 for the variance.

# %% guess-the-memory tags=["predict"]
needed = predict(
    "m = 0.1, start 0: after how many batches is running_mean within 1 % of s?", 10
)

# %% run-the-memory
from coursekit.experiments import running_statistics

memory = running_statistics.run(running_statistics.Config(mean=5.0, std=2.0))
needed.reveal(int(np.ceil(np.log(0.01) / np.log(0.9))))
after = memory.means[10].mean()
claim("After 10 batches, 65 % is remembered.", 1 - 0.9**10, "~", 0.65, rtol=0.01)
claim("In the experiment too: 65 % of 5.", after, "~", 0.65 * 5, rtol=0.02)

# %% draw-the-memory
kept = memory.means, memory.variances
show(plots.draw_running, *kept, true=(5.0, 4.0), momentum=0.1, ncols=2, width=8.0)

# %% what-the-memory-means [markdown]
# A net that is evaluated after ten updates uses a mean that is a third too small, and can be poor in evaluation although it learned well. The remedy is known from the optimizer Adam: divide the running mean by $1 - (1-m)^t$. (The variance starts at 1: subtract $(1-m)^t$ first.) Or pass `momentum=None`: torch then keeps the plain average over all batches, right from the first. We check torch against the formula by showing it one batch three times.

# %% check-against-torch
x = torch.tensor(rng.normal(5.0, 2.0, size=(32, 4)))
layer, plain = (torch.nn.BatchNorm1d(4, momentum=m).double() for m in (0.1, None))
for _ in range(3):
    layer(x), plain(x)
gap = abs(layer.running_mean - (1 - 0.9**3) * x.mean(dim=0)).max()
claim("After three batches: 1 - 0.9 ** 3 of the mean.", gap, "<", 1e-14, measured=True)
gap = abs(layer.running_mean / (1 - 0.9**3) - x.mean(dim=0)).max()
claim("Corrected as in Adam: the mean.", gap, "<", 1e-14, measured=True)
gap = abs(plain.running_mean - x.mean(dim=0)).max()
claim("With momentum=None: the mean.", gap, "<", 1e-14, measured=True)

# %% momentum-two-ways [markdown]
# ### One word, two meanings
#
# In torch `momentum` is the weight of the **new** batch, 0.1 by default. Keras 3 and Flax use the same word for the weight of the **old** value, 0.99 by default. Each is one minus the other, and neither is the momentum of an optimizer. What happens to someone who copies the number?

# %% guess-the-momentum tags=["predict"]
weight = predict(
    "momentum=0.99, copied from Keras into torch: the weight of the last batch?", 0.01
)

# %% run-the-momentum
copied = torch.nn.BatchNorm1d(4, momentum=0.99).double()
for _ in range(50):
    last = torch.tensor(rng.normal(5.0, 2.0, size=(32, 4)))
    copied(last)
weight.reveal(0.99)
gap = abs(copied.running_mean - last.mean(dim=0)).max()
claim("Torch then remembers the last batch alone.", gap, "<", 0.05)
gap = abs(copied.running_mean - 5).max()
claim("That is further from the truth than need be.", gap, ">", 0.1)

# %% which-variance [markdown]
# ### One batch, two variances
#
# Which variance should be remembered? The one that divides by $N$ is called **biased**, the one that divides by $N - 1$ **unbiased**. Here is why. Let the data have mean $\mu_*$ and variance $\sigma_*^2$, and let a batch of $N$ independent samples have the mean $\mu$. Split each deviation, $x_n - \mu = (x_n - \mu_*) - (\mu - \mu_*)$, square, and add; the mixed terms add up to $-2N(\mu - \mu_*)^2$:
#
# $$\sum_n (x_n - \mu)^2 = \sum_n (x_n - \mu_*)^2 - N (\mu - \mu_*)^2$$
#
# In expectation the first sum is $N\sigma_*^2$, and $\mathbb E(\mu - \mu_*)^2 = \sigma_*^2 / N$ (all scalars). Therefore
#
# $$\mathbb E\Big[\tfrac1N \sum_n (x_n - \mu)^2\Big] = \Big(1 - \frac1N\Big)\, \sigma_*^2$$
#
# A batch underestimates: its mean lies amid its own samples, closer to them than the true mean. Divide by $N - 1$ in place of $N$, and the factor $1 - \frac1N$ is gone. Two dice show it exactly; one die has the variance $35/12 = 2.917$.

# %% guess-the-dice tags=["predict"]
two_dice = predict(
    "All 36 throws of two dice: what is the average biased variance of a throw?", 2.9
)

# %% run-the-dice
throws = np.array(list(product(range(1, 7), repeat=2)))
biased, unbiased = throws.var(axis=1).mean(), throws.var(axis=1, ddof=1).mean()
two_dice.reveal(round(biased, 3))
claim("Divided by N = 2: half of 35/12.", biased, "~", 35 / 24, rtol=1e-6)
claim("Divided by N - 1 = 1: 35/12.", unbiased, "~", 35 / 12, rtol=1e-6)

# %% both-are-right [markdown]
# So there are two tasks and two answers. To *normalize* this batch, divide by $N$: the batch is all there is, and its output shall have variance 1. To *remember* what the data is like, divide by $N - 1$. The libraries agree on the first only:
#
# | | normalizes with | remembers | `momentum` weighs |
# |---|---|---|---|
# | Ioffe and Szegedy, Algorithms 1 and 2 | $N$ | $N - 1$ | |
# | PyTorch | $N$ | $N - 1$ | the new batch, 0.1 |
# | Keras 3 | $N$ | $N$ | the old value, 0.99 |
# | Flax | $N$ | $N$ | the old value, 0.99 |
# | CS231n, assignment 2 | $N$ | $N$ | the old value, 0.9 |
#
# With 32 samples the difference is 3 %, with batches of four it is a quarter.

# %% batches-of-four
four = running_statistics.Config(batch_size=4, features=400)
kept = running_statistics.run(four)
low, right = kept.biased[-1].mean(), kept.variances[-1].mean()
claim("The data's variance is 4. With N, it remembers 3.", low, "~", 3, rtol=0.03)
claim("With N - 1, it remembers 4.", right, "~", 4, rtol=0.03)
x = torch.tensor(rng.normal(size=(4, 3)))
once = torch.nn.BatchNorm1d(3, momentum=1.0).double()
once(x)
gap = abs(once.running_var - x.var(dim=0, correction=1)).max()
claim("Torch remembers with N - 1.", gap, "<", 1e-14, measured=True)

# %% one-sample-moves [markdown]
# ### Both functions at once
#
# For given statistics batch norm is a straight line, $y = a x + c$ with $a = \gamma/\sqrt{\sigma^2+\epsilon}$. In training **the batch chooses the line**; in evaluation it is fixed. In the picture sample 0 of six moved from 0.5 to 3. The line tilts, and everyone on it moves.

# %% draw-one-sample
from coursekit.explorers import batch_norm_slider
from coursekit.plots.batch_norm_slider import draw_moved_sample

settings = {"count": 6, "log_eps": -5.0, "gamma": 1.0, "beta": 0.0, "training": True}
x, y, line = batch_norm_slider.batch_outputs({"moved": 3.0, **settings})
_, before, _ = batch_norm_slider.batch_outputs({"moved": 0.5, **settings})
show(draw_moved_sample, x, y, before, line=line, ncols=2)

# %% try-the-slider [markdown]
# **Try it.** Move sample 0, then the other controls.
#
# 1. Set N to 2 and move sample 0 all the way. Where does its output go, and when does it jump? Then set N to 1.
# 2. Find two different ways to make every other output stand still while sample 0 moves.

# %% explore-the-slider tags=["explorer"]
batch_norm_slider.explore_batch_norm_slider()

# %% slider-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. It stays at 1 or $-1$ (times $\gamma$, plus $\beta$), and jumps where sample 0 passes the other sample, at $-1.2$. In between, two equal samples give 0: $\epsilon$ decides how steep the jump is. With N = 1 the output is $\beta$, wherever you drag the sample.
# 2. Untick training mode: the running statistics do not know your sample. Or set gamma to 0: then everything is $\beta$. (A large eps makes the others calmer, but the mean still moves with the sample.)
#
# </details>

# %% the-gap [markdown]
# ## 5 · Forget `.eval()`, and see
#
# A net with four batch norms has learned the digits, with batches of 32. Now we ask it about the 500 test images, 50 of each digit, and forget to switch it to evaluation. No weight changes. All that changes is how many images it gets at once, and which.

# %% guess-the-gap tags=["predict"]
forgotten = predict(
    "Accuracy in evaluation: 0.96. In training mode, with shuffled pairs of images?",
    0.9,
)

# %% run-the-gap
from coursekit.experiments import train_eval_gap

gap = train_eval_gap.run(train_eval_gap.Config())
forgotten.reveal(round(gap.median("shuffled", 2), 2), measured=True)

# %% guess-the-sorted tags=["predict"]
by_class = predict(
    "Training mode, sorted by class, 50 a batch: every batch is one digit. Accuracy?",
    0.9,
)

# %% run-the-sorted
by_class.reveal(round(gap.median("sorted by class", 50), 2), measured=True)

# %% draw-the-gap
from coursekit.plots.batch_composition import draw_gap

show(draw_gap, gap.batch_sizes, gap.training, gap.evaluation, width=7.4)

# %% what-the-gap-says
right = float(np.median(gap.evaluation))
lost = {size: right - gap.median("shuffled", size) for size in (2, 32)}
one_digit = gap.median("sorted by class", 50)
claim("In evaluation the net is good.", right, ">", 0.94, measured=True)
claim("In training mode, pairs cost a lot.", lost[2], ">", 0.2, measured=True)
claim("Batches as in training cost little.", lost[32], "<", 0.05, measured=True)
claim("One digit a batch: near guessing.", one_digit, "<", 0.25, measured=True)

# %% why-sorted-fails [markdown]
# With shuffled batches the trouble is noise, as in section 3, layer after layer, and large batches cure it. With sorted ones it is not noise. If every image of a batch shows a 3, the batch's mean *is* what threes look like, and the norm subtracts it. What is left says how this 3 differs from other threes, and the net must guess. At 250 images five digits are mixed, and most answers come back: see the right end of the curve.
#
# Nobody sorts on purpose. Video frames, patients of one hospital, or a validation set stored class by class do it for you. Wu and Johnson (2021, arXiv:2105.07576) collect such cases.
#
# ### Two switches
#
# `torch.no_grad()` stops the recording of gradients. It does **not** switch to evaluation: the layer below still uses the batch, and remembers it.

# %% two-switches
layer = torch.nn.BatchNorm1d(4)
with torch.no_grad():
    layer(torch.full((2, 4), 10.0))
moved = float(layer.running_mean.max())
claim("Under no_grad the running mean moved.", moved, "~", 1, rtol=1e-6)
layer.eval()(torch.full((2, 4), 10.0))
claim("After .eval() it stays.", float(layer.running_mean.max()), "==", moved)

# %% try-the-composition [markdown]
# So validating in training mode is wrong twice: the answers are bad, and the memory changes with data it should not have seen.
#
# **Try it.** The same net. The ring marks where you are.
#
# 1. Training mode, sorted by class: at which batch size does the diagonal come back, and why there?
# 2. Untick training mode. Which of the other controls still change the answers?

# %% explore-the-composition tags=["explorer"]
from coursekit.explorers.batch_composition import explore_batch_composition

explore_batch_composition()

# %% composition-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. From 64 on, and clearly at 128 and 256 images. Each digit has 50 test images, so a batch of 64 is the first that must contain two digits, and 256 images hold five or six. The mean is then no longer that of one digit.
# 2. None: neither the size nor the order. In evaluation each image is on its own.
#
# </details>

# %% what-it-buys [markdown]
# ## 6 · What it buys: a net that forgives
#
# Batch norm does not see how large a feature is. So the scale of the first weights should not matter much. We take nets with five hidden layers and start their weights from He's initialization (normal, with the standard deviation $\sqrt{2/d_\text{in}}$; [lesson 04](04_initialization_and_scaling.ipynb)) times 0.01 up to times 10. Each trains for 150 steps with batches of 64: without norm, with batch norm, and with layer norm, which normalizes each sample over its features; three seeds. (The `momentum` in the code is the optimizer's.)

# %% guess-the-scale tags=["predict"]
answers = ["all three", "batch norm and layer norm", "batch norm only", "none"]
survivors = predict(
    "Hidden weights 100 times too small: which nets learn?", answers[1], choices=answers
)

# %% run-the-scales
from coursekit.experiments import robustness

scales = (0.01, 0.1, 0.3, 1, 3, 10)
by_scale = robustness.run(robustness.Config(scales=scales, momentum=0.9, steps=150))
found = {norm: by_scale.medians(norm) for norm in by_scale.norms}
learned = " and ".join(norm for norm in found if found[norm][0] > 0.5)
seen = {"": "none", "batch": "batch norm only", "batch and layer": answers[1]}
survivors.reveal(seen.get(learned, "all three"))

# %% draw-the-scales
what = "scale of the hidden weights (1: He's)"
picture = {"norms": by_scale.norms, "what": what, "width": 7.4}
show(plots.draw_robustness, by_scale.scales, by_scale.accuracies[:, :, 0], **picture)

# %% what-the-scales-say
failed = int((found["no"] < 0.2).sum())
worst = found["batch"].min()
usual = found["layer"][2:].min()
claim("Batch norm learns at every scale.", worst, ">", 0.85, measured=True)
claim("Without norm, 4 of 6 fail.", failed, ">=", 4, measured=True)
claim("Layer norm learns from 0.3 on.", usual, ">", 0.8, measured=True)
claim("It fails at 0.01.", found["layer"][0], "<", 0.2, measured=True)

# %% why-layer-norm-fails [markdown]
# Layer norm ignores the scale too, so why does it fail at 0.01? What both norms hide going forward comes back in the gradient: weights a hundred times smaller get gradients a hundred times *larger*. ([Lesson 06](06_batch_norm_backward.ipynb) derives it; here we only look.) `up` is a random gradient from above, of the shape of the output.


# %% check-the-gradients
def gradient_size(norm, scale):
    W = (scale * W_usual).requires_grad_()
    (norm(h @ W) * up).sum().backward()
    return float(W.grad.norm())


h, W_usual, up = (torch.tensor(rng.normal(size=(32, 32))) for _ in range(3))
for name in ("BatchNorm1d", "LayerNorm"):
    norm = getattr(torch.nn, name)(32, eps=1e-20).double()
    ratio = gradient_size(norm, 0.01) / gradient_size(norm, 1.0)
    claim(f"{name}: 100 times the gradient.", ratio, "~", 100, rtol=1e-6)

# %% all-alike [markdown]
# So the first updates throw small weights far away, in directions that many samples share. Let us compare the last activations of all test images after three updates, by the cosine of the angle between them, averaged over all pairs. A mean cosine of 1 means that they all point the same way, and the head can hardly tell them apart.

# %% run-the-likeness
early = robustness.Config(momentum=0.9, steps=3)
alike = {n: robustness.likeness_after(early, norm=n, scale=0.01) for n in found}
claim("Layer norm: all images look alike.", alike["layer"], ">", 0.99, measured=True)
claim("Batch norm: they do not.", alike["batch"], "<", 0.6, measured=True)

# %% subtracting-what-is-shared [markdown]
# Batch norm subtracts, in every feature, the mean over the samples: what they have in common. Layer norm cannot: it sees one sample at a time. The same ability that ruined the sorted batches saves the net here.
#
# ### Higher learning rates
#
# The paper's first promise was speed: Ioffe and Szegedy raised the learning rate of their Inception net thirtyfold (Section 4.2.2). We train from He's initialization, plain SGD without momentum, at rates from 0.03 to 3.

# %% guess-the-rate tags=["predict"]
fast = predict("A learning rate of 3: what accuracy does batch norm reach?", 0.1)

# %% run-the-rates
by_rate = robustness.run(robustness.Config(rates=(0.03, 0.1, 0.3, 1, 3)))
found = {norm: by_rate.medians(norm) for norm in by_rate.norms}
fast.reveal(round(found["batch"][-1], 2), measured=True)

# %% draw-the-rates
picture = {"norms": by_rate.norms, "what": "learning rate (no unit)", "width": 7.4}
show(plots.draw_robustness, by_rate.rates, by_rate.accuracies[:, 0], **picture)

# %% what-the-rates-say
apart = np.ptp([found[norm][1] for norm in found])
claim("At 0.1 all three are equally good.", apart, "<", 0.03, measured=True)
claim("At 3, batch norm learns.", found["batch"][-1], ">", 0.9, measured=True)
unlucky = by_rate.accuracies[by_rate.norms.index("no"), 0, -2].min()
claim("At 1, without norm, some seed is poor.", unlucky, "<", 0.8, measured=True)
claim("At 3, without norm, it guesses.", found["no"][-1], "<", 0.2, measured=True)
claim("At 3, layer norm guesses too.", found["layer"][-1], "<", 0.2, measured=True)

# %% small-batches-at-a-high-rate [markdown]
# Do not take this for a promise. The batches had 64 samples. With 32, and so with half as many samples seen in the same 200 steps, single nets become unreliable at this rate. The larger noise of section 3 is a likely reason, but this experiment does not separate the two. We train eight nets.

# %% run-the-gamble
halved = {"norms": ("batch",), "rates": (3,), "batch_size": 32, "seeds": range(8)}
eight = robustness.run(robustness.Config(**halved)).accuracies.ravel()
claim("Batches of 32: the worst of 8 falls.", eight.min(), "<", 0.92, measured=True)
claim("The best is good.", eight.max(), ">", 0.9, measured=True)

# %% what-it-buys-and-not [markdown]
# Read the left part of the picture as well. At a suitable rate, and from a good initialization, this small net does not need a norm at all. What batch norm buys is *tolerance*: a wide range of settings that work, and with it the right to larger steps. Why it does so is disputed, and "it reduces internal covariate shift", the 2015 paper's hypothesis, is not the accepted answer. Lesson 06 looks at the evidence.

# %% small-batches [markdown]
# ## 7 · What it costs: small batches
#
# Now the bill. We train nets with ever smaller batches; all see the same number of samples, and the learning rate is proportional to the batch size. Wu and He (2018, arXiv:1803.08494) did this with a ResNet-50 on ImageNet: with 2 images a batch, batch norm's error was 10.6 percentage points above that of their group norm ([lesson 08](08_normalized_residual_networks.ipynb)), which like layer norm does not look at the batch. Layer norm, at our scale, reaches about 0.92 at every batch size. And batch norm, in pairs?

# %% guess-the-small tags=["predict"]
in_pairs = predict("Test accuracy of batch norm, trained with batches of 2?", 0.85)

# %% run-the-small
from coursekit.experiments import batch_size

sizes = batch_size.run(batch_size.Config(seeds=(0, 1, 2)))
in_pairs.reveal(round(sizes.median("batch", 2), 2), measured=True)

# %% draw-the-small
from coursekit.plots.layer_norm import draw_batch_sizes

show(draw_batch_sizes, sizes.batch_sizes, sizes.accuracies, norms=sizes.norms)

# %% what-the-small-says
always = [sizes.median("layer", n) for n in sizes.batch_sizes]
lead = {n: sizes.median("layer", n) - sizes.median("batch", n) for n in (2, 16, 32)}
low, high = min(always), max(always)
claim("Layer norm: 0.92 or so, at worst,", low, "in", (0.88, 0.96), measured=True)
claim("and at best.", high, "in", (0.88, 0.96), measured=True)
claim("In pairs, layer norm is far ahead.", lead[2], ">", 0.3, measured=True)
claim("With 16 the two are close.", abs(lead[16]), "<", 0.05, measured=True)
claim("With 32 too.", abs(lead[32]), "<", 0.05, measured=True)

# %% why-pairs-fail [markdown]
# Sections 2 and 3 told you why. In a pair every feature is 1 or $-1$: the net learns *which* of two images has more of a feature, never how much. Then evaluation hands it real numbers, by a function it never trained with. Our figures are more drastic than the paper's, because there each channel also averages over many pixels: "two images" are thousands of values.
#
# If your batches must be small, use a norm that ignores the batch (lessons 07 and 08), or gather the statistics across devices, as `torch.nn.SyncBatchNorm` does.

# %% offset [markdown]
# ## 8 · A large mean, in float32
#
# There is a shortcut for the variance that reads the data once: $\sigma^2 = \overline{x^2} - \overline{x}^{\,2}$. It is true in algebra. In float32, with a mean of 10000, $\overline{x^2}$ is near $10^8$, where neighbouring numbers are 8 apart, and a variance of 1 drowns (lesson 07 shows the digits). Batch norm makes it worse: it *remembers* the wrong variances. 64 features, 100 batches of 64, true variance 1:

# %% guess-the-negative tags=["predict"]
negative = predict(
    "How many of the 64 running variances does the shortcut leave below zero?", 0
)

# %% run-the-offset
large = {"mean": 1e4, "std": 1.0, "features": 64, "batch_size": 64, "batches": 100}
kept = {
    name: running_statistics.run(
        running_statistics.Config(formula=name, dtype="float32", **large)
    ).variances[-1]
    for name in ("two_pass", "one_pass")
}
negative.reveal(int((kept["one_pass"] < 0).sum()), measured=True)

# %% draw-the-offset
pair = kept["two_pass"], kept["one_pass"]
show(plots.draw_offset_variances, *pair, offset=1e4, width=7.4)

# %% what-the-offset-says
below = int((kept["one_pass"] < 0).sum())
off = abs(kept["one_pass"] - 1).max()
fine = abs(kept["two_pass"] - 1).max()
nans = int(torch.tensor(kept["one_pass"]).rsqrt().isnan().sum())
claim("One pass leaves many below zero.", below, ">", 5, measured=True)
claim("Each of them is NaN under the root.", nans - below, "==", 0)
claim("And is off by more than 1.", off, ">", 1, measured=True)
claim("Two passes are off by chance alone.", fine, "<", 0.25, measured=True)

# %% what-the-offset-means [markdown]
# One NaN, and the whole net puts out NaN. Flax uses the one-pass form by default (its option `use_fast_variance`, documented as faster and numerically less stable) and cuts negative results off at 0; but a variance of 0 is no better, it multiplies noise by $1/\sqrt\epsilon$. Torch does not take the shortcut, as the next cell shows. Data with a large mean is not exotic: raw sensor values, temperatures in kelvin, prices. Subtract the mean of your data before the first layer, and you need not care.

# %% check-torch-at-the-offset
layer, draws = torch.nn.BatchNorm1d(64), torch.Generator().manual_seed(0)
for _ in range(100):
    layer(1e4 + torch.randn(64, 64, generator=draws))
off = float((layer.running_var - 1).abs().max())
claim("Torch's running variances are fine.", off, "<", 0.25, measured=True)

# %% folding [markdown]
# ## 9 · Fold it away
#
# In evaluation batch norm is a fixed line for each feature, and a linear layer comes before it. Two affine maps in a row are one. With $s = \gamma/\sqrt{\sigma^2 + \epsilon}$, where $\mu, \sigma^2$ are now the running statistics:
#
# $$(hW + b - \mu)\, s + \beta = h\,\underbrace{W s}_{W'} + \underbrace{(b - \mu)\, s + \beta}_{b'}$$
#
# $h$ has shape $(N, d_\text{in})$, $W$ and $W'$ have $(d_\text{in}, D)$, all else $(D,)$: $s$ scales the *columns* of $W$. (Torch stores the transpose, so there it scales rows.) Wherever a linear layer or a convolution stands right before the norm, a net that is only used for prediction can do without it. (In a pre-activation block, [lesson 02](02_residual_connections.ipynb), a sum stands there, and there is nothing to fold into.)

# %% guess-the-fold tags=["predict"]
difference = predict(
    "We fold all 4 norms of the trained net. By how much do its outputs change?", 0.1
)

# %% run-the-fold
from coursekit.experiments import folding

result = folding.run(folding.Config())
change = float((result.folded - result.logits).abs().max())
difference.reveal(round(change, 3))

# %% read-the-fold
source(folding.fold)

# %% what-the-fold-says
same = result.folded.argmax(1) == result.logits.argmax(1)
share = float(same.float().mean())
other = float((result.training - result.logits).abs().max())
claim("Of 4 batch norms none is left.", result.norms, "==", (4, 0))
claim("The outputs hardly change.", change, "<", 1e-4, measured=True)
claim("So do the answers.", share, ">", 0.99, measured=True)
claim("In training mode the outputs differ.", other, ">", 0.5, measured=True)

# %% what-folding-needs [markdown]
# The last claim is the reason why only evaluation can be folded: in training mode there is no fixed $\mu$ to put into $b'$. Batch norm and layer norm part ways here. Layer norm computes its statistics from each sample, in every mode, so it can never be folded; batch norm costs nothing once training is over. That is one reason why convolutional nets kept it.

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake | how you notice |
# |---|---|
# | `.eval()` forgotten | the accuracy changes with batch size and order |
# | `torch.no_grad()` taken for `.eval()` | the same, and validation moves the running statistics |
# | batch statistics in evaluation on purpose | a single sample gives $\beta$, or an error |
# | momentum the wrong way round | right at $m = 0.5$, wrong at every other $m$ |
# | `x.var(0)`, torch's unbiased default, to normalize | std of the output is $\sqrt{(N-1)/N}$: 0.894 for $N = 5$ |
# | a running *standard deviation* | loads into no other library |
# | running statistics with a graph | memory grows with every step; detach them |
# | running statistics as plain attributes | missing from `state_dict`, lost on saving; register buffers |
# | running statistics never updated | evaluation equals an unnormalized net |
# | average over axis 0 of $(B, T, d)$ | `running_mean` has shape $(T, d)$ |
# | $\epsilon$ outside the root, or missing | NaN gradients at a constant feature (lesson 07) |

# %% where-mistakes-hide [markdown]
# Friendly tests hide many of them. With a momentum of 0.5 both conventions agree; with 512 samples both variances nearly do. Test with $m = 0.7$ and five samples.

# %% check-where-mistakes-hide
old, new = 1.0, 3.0
swapped = {m: m * old + (1 - m) * new - ((1 - m) * old + m * new) for m in (0.5, 0.7)}
claim("Momentum 0.5: the swap does not show.", swapped[0.5], "==", 0)
claim("Momentum 0.7: it does.", abs(swapped[0.7]), ">", 0.5)
ratio = {n: np.sqrt((n - 1) / n) for n in (5, 512)}
claim("N = 512: the unbiased variance hides.", ratio[512], ">", 0.999)
claim("N = 5: the std is 0.894.", ratio[5], "~", 0.894, rtol=1e-3)

# %% question-shuffle [markdown] tags=["question"]
# ## Questions
#
# **A.** Your validation accuracy is 0.95 with a shuffled loader and 0.2 with an unshuffled one. What is wrong?
#
# 1. Shuffling separates images from their labels.
# 2. The net is still in training mode.
# 3. The running statistics are too noisy.
# 4. The batches are too small.
#
# <details><summary>Answer</summary>
#
# **2.** Only in training mode can one image's answer depend on its neighbours; section 5 is this bug. (1) would make the *shuffled* accuracy bad. (3) would hurt both orders alike: in evaluation the order plays no part. (4) explains noise, but noise does not ask how the batches are sorted.
#
# </details>

# %% question-momentum [markdown] tags=["question"]
# **B.** You port a net from Keras and write `BatchNorm1d(64, momentum=0.99)`. What do you see?
#
# 1. Training diverges.
# 2. The running statistics lag behind.
# 3. Training is as before, evaluation jumps from one time to the next.
#
# <details><summary>Answer</summary>
#
# **3.** In torch 0.99 is the weight of the *new* batch, so evaluation uses nearly the statistics of the last batch alone. (1) is wrong since training never reads the running statistics. (2) is what 0.01, the right translation, would do at worst: it remembers about a hundred batches.
#
# </details>

# %% question-std [markdown] tags=["question"]
# **C.** Your batch norm, fed with $N = 5$ random samples in training, puts out a standard deviation of 0.894 (dividing by $N$). Which line is wrong?
#
# 1. $\epsilon$ is too large.
# 2. The variance divides by $N - 1$.
# 3. The mean is taken over the features.
# 4. $\gamma$ is not 1.
#
# <details><summary>Answer</summary>
#
# **2.** $\sqrt{4/5} = 0.894$: with the unbiased variance you divide by a standard deviation that is too large by $\sqrt{5/4}$. (1) could give any value below 1, but not the same one for loud and quiet features. (3) would leave feature means that are not 0, and no fixed standard deviation. (4) is possible only if someone set $\gamma$ to this very number; it starts at 1.
#
# </details>

# %% question-save [markdown] tags=["question"]
# **D.** What is safe to leave out of a `Linear` → `BatchNorm1d` → ReLU block?
#
# 1. The bias of the linear layer.
# 2. $\beta$ of the norm.
# 3. `running_mean`, once training is over.
#
# <details><summary>Answer</summary>
#
# **1.** The norm subtracts any constant (section 2). (2) is not safe: $\beta$ decides how much of each feature the ReLU lets through, and no later layer can undo that. (3) is what evaluation runs on; it can go only if you fold it into the linear layer, which then needs a bias after all.
#
# </details>

# %% summary [markdown]
# ## Summary
#
# | | |
# |---|---|
# | training | $\hat x = (x - \mu)/\sqrt{\sigma^2 + \epsilon}$, $\;y = \gamma\hat x + \beta$; one $\mu, \sigma^2$ (divided by $N$) for each feature, over all else |
# | evaluation | the same with `running_mean`, `running_var`: a fixed line for each feature |
# | memory | $r_t = (1-m)\, r_{t-1} + m\, s_t$; for constant $s$: $r_t = (1-m)^t r_0 + (1 - (1-m)^t)\, s$ |
# | bias of the variance | $\mathbb E[\sigma^2] = (1 - \frac1N)\,\sigma_*^2$ for data of variance $\sigma_*^2$; torch remembers $\frac{N}{N-1}\sigma^2$ |
# | noise in training | $\operatorname{Var}(\hat x) \approx \frac1N (1 + x^2/2)$, added, none in evaluation |
# | invariance | $\mathrm{BN}(ax + b) = \operatorname{sign}(a)\,\mathrm{BN}(x)$ for each feature, $\epsilon = 0$ |
# | folding | $W' = W s$, $\;b' = (b - \mu)\, s + \beta$, $\;s = \gamma/\sqrt{\sigma^2 + \epsilon}$ |
#
# **Now write it:** [the exercise of lesson 05](../exercises/05_batch_norm.ipynb) has tasks `batch_norm_forward`, `BatchNorm1d` and `fold_batch_norm`, and tells you, by name, what went wrong.

# %% further-reading [markdown]
# ## Further reading
#
# - Ioffe, Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift*, 2015, [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). The source. Read Sections 3 and 4.2; keep the title for lesson 06.
# - Wu, Johnson, *Rethinking "Batch" in BatchNorm*, 2021, [arXiv:2105.07576](https://arxiv.org/abs/2105.07576). Everything that can go wrong with the batch, measured; section 5 at full scale.
# - Singh, Shrivastava, *EvalNorm: Estimating Batch Normalization Statistics for Evaluation*, 2019, [arXiv:1904.06031](https://arxiv.org/abs/1904.06031). How much of the small-batch trouble is only the change of function in evaluation.
# - Wu, He, *Group Normalization*, 2018, [arXiv:1803.08494](https://arxiv.org/abs/1803.08494). The batch size curve, and the norm of lesson 08.
# - PyTorch, [issue 3122](https://github.com/pytorch/pytorch/issues/3122). A reader takes the two variances for a bug; the maintainers' answer points to the paper.

# %% header [markdown]
# # 08 · Place the norm: normalized residual networks and beyond
#
# **70 min alone · 45 min in a workshop**
#
# **You will** put the norm in several places of a residual net and find out what that does to gradients; derive RMS norm and group norm from layer norm; look for the S that made people replace norms by a tanh; choose a norm with reasons; and learn to find a fault in a deep net by looking instead of guessing.
#
# **You need** residual blocks ([lesson 02](02_residual_connections.ipynb)), the growth of their variance ([lesson 04](04_initialization_and_scaling.ipynb)), batch norm ([lesson 05](05_batch_norm.ipynb) and [lesson 06](06_batch_norm_backward.ipynb)) and layer norm ([lesson 07](07_layer_norm.ipynb)). You need not know Transformers: for this lesson they are residual nets that read sequences.
#
# **How to read.** As always: guess first, then run. Every number that we measure is a *claim* that the notebook checks in front of you; the numbers of papers come with their source. The lesson ends with the **claims ledger**: all claims of the article this course began with, and what became of each.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* everyone copies "Pre-LN, RMSNorm, final norm" from some repository; few can say what breaks if one of the three is changed. And debugging by diagnostics is the skill that outlives every architecture. *Learning outcomes:* afterwards learners can place the norms of a residual net and say what each place does to activations and gradients; derive RMS norm and group norm from layer norm; choose a norm with a reason; find a fault in a deep net by looking at what it does. *Preparing:* write the nets A to E of section 9 on the board without their faults, and make pairs before the session. Read the claims ledger to its end. *Timing (45 min):* sections 1 to 4, 18 min, the two derivations on the blackboard, the explorer on the big screen; 5 and 6, 9 min; 7, 3 min; 8, 5 min; 9, 8 min, in pairs: each pair bets on net A to E before you reveal; ledger, 2 min. *Questions you will get:* "Why did the first Transformers use Post-LN, then?" (with warm-up it trains, and its results can be just as good; section 4), "Is RMS norm worse?" (section 5), "So can I drop norms?" (section 7). *Typical pitfalls:* learners read a healthy gradient norm as proof of a right gradient; they take our small net's result on the S-curve as a refutation of the paper, which it is not.

# %% imports
import numpy as np
import torch

from coursekit.lesson import claim, predict, show, source
from coursekit.nets import PostNormBlock, PreNormBlock, ResidualNet
from coursekit.plots import net_diagnostics as diagnostic_plots
from coursekit.plots import norm_placement as plots
from coursekit.plots import norm_zoo as zoo
from coursekit.reference import (
    group_norm_forward,
    instance_norm_forward,
    layer_norm_forward,
    rms_norm_forward,
)

rng = np.random.default_rng(8)

# %% where-to-stand [markdown]
# ## 1 · Four places for a norm
#
# Each block of a residual net computes $x + f(x)$. The first layer, which reads the data, is the **stem**; the last, which puts out the logits, is the **head**. The line of sums between them is the **trunk**, and $f$ is the **branch**. Here $f$ is what Transformers have in every second block: linear, activation, linear. Where may a norm stand?
#
# | name | block | |
# |---|---|---|
# | Post-LN | $\mathrm{LN}(x + f(x))$ | on the trunk; the Transformer of 2017 |
# | Pre-LN | $x + f(\mathrm{LN}(x))$ | in the branch; GPT-2 and most since |
# | sandwich | $x + \mathrm{LN}(f(\mathrm{LN}(x)))$ | in the branch, twice; CogView, Gemma 2 |
# | no norm | $x + f(x)$ | |
#
# $x$ has shape $(N, d)$ or $(B, T, d)$, and so has the output of each block.

# %% draw-the-places
show(plots.draw_placement_diagrams, width=7.4, height=3.6)

# %% read-the-blocks
source(PreNormBlock.forward, PostNormBlock.forward)

# %% count-the-norms [markdown]
# The difference is one line. Nothing in the shapes, and nothing in the number of parameters of a block, tells the two apart.

# %% compare-the-blocks
pre_size, post_size = (
    sum(p.numel() for p in block(64).parameters())
    for block in (PreNormBlock, PostNormBlock)
)
claim("Both have equally many parameters.", pre_size, "==", post_size)

# %% gradients-at-the-start [markdown]
# ## 2 · What arrives at which block?
#
# We draw the weights of $f$ with He's gain. Two linear layers double the mean square each, and ReLU between them halves it, so $f$ turns a mean square of 1 into 2. (In lesson 04 a ReLU stood before each of the two layers, and a branch made 1 of 1. Hence the 2 below where lesson 04 has a 1.)
#
# **Pre-LN.** The input of every $f$ is normalized, so every block adds 2 to the variance of the trunk, whatever the trunk has:
#
# $$\operatorname{Var}(x_l) \approx 1 + 2l$$
#
# After $L$ blocks a **final norm** divides by $\sqrt{1 + 2L}$, and every gradient that comes from the loss is divided by it too.
#
# **Post-LN.** Every norm gets a sum of variance $1 + 2 = 3$ and brings it back to 1. The last block sees one norm and the head, however many blocks stand before it.
#
# So: how does the gradient of the **last** block's weight change when the net gets deeper?

# %% guess-the-last-gradient tags=["predict"]
question = "Pre-LN: the last block's gradient with 48 blocks, over that with 2?"
last_gradient = predict(question, 1.0)

# %% run-the-placements
from coursekit.experiments import norm_placement

names = ("post", "pre", "pre without final norm")
starts = norm_placement.run_placements(norm_placement.Config(), names)
post, pre = starts["post"], starts["pre"]
pre_change = pre.median("last", 48) / pre.median("last", 2)
last_gradient.reveal(round(pre_change, 2), measured=True)

# %% draw-the-last-gradients
show(plots.draw_last_gradients, post.depths, post.last, pre.last)

# %% what-the-last-gradients-say
post_change = post.median("last", 48) / post.median("last", 2)
rule = np.sqrt((1 + 2 * 2) / (1 + 2 * 48))
claim("The derivation says 0.23 for Pre-LN.", rule, "~", 0.227, rtol=0.01)
claim("Pre-LN does that.", pre_change, "~", rule, rtol=0.35, measured=True)
claim("Under Post-LN nothing falls.", post_change, ">", 0.9, measured=True)

# %% first-and-last [markdown]
# Now compare the last block with the first **in one net** of 48 blocks. Gradient descent has one learning rate for all layers, so such ratios matter. (Adam divides each gradient by its usual size, so to Adam they matter less.) The thin lines warn you: single Post-LN nets differ widely, and only the median of ten seeds tells a clear story.

# %% compare-first-and-last
ratio = {name: starts[name].last[-1] / starts[name].first[-1] for name in names}
post_ratio, pre_ratio = np.median(ratio["post"]), np.median(ratio["pre"])
spread = ratio["post"].max() / ratio["post"].min()
claim(
    "Post-LN: the last gets more than the first.", post_ratio, ">", 1.5, measured=True
)
claim("Pre-LN: the last gets far less.", pre_ratio, "<", 0.6, measured=True)
claim("Post-LN seeds differ more than fourfold.", spread, ">", 4, measured=True)

# %% what-xiong-found [markdown]
# This is the finding of Xiong and others (2020, arXiv:2002.04745, Theorem 1). For Transformers at initialization they bound the gradient of the last layer: under Post-LN the bound does not depend on the depth, under Pre-LN it falls like $1/\sqrt L$. Large gradients near the output, they argue, are why Post-LN needs a learning rate that starts small and grows, called **warm-up**. Section 4 tries that.
#
# That is one half. The other half is what the trunk does.

# %% trunk-alone [markdown]
# ### The trunk alone
#
# A residual net was to have a path that leaves the signal alone. Does it? Let the branches compute as before, but pass no gradient back; what then reaches the stem came along the trunk alone. Its **share** is the length of the gradient behind the stem over its length behind the last block.
#
# Under Pre-LN nothing stands on the trunk: a factor of exactly 1. Under Post-LN each block has a norm there, which divides by $\sqrt 3$:
#
# $$\text{share} \approx 3^{-L/2}$$

# %% guess-the-trunk tags=["predict"]
trunk_share = predict("Post-LN, 12 blocks: which share comes back by the trunk?", 0.5)

# %% run-the-trunk
share = post.median("by_trunk", 12)
trunk_share.reveal(round(share, 4), measured=True)
claim("Pre-LN: all of it, at every depth.", pre.by_trunk.min(), "==", 1)
claim("Post-LN, 12 blocks: near 3 ** -6.", share, "in", (7e-4, 6e-3), measured=True)
deep = post.median("by_trunk", 48)
claim("Post-LN, 48 blocks: nothing.", deep, "<", 1e-9, measured=True)

# %% draw-the-trunk
show(plots.draw_by_trunk, post.depths, post.by_trunk, pre.by_trunk)

# %% no-identity-path [markdown]
# **What is often said.** Post-LN and Pre-LN are both residual nets, so both have an identity path for the gradient.
#
# **What is exact.** Post-LN has none: its norms stand on the trunk. Its gradient still arrives, as you saw, because the *branches* carry it: each block passes $1 + 2$ parts in the mean square, one by the trunk and two through $f$, and the norm divides by 3. So the gradient of a Post-LN net depends on its branches. Take an activation through which little comes back, and it fades. You will do that in the explorer.

# %% final-norm [markdown]
# ## 3 · Why Pre-LN needs a final norm
#
# The trunk of a Pre-LN net ends with the standard deviation $\sqrt{1 + 2L}$. Leave the final norm out, and the logits are that large too. A net that has learned nothing is then very **sure** of its answers, and the surer a wrong answer, the higher its loss. The best that ignorance can do among ten digits is $\log 10$:

# %% check-the-ignorance
config = norm_placement.Config()
deep_pre = norm_placement.side_by_side(("pre",), config, depth=48, seed=0)["pre"]
std, rule = deep_pre.stds[-1], np.sqrt(1 + 2 * 48)
claim("Ten equal guesses cost 2.3 nats.", np.log(10), "~", 2.303, rtol=1e-3)
claim("48 blocks: the std follows the rule.", std, "~", rule, rtol=0.2, measured=True)

# %% guess-the-start-loss tags=["predict"]
start_loss = predict(
    "48 Pre-LN blocks without a final norm: the loss at the start?", 2.3
)

# %% run-the-final-norm
without = starts["pre without final norm"]
start_loss.reveal(round(without.median("loss", 48), 1), measured=True)
claim("Without: far too sure.", without.median("loss", 48), ">", 10, measured=True)
claim("With a final norm: near chance.", pre.median("loss", 48), "<", 4, measured=True)
louder = without.median("first", 48) / pre.median("first", 48)
claim("Its first gradient is many times larger.", louder, ">", 5, measured=True)

# %% draw-the-final-norm
show(plots.draw_start_losses, post.depths, without.loss, pre.loss)

# %% what-the-final-norm-does [markdown]
# So the final norm does two things: it hands the head a vector whose size does not depend on the depth, and it divides every gradient by the size the trunk has grown to. GPT-2, which moved the norms into the branches, added one at the end. It costs $2d$ parameters, and it is easily forgotten: without it nothing raises an error.
#
# Post-LN needs none: its last block ends in a norm.

# %% training [markdown]
# ## 4 · Does it train?
#
# Twelve blocks, the digits, Adam with a learning rate of 0.01 from the first step on, no warm-up. Only the place of the norm differs. Three seeds each.

# %% guess-post-training tags=["predict"]
answers = ["like Pre-LN", "slower, but well", "not at all"]
outcome = predict("How does the Post-LN net learn?", answers[1], choices=answers)

# %% run-the-training
from coursekit.experiments import norm_placement_training as training

trained = training.run(training.Config())
post_loss, pre_loss = trained.final("post"), trained.final("pre")
outcome.reveal("not at all" if post_loss.min() > 1.5 else "slower, but well")

# %% draw-the-training
labels = ("Post-LN", "Pre-LN")
show(plots.draw_losses, trained.steps, trained.losses, labels=labels, width=7.4)

# %% what-the-training-says
gap = post_loss.min() - pre_loss.max()
claim("Every Post-LN net stays near chance.", post_loss.min(), ">", 1.5, measured=True)
claim("Every Pre-LN net learns.", pre_loss.max(), "<", 0.5, measured=True)
claim("The gap is more than 1 nat.", gap, ">", 1, measured=True)

# %% smaller-steps [markdown]
# Is Post-LN broken, then? Two attempts to help it: a warm-up, in which the rate grows in equal steps to 0.01 over the first 80 updates; and a tenth of the rate, without warm-up.

# %% guess-the-warm-up tags=["predict"]
answers = ["like Pre-LN", "better than before, not well", "not at all"]
warmed = predict("Post-LN with warm-up?", answers[0], choices=answers)

# %% run-the-warm-up
warm = training.run(training.Config(placements=("post",), warm_up=80))
end = np.median(warm.final("post"))
warmed.reveal(answers[0] if end < 0.1 else answers[1] if end < 1.6 else answers[2])

# %% run-smaller-steps
gentle = training.run(training.Config(placements=("post",), lr=0.001))

# %% draw-the-attempts
three = np.concatenate([trained.losses[:1], warm.losses, gentle.losses])
labels = ("rate 0.01", "0.01, warm-up", "rate 0.001")
show(plots.draw_losses, trained.steps, three, labels=labels, width=7.4)

# %% what-the-attempts-say
best, last = np.median(warm.losses[0].min(axis=1)), gentle.final("post").max()
claim("Warm-up gets Post-LN away from chance.", end, "<", 1.6, measured=True)
claim("But not far.", end, ">", 0.3, measured=True)
claim("On its way it was better.", end - best, ">", 0.1, measured=True)
claim("With a rate of 0.001 every net learns.", last, "<", 0.3, measured=True)

# %% what-warm-up-does [markdown]
# So Post-LN is not broken; it wants smaller steps. Here warm-up helps only in part: it brings the nets away from chance, then the full rate is too much for them again. On a translation task (IWSLT14), at other rates, it made all the difference: Xiong and others report a BLEU score (higher is better) of about 34 with, and 8.45 without; and Pre-LN did about as well with no warm-up. Why Post-LN is so touchy is debated. Liu and others (2020, arXiv:2004.08249) do not blame the gradients. They blame how heavily a Post-LN net depends on its branches, which amplifies every change of the weights.
#
# Pre-LN is not *better*; it is easier. Its price is what you measured: deep blocks get small gradients, and each adds ever less to a trunk that grows.
#
# ### All places side by side
#
# Twelve blocks before training, one seed. Read the right panel first.

# %% draw-all-places
places, at_start = tuple(plots.DIAGRAMS), norm_placement.Config()
twelve = norm_placement.side_by_side(places, at_start, depth=12, seed=0)
gradients = {name: found.gradients for name, found in twelve.items()}
stds = {name: found.stds for name, found in twelve.items()}
show(plots.draw_placements, gradients, stds, width=7.4, ncols=2)

# %% what-all-places-say
pre_std, sandwich_std, bare_std = (stds[n][-1] for n in ("pre", "sandwich", "none"))
claim("Pre-LN: near 5.", pre_std, "~", 5, rtol=0.2, measured=True)
claim("Sandwich: near 3.6.", sandwich_std, "~", 3.6, rtol=0.2, measured=True)
claim("No norm: far above.", bare_std, ">", 100, measured=True)

# %% try-the-places [markdown]
# Pre-LN gives $\sqrt{1 + 2 \cdot 12} = 5$. In the sandwich the second norm makes every branch add exactly 1 instead of 2, whatever the weights have become: $\sqrt{13} = 3.6$. Without norms each block multiplies the variance by 3.
#
# **Try it.** Triangles at an edge mean: off the scale, read the words.
#
# 1. Take "none" and move the number of blocks. By what factor does the std grow with each block? Why does the trunk's share stay 1 all the same?
# 2. Take 32 blocks and "sigmoid". Compare the first block's gradient under "post" and under "pre". Which formula of section 2 explains it?

# %% explore-the-places tags=["explorer"]
from coursekit.explorers.norm_placement import explore_norm_placement

explore_norm_placement()

# %% places-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. By about $\sqrt 3 = 1.7$: each branch adds twice the variance that the trunk has. The trunk's share is about the way back along the sums alone, where nothing stands. What explodes comes through the branches, whose Jacobians multiply.
# 2. Under "post" the first block gets far less than the last (the status line says how much), under "pre" no less than the last. A sigmoid has a slope of at most $\frac14$, so the branches bring little back, and the trunk must do it. Under "pre" it carries everything, under "post" almost nothing.
#
# </details>

# %% rms [markdown]
# ## 5 · RMS norm: leave the mean alone
#
# Layer norm subtracts the mean, then divides. Zhang and Sennrich (2019, arXiv:1910.07467) asked which of the two helps, and kept the second:
#
# $$\mathrm{RMS}(x)_i = \gamma_i\,\frac{x_i}{\sqrt{\frac1d \sum_j x_j^2 + \epsilon}}$$
#
# with $x$ of shape $(\dots, d)$ and $\gamma$ of shape $(d,)$; no $\beta$. What lies between the two norms is one identity, with the mean $\mu$ and the variance $\sigma^2$ of $x$:
#
# $$\frac1d \sum_j x_j^2 = \sigma^2 + \mu^2$$
#
# If $\mu = 0$, the roots are equal, and so are the norms. And $x - \mu$ has mean 0. Therefore
#
# $$\mathrm{LN}(x) = \mathrm{RMS}(x - \mu)$$
#
# for $\beta = 0$ and every $\epsilon$.

# %% check-the-identity
x, ones, zeros = rng.normal(2.0, 3.0, size=(32, 64)), np.ones(64), np.zeros(64)
layer, _ = layer_norm_forward(x, ones, zeros)
rms, _ = rms_norm_forward(x, ones)
centred, _ = rms_norm_forward(x - x.mean(-1, keepdims=True), ones)
gap = np.abs(layer - centred).max()
claim("RMS norm of the centred input is layer norm.", gap, "<", 1e-13, measured=True)
claim("Without centring it is not.", np.abs(layer - rms).max(), ">", 0.3)

# %% guess-the-shift tags=["predict"]
moved_by = predict("We add 5 to every entry. By how much does RMS(x) move?", 0.0)

# %% run-the-shift
shifts = np.linspace(0, 10, 51)
moved = [np.abs(rms_norm_forward(x + c, ones)[0] - rms).max() for c in shifts]
still = [
    np.abs(layer_norm_forward(x + c, ones, zeros)[0] - layer).max() for c in shifts
]
moved_by.reveal(round(moved[25], 2))
claim("RMS norm is not blind to a shift.", moved[25], ">", 0.5)
claim("Layer norm is.", max(still), "<", 1e-12, measured=True)

# %% draw-the-shift
show(zoo.draw_shifts, shifts, np.array(still), np.array(moved))

# %% rms-exact [markdown]
# **What is often said.** RMS norm is a faster layer norm.
#
# **What is exact.** It is another function. It gives up **shift invariance**; the two agree on inputs of mean zero only. In the language of lesson 07: layer norm deletes two directions of a small change, $\mathbf 1$ and $\hat x$. RMS norm deletes one. For $\epsilon = 0$ its Jacobian is $s\,(I - \hat x \hat x^\top/d)$, with $s$ one over the root and $\hat x = s\,x$; its rank is $d - 1$.

# %% guess-the-rms-rank tags=["predict"]
rms_rank = predict("eps = 0, d = 64: the rank of RMS norm's Jacobian?", 64)

# %% run-the-rms-rank
vector = torch.from_numpy(x[0])
J = torch.autograd.functional.jacobian(torch.nn.RMSNorm(64, eps=0.0).double(), vector)
rms_rank.reveal(int(torch.linalg.matrix_rank(J)))
claim("One direction of 64 is lost.", int(torch.linalg.matrix_rank(J)), "==", 63)
claim("It is x itself.", (J @ vector).abs().max(), "<", 1e-13, measured=True)

# %% same-function [markdown]
# Does the lost invariance cost anything? In a Pre-LN net: no function at all. All that stands on the trunk was written by linear layers. Take the mean out of what they write, once, in their weights: $W \leftarrow W - \frac1d \mathbf 1 \mathbf 1^\top W$, $b \leftarrow b - \bar b$, with $W$ of shape $(d, k)$. Now the trunk has mean zero, and each layer norm that reads it may be an RMS norm; a $\beta$ moves into the next bias (Jiang and others, 2023, arXiv:2305.14858).

# %% read-the-centring
from coursekit.experiments.without_centring import centre_output, without_centring

source(centre_output)

# %% run-the-centring
net = ResidualNet(
    64, 10, depth=12, width=64, mode="pre-norm", norm="layer", dtype=torch.float64
)
same, x_test = without_centring(net), torch.from_numpy(x)
gap = (net(x_test) - same(x_test)).abs().max()
means = max(a.mean(-1).abs().max() for a in same.activations(x_test))
claim("A Pre-RMSNorm net computes the same.", gap, "<", 1e-12, measured=True)
claim("Its trunk has mean zero everywhere.", means, "<", 1e-12, measured=True)

# %% why-rms-is-popular [markdown]
# So in a Pre-LN net giving up the mean costs no function, and many large language models do it, LLaMA among them (2023, arXiv:2302.13971). Zhang and Sennrich found results comparable with layer norm's, in 7 % to 64 % less time on different models. Behind a ReLU, whose output has a positive mean, the argument does not apply: there the two norms differ.

# %% group [markdown]
# ## 6 · Group norm: between layer norm and instance norm
#
# Images have shape $(N, C, H, W)$. Wu and He (2018, arXiv:1803.08494, Eq. 7) split the $C$ channels into $G$ groups of $C/G$ neighbours and take one mean and one variance for each sample and group:
#
# $$\mu_{ng} = \frac{G}{C H W} \sum_{c \in \text{group } g} \sum_{h, w} x_{nchw}$$
#
# $\mu$ and $\sigma^2$ have $N \cdot G$ entries; $\gamma$ and $\beta$ have shape $(C,)$, one for each **channel**. Put in the ends: $G = 1$ averages over $(C, H, W)$ and is layer norm of the whole image; $G = C$ averages over $(H, W)$ and is **instance norm**.

# %% draw-the-groups
size = {"channels": 6, "positions": 16}
show(zoo.draw_groups, (1, 3, 6), **size, width=7.4, ncols=3)

# %% guess-the-group-means tags=["predict"]
group_means = predict("Shape (8, 6, 4, 4) and G = 3. How many means?", 3)

# %% run-the-group-means
images = rng.normal(1.0, 2.0, size=(8, 6, 4, 4))
y, cache = group_norm_forward(images, 3, np.ones(6), np.zeros(6))
group_means.reveal(cache.inv_std.size)
claim("One for each sample and group.", cache.inv_std.size, "==", 8 * 3)

# %% check-the-ends
one, _ = group_norm_forward(images, 1, np.ones(6), np.zeros(6))
all_six, _ = group_norm_forward(images, 6, np.ones(6), np.zeros(6))
flat, _ = layer_norm_forward(images.reshape(8, -1), np.ones(96), np.zeros(96))
instance, _ = instance_norm_forward(images, np.ones(6), np.zeros(6))
gap, other = np.abs(one.reshape(8, -1) - flat).max(), np.abs(all_six - instance).max()
claim("G = 1 is layer norm over (C, H, W).", gap, "<", 1e-13, measured=True)
claim("G = C is instance norm.", other, "<", 1e-13, measured=True)

# %% equal-up-to-gamma [markdown]
# "Is" holds before $\gamma$ and $\beta$: `LayerNorm([C, H, W])` has one $\gamma$ for each of the $CHW$ entries, group norm one for each channel.
#
# And on vectors? With $H = W = 1$ a group has $C/G$ entries, and each group loses **its own** two directions. So $G$ groups delete $2G$ of $d$: with 8 groups of 8, a quarter of all directions. With groups of 2 only signs are left (lesson 07), and $G = C$ leaves nothing: every entry equals its own mean.

# %% guess-the-group-rank tags=["predict"]
group_rank = predict("eps = 0, d = 64, 8 groups: the rank of the Jacobian?", 62)

# %% run-the-group-rank
norm = torch.nn.GroupNorm(8, 64, eps=0.0, affine=False)
J = torch.autograd.functional.jacobian(norm, vector[None]).reshape(64, 64)
rank = int((torch.linalg.svdvals(J) > 1e-10).sum())
group_rank.reveal(rank)
claim("8 groups lose 16 directions.", rank, "==", 64 - 2 * 8)

# %% small-batches [markdown]
# ### Small batches again
#
# Lesson 07 trained nets with batches of two; layer norm reached about 0.92 and batch norm failed. Group norm and RMS norm look at one sample at a time as well. The same experiment, the same nets, three seeds:

# %% guess-the-pairs tags=["predict"]
pairs = predict("Test accuracy of RMS norm, trained with batches of 2?", 0.85)

# %% run-the-pairs
from coursekit.experiments import batch_size

norms = ("rms", "group", "batch")
sizes = batch_size.run(batch_size.Config(norms=norms, batch_sizes=(2, 8, 32)))
two = {norm: sizes.median(norm, 2) for norm in norms}
pairs.reveal(round(two["rms"], 2), measured=True)

# %% draw-the-pairs
from coursekit.plots.layer_norm import draw_batch_sizes

show(draw_batch_sizes, sizes.batch_sizes, sizes.accuracies, norms=norms)

# %% what-the-pairs-say
claim("RMS norm does not mind pairs.", two["rms"], ">", 0.88, measured=True)
claim("Group norm does not either.", two["group"], ">", 0.82, measured=True)
lead = two["group"] - two["batch"]
claim("Both are far ahead of batch norm.", lead, ">", 0.3, measured=True)
behind = two["rms"] - two["group"]
claim("Group norm is a little behind here.", behind, "in", (0, 0.12), measured=True)

# %% why-group-norm-is-behind [markdown]
# Why is group norm behind? A likely reason, which we did not test: the 64 features of our net have no order, so its groups are arbitrary, and groups of 8 lose a quarter of the directions. Channels of a convolution have many positions each. So read this as a remark about vectors, not about group norm: Wu and He found it 10.6 percentage points ahead of batch norm with 2 images a batch, and close to it with 32.

# %% dyt [markdown]
# ## 7 · Is a norm only a tanh?
#
# Zhu and others (2025, arXiv:2503.10622) plotted, for norms of *trained Transformers*, each entry that goes in against the entry that comes out. In early layers they saw lines, in deeper ones an S like $\tanh(\alpha x)$. So they replaced every norm by **DyT**:
#
# $$\mathrm{DyT}(x) = \gamma \tanh(\alpha x) + \beta$$
#
# with one learned number $\alpha$, and $\gamma, \beta$ of shape $(d,)$. No statistics at all; results similar or better, they report.
#
# Where would an S come from? For *one* vector, layer norm is a straight line of slope $1/\sigma$. Many vectors give many lines. If large entries live in vectors of large $\sigma$, the far ends of the cloud are flatter.

# %% guess-the-tanh tags=["predict"]
answers = ["in the first norm", "in the last norm", "in all of them"]
bent = predict(
    "Our trained Pre-LN net: where is the S clearest?", answers[1], choices=answers
)

# %% run-the-curves
from coursekit.experiments import norm_curves

curves = norm_curves.run(norm_curves.Config())
gain = curves.gain("after")
clearest = np.median(gain, axis=0).argmin()
bent.reveal(answers[0] if clearest == 0 else answers[1])

# %% draw-the-curves
shown = [curves.after[0][i] for i in (0, 3, 6)]
fits = {
    "slopes": [cloud.slope for cloud in shown],
    "tanhs": [(cloud.height, cloud.alpha) for cloud in shown],
    "gains": gain[0, [0, 3, 6]],
    "titles": ("norm of block 1", "norm of block 4", "final norm"),
}
points = [c.entries for c in shown], [c.normalized for c in shown]
show(zoo.draw_clouds, *points, **fits, width=7.4, ncols=3)

# %% what-the-curves-say
first, rest = gain[:, 0], gain[:, 1:]
before = curves.gain("before")[:, 0]
claim("First norm: tanh leaves less error.", first.max(), "<", 0.75, measured=True)
claim("All others: hardly less than a line.", rest.min(), ">", 0.85, measured=True)
claim("The first was bent before training.", before.max(), "<", 0.75, measured=True)
claim("The nets do learn.", curves.accuracies.min(), ">", 0.93, measured=True)

# %% why-the-first-norm
uneven = np.array([[cloud.unevenness for cloud in row] for row in curves.after])
least, most = uneven[:, 0].min(), uneven[:, 1:].max()
claim("First norm: the sigmas differ by 20 % or more.", least, ">", 0.2, measured=True)
claim("All others: by less.", most, "<", 0.2, measured=True)

# %% what-it-means-for-dyt [markdown]
# The numbers are the error a tanh leaves over the error a line leaves; 1 means "no gain". In our nets, over three seeds, the S is there in the **first** norm only, and it was there before training: what enters it comes straight from the pixels, and the vectors' $\sigma$ differ by 20 % or more (their standard deviation over their mean). The trunk evens that out, and deeper norms are close to straight lines.
#
# So **our nets do not show what the paper shows**. That refutes nothing. Their nets are trained Transformers with many tokens; ours are small MLPs on digits, and behind the first norm our vectors have nearly one size, so there is little to bend a cloud. It does tell you what DyT rests on: a property of *trained activations*, to be looked at, and not an identity like the two above.

# %% choose [markdown]
# ## 8 · Which norm when?
#
# | norm | statistics over | take it for | because | not if |
# |---|---|---|---|---|
# | batch | $N, H, W$, for each channel | convolutional nets with large batches | noise regularizes; folds into the layer before it and costs nothing later (lesson 05) | batches are small, sorted or of one; samples must not meet |
# | layer | the features of one vector | Transformers, sequences, any batch size | looks at one vector; the same in training and evaluation | vectors have few features (lesson 07) |
# | RMS | as layer norm, without mean | large Pre-LN nets | cheaper; no function is lost on a trunk of mean zero | the mean is large and carries nothing |
# | group | a group of channels of one image | images with few samples a batch: detection, video | ignores the batch, keeps channels apart | features have no groups |
# | instance | one channel of one image | style transfer | takes each image's contrast away | contrast is information |
# | none | - | residual nets with scaled branches (lesson 04) | no statistics at all | you cannot choose the initialization |
# | DyT | - | Transformers, as an experiment | element by element | you have not looked at the clouds |
#
# And the place: **Pre-LN with a final norm** unless you have a reason; Post-LN with warm-up where published results depend on it; the sandwich where large values in the branches spoil the training of a very large net (Ding and others, 2021, arXiv:2105.13290).

# %% zero-the-last-norm [markdown]
# ### Zero the last norm?
#
# A popular trick starts $\gamma$ of the last norm in every branch at 0 (Goyal and others, 2017, arXiv:1706.02677, Section 5.1), so that each block starts as the identity. It works where a norm *ends the branch*. On the trunk of a Post-LN net the same zero would delete everything. Does it help? Lesson 04 asked that of pre-activation nets: a little worse at one block, better at twenty. Now the form in which ResNets use it: post-activation blocks with batch norm, 2 and 24 of them, eighty updates, three seeds.

# %% guess-the-zero tags=["predict"]
answers = ["both", "the shallow net", "the deep net", "neither"]
helped = predict("Which net has a lower loss with the zero?", "both", choices=answers)

# %% run-the-zero
from coursekit.experiments import zero_last_norm

zeroed = zero_last_norm.run(zero_last_norm.Config())
gains = {L: zeroed.of(L, "he") / zeroed.of(L, "zero-last") for L in (2, 24)}
better = {L: bool(np.median(gains[L]) > 1) for L in (2, 24)}
helped.reveal("the deep net" if better == {2: False, 24: True} else "both")

# %% what-the-zero-says
claim("24 blocks: zero helps, every seed.", gains[24].min(), ">", 1.2, measured=True)
claim("2 blocks: zero hurts, every seed.", gains[2].max(), "<", 0.6, measured=True)

# %% zero-on-the-trunk
post_net = ResidualNet(64, 10, depth=3, width=64, mode="post-norm", norm="layer")
for block in post_net.blocks:
    torch.nn.init.zeros_(block.norm.weight)
logits = post_net(torch.from_numpy(x).float())
claim("Zeros on the trunk delete the input.", logits.std(0).max(), "==", 0)

# %% zero-exact [markdown]
# **What is often said.** Zero the last norm; it is free.
#
# **What is exact.** After eighty updates it helps the deep net and holds the shallow one back, whose branches first have to grow. (The numbers are the loss without the zero over the loss with it.) We stopped there: this is about a fast start, not about where training ends. So it is a remedy for depth (lesson 04), not a law.

# %% capstone [markdown]
# ## 9 · Find the fault by looking
#
# The last task of the exercise gives you a net of 24 blocks in which **four faults** are planted. No error is raised, the loss even falls. You are to repair it by diagnosis, not by rewriting. Here are your instruments.
#
# | look at | healthy | how |
# |---|---|---|
# | gradient by layer | smooth from block to block, and equal to a difference quotient ([lesson 00](00_start_here.ipynb)) | `activations`, `torch.autograd.grad` |
# | gradient of a bias before batch norm | 0 up to rounding: the norm takes the bias away (lesson 06) | `.bias.grad` |
# | std of the trunk by block | follows a rule you can derive; here it grows slowly, like $\sqrt l$ | `activations`, `.std()` |
# | train/eval gap | evaluation no worse than training mode | `net.train()`, `net.eval()` |
# | batches sorted by class | nothing changes in evaluation | sort the test set |
# | parameter count | what you compute on paper | `sum(p.numel() ...)` |
#
# To practise, five nets: one is healthy, each of the others has **one** fault.

# %% paper-count [markdown]
# Two words on the table. A **difference quotient** compares the loss at two points a small step apart, along one random direction; it uses forward passes only, so it cannot share a mistake with the backward pass. And the **first** figure is from before training, in float64; the accuracies are from after 80 updates.
#
# Begin on paper. The net is made of lesson 02's post-activation blocks, so a ReLU follows each sum, and its mask belongs to the skip's gradient too. It reads 64 pixels, has width 64, and a batch norm behind each linear layer but the head: a linear layer with bias has $64 \cdot 64 + 64$ parameters, a batch norm $2 \cdot 64$. One such pair is the stem, each block has two, and the head is linear with ten outputs.

# %% guess-the-count tags=["predict"]
count = predict("How many parameters does the net of 24 blocks have?", 100_000)

# %% run-the-count
pair = 64 * 64 + 64 + 2 * 64
on_paper = pair + 24 * 2 * pair + (64 * 10 + 10)
count.reveal(on_paper)

# %% run-the-diagnostics
from coursekit.experiments import net_diagnostics

found = net_diagnostics.run_all(net_diagnostics.Config())
nets = dict(zip("ABCDE", found.values(), strict=True))
claim("Net A has the count on paper.", nets["A"].parameters, "==", on_paper)

# %% draw-by-block
by_block = [
    {name: getattr(net, what) for name, net in nets.items()}
    for what in ("gradients", "stds", "slope_errors")
]
draw, probed = diagnostic_plots.draw_by_block, nets["A"].probed
show(draw, *by_block, probed=probed, width=9, ncols=3)

# %% draw-by-net
modes = ("training_mode", "evaluation_mode", "sorted_batches")
accuracies = {n: tuple(getattr(net, m) for m in modes) for n, net in nets.items()}
biases = {name: net.bias_gradient for name, net in nets.items()}
counts = {name: net.parameters for name, net in nets.items()}
show(diagnostic_plots.draw_by_net, accuracies, biases, counts, width=9, ncols=3)

# %% errors-by-net
errors = {name: np.median(net.slope_errors) for name, net in nets.items()}
A, B, C, D, E = nets.values()

# %% bet-first [markdown]
# Take your time with the two figures. Where only one line is seen, another lies under it. The faults are, in another order: *evaluation uses the batch's own statistics · one block is used 24 times · the backward pass treats mean and variance as constants · the backward pass forgets ReLU's mask on the skip.* Which net has which?

# %% guess-the-mask tags=["predict"]
mask = predict("Which net forgets the mask?", "B", choices=["B", "C", "D", "E"])

# %% reveal-the-mask
suspects = [name for name in nets if errors[name] > 0.1 and biases[name] < 1e-10]
mask.reveal(suspects[0])

# %% read-the-evidence [markdown]
# Read it as a chain of exclusions. **E** has too few parameters: `[block] * 24` is one block, 24 times. Its trunk also grows in a straight line, as it would if the same vector were added each time; independent branches give a root. **B** falls to chance on sorted batches, and its training and evaluation modes agree: it *has* no evaluation mode. **C** and **D** have gradients that disagree with differences, so their backward pass is wrong. Which way? In **C** biases before a batch norm get a gradient, as if the norm did not subtract the mean: constants. **D** is left.

# %% check-the-evidence
claim("E: one block's worth of parameters.", E.parameters, "==", pair + 2 * pair + 650)
grown = E.stds[-1] / A.stds[-1]
claim("E: the trunk grows too much.", grown, ">", 2, measured=True)
claim("B: sorted batches break it.", B.sorted_batches, "<", 0.3, measured=True)
gap = abs(B.training_mode - B.evaluation_mode)
claim("B: both modes are one function.", gap, "<", 0.005, measured=True)
same = abs(A.sorted_batches - A.evaluation_mode)
claim("A: the order does not matter.", same, "<", 0.005, measured=True)

# %% check-the-gradients
healthy = max(errors["A"], errors["B"], errors["E"])
claim("A, B, E: gradients agree.", healthy, "<", 0.05, measured=True)
claim("C: its gradient is wrong.", errors["C"], ">", 0.1, measured=True)
claim("D: so is this one.", errors["D"], ">", 0.1, measured=True)
claim("C: a bias before batch norm moves.", C.bias_gradient, ">", 0.1, measured=True)
claim("D: it does not.", D.bias_gradient, "<", 1e-10, measured=True)

# %% accuracy-is-blind [markdown]
# Now the uncomfortable part. Look at D's accuracy.

# %% check-accuracy
loss_of_accuracy = A.evaluation_mode - D.evaluation_mode
claim("D is as accurate as A.", abs(loss_of_accuracy), "<", 0.06, measured=True)
drop = C.training_mode - C.evaluation_mode
claim("C shows a train/eval gap.", drop, ">", 0.1, measured=True)
mended = C.recalibrated - C.evaluation_mode
claim("New running statistics close it.", mended, ">", 0.1, measured=True)

# %% what-accuracy-hides [markdown]
# With a wrong gradient in every block, net D learns as well as the healthy one. No curve of losses would ever have told you. And C's symptom, a gap between training and evaluation mode, looks like a fault of the running statistics. Average them anew over the training data, and the gap is gone. Yet the fault sits in the backward pass: the biases before each norm drift (lesson 06), and running statistics lag behind whatever drifts. Mending the symptom would have left the cause.
#
# In the exercise all four faults sit in one net, and symptoms cover each other: where one block is used 24 times, or evaluation uses the batch, accuracy says little about the rest. So **count first, then check gradients, then modes**, repair one fault, and look at everything again.

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake | how you notice |
# |---|---|
# | norm on the trunk where Pre-LN was meant | a block of zero weights does not return its input |
# | no final norm after Pre-LN | the loss starts far above $\log 10$, and higher for deeper nets |
# | Post-LN with Adam's full rate at once | the loss stays at $\log 10$ |
# | zero $\gamma$ in a norm on the trunk | all outputs are equal |
# | RMS norm with `x.std()` in it | the mean square of the output is not 1 |
# | group norm with one $\gamma$ a group | the parameter has $G$ entries instead of $C$ |
# | groups that mix samples: `reshape(G, -1)` | a NaN in one sample reaches another |
# | `[Block()] * L` | parameter count |
# | a gradient of healthy *length* taken for a right one | only a difference quotient tells |

# %% check-the-first-mistake
x_block = torch.randn(4, 64, generator=torch.Generator().manual_seed(1))
for block in (pre_block := PreNormBlock(64), post_block := PostNormBlock(64)):
    torch.nn.init.zeros_(block.branch.linear2.weight)
pre_gap = (pre_block(x_block) - x_block).abs().max()
post_gap = (post_block(x_block) - x_block).abs().max()
claim("A Pre-LN block of zeros returns its input.", pre_gap, "==", 0)
claim("A Post-LN block of zeros does not.", post_gap, ">", 0.1, measured=True)

# %% question-final [markdown] tags=["question"]
# ## Questions
#
# **A.** You remove the final norm of a Pre-LN net of 100 blocks and divide the head's weights by $\sqrt{201}$ instead. What is different at the start?
#
# 1. Nothing of importance: logits and gradients are about as with the final norm.
# 2. The gradients of the blocks explode.
# 3. The logits explode.
#
# <details><summary>Answer</summary>
#
# **1**, at the *start*: both divide by the size of the trunk, and backward by the same factor. But the constant cannot follow: when training makes the branches larger, the norm still divides by what the trunk *is*. (2) and (3) describe the net without either; the factor in the head divides logits and gradients alike.
#
# </details>

# %% question-trunk [markdown] tags=["question"]
# **B.** A Post-LN net of 48 blocks has healthy gradients in its first block, though its trunk alone carries $10^{-11}$ of them. How do they get there?
#
# 1. Through the branches.
# 2. Through $\gamma$ and $\beta$.
# 3. The measurement must be wrong.
#
# <details><summary>Answer</summary>
#
# **1.** The way back is a sum over $2^{48}$ paths ([lesson 03](03_residual_networks_at_work.ipynb)), and in each block the branch passes on twice the mean square that the trunk does, with He's weights. (2): they get gradients of their own, but open no path past the norm they belong to. (3) takes one path for the sum of all.
#
# </details>

# %% question-rms [markdown] tags=["question"]
# **C.** On which of these does RMS norm equal layer norm (with $\beta = 0$)?
#
# 1. The output of a ReLU.
# 2. The output of another layer norm with $\gamma = 1$, $\beta = 0$.
# 3. Any vector of length $\sqrt d$.
#
# <details><summary>Answer</summary>
#
# **2**: its mean is zero. (1) is never negative, so its mean is positive unless all is zero. (3) fixes $\sigma^2 + \mu^2 = 1$, but not $\mu$: RMS norm leaves such a vector alone, layer norm centres it.
#
# </details>

# %% question-group [markdown] tags=["question"]
# **D.** Group norm with $G = C$ is put behind a linear layer, on data of shape $(N, C)$. What comes out?
#
# 1. Instance norm.
# 2. $\beta$ for every sample.
# 3. Batch norm with batches of one.
#
# <details><summary>Answer</summary>
#
# **2.** A group of one value equals its mean; nothing is left, and only $\beta$ remains. (1) is the right name, but without positions instance norm has nothing to average over. (3) gives the same numbers, if a library allows it, yet for another reason, and it would remember running statistics.
#
# </details>

# %% question-fault [markdown] tags=["question"]
# **E.** A net has 0.95 accuracy in evaluation on shuffled test batches, and 0.17 if you sort the test set by class. What do you look at first?
#
# 1. The learning rate.
# 2. Which statistics its norms use in evaluation.
# 3. The parameter count.
#
# <details><summary>Answer</summary>
#
# **2.** In evaluation a sample's output must not depend on its neighbours; here it does, so a norm looks at the batch. (1) cannot make an output depend on the order of the test set. (3) would be wrong, or right, in both orders alike.
#
# </details>

# %% summary [markdown]
# ## Summary
#
# | | |
# |---|---|
# | Pre-LN | $x + f(\mathrm{LN}(x))$; trunk of variance $1 + 2l$ with He's weights; gradient of the last block like $1/\sqrt{1 + 2L}$; needs a final norm |
# | Post-LN | $\mathrm{LN}(x + f(x))$; no identity path: the trunk alone carries $3^{-L/2}$; wants small steps, above all at first |
# | sandwich | $x + \mathrm{LN}(f(\mathrm{LN}(x)))$; trunk of variance $1 + l$ whatever the weights |
# | RMS norm | $\gamma\,x / \sqrt{\overline{x^2} + \epsilon}$; $\mathrm{LN}(x) = \mathrm{RMS}(x - \mu)$; rank $d - 1$; not blind to shifts |
# | group norm | mean and variance for each sample and group; $G = 1$ layer norm over $(C, H, W)$, $G = C$ instance norm; loses $2G$ directions |
# | DyT | $\gamma \tanh(\alpha x) + \beta$; rests on what trained activations look like |
# | diagnosis | count, gradients against differences, biases before batch norm, std by block, modes, sorted batches |
#
# **Now write it:** [the exercise of lesson 08](../exercises/08_normalized_residual_networks.ipynb) has tasks for `rms_norm`, `group_norm` and `PreNormBlock`, and the capstone: repair a net of 24 blocks.

# %% further-reading [markdown]
# ## Further reading
#
# - Xiong and others, *On Layer Normalization in the Transformer Architecture*, 2020, [arXiv:2002.04745](https://arxiv.org/abs/2002.04745). Sections 2 to 4 in full, with the proofs and with Transformers.
# - Liu and others, *Understanding the Difficulty of Training Transformers*, 2020, [arXiv:2004.08249](https://arxiv.org/abs/2004.08249). A second opinion on why Post-LN is touchy; read it after section 4.
# - Zhang, Sennrich, *Root Mean Square Layer Normalization*, 2019, [arXiv:1910.07467](https://arxiv.org/abs/1910.07467). The source of section 5; compare its list of invariances with lesson 07's.
# - Jiang and others, *Pre-RMSNorm and Pre-CRMSNorm Transformers*, 2023, [arXiv:2305.14858](https://arxiv.org/abs/2305.14858). The trunk of mean zero, and one feature saved.
# - Wu, He, *Group Normalization*, 2018, [arXiv:1803.08494](https://arxiv.org/abs/1803.08494). Its first figures alone are worth it.
# - Kim and others, *Peri-LN: Revisiting Normalization Layer in the Transformer Architecture*, 2025, [arXiv:2502.02732](https://arxiv.org/abs/2502.02732). The sandwich in large language models, with the reasons.
# - Zhu and others, *Transformers without Normalization*, 2025, [arXiv:2503.10622](https://arxiv.org/abs/2503.10622). Look at its clouds of points, then at ours.

# %% ledger-intro [markdown]
# ## The claims ledger
#
# This course began with a short article that made nine claims about deep networks. Here is each of them, the lesson that derives and measures it, one number from there, and what has to be put right. Where the number comes from training it is the bound that the lesson claims, so it holds on your computer too. Four numbers that are plain arithmetic are computed once more in the cell below.

# %% check-the-ledger
shrunk, point = 1.0, 1.0
for _ in range(50):
    shrunk, point = 0.9 * shrunk, np.tanh(point)
claim("A3: 50 times tanh turns 1 into 0.17.", point, "~", 0.17, rtol=0.01)
claim("A4: a trunk scaled by 0.9 keeps 0.005.", shrunk, "~", 0.00515, rtol=0.01)
inside, outside = np.sqrt(1e-6 / (1e-6 + 1e-5)), 1e-3 / (1e-3 + 1e-5)
claim("A7: outside puts out 3.3 times as much.", outside / inside, "~", 3.28, rtol=0.01)
claim("A8: at variance eps the std is 0.71.", np.sqrt(1 / 2), "~", 0.707, rtol=0.01)

# %% claims-ledger [markdown]
# | | what the article says | derived in | a number from there | what is exact |
# |---|---|---|---|---|
# | **A1** | deep networks need techniques against vanishing gradients | [lesson 01](01_plain_networks.ipynb#Claim-A1), and [where gradients are healthy](01_plain_networks.ipynb#Claim-A1,-where-gradients-are-healthy) | 50 ReLU layers: less than 1e-12 of the gradient's length is left with torch's default weights, between 0.01 and 100 times with He's | gradients vanish where $\chi = c^2\,\mathbb E\,g'(z)^2$ is below 1 and explode where it is above; and depth hurts training even where gradients are healthy (the degradation problem) |
# | **A2** | $a^{(l+1)} = g(z^{(l+1)} + a^{(l)})$ | [lesson 02](02_residual_connections.ipynb#Claim-A2) | 20 sigmoid layers: less than 1e-8 of the gradient is left in this form, more than 0.01 with the activation inside the branch | one of two forms; here $g'$ multiplies skip and branch alike |
# | **A3** | $z = 0$ gives $a^{(l+1)} = a^{(l)}$, which a learned $z$ can only improve on | [lesson 02](02_residual_connections.ipynb#Claim-A3) | 50 tanh blocks with $z = 0$ turn 1 into 0.17 | only if $g(a) = a$: for ReLU and $a \ge 0$; in the pre-activation form for every $g$. That the identity is contained does not say that training finds it |
# | **A4** | the skip is the main road, the branch forks off and is added back | [lesson 02](02_residual_connections.ipynb#Claim-A4) | a road scaled by 0.9 in 50 blocks keeps 0.005 | the road is clear only if nothing stands on it: no activation, no factor, no norm (section 2 above) |
# | **A5** | the gradient flows through skip and branch alike, which reduces vanishing | [lesson 02](02_residual_connections.ipynb#Claim-A5), [in deep nets](02_residual_connections.ipynb#Claim-A5,-in-deep-nets) and [by path length](03_residual_networks_at_work.ipynb#Claim-A5,-by-path-length) | 20 blocks: the gradient takes 10 branches on average at branch gain 1, one at $1/\sqrt L$ | $I + \partial z/\partial a^\top$ only without an activation behind the sum; short paths carry the gradient only if branches are small |
# | **A6** | at the onset the branch contributes little, later more | [lesson 03](03_residual_networks_at_work.ipynb#Claim-A6), [by initialization](04_initialization_and_scaling.ipynb#Claim-A6,-by-initialization) | branch over skip, in training: it grows from 0 to more than 0.1 if the last layer starts at zero; with batch or layer norm it changes by less than a fifth | a matter of initialization; with norms the ratio at block $l$ is about $1/\sqrt l$: depth decides, not time |
# | **A7** | layer norm works on each vector $x^{(bt)}$, with $\epsilon$ outside the root | [lesson 07](07_layer_norm.ipynb#Claims-A7-and-A9), [the formula](07_layer_norm.ipynb#Claim-A7,-the-formula) | at variance 1e-6 the outside form puts out 3.3 times as much; its gradient at a constant vector is NaN | statistics for each $(b, t)$, $\gamma, \beta$ shared; $\epsilon$ belongs inside the root |
# | **A8** | without rescaling the output is stuck at mean 0 and standard deviation 1 | [lesson 07](07_layer_norm.ipynb#Claim-A8), [during training](07_layer_norm.ipynb#Claim-A8,-during-training) | at variance $\epsilon$ the standard deviation is 0.71 | mean 0 exactly; standard deviation $\sqrt{\sigma^2/(\sigma^2+\epsilon)}$; for batch norm in training only. $\gamma, \beta$ learn, nothing drifts; the next linear layer can do their work |
# | **A9** | layer norm normalizes each sample, batch norm each feature | [lesson 05](05_batch_norm.ipynb#Claim-A9), [lesson 07](07_layer_norm.ipynb#Claims-A7-and-A9) | batches of 2: layer norm is more than 0.3 ahead in test accuracy; from 16 on the two are within 0.05 | for $(N, D)$; in a sequence layer norm takes one mean for each time step, in images batch norm one for each channel |

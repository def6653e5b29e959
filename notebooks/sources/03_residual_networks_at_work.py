# %% header [markdown]
# # 03 · Take a trained residual network apart
#
# **60 min alone · 40 min in a workshop**
#
# **You will** train plain and residual nets side by side and see depth hurt one kind and not the other, sort a gradient by the length of the paths it took, delete blocks from a trained net, and find out when a residual branch "contributes little".
#
# **You need** the residual block and its gradient ([lesson 02](02_residual_connections.ipynb)), and the chain rule with Jacobians.
#
# **How to read.** Guess before you run: several results of this lesson go against what is often said about residual nets, and a guess makes you notice. Every number is a *claim* that the notebook checks in front of you.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* "the skip lets the gradient through" is what everybody says and is not what the experiments show. Here learners meet three facts that the sentence cannot explain: healthy gradients with a bad training loss, gradients that are short on purpose, and blocks that nobody misses. *Learning outcomes:* afterwards learners can show degradation with their own training curves and read them without the word gradient; sort a gradient by path length and say where most of it comes from; delete a block from a trained net and measure what that costs. *Preparing:* sections 1 and 2 train nets: run them once so that you know how long they take on your computer. Think of one block that you would not dare to delete. *Timing (40 min):* sections 1 and 2, 8 min; 3, 7 min on the blackboard; 4, 8 min with the explorer on the big screen; 5, 8 min, everyone deletes a block of their own; 6, 7 min; question C, 2 min. *Questions you will get:* "Is it an ensemble, then?" (end of section 5: not of independent members), "Why not remove the blocks for good?" (people do; see further reading), "Which way to start is best?" (lesson 04). *Typical pitfalls:* learners count paths and forget to weigh them; they take the sum over paths for a statement about outputs, but it holds for gradients; they conclude from a small training loss that every block is needed.

# %% imports
from itertools import product
from math import comb

import numpy as np
import torch

from coursekit.experiments import branch_ratio, degradation, gradient_paths, lesions
from coursekit.lesson import claim, predict, show, source

rng = np.random.default_rng(0)

# %% degradation [markdown]
# ## 1 · More layers, worse training
#
# You met this in [lesson 01](01_plain_networks.ipynb); here it comes back, with the cure beside it. A deeper net can compute everything a shallower one can: let the extra layers copy their input. So more depth should never hurt the **training** loss, if the optimizer finds what is there.
#
# We train plain nets on 8 × 8 digits. A block is linear, batch norm, ReLU, and the same once more; depth counts its linear layers, two in each block. Batch norm ([lesson 05](05_batch_norm.ipynb)) rescales each feature to mean 0 and variance 1 over the batch; take it here as what keeps every signal at a healthy size. With 4 linear layers in the blocks the training loss comes down to about 0.04 in 8 passes over the data.

# %% guess-plain tags=["predict"]
plain_loss = predict("Recall: the training loss of a plain net with 20 layers?", 0.03)

# %% run-plain
plain = degradation.run(degradation.Config(kinds=("plain",)))
shallow, deep = plain.median("plain", 4), plain.median("plain", 20)
plain_loss.reveal(round(deep, 2), measured=True)

# %% what-plain-says
claim("With 4 layers the loss is small.", shallow, "<", 0.08, measured=True)
claim("With 20 it is over 5 times as large.", deep / shallow, ">", 5, measured=True)
deepest = plain.median("plain", 32)
claim("With 32 the net has learned little.", deepest, ">", 1, measured=True)

# %% not-overfitting [markdown]
# This is the **degradation problem** of He and others (2015, arXiv:1512.03385, Fig. 1): on CIFAR-10 their plain net of 56 layers had a higher *training* error than the one of 20. It is not overfitting: an overfitted net has a low training loss.
#
# Nor is it vanishing gradients. We have measured the gradient of the very first layer's weights on the way. Compare depth 20 with depth 4, after the first pass over the data.

# %% guess-first-gradient tags=["predict"]
sizes = ["much smaller", "about the same", "larger"]
at_20 = predict("At depth 20 the first layer's gradient is", sizes[0], choices=sizes)

# %% run-first-gradient
first = np.median(plain.first_gradients[..., 0], axis=-1)
(at_4, _, at_20_layers, _) = first[0]
at_20.reveal("larger")
claim("It is larger.", at_20_layers / at_4, ">", 1.5, measured=True)

# %% not-vanishing [markdown]
# Nothing has vanished: the deep net gets the larger gradient and the worse loss. He and others say so themselves (Section 4.1): with batch norm, vanishing gradients are unlikely to be the cause. That residual connections "help against vanishing gradients" is true where gradients do vanish, as in the fifty layers of lesson 01 with torch's default gain. It does not explain *these* losses. What does? There is evidence for three answers: a residual net contains the shallower one at a place that is easy to find (section 2); short paths carry its gradient (section 4); and its gradients stay similar for similar inputs ([lesson 06](06_batch_norm_backward.ipynb)).

# %% do-nothing [markdown]
# ## 2 · Give every block a way to do nothing
#
# Now the same layers, with the same initial weights, and one change: each block adds its input to what its second norm puts out, before the last ReLU. That is the post-activation block of lesson 02, $a_l = \mathrm{ReLU}(z_l + a_{l-1})$, with all $a$ and $z$ of shape $(N, d)$, and it has not a single parameter more. (Blocks get lower indices here: $a_l$ is lesson 02's $a^{(l)}$.)

# %% guess-residual tags=["predict"]
residual_loss = predict("The training loss of a residual net with 20 layers?", 0.3)

# %% run-residual
residual = degradation.run(degradation.Config(kinds=("residual",)))
shallow, deep = residual.median("residual", 4), residual.median("residual", 20)
residual_loss.reveal(round(deep, 3), measured=True)
claim("At depth 20 it is small too.", deep, "<", 0.06, measured=True)
claim("It is below twice that at 4.", deep / shallow, "<", 2, measured=True)
deepest = residual.median("residual", 32)
claim("At depth 32 it is small as well.", deepest, "<", 0.1, measured=True)

# %% draw-degradation
from coursekit.plots.degradation import draw_losses_by_depth

losses = np.concatenate([residual.losses, plain.losses])
show(draw_losses_by_depth, plain.depths, losses, kinds=("residual", "plain"))

# %% nested [markdown]
# Why does it work? One answer is exact. In a residual net "copy your input" costs nothing: set what comes last in the branch to zero. So the shallow net sits *inside* the deep one wherever the last weights of the extra branches are 0, and all their other weights may be anything. In a plain net it takes a delicate setting of whole matrices.
#
# Let us build that place: a net of 4 pre-activation blocks, and the same net with 8 more whose branches end in a zero. (`stem` is the first layer, which reads the pixels, `head` the last, which puts out the ten classes.) The outputs are not close; they are **the same numbers**.

# %% check-nested
from coursekit.nets import BlockStack, ResidualNet

net = ResidualNet(64, 10, depth=4, width=64, mode="pre")
idle = ResidualNet(64, 10, depth=8, width=64, mode="pre", init="zero-last")
longer = BlockStack(net.stem, [*net.blocks, *idle.blocks], net.head)
x = torch.randn(32, 64, generator=torch.Generator().manual_seed(0))
gap = (longer(x) - net(x)).abs().max()
claim("Twelve blocks give exactly what four give.", gap, "==", 0)

# %% nested-caution [markdown]
# That a solution *exists* does not yet mean that training finds it, and a plain net with linear layers could copy its input too, with $W = I$. The skip changes where the search begins. Keep the two apart: the shallow net inside the deep one is an argument, He's; the figure is the evidence.

# %% paths [markdown]
# ## 3 · Two to the power of L paths
#
# Take $L$ pre-activation blocks, $a_l = a_{l-1} + f_l(a_{l-1})$, and let $J_l$, of shape $(d, d)$, be the Jacobian of $f_l$ at its input. With $g = \partial \mathcal{L} / \partial a_L$ of shape $(d,)$ (a gradient from here on, not the activation function) the chain rule gives, as in lesson 02,
#
# $$\frac{\partial \mathcal{L}}{\partial a_0} = (I + J_1^\top)(I + J_2^\top) \cdots (I + J_L^\top)\, g$$
#
# Multiply out two blocks: $g + J_1^\top g + J_2^\top g + J_1^\top J_2^\top g$. Each bracket doubles the number of terms, so $L$ blocks give $2^L$ of them. Every term is a **path**: at each block it takes either the skip ($I$) or the branch ($J_l^\top$). A plain net has one path, through everything. The path of skips alone, from $a_0$ to $a_L$, is called the **trunk**, lesson 02's main road: every block adds to it.

# %% guess-paths tags=["predict"]
how_many = predict("How many paths lead back through 6 blocks?", 12)

# %% walk-the-paths
J = rng.normal(size=(6, 5, 5)) / np.sqrt(5)
g = rng.normal(size=5)


def along(path):
    v = g
    for jacobian, takes_branch in zip(J[::-1], path[::-1], strict=True):
        v = jacobian.T @ v if takes_branch else v
    return v


paths = list(product((0, 1), repeat=6))
how_many.reveal(len(paths))

# %% check-the-sum
gradient = g
for jacobian in J[::-1]:
    gradient = gradient + jacobian.T @ gradient
gap = np.abs(sum(along(path) for path in paths) - gradient).max()
claim("The 64 paths add up to the gradient.", gap, "<", 1e-12, measured=True)

# %% forward-differs [markdown]
# **A trap.** This is exact for the *gradient*, because the derivative of a sum is a sum. It is not a statement about outputs. Forward, two blocks give
#
# $$a_2 = a_0 + f_1(a_0) + f_2\big(a_0 + f_1(a_0)\big)$$
#
# and $f_2(u + v)$ is not $f_2(u) + f_2(v)$ when there is a ReLU inside. The paths of a forward pass meet in every block; only where all branches are linear do they add up. One number shows it: $f_1(a) = -2a$, $f_2 = \mathrm{ReLU}$, $a_0 = 1$.

# %% check-forward
a_0 = 1.0
f_1 = -2 * a_0
output = a_0 + f_1 + max(a_0 + f_1, 0)
path_sum = a_0 + f_1 + max(a_0, 0) + max(f_1, 0)
claim("The output is -1.", output, "==", -1)
claim("The four paths would add up to 0.", path_sum, "==", 0)

# %% path-length [markdown]
# Call the number of branches on a path its **length**. How many paths have length $k$? As many as there are ways to choose $k$ of $L$ blocks:
#
# $$\binom{L}{k} = \frac{L!}{k!\,(L-k)!}$$
#
# It is the number of ways to get $k$ heads in $L$ tosses: a binomial distribution with mean $L/2$ and standard deviation $\sqrt L / 2$. The ResNet with 110 layers has $L = 54$ blocks.

# %% guess-middle tags=["predict"]
middle = predict(
    "Of all paths through 54 blocks, how many take 20 to 34?", 50, unit="%"
)

# %% count-lengths
lengths = np.bincount([sum(path) for path in paths])
claim(
    "Six blocks: 1, 6, 15, 20, ... paths.",
    lengths.tolist(),
    "==",
    [comb(6, k) for k in range(7)],
)
share = sum(comb(54, k) for k in range(20, 35)) / 2**54
middle.reveal(round(100 * share, 1))
claim("More than 95 % take 20 to 34 branches.", share, ">", 0.95)

# %% draw-lengths
from coursekit.plots import path_lengths

show(path_lengths.draw_path_counts, 54, low=20, high=34)

# %% weighing [markdown]
# ## 4 · Which paths carry the gradient?
#
# Counting is not weighing. A path through 30 branches multiplies 30 Jacobians; whether it carries anything depends on their size. $2^{54}$ paths cannot be weighed one by one, but they can be *sorted by length*. Let $P_k$, of shape $(d,)$, be the sum over all paths of length $k$ through the blocks we have passed so far. Start with $P_0 = g$ and the rest zero. Going back through block $l$, a path of length $k$ either had length $k$ and takes the skip, or had length $k - 1$ and takes the branch:
#
# $$P_k \leftarrow P_k + J_l^\top P_{k-1}$$
#
# That is exact, and costs about $L^2/2$ products of a matrix with a vector. You will write it in the exercise.

# %% read-the-recursion
from coursekit.reference import gradient_by_path_length

source(gradient_by_path_length)

# %% check-the-recursion
terms = gradient_by_path_length(list(J), g)
by_hand = [sum(along(p) for p in paths if sum(p) == k) for k in range(7)]
gap = np.abs(terms - by_hand).max()
claim("It sorts as the 64 paths do, one by one.", gap, "<", 1e-12, measured=True)
gap = np.abs(terms.sum(axis=0) - gradient).max()
claim("Nothing is lost.", gap, "<", 1e-12, measured=True)

# %% branch-gain [markdown]
# How large are the $P_k$? Let a branch have **gain** $s$: its Jacobian multiplies the squared length of a random vector by $s^2$ on average. (Lesson 01's gain $c$ belonged to one weight matrix.) For independent random Jacobians the cross terms average to zero, so the recursion holds for squared lengths too, with $s^2$ in the place of $J_l^\top$. Over all lengths $k$ they sum to $(1 + s^2)^L \lVert g\rVert^2$, and each length has a share:
#
# $$\mathbb{E}\lVert P_k\rVert^2 = \binom Lk s^{2k}\, \lVert g\rVert^2 \qquad \text{share of length } k = \binom Lk p^k (1-p)^{L-k}, \quad p = \frac{s^2}{1 + s^2}$$
#
# Again a binomial distribution! It is as if the gradient took each branch with probability $p$, so the mean length is $pL$. We try 20 blocks of gain 1, and of gain $1/\sqrt{20}$.

# %% guess-weighed tags=["predict"]
full = predict("Gain 1: how many of 20 branches does the gradient take?", 20)
small = predict("Gain 1/sqrt(20): how many then?", 5)

# %% run-weighed
block = np.arange(1.0, 21)
gains = {
    "gain 1": block**0,
    "one over root of l": block**-0.5,
    "one over root of 20": block**0 / 20**0.5,
}
drawn = {
    name: gradient_paths.run(gradient_paths.Config(gains=tuple(gain)))
    for name, gain in gains.items()
}
mean = {name: result.mean_lengths.mean() for name, result in drawn.items()}
full.reveal(round(mean["gain 1"], 1), measured=True)
small.reveal(round(mean["one over root of 20"], 1), measured=True)

# %% what-weighed-says
claim("Gain 1: about half of them.", mean["gain 1"], "in", (8.5, 11.5))
claim("Gain 1/sqrt(20): about one.", mean["one over root of 20"], "<", 1.5)
falling = mean["one over root of l"]
claim("Gain 1/sqrt(l) at block l: two to three.", falling, "in", (2, 3.3))
longer = drawn["gain 1"].growth.min()
claim("With gain 1 the gradient explodes on its way.", longer, ">", 100)

# %% draw-weighed
expected = {name: gradient_paths.expected_shares(gain) for name, gain in gains.items()}
shares = {name: result.shares for name, result in drawn.items()}
show(path_lengths.draw_gradient_shares, shares, expected)

# %% short-if-small [markdown]
# So "the gradient takes the short paths" is true **if the branches are small**. With gain 1 the average path has $L/2$ branches, the squared length of the gradient doubles in every block, and 20 blocks make it about $2^{10} = 1000$ times longer: a residual connection alone does not tame anything ([lesson 04](04_initialization_and_scaling.ipynb) does).
#
# The curve in between, gain $1/\sqrt l$ at block $l$, has $p_l = 1/(l+1)$ and a mean length of $\sum_l 1/(l+1)$, which grows like $\ln L$. It looks made up. Section 6 shows where it comes from.
#
# **Try it.** Grey is how many paths there are, blue what they carry.
#
# 1. Set 60 blocks and find the gain at which the gradient comes through 6 branches, a tenth of them. What does the formula say?
# 2. Tick the box, with gain 1 (power of ten 0). How much longer do the paths get from 20 to 60 blocks, and how much longer does the gradient get?

# %% explore-path-lengths tags=["explorer"]
from coursekit.explorers.path_lengths import explore_path_lengths

explore_path_lengths()

# %% path-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. A power of ten near $-0.5$. We need $p = 0.1$, so $s^2 = p/(1-p) = 1/9$ and $s = 1/3$, whose logarithm is $-0.48$. The peak of the grey hill stays at 30: nearly all paths are long, and they carry next to nothing.
# 2. From about 2.6 to about 3.7 branches are expected: the logarithm hardly notices. And the gradient becomes $\sqrt{L + 1}$ times as long, because $\prod_l (1 + 1/l) = L + 1$: 4.6 for 20 blocks, 7.8 for 60, up to the luck of one draw. Without the box it is $2^{L/2}$, a billion for 60.
#
# </details>

# %% real-net [markdown]
# Random matrices are not a trained net. So take one: ten pre-activation blocks with batch norm, trained on the digits for 200 updates, three seeds. At a test digit we compute the Jacobian of every branch and sort the gradient of the loss, in float64. How many branches, on average, did it come through?

# %% guess-trained tags=["predict"]
trained_length = predict("Of 10 branches, how many does a trained net's take?", 5)

# %% run-trained
from coursekit.experiments.training import digits

data = digits()
some = data.test_x[:20], data.test_y[:20]
nets = lesions.nets_of("residual", lesions.Config())
taken = [gradient_paths.of_net(net, *some).mean_lengths for net in nets]
trained_length.reveal(round(np.median(taken), 1), measured=True)

# %% what-trained-says
terms, autograd = gradient_paths.terms_of(nets[0], *some)
gap = np.abs(terms.sum(axis=1) - autograd).max() / np.abs(autograd).max()
claim("The terms add up to autograd's gradient.", gap, "<", 1e-12, measured=True)
longest = np.median(taken, axis=1).max()
claim("In each net the gradient takes under 3.", longest, "<", 3, measured=True)

# %% article-paths [markdown]
# ### Claim A5, by path length
#
# **What the article says.** In backpropagation the gradient flows through the skip path and the branch alike, which reduces vanishing.
#
# **What is exact.** It flows along $2^L$ paths, and not alike: a path's share depends on the gains of the branches it takes. The pure skip path carries $g$ unchanged, whatever the branches do, so in a pre-activation net nothing can vanish unless paths cancel. Whether *short* paths dominate depends on the gain: for gain 1 they do not, and the gradient explodes instead. In the article's own form the activation function comes after the sum, so every path, the skip too, is multiplied by its slope in every block (lesson 02). Veit and others (2016, arXiv:1605.06431) found that most of the gradient of a ResNet with 110 layers comes from paths that are 10 to 34 layers deep, which is 5 to 17 blocks of two layers.

# %% lesions [markdown]
# ## 5 · Delete a block
#
# The paths make a prediction. Take one block's branch out of a *trained* residual net and do nothing else; such damage done on purpose is called a **lesion**. Half of the paths went through its branch and are gone; the other half, $2^{L-1}$, never knew it. In a plain net there is one path, and it is cut.
#
# We use the ten-block nets from above. Beside them stand plain nets of ten blocks, and short ones of five, which train as well as the residual nets do, so that nobody can say the plain ones were bad to begin with.

# %% guess-lesion tags=["predict"]
lesioned = predict(
    "Residual, error 0.03 when whole: without one block, on average?", 0.3
)
plain_lesioned = predict("Short plain, error 0.03 too: without one block?", 0.3)

# %% run-lesions
result = lesions.run(lesions.Config())
residual, plain, short = (result.of[k] for k in ("residual", "plain", "short plain"))
lesioned.reveal(round(np.median(residual.one.mean(axis=1)), 3), measured=True)
plain_lesioned.reveal(round(np.median(short.one.mean(axis=1)), 2), measured=True)

# %% draw-lesions
from coursekit.plots import lesions as lesion_plots

parts = [
    {k: getattr(v, p) for k, v in result.of.items()}
    for p in ("one", "whole", "several")
]
show(lesion_plots.draw_lesions, *parts, deleted=result.deleted, ncols=2, width=7.4)

# %% what-lesions-say
added = (residual.one.mean(axis=1) - residual.whole).max()
claim("Residual: one deletion adds little error.", added, "<", 0.05, measured=True)
claim("Short plain nets were good, ...", short.whole.max(), "<", 0.08, measured=True)
claim("... and without a block they guess.", short.one.mean(), ">", 0.5, measured=True)
claim("So do the long ones.", plain.one.mean(), ">", 0.5, measured=True)
five = np.median(residual.several[:, -1].mean(axis=-1))
claim("Residual, without five of ten blocks.", five, "<", 0.4, measured=True)
worst = int(np.median(residual.one, axis=0).argmax()) + 1
claim("The first block is missed most.", worst, "==", 1, measured=True)

# %% reorder [markdown]
# Veit and others did this with ResNets on CIFAR-10 and ImageNet and found the same: most single blocks can go, and the error rises smoothly with the number deleted. They also changed the *order* of blocks. Let two neighbours of ours change places, again without any training.

# %% guess-swap tags=["predict"]
answers = ["hardly at all", "to about a half", "to guessing"]
swap = predict(
    "Two neighbours change places. The error rises", answers[1], choices=answers
)

# %% run-swap
swap.reveal("hardly at all")
added = (residual.swapped.mean(axis=1) - residual.whole).max()
claim("Residual: a swap adds almost nothing.", added, "<", 0.03, measured=True)
claim("Short plain: it is fatal.", short.swapped.mean(), ">", 0.5, measured=True)
shuffled = np.median(residual.shuffled.mean(axis=1))
claim("Residual, all ten shuffled.", shuffled, "<", 0.3, measured=True)

# %% try-lesions [markdown]
# Both nets are yours now. Every tick runs 500 test digits through what is left of them.
#
# **Try it.**
#
# 1. Delete five blocks of the residual net and keep its error below 0.06. Then delete five others and push it above 0.3.
# 2. Compare the orders "odd places first, then even" and "from last to first". Both move eight blocks or more. Why does one cost so little?

# %% explore-lesions tags=["explorer"]
from coursekit.explorers.lesions import explore_lesions

explore_lesions()

# %% lesion-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. Delete 6 to 10, the last five: almost nothing happens. Delete 1 to 5, the first: about four in ten digits are wrong. Early blocks write most of what stands on the trunk; late ones add small corrections. The plain net is at guessing from the first tick on.
# 2. In the first order block 1 still comes first, and every block meets a trunk that already carries the big early contributions. In the second the corrections come before there is anything to correct. Blocks are trained to read a sum, and a sum does not mind the order of its terms; but what each one *reads* does change.
#
# </details>

# %% ensemble [markdown]
# Is a residual net an **ensemble** of shallow nets, as the title of Veit's paper says? It behaves like one under lesions. But the paths share all their weights, are trained together, and meet in every block (section 3), so they are no independent voters. Another reading of the same facts is that each block *refines* one estimate a little (Greff and others, 2016, arXiv:1612.07771). Both readings need small branches. So let us ask how large they are.

# %% ratio [markdown]
# ## 6 · How much does a branch contribute?
#
# For block $l$ compare the length of what the branch adds with the length of what the skip brings, over a whole batch of shape $(N, d)$:
#
# $$r_l = \frac{\lVert f_l(a_{l-1}) \rVert}{\lVert a_{l-1} \rVert}$$
#
# The article says that at the onset of training the branch contributes little, and later more. Here are six ways to start a pre-activation net. Find one for which the article is right, and one for which it is wrong.
#
# | name | how the branch starts |
# |---|---|
# | zero-last | its last linear layer is zero |
# | rezero | multiplied by one learned number, 0 at the start |
# | layerscale | each feature multiplied by a learned number, 0.1 at the start |
# | he | weights drawn with He's gain (lesson 01), no norm |
# | batch norm | the same weights, batch norm before each ReLU |
# | layer norm | the same, but each sample is rescaled over its own features ([lesson 07](07_layer_norm.ipynb)) |

# %% guess-schemes tags=["predict"]
names = ["zero-last", "rezero", "layerscale", "he", "batch norm", "layer norm"]
is_true = predict(
    "Name one for which the article is right.", "layer norm", choices=names
)
is_false = predict("Name one for which it is wrong.", "he", choices=names)

# %% run-schemes
ratio = branch_ratio.run(branch_ratio.Config())
start, end = ({s: f(s) for s in names} for f in (ratio.start, ratio.end))
right = [s for s in names if start[s] < 0.15 and end[s] > 1.5 * start[s]]
wrong = [s for s in names if s not in right]
is_true.reveal(is_true.guess if is_true.guess in right else right[0])
is_false.reveal(is_false.guess if is_false.guess in wrong else wrong[0])

# %% draw-schemes
from coursekit.plots import branch_ratio as plots

through = {s: ratio.ratios[i].mean(axis=-1) for i, s in enumerate(ratio.schemes)}
show(plots.draw_ratios, ratio.steps, through, ncols=2, width=7.4)

# %% what-schemes-say
for scheme in ("zero-last", "rezero"):
    claim(f"{scheme} starts at nothing ...", start[scheme], "==", 0)
    claim("... and grows.", end[scheme], ">", 0.1, measured=True)
small = start["layerscale"]
claim("layerscale starts small ...", small, "in", (0.08, 0.12), measured=True)
claim("... and grows.", end["layerscale"] / small, ">", 1.5, measured=True)
equal = start["he"]
claim("he starts as strong as the skip ...", equal, "in", (0.8, 1.2), measured=True)
claim("... and shrinks.", end["he"] / equal, "<", 0.9, measured=True)
for scheme in ("batch norm", "layer norm"):
    change = abs(end[scheme] / start[scheme] - 1)
    claim(f"{scheme} hardly moves.", change, "<", 0.2, measured=True)

# %% article-onset [markdown]
# ### Claim A6
#
# **What the article says.** At the onset of training the branch contributes little; it contributes more as training goes on.
#
# **What is exact.** It depends on the initialization. True by construction where the branch starts at zero or scaled down: zero-last, rezero, layerscale. False for weights as drawn without a norm: the branch starts as strong as the skip, and training makes it *weaker*. With a norm it is about half as strong on average, and training hardly changes that: there the size is a matter of *depth*, not of time. The article describes a good choice, not a law.

# %% by-depth [markdown]
# Why half, with a norm? Follow the variance along the trunk at the start. The norm gives every branch an input of variance 1, and He's gain keeps it, so each branch puts out variance about 1. The trunk starts at variance 1 and each block adds 1: before block $l$ it is $l$. So
#
# $$r_l \approx \sqrt{\frac{1}{l}}$$
#
# This is De and Smith's point (2020, arXiv:2002.10444): a norm in the branch biases deep blocks towards the identity.

# %% guess-block-ten tags=["predict"]
block_ten = predict("With batch norm, what is the ratio at block 10 at the start?", 1.0)

# %% run-by-depth
norms, root = ("batch norm", "layer norm"), np.arange(1, 11) ** -0.5
fresh, trained = ({s: ratio.by_block(s, t) for s in norms} for t in (0, -1))
block_ten.reveal(round(fresh["batch norm"][-1], 2), measured=True)
for scheme in norms:
    off = np.abs(fresh[scheme] / root - 1).max()
    claim(f"{scheme}, start: near the curve.", off, "<", 0.2, measured=True)
    off = np.abs(trained[scheme] / root - 1).max()
    claim(f"{scheme}, trained: still.", off, "<", 0.25, measured=True)

# %% draw-by-depth
show(plots.draw_ratio_by_block, fresh, trained)

# %% two-threads [markdown]
# Two threads come together. A ratio of $1/\sqrt l$ is the gain that looked made up in section 4: the norm divides by $\sqrt l$, the signal forward and the gradient back. For ten blocks it gives a mean path length of $\sum_l 1/(l+1)$, and the trained nets had about that. And block 1, whose branch is as strong as the skip, was the block that was missed most.

# %% check-two-threads
predicted = (1 / np.arange(2, 12)).sum()
claim("Ten blocks with a norm: two branches.", predicted, "~", 2, rtol=0.02)
off = abs(np.median(taken) / predicted - 1)
claim("The trained nets are near that.", off, "<", 0.25, measured=True)

# %% skip-or-size [markdown]
# So is it the *skip* that makes a net robust to deletion, or the *small branch*? All six nets have skips. We have deleted each of their blocks.

# %% guess-fragile tags=["predict"]
fragile = predict(
    "Which net suffers most from a deletion?", "batch norm", choices=names
)

# %% run-fragile
damage = {s: ratio.damage(s) for s in names}
fragile.reveal(max(damage, key=damage.get))
claim("he: a deletion costs many answers.", damage["he"], ">", 0.1, measured=True)
claim("batch norm: some.", damage["batch norm"], "in", (0.01, 0.1), measured=True)
claim("zero-last: hardly any.", damage["zero-last"], "<", 0.02, measured=True)

# %% draw-fragile
shown = ("zero-last", "layer norm", "he")
last = {s: ratio.ratios[names.index(s), :, -1] for s in shown}
cost = {s: ratio.damages[names.index(s)] for s in shown}
show(plots.draw_damage, last, cost)

# %% what-fragile-means [markdown]
# A residual net whose branches are as large as its skips is fragile too, though less so than a plain one. Size is not everything: at the same ratio the he net still loses more than the one with layer norm. But the order is clear. The skip makes small branches *possible*; the initialization or the norm makes them small. "Residual networks are robust" and "the gradient takes short paths" both need small branches. How to choose those sizes on purpose is lesson 04.

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake | what is right |
# |---|---|
# | "degradation is overfitting" | the *training* loss rises with depth |
# | "degradation is vanishing gradients" | with batch norm the deep net's first gradient is the larger one |
# | the recursion $P_k$ run from the first block to the last | the gradient meets the last block first |
# | updating $P_k$ in place from $k = 1$ upwards | $P_{k-1}$ is then already the new one; go downwards, or use a copy |
# | taking the most *frequent* path length for the one that carries the gradient | weigh by $s^{2k}$ |
# | in the ratio: dividing by the length of the block's *output* | divide by that of the skip: a branch as strong as the skip gives 1 |
# | measuring the ratio of a fresh batch norm net in evaluation mode | its running statistics are not those of any data yet |
# | deleting a block with the skip | only the branch goes; the trunk runs on |

# %% question-depth [markdown] tags=["question"]
# ## Questions
#
# **A.** A plain net with batch norm trains badly at depth 40. Which observation would show that *vanishing gradients* are the cause?
#
# 1. The test error is high.
# 2. The training loss is high.
# 3. The gradient of the first layer is many orders of magnitude below that of the last.
#
# <details><summary>Answer</summary>
#
# **3.** That is what the word means, and section 1 found the opposite. (1) can have many causes, overfitting among them. (2) is the degradation problem itself, the thing to be explained; it cannot be its own cause.
#
# </details>

# %% question-half [markdown] tags=["question"]
# **B.** In a residual net with 10 blocks you delete 3. How many of the 1024 paths are left, untouched?
#
# 1. Seven tenths of them, 717.
# 2. An eighth of them, 128.
# 3. All but three, 1021.
#
# <details><summary>Answer</summary>
#
# **2.** Each deletion halves the number: $2^{10-3} = 128$. (1) treats paths like blocks; but half of all paths go through each branch. (3) takes every block for one path, as if there were 10 of them beside one another. That an eighth of the paths is enough for a good answer shows that the paths are not needed alike.
#
# </details>

# %% question-double [markdown] tags=["question"]
# **C.** All branches of a 30-block net get multiplied by $1/\sqrt{30}$. What happens to the gradient's paths?
#
# 1. There are fewer of them.
# 2. There are as many, and the gradient comes through about one branch on average.
# 3. There are as many, and the gradient still comes through 15 branches.
#
# <details><summary>Answer</summary>
#
# **2.** $p = s^2/(1 + s^2) = 1/31$ and $30/31 \approx 1$. (1) is wrong because a factor that is not zero removes no path. (3) counts and does not weigh: 15 is the mean length when all paths count alike, whatever the gain.
#
# </details>

# %% question-remove [markdown] tags=["question"]
# **D.** A colleague deletes the last block of a trained residual net, sees no change, and concludes that the net was too deep. What is wrong with that?
#
# 1. Nothing.
# 2. Deletion after training says how much the *trained* net relies on the block, not how a net trained without it would do.
# 3. The block must have had a dead ReLU.
#
# <details><summary>Answer</summary>
#
# **2.** The block may have helped the others to become what they are, and a block that corrects few answers may still be worth having: 0.2 percentage points are invisible on 500 digits. (1) takes a lesion for a retraining. (3) is possible but not needed: a branch with a ratio of 0.3, as the last one has behind a norm, does something, and the rest makes up for it.
#
# </details>

# %% summary [markdown]
# ## Summary
#
# | | |
# |---|---|
# | degradation | deeper plain nets have a higher *training* loss, with healthy gradients |
# | gradient | $\partial\mathcal L/\partial a_0 = \prod_l (I + J_l^\top)\, g$: a sum over $2^L$ paths, exact for the gradient only |
# | number of paths of length $k$ | $\binom Lk$, mean $L/2$ |
# | sorted by length | $P_k \leftarrow P_k + J_l^\top P_{k-1}$, last block first |
# | share of length $k$, gain $s$ | binomial with $p = s^2/(1+s^2)$; mean length $pL$; length of the gradient times $(1+s^2)^{L/2}$ |
# | with a norm | $r_l \approx 1/\sqrt l$; mean path length $\sum_l 1/(l+1)$, which grows like $\ln L$ |
# | lesions | large branches are missed, small ones hardly |
#
# **Now write it:** [the exercise of lesson 03](../exercises/03_residual_networks_at_work.ipynb) has tasks for `gradient_by_path_length`, `branch_ratio` and `lesion`, and tells you, by name, what went wrong.

# %% further-reading [markdown]
# ## Further reading
#
# - He, Zhang, Ren, Sun, *Deep Residual Learning for Image Recognition*, 2015, [arXiv:1512.03385](https://arxiv.org/abs/1512.03385). Figure 1 and Section 4.1 are section 1 of this lesson at full scale; Figure 7 measures how small the layers' responses are.
# - Veit, Wilber, Belongie, *Residual Networks Behave Like Ensembles of Relatively Shallow Networks*, 2016, [arXiv:1605.06431](https://arxiv.org/abs/1605.06431). The paths and the lesions. Read it asking which of its statements need small branches.
# - Greff, Srivastava, Schmidhuber, *Highway and Residual Networks Learn Unrolled Iterative Estimation*, 2016, [arXiv:1612.07771](https://arxiv.org/abs/1612.07771). The other reading: blocks refine.
# - Huang and others, *Deep Networks with Stochastic Depth*, 2016, [arXiv:1603.09382](https://arxiv.org/abs/1603.09382). Lesions during training, on purpose.
# - De, Smith, *Batch Normalization Biases Residual Blocks Towards the Identity Function in Deep Networks*, 2020, [arXiv:2002.10444](https://arxiv.org/abs/2002.10444). Where $1/\sqrt l$ comes from, and how to do without the norm: the bridge to lesson 04.

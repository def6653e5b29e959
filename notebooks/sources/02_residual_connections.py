# %% header [markdown]
# # 02 · Add the input back: residual connections
#
# **60 min alone · 40 min in a workshop**
#
# **You will** take the residual connection apart: what one addition does to the activations and to the gradient, when a block is the identity and when it only looks like it, and why the gradients of two nearly equal formulas differ by many orders of magnitude twenty layers down.
#
# **You need** matrix products, the chain rule, basic PyTorch, and from [lesson 01](01_plain_networks.ipynb) that a gradient going back through a net is multiplied once in every layer.
#
# **How to read.** Before each experiment stands a guess: change it, run the cell, go on. Every number that we measure is a *claim* that the notebook checks in front of you; the numbers of papers come with their source. Boxes called **What the article says** compare the short article this course began with to what is exact.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* everybody has read that "the gradient flows through the skip". In the formula of the original paper it does not flow freely: $g'$ stands in front of both paths. Who sees that understands why the activation moved into the branch. *Learning outcomes:* afterwards learners can derive the gradient of a residual block with the activation after the sum and with the activation in the branch; say when a block is the identity and when it is not; write both blocks, with a shortcut where the widths differ. *Preparing:* draw the block of section 1 on the board before the session, large enough to write gradients beside its arrows. Try the tanh guess of section 3 yourself. *Timing (40 min):* sections 1 and 2, 8 min; section 3, 10 min, let everyone commit to the tanh guess; section 4 on the blackboard, 8 min; sections 5 and 6 with the explorer on the big screen, 10 min; questions, 4 min. Leave sections 7 and 8 to be read. *Questions you will get:* "Isn't the skip path an identity by definition?" (the shortcut is, the block is not: section 3), "So are ResNets with post-activation broken?" (no: with ReLU other paths carry the gradient, section 6), "What about the norm in the block?" (lessons 05 to 08; here there is none, so that one thing is seen at a time). *Typical pitfalls:* learners multiply only the branch by $g'$; they test the identity with positive inputs only; they take "can be the identity" for "is the identity after initialization".

# %% imports
import numpy as np
import torch

from coursekit.lesson import claim, predict, show, source
from coursekit.plots import residual_connections as plots
from coursekit.plots.residual_block import draw_both_forms, draw_residual_block
from coursekit.reference import residual_backward, residual_forward

rng = np.random.default_rng(0)

# %% one-addition [markdown]
# ## 1 · One addition
#
# A plain layer replaces its input: $a^{(l+1)} = g(z^{(l+1)})$, where $z^{(l+1)}$ is what the layer's weights compute from $a^{(l)}$ and $g$ is the activation function. A **residual connection** adds the input back before $g$:
#
# $$a^{(l+1)} = g\left(z^{(l+1)} + a^{(l)}\right)$$
#
# with $a^{(l)}$, $z^{(l+1)}$ and $a^{(l+1)}$ all of shape $(N, d)$: $N$ samples, $d$ features. (The index is that of lesson 01, now in brackets.) The weights no longer have to compute the whole next activation, only what should be *different* from the input, the residual. "Skip connection" is another name for the same thing.

# %% draw-one-block
show(draw_residual_block, height=2.6)

# %% read-one-block [markdown]
# The way from $a$ straight to the plus sign is the **skip path**; papers also call it the *shortcut*. The way through the weights is the **residual branch**; its result is $z$. In most nets the branch has two layers with an activation between them, and so has the definition this course uses:
#
# $$z = g(a W_1 + b_1)\, W_2 + b_2$$
#
# with $W_1$ of shape $(d, m)$ and $W_2$ of shape $(m, d)$. Samples are rows here, as in code, so the weights stand on the right; in lesson 01 one sample was a column. `branch` computes that, and `s` is the sum, which the backward pass will need.

# %% read-the-code
source(residual_forward)

# %% article-formula [markdown]
# ### Claim A2
#
# **What the article says.** The activation of layer $l+1$ is $a^{(l+1)} = g(z^{(l+1)} + a^{(l)})$, with $z$ what the layer's weights compute.
#
# **What is exact.** This is the block of He, Zhang, Ren and Sun (2015, arXiv:1512.03385, Eq. 1, with the activation after the sum), and it has a name: **post-activation**. Two words need care. The addition needs equal shapes; section 8 is about the other case. And "the layer's weights" should be *two or more* layers. Why is one not enough?

# %% guess-one-layer tags=["predict"]
answers = ["yes, always", "only if W is small", "no"]
same = predict(
    "z = aW is one linear layer. Can a plain layer compute g(aW + a)?",
    "no",
    choices=answers,
)

# %% run-one-layer
a, W = rng.normal(size=(5, 4)), rng.normal(size=(4, 4))
block = np.maximum(a @ W + a, 0)
plain = np.maximum(a @ (W + np.eye(4)), 0)
same.reveal("yes, always")
gap = np.abs(block - plain).max()
claim("With weights W + I it is the same layer.", gap, "<", 1e-14, measured=True)

# %% one-layer-means [markdown]
# $aW + a = a(W + I)$: a residual connection around a single linear layer adds nothing to what the layer *can* compute. It only moves the starting point of training from weights near 0 to weights near $I$. He and others saw no advantage in it either (2015, Section 3.2). With an activation inside the branch it is different: no plain layer computes $g(g(aW_1)W_2 + a)$. But the starting point alone already changes the gradient: section 5 measures it.

# %% picture [markdown]
# ## 2 · The picture of the road
#
# The same addition is often told as a picture: a main road runs through the whole net, and at every block a branch forks off, computes something, and comes back. Now look where $g$ stands. If it is moved from the road into the branch, the formula becomes
#
# $$a^{(l+1)} = a^{(l)} + z^{(l+1)} \qquad z^{(l+1)} = g\left(g(a^{(l)})\, W_1 + b_1\right) W_2 + b_2$$
#
# with the shapes as before. This form is called **pre-activation** (He and others, 2016, arXiv:1603.05027, Fig. 4e, there with batch norm, which is [lesson 05](05_batch_norm.ipynb)): the activation comes before the weights.

# %% draw-both-forms
show(draw_both_forms, ncols=2, width=8.4, height=2.8)

# %% article-picture [markdown]
# ### Claim A4
#
# **What the article says.** The skip path is the main road; the branch forks off, computes, and is projected back by addition.
#
# **What is exact.** The picture fits the right-hand block. There the road is free, and what was on it at the start is still on it at the end, as one term of a sum: $a^{(L)} = a^{(0)} + z^{(1)} + \dots + z^{(L)}$ (He and others, 2016, Eq. 4). In the article's own formula, the left-hand block, everything that travels on the road has to pass $g$ at every block: the road has a toll gate. "Projected back" is the work of $W_2$: it brings the $m$ features inside the branch back to the $d$ features of the road, so that the two can be added.

# %% zero [markdown]
# ## 3 · What a block does when its branch does nothing
#
# Set all weights and biases of the branch to zero. Then $z = 0$ and a post-activation block computes $g(0 + a) = g(a)$; a pre-activation block computes $a + 0 = a$. The first is the identity only where $g(a) = a$. We send inputs through such blocks, for several activations, and the value 1 through fifty of them in a row.

# %% guess-tanh tags=["predict"]
after_tanh = predict("z = 0 and g = tanh: what is 1 after 50 blocks?", 1.0)

# %% run-zero
from coursekit.experiments import identity_baseline

zero = identity_baseline.run(identity_baseline.Config(mode="post"))
after_tanh.reveal(round(zero.end("tanh"), 3))

# %% draw-zero
few = ("relu", "gelu", "tanh", "sigmoid")
rows = [zero.activations.index(name) for name in few]
curves = zero.inputs, zero.outputs[rows], zero.repeated[rows]
show(plots.draw_zero_blocks, *curves, activations=few, ncols=2, width=8.4)

# %% what-zero-says
claim("ReLU: the identity on all inputs from 0 to 3.", zero.off("relu"), "==", 0)
claim("Leaky ReLU too.", zero.off("leaky-relu"), "==", 0)
claim("GELU is off by up to 0.17.", zero.off("gelu"), "in", (0.1, 0.18))
claim("Tanh is off by 2.0.", zero.off("tanh"), "in", (1.9, 2.1))
claim("Sigmoid too.", zero.off("sigmoid"), "in", (1.9, 2.1))
claim("Fifty tanh blocks leave 0.170 of 1.", zero.end("tanh"), "~", 0.17, rtol=0.01)
claim("Fifty sigmoid blocks give 0.659.", zero.end("sigmoid"), "~", 0.659, rtol=0.01)
claim("Fifty GELU blocks leave nothing.", zero.end("gelu"), "<", 1e-12)

# %% sigmoid-forgets [markdown]
# The sigmoid is the most deceptive: 0.659 looks alive, but it is the same for *every* input, the one number with $g(x) = x$. Start at $-3$ in place of 1:

# %% check-the-sigmoid
other = identity_baseline.run(identity_baseline.Config(start=-3.0))
gap = abs(other.end("sigmoid") - zero.end("sigmoid"))
claim("From -3 it is the same number.", gap, "<", 1e-12, measured=True)

# %% identity-condition [markdown]
# So when is a block with $z = 0$ the identity? Its input comes from the block before it and has the form $g(x)$. All of these must stay as they are:
#
# $$g(g(x)) = g(x) \quad \text{for every } x$$
#
# That is, applying $g$ twice must be the same as applying it once. ReLU does that. Leaky ReLU does not, although it passed the test above with inputs from 0 to 3: it puts out negative numbers too, and shrinks those again in every block. And the first block has no block before it: raw inputs and embeddings have negative entries, which ReLU deletes.

# %% check-the-condition
leaky = torch.nn.LeakyReLU(0.01)
once = leaky(torch.tensor(-1.0, dtype=torch.float64))
claim("Leaky ReLU makes -0.01 of -1.", once, "~", -0.01, rtol=1e-9)
claim("A second time makes -0.0001 of that.", leaky(once), "~", -0.0001, rtol=1e-9)
worst = zero.off("relu", lowest=-3.0)
claim("On inputs from -3 on, ReLU is off by 3.", worst, "==", 3)

# %% check-pre
free = identity_baseline.run(identity_baseline.Config(mode="pre"))
for name in free.activations:
    worst = free.off(name, lowest=-3.0)
    claim(f"Pre-activation with {name}: always the identity.", worst, "==", 0)

# %% grow [markdown]
# Why does anybody want a block that does nothing? Because of an argument by He and others (2015, Section 1). Take a good shallow net and append blocks that are the identity. The deeper net computes the same function, so the best deeper net cannot be worse. We do it: train nets with two blocks on the $8 \times 8$ digits, then append ten blocks whose last weights and biases are zero, so $z = 0$. Nothing else is changed. For comparison: a net that knows nothing, and gives all ten digits the same probability, has a loss of $\log 10 = 2.3$.

# %% guess-grow tags=["predict"]
tanh_grown = predict(
    "A post-activation tanh net with loss 0.07 gets 10 blocks with z = 0. Its loss?",
    0.07,
)

# %% run-grow
from coursekit.experiments import grown_net

result = grown_net.run(grown_net.Config(extra=10, seeds=(0, 1, 2)))
relu, pre, tanh, sigmoid = range(4)
grown = np.median(result.grown, axis=1)
tanh_grown.reveal(round(grown[tanh], 2), measured=True)

# %% draw-grow
labels = tuple(f"{mode}, {activation}" for mode, activation in result.kinds)
show(plots.draw_grown_losses, result.before, result.grown, labels=labels, width=8.4)

# %% what-grow-says
change = np.abs(result.grown - result.before).max(axis=1)
times = (result.grown[tanh] / result.before[tanh]).min()
claim("Post-activation ReLU: no loss changes at all.", change[relu], "==", 0)
claim("Pre-activation, even with tanh: none either.", change[pre], "==", 0)
old = np.median(result.before[tanh])
claim("The tanh net had a loss of about 0.07.", old, "in", (0.04, 0.1), measured=True)
claim("It has become at least 4 times larger.", times, ">", 4, measured=True)
low = result.grown[sigmoid].min()
claim("Post-activation sigmoid: it knows nothing.", low, ">", 2, measured=True)
claim("Knowing nothing costs 2.3.", np.log(10), "~", 2.3, rtol=0.01)

# %% only-improve [markdown]
# And from there, can training only improve? We train the grown nets a little more with the same small steps. Then, from the same starting point, we take one single step of gradient descent that is far too long.

# %% guess-bold tags=["predict"]
answers = ["it falls", "it stays", "it rises"]
bold = predict(
    "The grown ReLU net takes one step with learning rate 3. Its loss?",
    "it stays",
    choices=answers,
)

# %% what-bold-says
bold.reveal("it rises" if result.bold[relu].min() > grown[relu] else "it falls")
share = np.median(result.trained[relu]) / grown[relu]
low = result.trained[sigmoid].min()
claim("Small steps improve the ReLU net.", share, "<", 1, measured=True)
claim("One long step ruins it.", result.bold[relu].min(), ">", 1, measured=True)
claim("The sigmoid net does not come back.", low, ">", 2, measured=True)

# %% article-identity [markdown]
# ### Claim A3
#
# **What the article says.** Setting $z^{(l+1)} = 0$ gives $a^{(l+1)} = a^{(l)}$: an identity baseline that a learned $z$ can only improve on.
#
# **What is exact.** With $z = 0$ the formula gives $g(a^{(l)})$. That is $a^{(l)}$ for ReLU from the second block on, and in pre-activation for every $g$ and every $a$; for tanh, sigmoid or GELU in post-activation it is not. "Can only improve" is a statement about what the net *can* compute: with identity blocks the functions of the shallow net are among those of the deep one, so the best training loss is at least as low. It promises nothing about gradient descent, which can step past it, nor about new data. And no net *starts* at $z = 0$ unless someone sets it there: lessons [03](03_residual_networks_at_work.ipynb) and [04](04_initialization_and_scaling.ipynb).

# %% backward [markdown]
# ## 4 · The gradient through one block
#
# Write $s = z + a$ for the sum, so the block puts out $g(s)$. Backpropagation brings `dout` $= \partial L/\partial g(s)$ of shape $(N, d)$. It meets $g$ first:
#
# $$ds = g'(s) \odot dout$$
#
# Then the sum. A sum hands the *same* gradient to everything that was added, so `ds` goes to the skip path and to the branch, and $a$, which fed both, collects both. For one sample, written as columns of shape $(d,)$:
#
# $$da = ds + \frac{\partial z}{\partial a}^{\!\top} ds = \left(I + \frac{\partial z}{\partial a}^{\!\top}\right) \operatorname{diag}\!\left(g'(z + a)\right) dout$$
#
# where the bracket and the diagonal matrix have shape $(d, d)$.

# %% backward-means [markdown]
# Read the last formula from the right. The gradient is multiplied by $g'$ **before** it comes to the plus sign, where it is copied. So $g'$ multiplies *both* terms, the $I$ of the skip path as well as the branch.
#
# A small block: $a = (2, -3)$, ReLU, all weights zero. The gradient $(5, 7)$ arrives at its output.

# %% guess-small tags=["predict"]
second = predict("dout = (5, 7). What is the second entry of da?", 7.0)

# %% run-small
W, b = np.zeros((2, 2)), np.zeros(2)
_, cache = residual_forward(np.array([[2.0, -3.0]]), W, b, W, b)
da, *_ = residual_backward(np.array([[5.0, 7.0]]), cache)
second.reveal(da[0, 1])
claim("da is (5, 0).", tuple(da[0].tolist()), "==", (5, 0))

# %% small-means [markdown]
# The branch is dead, so all that is left is the skip path. And yet half of the gradient does not arrive: $s_2 = -3 < 0$, ReLU is flat there, and the skip path is cut. Here is the whole backward pass; `branch_backward` is the ordinary one for two layers.

# %% read-the-backward
source(residual_backward)

# %% check-the-backward [markdown]
# We trust nothing that is not compared with central differences ([lesson 00](00_start_here.ipynb)). Random weights, a random `dout`, and activations of both signs: with positive ones only, a forgotten mask would not show.

# %% run-the-backward
from coursekit.reference import numerical_gradient, relative_error

a, dout = rng.normal(size=(2, 6, 4))
W1, b1, W2, b2 = (rng.normal(size=shape) for shape in ((4, 5), 5, (5, 4), 4))
out, cache = residual_forward(a, W1, b1, W2, b2)
da, dW1, db1, dW2, db2 = residual_backward(dout, cache)
expected = numerical_gradient(lambda v: residual_forward(v, W1, b1, W2, b2)[0], a, dout)
error = relative_error(da, expected)
claim("da agrees with central differences.", error, "<", 1e-6, measured=True)

# %% take-it-apart
by_skip = dout * (cache.s > 0)
by_branch = da - by_skip
unmasked = relative_error(dout + by_branch, expected)
alone = relative_error(by_branch, expected)
claim("The mask forgotten on the skip path: wrong.", unmasked, ">", 0.1)
claim("The skip path forgotten: wrong.", alone, ">", 0.1)

# %% article-gradient [markdown]
# ### Claim A5
#
# **What the article says.** In backpropagation the gradient flows through the skip path and through the branch alike, which reduces vanishing.
#
# **What is exact.** Both paths get the gradient: yes. But what they get is $g'(z+a) \odot dout$, already cut by the activation. With ReLU some entries are zero in every block. With the sigmoid, whose slope is at most $\frac14$, the skip path hands on at most a quarter. In pre-activation nothing stands on the road and the formula is clean: $da = \left(I + \partial z/\partial a^\top\right) dout$.

# %% deep [markdown]
# ## 5 · The gradient through many blocks
#
# One block is one factor. In a net of $L$ blocks the factors are multiplied, the first block's leftmost. With $J_l = \partial z^{(l)}/\partial a^{(l-1)}$ and $D_l = \operatorname{diag}(g'(s^{(l)}))$, all of shape $(d, d)$, the gradient of one sample at the input is
#
# $$da^{(0)} = \prod_{l=1}^{L} \left(I + J_l^\top\right) D_l \; dout \quad\text{(post)} \qquad da^{(0)} = \prod_{l=1}^{L} \left(I + J_l^\top\right) dout \quad\text{(pre)}$$
#
# In a plain net the $I$ is missing. Multiply out the second product: one of its terms takes the $I$ from every bracket and is `dout` itself, untouched. In the first, the term of the skip paths alone is $D_1 D_2 \cdots D_L\, dout$. With the sigmoid every entry of $D_l$ is at most $\frac14$.

# %% deep-experiment [markdown]
# Twenty sigmoid layers, 64 features, weights of standard deviation $1/\sqrt{64}$, three seeds. So that plain and residual nets have the same twenty layers, $z$ is a single linear layer here, as in the article's formula. A random gradient of length 1 arrives at the end. How long is it at the input?

# %% guess-deep tags=["predict"]
post_guess = predict(
    "Sigmoid, 20 layers, with the article's skip: gradient multiplied by?", 0.1
)

# %% run-deep
from coursekit.experiments import gradient_by_form

config = gradient_by_form.Config(activation="sigmoid", seeds=(0, 1, 2))
deep = gradient_by_form.run(config)
plain, post, pre = (deep.median(form, 20) for form in ("plain", "post", "pre"))
post_guess.reveal(post, measured=True)

# %% draw-deep
show(plots.draw_factors, deep.depths, deep.factors, forms=deep.forms)

# %% what-deep-says
claim("Plain: practically nothing is left.", plain, "<", 1e-11, measured=True)
claim("With the article's skip: not enough.", post, "<", 1e-8, measured=True)
claim(
    "The skip does help, by more than 50 times.", post / plain, ">", 50, measured=True
)
claim("Pre-activation: all of it is there.", pre, ">", 1e-2, measured=True)
skips = 0.25**20
claim("The skip paths alone bring at most 9.1e-13.", skips, "~", 9.1e-13, rtol=0.01)
claim("Through branches comes far more.", post / skips, ">", 10, measured=True)
missing = np.log10(pre / plain)
claim("Plain misses over 12 orders.", missing, ">", 12, measured=True)

# %% article-vanishing [markdown]
# ### Claim A5, in deep nets
#
# **What the article says.** The residual connection reduces vanishing gradients.
#
# **What is exact.** In the article's form with a sigmoid it does, by a factor of more than 50; but more than twelve orders of magnitude are missing, and most of what arrives has come through branches. What ends the vanishing is the free road. He and others make the same point: their analysis (2016, Eq. 5) needs an identity on the skip path *and* after the sum. "Against vanishing gradients" is also not the whole reason for residual connections. The paper that introduced them says that its plain nets, trained with batch norm, had healthy gradients (2015, Section 4.1), and yet they were worse the deeper they were: the degradation problem of lesson 01. Lesson 03 takes that up.

# %% masks [markdown]
# ## 6 · ReLU: open or cut
#
# With ReLU, $g'$ is 1 or 0: a unit of a sample passes a block untouched, or not at all. So we can count. Take the product $D_1 D_2 \cdots D_L$ of section 5 and ask which of its diagonal entries are still 1: the units whose skip path is open all the way from the input. The weights have He's gain (lesson 01): standard deviation $\sqrt{2/d}$. If every block cut half of the units at random, five blocks would leave $2^{-5} = 0.03$ of them.

# %% guess-open tags=["predict"]
still_open = predict(
    "ReLU, He's gain: which share of units is open for 20 blocks?", 0.1
)

# %% run-open
from coursekit.experiments import open_skips

post = open_skips.run(open_skips.Config(mode="post", seeds=(0, 1, 2)))
pre = open_skips.run(open_skips.Config(mode="pre", seeds=(0, 1, 2)))
still_open.reveal(post.median(20), measured=True)

# %% draw-open
show(plots.draw_open_skips, post.shares, pre.shares)

# %% what-open-says
five, twenty, last = (post.median(blocks) for blocks in (5, 20, 50))
claim("Halving five times would leave 0.03.", 0.5**5, "~", 0.031, rtol=0.01)
claim("After 5 blocks about 0.185 are open.", five, "in", (0.15, 0.23), measured=True)
claim("After 20 blocks below one in a hundred.", twenty, "<", 0.01, measured=True)
claim("After 50 blocks, in any seed: none.", post.shares[:, 50].max(), "==", 0)
claim("Pre-activation: all, always.", pre.shares.min(), "==", 1)

# %% open-means [markdown]
# More than half survive each of the first blocks, because $a \geq 0$ pushes the sum up. Still, after fifty blocks not one unit of 64, in not one of 256 samples, has an open skip path.
#
# Does the gradient vanish, then? That does not follow. An entry that is cut in block 7 was copied into the branches of other blocks, and paths that change between skip and branch stay open. We ask for the whole gradient, as in section 5, with ReLU.

# %% run-relu-factor
config = gradient_by_form.Config(
    activation="relu", gain=2**0.5, forms=("post",), depths=(20,)
)
whole = gradient_by_form.run(config).factors.min()
claim("The whole gradient does not vanish at all.", whole, ">", 100, measured=True)

# %% relu-means [markdown]
# It grows, and by far too much; lesson 04 shows why, and what to do. So "the skip path keeps the gradient alive" is not what happens in a deep post-activation ReLU net: the path of skips alone is dead, and paths that mix skips and branches carry everything. He and others (2016, Section 4.2) name the cut signal as what made their 1001-layer post-activation net slow to train.
#
# Now look at one block, with real numbers: the last of twenty sigmoid blocks, with two layers in the branch.

# %% run-split
from coursekit.experiments import gradient_split
from coursekit.plots.residual_block import Pipes

config = gradient_split.Config(mode="post", activation="sigmoid", depth=20)
whole = gradient_split.run(config)
split, rest = whole.splits[19], whole.lengths("leaving")[0]
claim("g lets about a fifth pass.", split.after_g, "in", (0.15, 0.25))
claim("The skip path brings all of that.", split.skip, "==", split.after_g)
claim("The branch brings less.", split.branch / split.skip, "<", 1)
claim("After all 20 blocks about 1e-13 is left.", rest, "in", (1e-14, 1e-12))

# %% draw-split
show(draw_residual_block, mode="post", pipes=Pipes(**vars(split)), width=7, height=2.8)

# %% try-the-pipes [markdown]
# **Try it.** The pipes on the left belong to one block and are in units of what arrives there. The points on the right show the whole net.
#
# 1. Move the block from 20 to 1. What changes on the left, and what on the right? Why is the one no comfort for the other?
# 2. Choose relu. Then tick and untick "all weights zero". Which pipe makes the gradient grow, and in which setting is the road a perfect identity whatever the activation?

# %% explore-the-pipes tags=["explorer"]
from coursekit.explorers.gradient_pipes import explore_gradient_pipes

explore_gradient_pipes()

# %% pipes-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. On the left almost nothing: every block hands on about a fifth of what it gets. On the right a straight line on a logarithmic axis, down to $10^{-13}$. That is what vanishing is: a share that looks harmless, twenty times over.
# 2. The branch: with ReLU and He's gain it brings more than the skip path, and together they leave more than arrived. With all weights zero and the pre-activation form the length is 1 at every block, for every activation. In post-activation it depends on $g$: ReLU cuts once, in the first block that the gradient meets, and never again.
#
# </details>

# %% scaled [markdown]
# ## 7 · Do not scale the road
#
# If the road matters so much, is it safe to put a constant on it? Take $a^{(l+1)} = \lambda a^{(l)} + z^{(l+1)}$, pre-activation. Each factor becomes $\lambda I + J_l^\top$, and the term of the skip paths alone becomes
#
# $$\lambda^L \; dout$$
#
# with `dout` of shape $(N, d)$ (He and others, 2016, Eq. 8). A number that is almost 1 is raised to the power of the depth.

# %% guess-scaled tags=["predict"]
shrunk = predict("lambda = 0.9, z = 0, 50 blocks: the gradient is multiplied by?", 0.5)

# %% run-scaled
from coursekit.experiments import scaled_skip

bare = scaled_skip.run(scaled_skip.Config(gain=0.0))
shrunk.reveal(round(bare.median(0.9), 4))
claim("0.9 to the power of 50 is 0.005.", bare.median(0.9), "~", 0.9**50, rtol=1e-9)
claim("1.1 to the power of 50 is 117.", bare.median(1.1), "~", 117, rtol=0.01)
claim("With lambda = 1 it is 1.", bare.median(1.0), "~", 1, rtol=1e-9)

# %% scaled-branches [markdown]
# That was with $z = 0$. Do branches save it? We give them random weights, times $1/\sqrt{50}$ so that they do not explode (lesson 04).

# %% run-scaled-branches
config = scaled_skip.Config(gain=2**0.5, seeds=(0, 1, 2))
full = scaled_skip.run(config)
by = {value: full.median(value) for value in full.lambdas}
claim("0.9: the gradient still vanishes.", by[0.9], "<", 0.02, measured=True)
claim("1.1: it still explodes.", by[1.1], ">", 100, measured=True)
claim("1.0: it stays within a factor of 3.", by[1.0], "in", (1 / 3, 3), measured=True)

# %% draw-scaled
show(plots.draw_scaled_skips, full.factors, lambdas=full.lambdas)

# %% gates [markdown]
# He and others tried it with training (2016, Table 1: a residual net of 110 layers, post-activation, on the images of CIFAR-10). Identity shortcuts, plain skip paths as in section 1: 6.61 % test error. Half of the skip plus half of the branch: 12.35 %. A shortcut times a learned gate between 0 and 1: 12.86 % when the gate starts half open, but 6.91 % when it starts almost fully open.
#
# So a gate is not bad in itself; one that starts by closing the road is. Their verdict against gates is contested. The authors of highway networks, whose skip paths have such gates, derived both kinds from one idea and compared them in experiments that they call preliminary (Greff, Srivastava and Schmidhuber, 2016, arXiv:1612.07771). What holds in every case is $\lambda^L$.

# %% shapes [markdown]
# ## 8 · When the widths differ
#
# The sum $z + a$ needs $z$ and $a$ of one shape. If a block is to change the width, from $d_{in}$ to $d_{out}$, the skip path has to change it too. What happens if nobody thinks of it? Say the branch has, by a slip, a single output: $z$ has shape $(8, 1)$ and $a$ has shape $(8, 4)$.

# %% guess-shapes tags=["predict"]
answers = ["an error", "shape (8, 4), without a word", "shape (8, 1)"]
slip = predict("What is z + a?", "an error", choices=answers)

# %% run-shapes
a, z = rng.normal(size=(8, 4)), rng.normal(size=(8, 1))
total = z + a
slip.reveal("shape (8, 4), without a word")
claim("The sum has the shape (8, 4).", total.shape, "==", (8, 4))
gap = np.ptp(total - a, axis=1).max()
claim("Every feature got the same z.", gap, "<", 1e-14, measured=True)

# %% projection [markdown]
# One number was copied to all features. Widths 3 and 4 would give an error; widths 1 and 4 give none, but a wrong net. The remedy is a **projection shortcut**, a matrix $W_s$ of shape $(d_{in}, d_{out})$ on the skip path:
#
# $$s = z + a W_s \qquad out = g(s) \qquad da = ds\, W_s^\top + ds\,\frac{\partial z}{\partial a} \qquad dW_s = a^\top ds$$
#
# with $ds = g'(s) \odot dout$ of shape $(N, d_{out})$, written for rows, sample by sample in the term with $\partial z / \partial a$ (He and others, 2015, Eq. 2). The shortcut has no bias: the branch has one already, and both go into the same sum.

# %% check-projection
from coursekit.nets import ResidualBlock

same, other = ResidualBlock(4, 4), ResidualBlock(4, 6)
count = {
    width: sum(weight.numel() for weight in block.shortcut.parameters())
    for width, block in ((4, same), (6, other))
}
claim("From 4 to 4 features the shortcut has no parameters.", count[4], "==", 0)
claim("From 4 to 6 it has 4 times 6.", count[6], "==", 24)

# %% projection-gradient
from coursekit.reference import projected_residual_backward, projected_residual_forward

shapes = (6, 4), (4, 5), (5, 3), (4, 3), (6, 3)
a, W1, W2, Ws, dout = (rng.normal(size=shape) for shape in shapes)
weights = W1, np.zeros(5), W2, np.zeros(3), Ws
out, cache = projected_residual_forward(a, *weights)
da = projected_residual_backward(dout, cache)[0]
claim("Some sums are positive, some not.", (out > 0).mean(), "in", (0.25, 0.75))

# %% check-projection-gradient
expected = numerical_gradient(
    lambda v: projected_residual_forward(v, *weights)[0], a, dout
)
error = relative_error(da, expected)
claim("da agrees with central differences.", error, "<", 1e-6, measured=True)

# %% projection-costs [markdown]
# (If all sums had been negative, both gradients would be zero and the comparison empty: look before you compare.)
#
# A projection has a price. With $z = 0$ the block is $g(aW_s)$, no identity any more, and $W_s^\top$ stands in the gradient like the weights of a plain layer. So use it where the width changes, a few times in a net. With a projection on *every* shortcut the error of the 110-layer net of section 7 rose from 6.61 % to 12.22 % (He and others, 2016, Table 1), although such a net could learn $W_s = I$. Another way out needs no parameters: fill the missing features with zeros (2015, Section 4.1, option A).

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake | how you notice |
# |---|---|
# | `relu(z) + a` in place of `relu(z + a)` | the output is never below $a$: each block can only add |
# | the skip path forgotten in the backward pass | `da` is 0 when all weights are 0 |
# | the mask on the branch only | `da` is `dout` where the sum is negative; right on positive inputs |
# | the mask taken from $z$ or from $a$, not from $z + a$ | right where both have one sign, wrong elsewhere |
# | `a += z` | the caller's $a$ is changed; in torch also an error in the backward pass, or wrong gradients |
# | the same block object used $L$ times | the net has the parameters of one block only |
# | a projection on every shortcut | $z = 0$ is no identity; many more parameters |
# | $z$ of shape $(N, 1)$ | no error at all: it broadcasts |

# %% check-in-place [markdown]
# The one with `a += z` is easy to miss, because the output is right:

# %% run-in-place
a, z = np.ones((2, 3)), np.ones((2, 3))
before, out = a.copy(), a
out += z
claim("The output is right.", bool((out == before + z).all()), "==", True)
claim("The input is not what it was.", bool((a == before).any()), "==", False)

# %% question-identity [markdown] tags=["question"]
# ## Questions
#
# **A.** Post-activation blocks with $z = 0$. For which $g$ are all of them but the first the identity?
#
# 1. tanh
# 2. $g(x) = |x|$
# 3. leaky ReLU
# 4. $g(x) = \log(1 + e^x)$, the softplus
#
# <details><summary>Answer</summary>
#
# **2.** $\big||x|\big| = |x|$: applying it twice is applying it once. (1) shrinks what it gets, every time: after 50 blocks 1 has become 0.170. (3) leaves positive numbers alone but shrinks negative ones again and again. (4) is above $x$ everywhere, so every block adds something.
#
# </details>

# %% question-check [markdown] tags=["question"]
# **B.** A backward pass has `da = dout + branch part`: the mask is missing on the skip path. Which test finds it?
#
# 1. Compare with central differences at $a > 0$, with small weights.
# 2. Check the shapes of all gradients.
# 3. All weights zero, one entry of $a$ negative.
# 4. See whether the training loss falls.
#
# <details><summary>Answer</summary>
#
# **3.** There the sum is negative, so `da` must be 0 and is `dout`. (1) never meets a negative sum, so the mask is 1 everywhere and the mistake is invisible. (2) cannot see values. (4) is the trap of all wrong gradients: a direction that is roughly right lowers the loss as well, only less.
#
# </details>

# %% question-paths [markdown] tags=["question"]
# **C.** In 50 post-activation ReLU blocks no unit's skip path is open throughout. What is the gradient at the input?
#
# 1. Zero.
# 2. Not zero: paths that change between skip and branch remain.
# 3. Exactly what it is in a plain net.
#
# <details><summary>Answer</summary>
#
# **2.** Only the term $D_1 \cdots D_L\, dout$ is zero, one of the many terms of the product; section 6 measured the whole gradient through 20 blocks, and it had grown. (1) takes that one term for the sum. (3) forgets the $I$ in each factor: the terms that take the skip path in *some* blocks do not exist in a plain net.
#
# </details>

# %% question-lambda [markdown] tags=["question"]
# **D.** "Our skip paths are multiplied by 0.99. That is nearly 1, so it does not matter."
#
# 1. True: the branch makes up for it.
# 2. True up to about 10 blocks, false for 1000.
# 3. False at every depth.
#
# <details><summary>Answer</summary>
#
# **2.** It is the depth that decides: $0.99^{10} = 0.90$, but $0.99^{1000} = 0.00004$ (the cell below computes both). (1) Section 7 gave the branches random weights, and $\lambda^L$ still set the scale; a learned branch would have to make up for the factor in every block. (3) At ten blocks a tenth is lost, which no optimizer notices.
#
# </details>

# %% check-question-lambda
claim("0.99 to the power of 10 is 0.90.", 0.99**10, "~", 0.90, rtol=0.01)
claim("0.99 to the power of 1000 is 0.00004.", 0.99**1000, "~", 4.3e-5, rtol=0.01)

# %% summary [markdown]
# ## Summary
#
# | | post-activation | pre-activation |
# |---|---|---|
# | forward | $a^{(l+1)} = g(z + a^{(l)})$ | $a^{(l+1)} = z + a^{(l)}$, $g$ inside the branch |
# | $z = 0$ | $g(a)$: the identity only if $g(g(x)) = g(x)$ and $a$ comes out of $g$ | $a$, always |
# | backward | $da = (I + \partial z/\partial a^\top)\operatorname{diag}(g')\, dout$ | $da = (I + \partial z/\partial a^\top)\, dout$ |
# | skip paths alone, $L$ blocks | $D_1 \cdots D_L\, dout$; at most $4^{-L}$ with the sigmoid | $dout$ |
# | skip times $\lambda$ | | $\lambda^L\, dout$ |
# | widths differ | $g(z + aW_s)$ | $z + aW_s$ |
#
# **Now write it:** [the exercise of lesson 02](../exercises/02_residual_connections.ipynb) has tasks for `residual_forward`, `residual_backward` and `ResidualBlock`, and tells you, by name, what went wrong.

# %% further-reading [markdown]
# ## Further reading
#
# - He, Zhang, Ren, Sun, *Deep Residual Learning for Image Recognition*, 2015, [arXiv:1512.03385](https://arxiv.org/abs/1512.03385). The block of section 1. Read Section 1 for the argument with the appended identity layers, and Section 4.1 for why vanishing gradients were not the problem.
# - He, Zhang, Ren, Sun, *Identity Mappings in Deep Residual Networks*, 2016, [arXiv:1603.05027](https://arxiv.org/abs/1603.05027). Sections 5 to 7 of this lesson at full scale: six kinds of shortcut and five places for the activation, trained and compared.
# - Srivastava, Greff, Schmidhuber, *Training Very Deep Networks*, 2015, [arXiv:1507.06228](https://arxiv.org/abs/1507.06228). Highway networks: skip paths with learned gates, some months before residual ones.
# - Greff, Srivastava, Schmidhuber, *Highway and Residual Networks learn Unrolled Iterative Estimation*, 2016, [arXiv:1612.07771](https://arxiv.org/abs/1612.07771). Another way to read the road: each block improves the same estimate a little. Good company for lesson 03.

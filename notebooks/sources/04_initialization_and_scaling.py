# %% header [markdown]
# # 04 · Keep a deep residual net stable: initialization and scaling
#
# **50 min alone · 30 min in a workshop**
#
# **You will** derive how fast a residual net grows with depth, find the one number that decides it, compare six ways to keep it small, bring a branch to a standstill with one zero too many, and train a net of 1,000 blocks without any norm.
#
# **You need** basic PyTorch, variances, and the pre-activation residual block $a + f(a)$ of [lesson 02](02_residual_connections.ipynb). What a norm is, section 3 says in one sentence.
#
# **How to read.** Before each experiment stands a guess: change it, run the cell, go on. Every number that we measure is a *claim* that the notebook checks in front of you; the numbers of papers come with their source.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* "residual connections fix depth" is half of a sentence. Without a norm or a scaled start they make a net explode, and most people have never seen it, because their framework adds the other half. *Learning outcomes:* afterwards learners can compute how the variance of a residual stream grows with depth; name the number that decides it and three ways to keep it small; find the branch that two zeros have silenced. *Preparing:* the cell of section 8 runs for up to a minute: start it, then explain it. Have variance and standard deviation written side by side on the board. *Timing (30 min):* sections 1 to 3, 12 min, on the blackboard, with the explorer as the closing picture; 4, 3 min; 5 and 6, 8 min; 8, 5 min: start its cell before you explain it, it runs for half a minute or more; questions, 2 min. Leave section 7 for home. *Questions you will get:* "Which scheme shall I use?" (with a norm: zero the last weight of each branch, or nothing; without: any of section 5, and a rate that shrinks with depth), "Does the trunk not need a norm too?" (the last one before the head: lesson 08), "Why would anyone want 1,000 blocks?" (nobody does; it is a stress test). *Typical pitfalls:* variances and standard deviations get mixed up: the branch is scaled by $1/\sqrt L$, its variance by $1/L$; people zero the first layer of a branch in place of the last, or zero two things to be safe.

# %% imports
import numpy as np
import torch

from coursekit.experiments import signal_variance, starts_by_depth
from coursekit.lesson import claim, predict, show, source
from coursekit.nets import ResidualNet
from coursekit.nets.schemes import rezero, zero_last
from coursekit.plots import signal_variance as plots
from coursekit.reference import variance_after

# %% each-block-doubles [markdown]
# ## 1 · Each block doubles the variance
#
# A residual net has a *stem*, a first layer that reads the input, then $L$ blocks, then a *head*, a last layer that puts out the classes. The pre-activation blocks pass activations $a^{(l)}$ of $d$ features along the **trunk**:
#
# $$a^{(l)} = a^{(l-1)} + f_l\bigl(a^{(l-1)}\bigr), \qquad f_l(a) = W_2\,\mathrm{relu}\bigl(W_1\,\mathrm{relu}(a)\bigr)$$
#
# with $W_1, W_2$ of shape $(d, d)$; one sample is a column of shape $(d,)$. He's initialization ([lesson 01](01_plain_networks.ipynb)) draws them with variance $2/d$, so that a ReLU and a linear layer together keep the variance: $\operatorname{Var} f_l(a) = \operatorname{Var} a$ (He and others, 2015, arXiv:1502.01852). That is right for a plain net. And with a skip beside it?
#
# The entries of $W_2$ have mean 0 and do not depend on $a$. So $a$ and $f_l(a)$ are uncorrelated, and their variances add:
#
# $$\operatorname{Var} a^{(l)} = \operatorname{Var} a^{(l-1)} + \operatorname{Var} f_l\bigl(a^{(l-1)}\bigr) = 2\,\operatorname{Var} a^{(l-1)}$$

# %% guess-twenty-blocks tags=["predict"]
question = "Variance 1 goes in. About which variance comes out after 20 blocks?"
twenty = predict(question, 20)

# %% run-twenty-blocks
twenty.reveal(variance_after(20, "residual"))
raw = signal_variance.run(signal_variance.Config(depth=20, width=512))
doublings, fits = raw.slopes(log2=True), raw.fits(log2=True)

# %% what-twenty-blocks-say
low, high = doublings.min(), doublings.max()
claim("The slowest net: 0.9 doublings a block or more.", low, ">=", 0.9, measured=True)
claim("The fastest: 1.15 or less.", high, "<=", 1.15, measured=True)
claim("The logarithms lie on a line (R squared).", fits.min(), ">", 0.99, measured=True)

# %% million [markdown]
# A factor of two, twenty times: a million. Hardly anybody guesses it, because nothing in the code of a block looks dangerous. We drew three nets of width 512 and sent random vectors through; the slope of $\log_2 \operatorname{Var}$ against depth is the number of doublings in each block. Nothing was trained. At depth 50, $2^{50}$ is a variance of $10^{15}$, a standard deviation of 30 million.

# %% one-number [markdown]
# ## 2 · One number decides
#
# Let $s_l$ be the length of branch $l$ over the length of its skip, $\lVert f_l(a)\rVert / \lVert a\rVert$, the ratio $r_l$ of [lesson 03](03_residual_networks_at_work.ipynb). A block then multiplies the variance by $1 + s_l^2$, and the whole net by
#
# $$\frac{\operatorname{Var} a^{(L)}}{\operatorname{Var} a^{(0)}} = \prod_{l=1}^{L} \bigl(1 + s_l^2\bigr) \le \exp \sum_{l=1}^{L} s_l^2$$
#
# because $1 + x \le e^x$.
#
# So a net of any depth stays bounded if the *sum* of the $s_l^2$ does. He's initialization has $s_l = 1$ and the sum $L$. Multiply each branch by $1/\sqrt L$: now $s_l^2 = 1/L$, and the sum is 1 at every depth.

# %% guess-scaled tags=["predict"]
scaled_guess = predict(
    "Branches times 1/sqrt(L), L = 1000, variance 1 goes in. What comes out?", 1.0
)

# %% run-scaled
scaled_guess.reveal(round(variance_after(1000, "scaled"), 4))
claim("It never reaches e.", variance_after(1000, "scaled"), "<", np.e)
wide = {"depth": 50, "width": 128}
loud = signal_variance.run(signal_variance.Config(**wide))
calm = signal_variance.run(signal_variance.Config(start="scaled", **wide))

# %% what-scaled-says
std, least = loud.expected[-1] ** 0.5, loud.stds[:, -1].min()
claim("50 blocks: 2 to the 25 is expected.", std, "~", 2**25, rtol=1e-6)
claim("Every net's std is above 1e5.", least, ">", 1e5, measured=True)
low, high = calm.stds[:, -1].min(), calm.stds[:, -1].max()
claim("Times 1/sqrt(50), every std is above 1.", low, ">", 1, measured=True)
claim("And every one is below 2.", high, "<", 2, measured=True)

# %% e [markdown]
# $(1 + 1/L)^L$ is the sequence that defines $e$. One warning: it is the branch that is multiplied by $1/\sqrt L$; its *variance* is then multiplied by $1/L$. Whoever multiplies the branch by $1/L$ gets $(1 + 1/L^2)^L \to 1$: stable too, but each branch then starts almost absent.

# %% a-norm [markdown]
# ## 3 · A norm does it by itself
#
# A norm gives what it is fed mean 0 and variance 1: batch norm each feature over the batch, layer norm each vector (lessons [05](05_batch_norm.ipynb) and [07](07_layer_norm.ipynb)). Put one **inside the branch**, before each ReLU. However large the trunk has become, the branch sees variance 1 and adds variance 1. If the trunk starts at 1:
#
# $$\operatorname{Var} a^{(l)} = \operatorname{Var} a^{(l-1)} + 1 = 1 + l$$
#
# The trunk grows, but only along a line. Before block $l$ its variance is $l$ and the branch's is 1, so $s_l = 1/\sqrt l$. Put that into the product: $\prod (1 + 1/l) = \frac21\cdot\frac32\cdots\frac{L+1}{L} = L + 1$.

# %% check-the-product
numbers = np.arange(1, 21)
product = np.prod(1 + 1 / numbers)
claim("20 factors 1 + 1/l make 21.", product, "~", 21, rtol=1e-12)
claim("The rule 1 + l says so too.", variance_after(20, "pre-norm"), "==", 21)

# %% guess-the-ratio tags=["predict"]
ratio = predict("With a norm: length of branch 20 over length of its skip?", 0.5)

# %% run-norms
batch = signal_variance.run(signal_variance.Config(norm="batch"))
layer = signal_variance.run(signal_variance.Config(norm="layer"))
ratio.reveal(round(1 / np.sqrt(20), 3))

# %% what-norms-say
for name, result in {"Batch norm": batch, "Layer norm": layer}.items():
    slopes, last = result.slopes(), np.median(result.ratios[:, -1])
    claim(f"{name} adds 0.9 or more a block.", slopes.min(), ">=", 0.9, measured=True)
    claim("At most it adds 1.15.", slopes.max(), "<=", 1.15, measured=True)
    claim("It is a line (R squared).", result.fits().min(), ">", 0.99, measured=True)
    claim("Ratio 20 is 1/sqrt(20).", last, "~", 20**-0.5, rtol=0.1, measured=True)

# %% draw-variances
runs = {"no norm": raw, "batch norm": batch, "layer norm": layer}
grown = {name: (run.variances, run.expected) for name, run in runs.items()}
show(plots.draw_variances, grown)

# %% identity-by-depth [markdown]
# So norms do something that nobody asked them for: they shrink the branch *relative to the trunk*, by the square root of the depth. De and Smith (2020, arXiv:2002.10444) showed it for batch norm, and argue that this is why deep normalized residual nets can be trained: late blocks start close to the identity. The next picture is their argument.

# %% draw-ratios
show(plots.draw_ratios, {name: run.ratios for name, run in runs.items()})

# %% just-works [markdown]
# Remember both pictures when you read that residual nets "just work". What works is **residual plus norm**, or **residual plus a scaled start**. A residual connection alone takes a signal whose variance would have stayed level, and doubles it in every block.

# %% try-the-variance [markdown]
# **Try it.** One fresh net of width 64 in each position; the dashed line is the theory of this lesson.
#
# 1. Set the depth to 50, without a norm, and lower the gain until the variance grows by less than ten times over 50 blocks. Which gain is that, and what has become of the branches?
# 2. Take batch norm and move the gain from one end to the other. Why does so little happen, compared with no norm?

# %% explore-the-variance tags=["explorer"]
from coursekit.explorers.signal_variance import explore_signal_variance

explore_signal_variance()

# %% variance-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. Near 0.65 in theory. A linear layer of gain $g$ behind a ReLU multiplies the variance by $g^2/2$, a branch of two by $(g^2/2)^2 = s^2$, and $(1 + s^2)^{50} < 10$ needs $s^2 < 0.047$. So the branch has a fifth of the skip's length: small weights are one more way to scale a branch, and one that depends on its number of layers.
# 2. The norm undoes the first layer's gain completely. Only the last layer's is left, which no norm follows: the line becomes $1 + l\,g^2/2$. Its slope changes, but it stays a line.
#
# </details>

# %% training [markdown]
# ## 4 · What it does to training
#
# A variance of $2^{20}$ is only a number. Does it matter? We train pre-activation nets without norms on the 8 × 8 digits: 60 updates of SGD with momentum, rate 0.02, three seeds, at depths 2, 8 and 20. One family starts as He drew it, one has its branches times $1/\sqrt L$, one starts with the last layer of each branch at zero.

# %% guess-survivors tags=["predict"]
survivors = predict("Depth 20, He, no norm: how many of 3 nets learn?", 2)

# %% run-depths
depths = starts_by_depth.run(starts_by_depth.Config(steps=60))
survivors.reveal(3 - depths.diverged("he", 20))

# %% draw-depths
from coursekit.plots import starts

names = ("He as drawn", "branch times 1/√L", "last layer at zero")
losses = dict(zip(names, depths.losses, strict=True))
show(starts.draw_losses_by_depth, depths.depths, losses, width=7.4)

# %% what-depths-say
shallow, middle = (np.median(depths.at("losses", "he", L)) for L in (2, 8))
claim("At depth 2, He's nets learn well.", shallow, "<", 0.1, measured=True)
claim("At 8 they learn far worse.", middle / shallow, ">", 3, measured=True)
claim("At 20 all three are lost.", depths.diverged("he", 20), "==", 3)
for start in ("scaled", "zero"):
    worst = depths.at("accuracies", start, 20).min()
    claim(f"The worst net, {start}, is good.", worst, ">", 0.9, measured=True)

# %% the-first-loss
from coursekit.experiments.training import digits, training_loss

net = starts_by_depth.build(starts_by_depth.Config(), start="he", depth=20, seed=0)
loss = training_loss(net, digits())
claim("Before the first update the loss is huge.", loss, ">", 100, measured=True)

# %% why-lost [markdown]
# To call all ten digits equally likely would cost $\log 10 = 2.3$ nats. This net is certain of everything: the output of its head is about $\sqrt{2^{20}} \approx 1000$ times too large. The gradient runs back through the same doubling blocks and grows again ([lesson 06](06_batch_norm_backward.ipynb) measures it), and the first update throws the weights so far that the next output is larger still. Soon it is infinite, then NaN. Either cure, the factor or the zero, is one line of code.

# %% start-at-zero [markdown]
# ## 5 · Start at zero
#
# If $s_l = 1/\sqrt L$ is good, is $s_l = 0$ better? Then at the start the whole net is its stem and its head. Four published schemes put a zero, or something small, at the end of the branch $z = f(a)$:
#
# | scheme | branch | at the start | condition |
# |---|---|---|---|
# | ReZero (Bachlechner and others, 2020, arXiv:2003.04887, Eq. 1) | $\alpha z$, $\alpha$ a learned number | $\alpha = 0$ | $z$ itself must not be 0 |
# | SkipInit (De, Smith, 2020, arXiv:2002.10444) | $\alpha z$, in place of norms | $\alpha = 0$ or $1/\sqrt L$ | the same |
# | Fixup (Zhang, Dauphin, Ma, 2019, arXiv:1901.09321) | $\alpha z$, plus biases | last layer 0, others times $L^{-1/(2m-2)}$ for $m$ layers, $\alpha = 1$, head 0 | $m \ge 2$ |
# | LayerScale (Touvron and others, 2021, arXiv:2103.17239, Eq. 4) | $\lambda \odot z$, $\lambda$ of shape $(d,)$ | $\lambda_i = 0.1$ to $10^{-6}$ | $L \lambda^2$ of order 1 or less |
#
# With a norm at the end of the branch, its weight $\gamma$ is what starts at zero (Goyal and others, 2017, arXiv:1706.02677).

# %% check-identity
a = torch.randn(5, 32, generator=torch.Generator().manual_seed(0))
options = {"depth": 3, "width": 32, "mode": "pre"}
for scheme in ("zero-last", "rezero", "skipinit", "fixup"):
    block = ResidualNet(64, 10, init=scheme, **options).blocks[0]
    gap = (block(a) - a).abs().max()
    claim(f"{scheme}: the block is the identity.", gap, "==", 0)
block = ResidualNet(64, 10, init="layerscale", **options).blocks[0]
gap = (block(a) - a).abs().max()
claim("layerscale: it changes its input a little.", gap, "in", (0.01, 1), measured=True)

# %% layerscale-by-depth [markdown]
# LayerScale is the exception: it starts small, not at zero. Section 2 says how small is small enough: the net multiplies the variance by $(1 + \lambda^2)^L$. At 0.1 and 18 layers that is harmless. At 1,000 layers it is not, and its authors indeed start at 0.1 up to 18 layers, at $10^{-5}$ up to 24, and at $10^{-6}$ beyond. (Theirs are Transformers with norms in the branch, where the growth is slower still.)

# %% check-layerscale
few, many = ((1 + 0.1**2) ** blocks for blocks in (18, 1000))
claim("18 blocks of 0.1: the variance hardly grows.", few, "<", 1.2)
claim("1,000 blocks of 0.1: it explodes.", many, ">", 1e4)

# %% one-line-each [markdown]
# In code each scheme is a line or two, applied to a branch whose weights were already drawn. Read what `zero_last` does with a branch that ends in a norm: the norm's weight and bias are zeroed, not a linear layer.

# %% read-the-schemes
source(rezero, zero_last)

# %% two-zeros [markdown]
# ### One zero too many
#
# One zero is good. Two should be safer? Take $z = \alpha\, W_2 h$ with $h = \mathrm{relu}(W_1 \mathrm{relu}(a))$ of shape $(d,)$, and let $\delta = \partial \mathcal L/\partial z$ be what backpropagation brings to this branch, of shape $(d,)$:
#
# $$\frac{\partial \mathcal L}{\partial \alpha} = \delta^\top W_2 h \qquad \frac{\partial \mathcal L}{\partial W_2} = \alpha\, \delta h^\top \qquad \frac{\partial \mathcal L}{\partial W_1} = \alpha\, \bigl(W_2^\top \delta \odot \mathbf 1_{h > 0}\bigr)\, \mathrm{relu}(a)^\top$$
#
# Read the factors. The gradient of $\alpha$ contains $W_2$, that of $W_2$ contains $\alpha$, that of $W_1$ both.

# %% guess-two-zeros tags=["predict"]
answers = ["at the second update", "after a few updates", "never"]
question = "alpha = 0 and W2 = 0. When does the branch begin to move?"
wake = predict(question, "after a few updates", choices=answers)

# %% run-two-zeros
from coursekit.experiments import double_zero

zeros = double_zero.run(double_zero.Config())
moved = zeros.through("both zero").max()
wake.reveal("never" if moved == 0 else "after a few updates")

# %% what-two-zeros-say
first = {start: zeros.moving(start) for start in zeros.starts}
claim("alpha zero: only alpha has a gradient.", first["alpha zero"], "==", ("alpha",))
claim("W2 zero: only W2 has.", first["W2 zero"], "==", ("W2",))
claim("Both zero: nothing has.", first["both zero"], "==", ())
for start in ("alpha zero", "W2 zero"):
    end = zeros.through(start)[-1]
    claim(f"{start}: the branch wakes.", end, ">", 0.1, measured=True)
claim("Both zero: it stays at exactly 0.", moved, "==", 0)

# %% who-wakes-first [markdown]
# The picture shows what the gradients announced. A zero $W_2$ wakes sooner than a zero $\alpha$: in the first update it has $d^2$ numbers to move and $\alpha$ is one. The nets with two zeros draw the line at the bottom.

# %% draw-two-zeros
ratios = dict(zip(zeros.starts, zeros.ratios, strict=True))
show(starts.draw_double_zero, zeros.steps, ratios, width=7.4)

# %% deadlock [markdown]
# A **deadlock**: each waits for the other. With one zero, it is the zero itself that gets a gradient, because the other factor is not zero; it moves at the first update, and from the second on everything moves. With two, all gradients are exactly 0, and 0 they stay: momentum averages zeros, Adam divides zero by a small number, weight decay shrinks zeros.
#
# What makes it nasty is that nothing looks broken. Stem and head learn without the branches, and the accuracy is fine.

# %% check-the-disguise
dead, alive = zeros.accuracy("both zero"), zeros.accuracy("W2 zero")
claim("The net with dead branches looks healthy.", dead, ">", 0.9, measured=True)
claim("So does the living one.", alive, ">", 0.9, measured=True)

# %% real-bugs [markdown]
# It happens to real code. [LAVT](https://github.com/yz93/LAVT-RIS/issues/15), a segmentation net, zeroed both layers of a gate; nobody noticed at first, because a later line initialized the whole net again, which undid the zeros and saved the gate. [NaiveGAflux](https://github.com/DrChainsaw/NaiveGAflux.jl/issues/39) zeroed all layers of its identity blocks. Its author: "This prevents them from ever being updated." The test is one line: after the first backward pass, does *something* in each branch have a gradient that is not zero?

# %% article-contributes-little [markdown]
# ## 6 · How much does a branch contribute?
#
# ### Claim A6, by initialization
#
# **What the article says.** At the onset of training the branch contributes little; it contributes more as training goes on.
#
# **What is exact.** That describes nets whose branches *start* small. The start is a choice: 0, 0.1, $1/\sqrt l$ or 1. With He and no norm the branch is as long as the skip from the first moment on. With a norm it is the depth of the block that makes its branch small, not the youth of the net.
#
# **Guess first.** We start the six nets of lesson 03, section 6, once more and compare the ratio, averaged over the blocks, before and after 60 updates.

# %% guess-the-growing tags=["predict"]
question = "Of six initializations, in how many does the ratio grow by over 0.05?"
growing = predict(question, 6)

# %% run-contribution
from coursekit.experiments import branch_ratio

share = branch_ratio.run(branch_ratio.Config(steps=60))
start = np.array([share.start(scheme) for scheme in share.schemes])
end = np.array([share.end(scheme) for scheme in share.schemes])
growing.reveal(int((end - start > 0.05).sum()))

# %% what-contribution-says
before = dict(zip(share.schemes, start, strict=True))
after = dict(zip(share.schemes, end, strict=True))
claim("Last layer at zero: the ratio starts at 0.", before["zero-last"], "==", 0)
claim("It grows.", after["zero-last"], ">", 0.1, measured=True)
claim("He, no norm: it starts near 1.", before["he"], "in", (0.8, 1.2), measured=True)
claim("It shrinks.", after["he"] - before["he"], "<", -0.1, measured=True)
mean = np.mean(1 / np.sqrt(np.arange(1, 11)))
claim("1/sqrt(l), mean over 10 blocks, is 0.50.", mean, "in", (0.495, 0.505))
for norm in ("batch norm", "layer norm"):
    change = abs(after[norm] - before[norm])
    claim(f"{norm}: hardly any change.", change, "<", 0.1, measured=True)

# %% draw-contribution
show(starts.draw_start_and_end, share.schemes, start, end, width=7.4)

# %% contribution-means [markdown]
# The three that start below 0.2 grow, as the article says. He's branches, which start too large, *shrink*. The two with norms stay where $1/\sqrt l$ put them: averaged over ten blocks that is 0.50. So "little at first, more later" is a property of an initialization, and whoever chooses one decides whether the sentence is true.

# %% does-zero-help [markdown]
# ## 7 · Does starting at zero help? A question, not a law
#
# Many recipes zero the last weight of each branch even where norms already keep things stable. Does it always help? Why could it hurt? At the first update only the last layer of each branch learns, and a shallow net has few of them. We measure it: batch norm in the branches, He against zero, one, four and twenty blocks, three seeds.

# %% guess-zero-helps tags=["predict"]
answers = ["lower everywhere", "higher shallow, lower deep", "higher everywhere"]
helps = predict("Training loss with the zero start?", answers[0], choices=answers)

# %% run-zero-helps
starts_here = ("batch norm, he", "batch norm, zero")
config = starts_by_depth.Config(starts=starts_here, depths=(1, 4, 20))
normed = starts_by_depth.run(config)
he, zero = np.median(normed.losses, axis=-1)
times = dict(zip(config.depths, zero / he, strict=True))
helps.reveal(answers[1] if times[1] > 1 > times[20] else answers[0])

# %% what-zero-helps-says
claim("One block: the zero start is behind.", times[1], ">", 1.05, measured=True)
claim("Twenty blocks: it is ahead.", times[20], "<", 0.75, measured=True)
gap = np.abs(np.diff(np.median(normed.accuracies, axis=-1), axis=0)).max()
claim("On test digits the two are close.", gap, "<", 0.03, measured=True)

# %% draw-zero-helps
names = ("batch norm, He", "batch norm, zero start")
losses = dict(zip(names, normed.losses, strict=True))
show(starts.draw_losses_by_depth, normed.depths, losses, width=7.4)

# %% zero-helps-means [markdown]
# In this setting the zero start costs a little at one block and gains at twenty, in training loss after 100 updates. On test digits there is no difference worth a sentence. That is what these nets, this optimizer and this number of updates say, and no more: it is a good first guess for your own net and a poor law. Change `depths` or the number of steps in the cell above, and see whether your guess survives.

# %% a-thousand-blocks [markdown]
# ## 8 · A thousand blocks
#
# Zero starts remove the explosion *before* the first update. What about the first update itself? All branches are 0, so every block sees the same $a^{(0)}$ and the same gradient $\delta$. For one sample, a step of gradient descent with rate $\eta$ changes each $W_2$ by $-\eta\,\delta h_l^\top$ (with $h_l$ as in section 5), so each branch moves from 0 to $-\eta\,\delta\,\lVert h_l\rVert^2$. All push the trunk the same way, against $\delta$:
#
# $$a^{(L)} - a^{(0)} = \sum_{l=1}^{L} \Delta W_2^{(l)} h_l \;\propto\; L$$

# %% guess-first-update tags=["predict"]
push = predict("80 blocks in place of 5: how many times as far does the trunk move?", 1)

# %% run-first-update
from coursekit.experiments import first_update

same = first_update.run(first_update.Config())
divided = first_update.run(first_update.Config(divide_by_depth=True))
push.reveal(same.growth, measured=True)

# %% what-first-update-says
growth = same.growth
claim(
    "16 times the blocks, about 16 times as far.", growth, "in", (13, 18), measured=True
)
growth = divided.growth
claim("Rate over L: the same at any depth.", growth, "in", (0.9, 1.1), measured=True)
moves = {"rate 1e-5": same.moved, "rate 1e-5 / L": divided.moved}
show(starts.draw_first_update, same.depths, moves)

# %% two-conditions [markdown]
# So a deep net without norms needs **two** things: branches that start small, and updates that do not add up. Either the rate shrinks like $1/L$, or the branches are built so that it need not. Fixup does the second. Its branches have $m$ layers; the last is zero, the others are multiplied by $c$, so $\lVert h\rVert$ by $c^{m-1}$. An update of rate $\eta$ then moves a branch by $\eta\,\lVert h\rVert^2 \propto \eta\, c^{2(m-1)}$. For all $L$ together to move the trunk by $\eta$, whatever $L$ is, we need $L\, c^{2m-2} = 1$, hence $c = L^{-1/(2m-2)}$.

# %% check-fixup
he, fixup = (
    ResidualNet(64, 10, depth=100, width=32, mode="pre", init=init)
    for init in ("he", "fixup")
)
weights = [net.blocks[0].branch.linear1.weight.std() for net in (he, fixup)]
claim("m = 2, L = 100: c is 0.1.", weights[1] / weights[0], "~", 0.1, rtol=1e-3)

# %% ready [markdown]
# Now for the stress test. A net of **1,000 blocks**, 2,000 linear layers deep and 32 features wide. No norm. The last layer of each branch starts at zero. Adam, rate $0.1/L$, 60 updates with batches of 512. Beside it two plain nets of 50 layers, with the same rule for the rate: one starts like torch's own linear layers (standard deviation $1/\sqrt{3d}$), one with He's gain.
#
# The next cell takes half a minute or more; a bar shows how far it is. (Where the course tests itself, the variable `COURSEKIT_QUICK` is set and 150 blocks have to do. Your run has all 1,000.)

# %% guess-thousand tags=["predict"]
thousand = predict("Test accuracy of 1,000 blocks after 60 updates?", 0.1)

# %% run-thousand tags=["long"]
from coursekit.experiments import thousand_blocks

deep = thousand_blocks.run(thousand_blocks.Config())
thousand.reveal(deep.end("residual"), measured=True)

# %% draw-thousand
options = {"nets": deep.nets, "depths": deep.depths}
show(starts.draw_thousand, deep.steps, deep.accuracies, width=7.4, **options)

# %% what-thousand-says
plain, plain_he = deep.end("plain, torch's default"), deep.end("plain, He")
claim("The residual net learns.", deep.end("residual"), ">", 0.9, measured=True)
claim("50 plain layers stay at chance.", plain, "<", 0.15, measured=True)
claim("He's gain helps them, not enough.", plain_he, "<", 0.7, measured=True)
alone = deep.without_branches
claim("Stem and head alone know little.", alone, "<", 0.5, measured=True)

# %% two-blocks-do
two_blocks = np.median(depths.at("accuracies", "zero", 2))
claim("Two blocks did as well in section 4.", two_blocks, ">", 0.9, measured=True)

# %% thousand-means [markdown]
# The claim about stem and head guards against the disguise of section 5: without its branches the trained net knows little. They did the learning.
#
# It is no recipe for digits: nets of two blocks did as well in section 4, at a fraction of the cost. It shows that depth by itself is no obstacle any more. Zhang, Dauphin and Ma (2019) found training with Fixup as stable as with norms up to 10,000 layers; De and Smith (2020) trained a thousand layers with SkipInit. What was missing in 2015 was not a norm but control of two numbers: the size of the branches, and the size of their updates.

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake | how you notice |
# |---|---|
# | two zeros in one branch | after the first backward pass no parameter of the branch has a gradient; the accuracy looks fine |
# | the *first* layer of the branch at zero | $h = 0$, and ReLU passes no gradient at 0: again no weight of the branch moves |
# | the last linear layer at zero, with a norm behind it | the norm divides by $\sqrt\epsilon$, so the gradients are $1/\sqrt\epsilon = 316$ times as large at $\epsilon = 10^{-5}$. Zero the norm's weight instead |
# | branch times $1/L$ in place of $1/\sqrt L$ | stable, but the branches start almost absent |
# | a line that initializes the whole net after your scheme | the first output differs from stem and head alone |
# | the learning rate of 10 blocks for 1,000 | the loss jumps up in the first updates |
# | the norm on the trunk, not in the branch | the variance is 1 everywhere, and no path is left untouched ([lesson 08](08_normalized_residual_networks.ipynb)) |

# %% one-zero-too-early [markdown]
# The second row surprises most people: *one* zero, and still a deadlock. Behind the first layer stands a ReLU. With $W_1 = 0$ its output $h$ is 0, so $\delta h^\top$ is 0 and $W_2$ gets nothing; and at exactly 0 the slope of torch's ReLU is 0, so $W_1$ gets nothing either. The zero belongs at the **end** of the branch, where nothing follows it but the sum.

# %% check-the-first-layer
net = ResidualNet(64, 10, depth=1, width=32, mode="pre")
layers = [net.blocks[0].branch.linear1, net.blocks[0].branch.linear2]
torch.nn.init.zeros_(layers[0].weight)
net(torch.ones(4, 64)).sum().backward()
slopes = [layer.weight.grad.abs().max() for layer in layers]
claim("First layer at zero: it gets no gradient.", slopes[0], "==", 0)
claim("The last gets none either.", slopes[1], "==", 0)

# %% question-half [markdown] tags=["question"]
# ## Questions
#
# **A.** No norm, He's initialization, each branch multiplied by 0.5. By what is the variance multiplied over 30 blocks?
#
# 1. $1 + 30/4 = 8.5$
# 2. $1.25^{30} \approx 808$
# 3. $1.5^{30} \approx 190\,000$
#
# <details><summary>Answer</summary>
#
# **2.** $s_l = 0.5$, so each block multiplies by $1 + 0.25$. (1) adds where one must multiply: that is the rule for branches behind a norm, which do not see the trunk grow. (3) forgets to square: 0.5 is a factor on lengths, and variances need its square. A constant factor only slows the explosion; it has to shrink with depth.
#
# </details>

# %% question-never [markdown] tags=["question"]
# **B.** "My ReZero branches never learn." You find $\alpha = 0$ and the last layer at 0. What helps?
#
# 1. A larger learning rate.
# 2. Adam in place of SGD: it rescales small gradients.
# 3. Draw the last layer as usual and leave $\alpha$ at 0.
#
# <details><summary>Answer</summary>
#
# **3.** Then $\delta^\top W_2 h$ is not zero, $\alpha$ moves, and all others follow. (1) multiplies zero. (2) is tempting, because Adam does rescale, but zero over zero plus $10^{-8}$ is still zero. These gradients are not small; they are absent.
#
# </details>

# %% question-hundred [markdown] tags=["question"]
# **C.** In a pre-activation net with batch norm, the branch of block 100 has a tenth of its skip's length before training. Why?
#
# 1. Batch norm makes the weights small.
# 2. The 99 branches before it have each added variance 1 to the trunk's own 1, and its branch has variance 1.
# 3. The net is young: branches contribute little at the onset.
#
# <details><summary>Answer</summary>
#
# **2.** $s_{100} = 1/\sqrt{100}$. (1) is false: the weights are He's; it is the input that was normalized. (3) takes the article's sentence for a law. Block 1 of the same young net has a ratio of 1.
#
# </details>

# %% question-rate [markdown] tags=["question"]
# **D.** A net of 10 blocks with zero starts learns well with Adam at rate 0.01. You build 1,000 such blocks. What do you try first?
#
# 1. The same rate: with zero starts the net is stable.
# 2. Rate 0.0001.
# 3. Rate 0.01 times $\sqrt{10/1000}$, that is 0.001, because the variance goes with $1/L$.
#
# <details><summary>Answer</summary>
#
# **2.** The branches all push the same way, so their updates add up like $L$: a hundred times the blocks, a hundredth of the rate. (1) is stable before the first update only. (3) is right for random branches at initialization, whose *variances* add; updates are no random directions, their lengths add.
#
# </details>

# %% summary [markdown]
# ## Summary
#
# | | |
# |---|---|
# | any residual net at the start | $\operatorname{Var} a^{(L)} = \operatorname{Var} a^{(0)} \prod_l (1 + s_l^2)$, with $s_l$ branch over skip |
# | He, no norm | $s_l = 1$: $2^L$ |
# | branches times $1/\sqrt L$ | $s_l^2 = 1/L$: $(1 + 1/L)^L < e$ |
# | norm in the branch | $s_l = 1/\sqrt l$: $1 + L$ |
# | zero start (ReZero, SkipInit, Fixup, zero weight of the last norm) | $s_l = 0$: 1 |
# | LayerScale | $s_l = \lambda$: $(1 + \lambda^2)^L$ without a norm |
# | gradients of $\alpha W_2 h$ | of $\alpha$: $\delta^\top W_2 h$; of $W_2$: $\alpha\,\delta h^\top$. One zero is fine, two are a deadlock |
# | first update | moves the trunk like $L$: rate $\propto 1/L$, or Fixup's $L^{-1/(2m-2)}$ |
#
# **Now write it:** [the exercise of lesson 04](../exercises/04_initialization_and_scaling.ipynb) has tasks for `variance_after(depth, kind)`, the closed forms of this table, and `init_residual(model, scheme)`, and one to debug: a ReZero branch that never learns.

# %% further-reading [markdown]
# ## Further reading
#
# - De, Smith, *Batch Normalization Biases Residual Blocks Towards the Identity Function in Deep Networks*, 2020, [arXiv:2002.10444](https://arxiv.org/abs/2002.10444). Section 3 of this lesson at full scale, with ImageNet.
# - Zhang, Dauphin, Ma, *Fixup Initialization: Residual Learning Without Normalization*, 2019, [arXiv:1901.09321](https://arxiv.org/abs/1901.09321). Thinks from the update, not from the variance: the idea of section 8.
# - Bachlechner and others, *ReZero is All You Need: Fast Convergence at Large Depth*, 2020, [arXiv:2003.04887](https://arxiv.org/abs/2003.04887). The shortest scheme of all, with a clear argument about gradients.
# - Touvron and others, *Going deeper with Image Transformers*, 2021, [arXiv:2103.17239](https://arxiv.org/abs/2103.17239). One factor for each feature, and what depth asks of its size.
# - Goyal and others, *Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour*, 2017, [arXiv:1706.02677](https://arxiv.org/abs/1706.02677). Where the zero weight in the last batch norm of each branch became common practice.

# %% header [markdown]
# # 01 · Make a plain network deep, and watch it fail
#
# **45 min alone · 30 min in a workshop**
#
# **You will** follow a gradient back through fifty layers, predict its length with one line of algebra, make it vanish, explode or stay, and then meet a failure that no gradient explains: deep networks whose gradients are healthy and that still train worse than shallow ones. The rest of the course is about curing both.
#
# **You need** basic PyTorch, the chain rule, matrix products, and what a variance is. [Lesson 00](00_start_here.ipynb) helps, but is not required.
#
# **How to read.** Before each experiment stands a guess: change it, run the cell, go on. Every number that we measure is a *claim* that the notebook checks in front of you; the numbers of papers come with their source.

# %% for-instructors [markdown] tags=["instructor"]
# **For instructors.** *Why we teach this:* "skip connections fix vanishing gradients" is what most people answer when asked why residual networks exist. It mixes up two problems. This lesson separates them before any cure is shown, so please do not show the cure early. *Learning outcomes:* afterwards learners can predict from one recursion whether a gradient vanishes, explodes or stays; choose the gain that keeps it; tell the degradation problem from a vanishing gradient, and say which measurement separates them. *Preparing:* run section 5 beforehand: it trains several nets. Decide that you will not mention skip connections for half an hour. *Timing (30 min):* sections 1 and 2, 8 min, with the recursion on the blackboard; 3 and the explorer, 7 min, on the big screen; 4, 4 min; 5, 8 min; questions, 3 min. *Questions you will get:* "Why not just use a better initialization?" (we do, in section 3; section 5 shows that it is not enough), "Is it overfitting?" (no: it is the *training* loss), "Would more epochs help?" (some; section 5 gives three times as many). *Typical pitfalls:* learners plot gradient lengths on a linear axis, where all layers but the last look like zero; they take exploding for the opposite of a problem; they hear "degradation" and think of the gradient.

# %% imports
import numpy as np
import torch

from coursekit.lesson import claim, predict, show, source
from coursekit.plots import degradation as degradation_plots
from coursekit.plots import plain_gradients as plots

rng = np.random.default_rng(0)

# %% plain-network [markdown]
# ## 1 · Fifty factors in a row
#
# A **plain network** is a chain: each layer sees only what the layer before it put out. With activations $a^l$ of $n$ features (the upper index numbers the layers; it is no power),
#
# $$z^{l+1} = W^{l+1} a^l + b^{l+1} \qquad a^{l+1} = g(z^{l+1})$$
#
# $W^{l+1}$ has shape $(n, n)$; $z$, $b$ and $a$ have shape $(n,)$: one sample, written as a column. (From the exercise on samples are rows, and the weights stand on the right.) The activation function $g$ (ReLU, tanh, sigmoid) acts on each entry. A small change of $a^l$ is multiplied by the matrix, then entry by entry by the slope $g'(z^{l+1})$. That is the layer's **Jacobian**, and a chain of layers multiplies them:
#
# $$\frac{\partial a^{l+1}}{\partial a^l} = D^{l+1} W^{l+1}, \quad D^{l+1} = \operatorname{diag}\, g'(z^{l+1}) \qquad \frac{\partial a^L}{\partial a^0} = D^L W^L \cdots D^2 W^2\, D^1 W^1$$
#
# All of these have shape $(n, n)$.

# %% check-the-chain
Ws = torch.from_numpy(rng.normal(size=(3, 5, 5)))
a0 = torch.from_numpy(rng.normal(size=5))


def chain(a):
    for W in Ws:
        a = torch.tanh(W @ a)
    return a


a, product = a0, torch.eye(5, dtype=torch.float64)
for W in Ws:
    a = torch.tanh(W @ a)
    product = torch.diag(1 - a**2) @ W @ product  # tanh' = 1 - tanh^2
gap = (torch.autograd.functional.jacobian(chain, a0) - product).abs().max()
claim("The product is autograd's Jacobian.", gap, "<", 1e-14, measured=True)

# %% a-product [markdown]
# Backpropagation walks the same chain from the end. Let $\delta^l = \partial \text{loss} / \partial a^l$, of shape $(n,)$, be the gradient that arrives at the output of layer $l$. Then
#
# $$\delta^{l} = (W^{l+1})^\top \left( g'(z^{l+1}) \odot \delta^{l+1} \right)$$
#
# where $\odot$ multiplies entry by entry. Early layers learn from what is left after many such steps. Suppose that each of them makes the gradient only a little shorter, by a factor of 0.7.

# %% guess-the-power tags=["predict"]
left = predict("Fifty layers, each times 0.7. How much of the length is left?", 0.01)

# %% run-the-power
left.reveal(0.7**50)
claim("Fifty times a factor of 0.7 leaves 2e-8.", 0.7**50, "in", (1e-8, 2e-8))
claim("Fifty times a factor of 1.4 makes 2e7.", 1.4**50, "in", (1e7, 3e7))

# %% a-knife-edge [markdown]
# Seven tenths sounds harmless, and next to nothing is left. Factors a little above 1 do the opposite. Deep networks stand on a knife's edge: the factor per layer must be very close to 1, or depth turns it into almost nothing (the gradient **vanishes**) or into something huge (it **explodes**). So which factor does a layer have?

# %% recursion [markdown]
# ## 2 · One line of algebra: the recursion
#
# Before training, the weights are random. Draw them independently with mean 0 and variance $c^2/n$; the number $c$ is called the **gain**. All biases start at 0. We want the expected squared length $\mathbb E\lVert\delta^l\rVert^2$.
#
# Take one entry. With $v = g'(z^{l+1}) \odot \delta^{l+1}$, of shape $(n,)$, it is $\delta^l_j = \sum_i W_{ij} v_i$. In $\mathbb E (\delta^l_j)^2$ the products of two different weights average to zero, and $\mathbb E W_{ij}^2 = c^2/n$, so $\mathbb E (\delta^l_j)^2 = \frac{c^2}{n} \sum_i v_i^2$. There are $n$ entries $j$, all alike, and the $n$ cancels:
#
# $$\mathbb E\lVert\delta^{l}\rVert^2 = c^2 \sum_i g'(z_i^{l+1})^2 (\delta_i^{l+1})^2 \approx \underbrace{c^2\, \mathbb E\, g'(z^{l+1})^2}_{\chi}\; \lVert\delta^{l+1}\rVert^2$$
#
# The length is multiplied by $\sqrt\chi$ in each layer.

# %% half-for-relu [markdown]
# We cheated twice. The slopes depend on $W^{l+1}$, which made $z^{l+1}$, and we treated them as independent of it. And we averaged them as if they had nothing to do with $\delta^{l+1}$. Both approximations are usual, and good for wide layers; the experiments decide whether they are good enough for us.
#
# **ReLU** has slope 1 for $z > 0$ and 0 for $z < 0$. Weights that are symmetric about 0 make both signs equally likely, so on average half of the slopes survive:
#
# $$\mathbb E\, g'(z)^2 = \tfrac12 \qquad \chi = \frac{c^2}{2}$$

# %% guess-the-gain tags=["predict"]
gain = predict("Which gain c keeps the gradient's length under ReLU?", 1.0)

# %% run-one-layer
n, draws = 64, 500
gain.reveal(round(np.sqrt(2), 3))
W = rng.normal(size=(draws, n, n)) * np.sqrt(2 / n)
a, delta = np.maximum(rng.normal(size=n), 0), rng.normal(size=n)
slope = (W @ a > 0).astype(float)
back = np.einsum("kij,ki->kj", W, slope * delta)
factor = (back**2).sum(axis=1).mean() / (delta**2).sum()
claim("Half of the slopes are 1.", slope.mean(), "~", 0.5, rtol=0.05)
claim("At c = sqrt(2) the squared length stays.", factor, "~", 1, rtol=0.1)

# %% he-and-torch [markdown]
# $c = \sqrt 2$ makes up for the half that ReLU cuts away. This is the initialization of He and others (2015, arXiv:1502.01852, Eq. 10 for the way forward, Eq. 14 for the way back); from now on $c = \sqrt 2$ is **He's gain**.
#
# PyTorch's `nn.Linear` does something else. Its weights are uniform between $-1/\sqrt n$ and $1/\sqrt n$, which has variance $\frac{1}{3n}$. So its gain is $c = 1/\sqrt 3 \approx 0.577$, and under ReLU $\chi = \frac16$.

# %% check-torchs-gain
from coursekit.experiments.plain_gradients import TORCH_DEFAULT

weight = torch.nn.Linear(512, 512).weight.detach()
claim("torch's default gain is 0.577.", TORCH_DEFAULT, "~", 0.577, rtol=1e-3)
measured = float(weight.std() * 512**0.5)
claim("A fresh layer has it.", measured, "~", TORCH_DEFAULT, rtol=0.02, measured=True)

# %% does-it-hold [markdown]
# ## 3 · Vanish, explode or stay
#
# Now fifty layers of 64 features with ReLU. The 8 × 8 digits go in, the gradient of the cross-entropy comes back, and we take the length of $\delta^l$ at every layer, over its length at the last one. (Layer 0 is what comes out of a first layer that reads the 64 pixels.) Nothing is trained. For ReLU the prediction for layer 0 is $\sqrt\chi^{\,50}$. For other activations $\chi$ depends on how large $z$ is, so the code also follows $\mathbb E\,g(z)^2$, which gives the variance of the next $z$. It takes $z$ as normal, a sum of many random terms; `_rule` turns a mean over a normal $z$ into a weighted sum.

# %% read-the-prediction
from coursekit.experiments import plain_gradients

source(plain_gradients.moments, plain_gradients.predict_lengths)

# %% guess-torchs-default tags=["predict"]
question = "torch's default gain, 50 layers: which share of the length reaches layer 0?"
share = predict(question, 0.01)

# %% run-three-gains
gains = {"torch's default, 0.577": TORCH_DEFAULT, "He's, 1.414": np.sqrt(2), "2": 2.0}
results = {
    f"gain {name}": plain_gradients.run(plain_gradients.Config(gain=value, depth=50))
    for name, value in gains.items()
}
default, he, two = results.values()
share.reveal(default.reached, measured=True)

# %% draw-three-gains
lengths = {name: result.lengths for name, result in results.items()}
lines = [result.predicted for result in results.values()]
show(plots.draw_lengths, lengths, lines, width=7.6)

# %% what-three-gains-say
claim("Torch's default: it vanishes.", default.reached, "<", 1e-12, measured=True)
claim("He's gain: it stays.", he.reached, "in", (1e-2, 1e2), measured=True)
claim("Gain 2: it explodes.", two.reached, ">", 1e6, measured=True)
claim("Predicted at 0.577: 6 to the -25.", default.predicted[0], "~", 6**-25, rtol=1e-6)
off = max(abs(np.log(r.reached / r.predicted[0])) for r in results.values())
claim("The worst prediction is off by less than 3.", np.exp(off), "<", 3, measured=True)
decades = np.log10(two.reached / default.reached)
claim("The figure spans 27 powers of ten.", decades, "in", (26, 29), measured=True)

# %% straight-lines [markdown]
# Same data, same layers, same loss; the gain alone decides. On a logarithmic axis a constant factor per layer is a straight line, and the line that section 2 predicts runs through measurements that span 27 powers of ten. The seeds differ by a small factor, because 64 features are not infinitely many.
#
# What does a share of $10^{-20}$ mean in practice? The gradient of a weight matrix is the outer product $(g'(z^{l+1}) \odot \delta^{l+1})\,(a^l)^\top$, of shape $(n, n)$. With torch's default the activations shrink on the way forward just as $\delta$ does on the way back. Take one step of gradient descent on this net, in float32, where a number has about seven digits.

# %% guess-the-update tags=["predict"]
question = "How many of the 209,536 weights in this net does one step change?"
changed = predict(question, 100_000)

# %% run-the-update
from coursekit.experiments.training import digits
from coursekit.nets import PlainNet

data = digits()
net = PlainNet(64, 10, depth=50, width=64, gain=TORCH_DEFAULT)
loss = torch.nn.functional.cross_entropy(net(data.train_x), data.train_y)
loss.backward()
weights = [w for w in net.parameters() if w.ndim == 2]
moved = sum(int((w - 0.1 * w.grad != w).sum()) for w in weights)
changed.reveal(moved)

# %% what-the-update-says
claim("209,536 weights.", sum(w.numel() for w in weights), "==", 209536)
claim("Not one of them changes.", moved, "==", 0)
largest = max(float(w.grad.abs().max()) for w in weights)
claim("Yet gradients are not zero.", largest, ">", 0, measured=True)
bias = net.head.linear.bias
claim(
    "The head's biases do move.", int((bias - 0.1 * bias.grad != bias).sum()), "==", 10
)

# %% sigmoid [markdown]
# Every update is smaller than half the gap between neighbouring float32 numbers, and rounding swallows it. Patience does not help: the weights of this net stay as they were drawn. Only biases can move, because they start at 0.
#
# **Sigmoid.** Before ReLU, networks used $s(z) = 1/(1 + e^{-z})$. Its slope is $s' = s\,(1 - s)$. A product of two numbers that sum to 1 is largest when both are $\frac12$:
#
# $$s'(z) \le \tfrac14 \qquad \chi \le \frac{c^2}{16}$$
#
# with equality only at $z = 0$. Tanh is milder: $1 - \tanh^2 z \le 1$. Both slopes fall to zero where the activation *saturates*, far from $z = 0$.

# %% draw-the-slopes
z = torch.linspace(-5, 5, 201, dtype=torch.float64, requires_grad=True)
functions = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
slopes = {
    name: torch.autograd.grad(g(z).sum(), z)[0].numpy() for name, g in functions.items()
}
top = slopes["sigmoid"].max()
show(plots.draw_slopes, z.detach().numpy(), slopes, marked=0.25, width=7.2)
claim("Sigmoid's largest slope is a quarter.", top, "~", 0.25, rtol=1e-6)

# %% guess-sigmoid tags=["predict"]
share = predict("Sigmoid with gain 1, 50 layers: which share is left?", 1e-10)

# %% run-sigmoid
sigmoid = plain_gradients.run(plain_gradients.Config(activation="sigmoid", gain=1.0))
share.reveal(sigmoid.reached, measured=True)
bound = 0.25**50
claim("A quarter to the power of 50 is 8e-31.", bound, "~", 8e-31, rtol=0.02)
claim("What is left is below it.", sigmoid.reached, "<", bound, measured=True)

# %% try-depth [markdown]
# This is the vanishing gradient of the textbooks. Hochreiter analysed it in his thesis of 1991, above all for recurrent networks, whose layers are steps in time.
#
# **Try it.** The points are measured on one net, the line is predicted. The explorer opens at ReLU with gain 1.
#
# 1. ReLU, 50 layers: how far can you move the gain away from 1.41, down until the predicted share is a thousandth, and up until it is a thousand?
# 2. Which gain on this slider saves sigmoid? And at which gain does tanh keep its gradient?

# %% explore-depth tags=["explorer"]
from coursekit.explorers.gradient_depth import explore_gradient_depth

explore_gradient_depth()

# %% depth-answers [markdown] tags=["question"]
# <details><summary>Answers</summary>
#
# 1. Solve $(c/\sqrt 2)^{50} = 10^{\pm 3}$: $c = 1.23$ and $c = 1.62$, some 15 % to each side. With 10 layers you could go from 0.71 to 2.82. Depth makes you pay for small errors.
# 2. None. The bound needs $c \ge 4$, and at such gains sigmoid saturates and its slopes fall further; even at 3 only about $10^{-14}$ is left. Tanh is kept near $c = 1.1$: below, the gradient vanishes, above, it explodes. A larger gain brings saturation but also larger weights, and the weights win.
#
# </details>

# %% check-the-answers
edges = [np.sqrt(2) * 10 ** (sign * 3 / 50) for sign in (-1, 1)]
claim("The lower edge is 1.23.", edges[0], "~", 1.23, rtol=0.005)
claim("The upper edge is 1.62.", edges[1], "~", 1.62, rtol=0.005)
shallow = [np.sqrt(2) * 10 ** (sign * 3 / 10) for sign in (-1, 1)]
claim("With 10 layers the lower is 0.71.", shallow[0], "~", 0.71, rtol=0.01)
claim("And the upper 2.82.", shallow[1], "~", 2.82, rtol=0.01)
predicted = plain_gradients.predict_lengths
claim(
    "Sigmoid at 3 still vanishes.",
    predicted("sigmoid", gain=3.0, depth=50)[0],
    "<",
    1e-13,
)
tanh = [predicted("tanh", gain=c, depth=50)[0] for c in (0.9, 1.1, 1.3)]
claim("Tanh at 0.9 vanishes.", tanh[0], "<", 0.01)
claim("Tanh at 1.1 stays.", tanh[1], "in", (0.3, 3))
claim("Tanh at 1.3 explodes.", tanh[2], ">", 3)

# %% article-vanishing [markdown]
# ### Claim A1
#
# **What the article says.** Training deep networks needs techniques against vanishing gradients.
#
# **What is exact.** It is half of the truth, twice. First, whether gradients vanish, explode or stay depends on $\chi = c^2\,\mathbb E\,g'(z)^2$, and at the start of training a good gain is all it takes: in a fifty-layer ReLU net with He's gain the gradient neither vanishes nor explodes. Exploding gradients are as real as vanishing ones. Second, and this is the rest of the lesson: plain networks with healthy gradients fail as well.

# %% norms [markdown]
# ## 4 · A norm that makes gradients explode
#
# Choosing the gain by hand is fragile, as the explorer shows. Two kinds of layers promise to make it unnecessary: they rescale the activations in every layer. **Batch norm** ([lesson 05](05_batch_norm.ipynb)) takes each feature, subtracts its mean over the batch and divides by its standard deviation over the batch. **Layer norm** ([lesson 07](07_layer_norm.ipynb)) does so for each sample over its features. Here we put them between the linear part and ReLU of thirty plain layers, 256 features wide, with He's gain, and send a random gradient back.
#
# With He's gain alone the gradient keeps its length. What do you expect of batch norm?

# %% guess-batch-norm tags=["predict"]
times = predict(
    "Batch norm, 30 layers: the gradient at layer 0 is longer by a factor of", 1
)

# %% run-the-norms
from coursekit.experiments import gradient_growth

kinds = ("plain he", "plain layer norm", "plain batch norm")
growth = gradient_growth.run(gradient_growth.Config(kinds=kinds, depth=30))
reached = np.median(growth.lengths[kinds.index("plain batch norm"), :, 0])
times.reveal(round(reached), measured=True)

# %% draw-the-norms
theory = gradient_growth.BATCH_NORM_GROWTH
show(plots.draw_growth, kinds, growth.lengths, theory=theory, width=7.6)

# %% what-the-norms-say
plain_he, layer, batch = (growth.median(kind) for kind in kinds)
claim("He's gain keeps the length.", plain_he, "in", (0.97, 1.03), measured=True)
claim("So does layer norm.", layer, "in", (0.97, 1.03), measured=True)
claim("Batch norm: 1.2 a layer.", batch, "in", (1.15, 1.27), measured=True)
claim("Over 30 layers more than 100.", reached, ">", 100, measured=True)
claim("The root of pi / (pi - 1) is 1.211.", theory, "~", 1.211, rtol=1e-3)
claim("Theory and measurement agree.", batch, "~", theory, rtol=0.02, measured=True)

# %% not-the-weights [markdown]
# Batch norm keeps the activations in bounds, and the gradient pays for it. Yang and others (2019, arXiv:1902.08129) worked it out for wide networks: batch norm itself is the cause, and no choice of the initial weights removes the growth. With ReLU and large batches it is $\sqrt{\pi/(\pi-1)} = 1.211$ a layer, the grey line. [Lesson 06](06_batch_norm_backward.ipynb) derives the number; for now, note the direction. Nothing vanishes here.
#
# Is it fatal? This is a net *before* training, and the same authors saw the range of the gradients shrink a lot after a single update. So let us train.

# %% degradation [markdown]
# ## 5 · Healthy gradients, and it still gets worse
#
# We train plain nets with batch norm and He's gain on the digits: 64 features wide, eight epochs, the same settings for all, three seeds each, and 4, 12, 20 or 32 layers between a first layer that reads the pixels and a linear head. We look at the **training** loss, the loss on the very images that the net has seen. More layers can express more, so one would expect it to fall with depth, or at least to stay.
#
# With 4 layers it comes down to about 0.04. (The loss is the cross-entropy with the natural logarithm, in *nats*; a net that guesses has $\ln 10 = 2.3$.)

# %% guess-degradation tags=["predict"]
loss_at_20 = predict("Training loss with 20 layers, after the same 8 epochs?", 0.03)

# %% run-degradation
from coursekit.experiments import degradation

training = degradation.Config(kinds=("plain",), depths=(4, 12, 20, 32))
plain = degradation.run(training)
loss_at_20.reveal(round(plain.median("plain", 20), 2), measured=True)

# %% draw-degradation
draw = degradation_plots.draw_losses_by_depth
show(draw, plain.depths, plain.losses, kinds=plain.kinds)

# %% what-degradation-says
loss = {depth: plain.median("plain", depth) for depth in (4, 12, 20, 32)}
claim("4 layers reach about 0.04.", loss[4], "in", (0.02, 0.08), measured=True)
claim("12 layers are worse.", loss[12] / loss[4], ">", 1.5, measured=True)
claim("20 layers are far worse.", loss[20] / loss[4], ">", 5, measured=True)
claim("32 layers have learned little.", loss[32], "in", (1, 2.3), measured=True)
claim("Guessing has a loss of 2.3.", np.log(10), "~", 2.3, rtol=0.01)

# %% draw-curves
show(degradation_plots.draw_training_curves, plain.depths, plain.curves[0], width=7.6)

# %% the-degradation-problem [markdown]
# Every curve falls; the deeper the net, the slower. He, Zhang, Ren and Sun (2015, arXiv:1512.03385) named this the **degradation problem**. Their plain network of 56 layers had a higher training error on CIFAR-10 than the one of 20 layers (Figure 1), and on ImageNet 34 plain layers did worse than 18 (Section 4.1).
#
# Four explanations come to mind at once. Each can be tested, and each is wrong.
#
# **Is it overfitting?** No. An overfitted net has a *low* training loss and fails on new images. Here it is the training loss that is high, and the test accuracy falls with it.

# %% not-overfitting
accuracy = np.median(plain.test_accuracies[0], axis=1)
claim("4 layers: good on new images.", accuracy[0], ">", 0.9, measured=True)
claim("32 layers: bad on new images too.", accuracy[3], "<", 0.7, measured=True)

# %% is-it-vanishing [markdown]
# **Is it a vanishing gradient?** Section 4 says no for the first step. But during training? We kept the length of the gradient of the first layer's weights at the end of every epoch. Compare 20 layers, where the loss is more than five times as high, with 4.

# %% guess-first-gradient tags=["predict"]
options = ["far shorter", "about as long", "longer"]
question = "The first layer's gradient with 20 layers, beside that with 4, is"
comparison = predict(question, "far shorter", choices=options)

# %% run-first-gradient
gradients = plain.first_gradients[0]
shortest = {depth: gradients[i].min() for i, depth in enumerate(plain.depths)}
middle = {depth: np.median(gradients[i]) for i, depth in enumerate(plain.depths)}
comparison.reveal("longer" if middle[20] > 1.2 * middle[4] else "about as long")
ratio = middle[20] / middle[4]
claim("With 20 layers it is longer.", ratio, ">", 1.2, measured=True)
claim("With 32 it is as long.", middle[32] / middle[4], "in", (0.5, 2), measured=True)
claim("And it never vanishes.", shortest[32], ">", 0.01, measured=True)

# %% draw-first-gradient
show(degradation_plots.draw_first_gradients, plain.depths, gradients, width=7.6)

# %% article-degradation [markdown]
# ### Claim A1, where gradients are healthy
#
# **What the article says.** Training deep networks needs techniques against vanishing gradients.
#
# **What is exact.** They are not all that stands in the way. He and others checked the gradients of their plain networks with batch norm, found them healthy, and wrote that vanishing gradients are an unlikely cause (Section 4.1). You have just seen the same: the first layer of the net that learns worst gets a gradient about as long as that of the net that learns best. *Degradation is not vanishing gradients.* The gradient is long enough, but following it does not lead far. Lesson 06 looks at its *direction*.

# %% is-it-the-norm [markdown]
# **Is it the memory of batch norm?** In evaluation batch norm is a different function: it uses a mean and a variance remembered from training, not those of the batch. If they were off, the loss in evaluation, the one in the first figure of this section, could be high although training went well. So we also took the loss as training sees it, with the statistics of the training images themselves: that is what the curves through the epochs show. At the end the two must agree.

# %% check-the-norm
in_training = np.median(plain.curves[0, :, :, -1], axis=1)
in_evaluation = np.median(plain.losses[0], axis=1)
for depth, one, other in zip((20, 32), in_training[2:], in_evaluation[2:], strict=True):
    apart = abs(one / other - 1)
    claim(f"{depth} layers: both losses agree.", apart, "<", 0.2, measured=True)

# %% is-it-time [markdown]
# **Is it only slow?** It is slow. But more time does not close the gap: He and others trained three times as long and still saw the degradation (footnote in Section 4.1). We do the same, with 24 epochs instead of 8, for 4 and 20 layers. Both get better, of course. After 8 epochs the loss of 20 layers was more than five times that of 4.

# %% guess-the-ratio tags=["predict"]
ratio = predict("How many times higher is the loss of 20 layers after 24 epochs?", 2)

# %% run-longer
options = {"kinds": ("plain",), "depths": (4, 20), "epochs": 24}
longer = degradation.run(degradation.Config(**options))
times = longer.median("plain", 20) / longer.median("plain", 4)
ratio.reveal(round(times, 1), measured=True)
claim("The gap has not closed.", times, ">", 5, measured=True)

# %% a-deep-net-that-is-good [markdown]
# ### The good deep net exists
#
# Perhaps a plain net of 20 layers simply *cannot* do the task? It can, and He and others give the proof in one sentence (Section 1). Take the trained net of 4 layers. Put 16 layers behind it that pass on what they are given. The result has 20 layers and the loss of 4.
#
# Can a layer pass on what it is given? Yes, if its input has no negative entries, and after a ReLU it has none. Choose $W = I$ and $b = 0$. Batch norm has a learned factor and a learned offset for each feature: set them to the standard deviation that it divides by and the mean that it subtracts. And ReLU leaves non-negative numbers alone.

# %% read-the-identity
from coursekit.experiments import identity_layers

source(identity_layers.set_to_identity)

# %% guess-the-built-net tags=["predict"]
question = "The 4-layer net of loss near 0.04, with 16 such layers: its loss?"
built_loss = predict(question, 0.5)

# %% run-the-built-net
config = identity_layers.Config(shallow=4, deep=20, training=training)
built = identity_layers.run(config)
built_loss.reveal(round(float(np.median(built.built)), 2), measured=True)
gap = np.abs(built.built - built.shallow).max()
claim("The built net has 20 layers in its blocks.", built.layers, "==", 20)
claim("It is as good as the 4-layer net.", gap, "<", 1e-3, measured=True)
better = plain.median("plain", 20) / np.median(built.built)
claim("And far better than what training found.", better, ">", 5, measured=True)

# %% what-it-means [markdown]
# So among all settings of the weights of a 20-layer net there is one with a loss of about 0.04, and gradient descent ends at more than five times that. The problem is neither what the net can express nor the length of its gradient. It is that a *search from random weights* does not find the good solution in the time it has.
#
# And look at what the good solution was: most layers **do nothing**. For a plain layer that is hard work: every entry of $W$ has to arrive at 0 or 1. It would be wise to build layers for which doing nothing is the easiest thing of all. That is [lesson 02](02_residual_connections.ipynb).

# %% common-mistakes [markdown]
# ## Common mistakes
#
# | mistake | how you notice |
# |---|---|
# | gradient lengths on a linear axis | all layers but the last few look like zero; use a log axis |
# | "it does not learn, so gradients vanish" | measure them layer by layer before you name the cause |
# | torch's default initialization in a deep ReLU net | each layer multiplies the length by 0.41 |
# | He's gain with sigmoid | $\sqrt 2$ makes up for ReLU's half, not for a quarter |
# | a dead ReLU ($z < 0$ on every sample) taken for a vanishing gradient | the gradient is *exactly* zero, and suddenly so, not a little smaller in each layer |
# | calling degradation overfitting | the training loss is high too |
# | comparing the gradients of weights of different shapes | larger matrices have longer gradients; compare $\delta^l$, or divide by the root of the number of weights |
# | only one seed | lengths at one layer differ by a factor of 1.5 or more between seeds |

# %% check-the-table
claim("The root of a sixth is 0.41.", np.sqrt(1 / 6), "~", 0.41, rtol=0.01)
spread = he.lengths[:, 0]
claim("Seeds differ.", spread.max() / spread.min(), "in", (1.5, 10), measured=True)

# %% question-gain [markdown] tags=["question"]
# ## Questions
#
# **A.** A ReLU net of 40 layers has gain $c = 1$. About how much of the gradient's length reaches the first layer?
#
# 1. All of it: gain 1 changes nothing.
# 2. $2^{-20} \approx 10^{-6}$.
# 3. $2^{-40} \approx 10^{-12}$.
#
# <details><summary>Answer</summary>
#
# **2.** $\chi = \frac12$ for the *squared* length, so each layer multiplies the length by $\sqrt{1/2}$, and $\sqrt{1/2}^{\,40} = 2^{-20}$. (1) is true of the matrix alone; ReLU silences half of the features. (3) is the squared length.
#
# </details>

# %% check-question-gain
length = predicted("relu", gain=1.0, depth=40)[0]
claim("It is 2 to the power of -20.", length, "~", 2**-20, rtol=1e-6)
claim("That is about a millionth.", length, "in", (0.9e-6, 1e-6))

# %% question-sigmoid [markdown] tags=["question"]
# **B.** Someone replaces ReLU by sigmoid in a deep net and keeps He's gain "because it is made for deep nets". By what factor, at most, does a layer now multiply the gradient's length on average?
#
# 1. 1
# 2. $\sqrt 2 / 4 \approx 0.35$
# 3. $1/4$
#
# <details><summary>Answer</summary>
#
# **2.** $\sqrt\chi \le c\,/\,4$ with $c = \sqrt 2$. (1) takes He's gain for a property of the weights alone; it belongs to ReLU, whose slopes have a mean square of one half. (3) forgets the weights: the slope is at most a quarter, and the matrix stretches by $c$.
#
# </details>

# %% check-question-sigmoid
claim("The root of 2 over 4 is 0.35.", np.sqrt(2) / 4, "~", 0.35, rtol=0.02)
real = predicted("sigmoid", gain=np.sqrt(2), depth=40)[0] ** (1 / 40)
claim("The predicted factor is lower still.", real, "<", np.sqrt(2) / 4)

# %% question-degradation [markdown] tags=["question"]
# **C.** A plain net of 56 layers has a higher training error *and* a higher test error than one of 20 layers. Gradients have ordinary lengths. What is the matter?
#
# 1. It overfits: too many parameters.
# 2. Its gradients vanish.
# 3. It cannot express the function that the net of 20 layers computes.
# 4. Training does not find the good weights that it has.
#
# <details><summary>Answer</summary>
#
# **4.** (1) would show as a low training error. (2) is ruled out by the lengths. (3) is ruled out by construction: 36 layers that pass on their input turn the shallow net into the deep one.
#
# </details>

# %% question-cure [markdown] tags=["question"]
# **D.** In a plain net with batch norm the gradient grows by 1.2 in each layer. Can you cure that by drawing all weights half as large?
#
# 1. Yes, each layer then multiplies by 0.6.
# 2. No, batch norm divides by the standard deviation, which is halved as well.
# 3. Yes, but only with ReLU.
#
# <details><summary>Answer</summary>
#
# **2.** Halved weights give halved $z$, batch norm divides by half the standard deviation, and the output is what it was. On the way back the two factors cancel too. (1) is right for a net without norms. (3) confuses the activation, which does change the factor, with the weights, which do not.
#
# </details>

# %% check-question-cure
from torch.nn import BatchNorm1d

halved = []
for c in (np.sqrt(2), np.sqrt(2) / 2):
    net = PlainNet(64, 64, depth=10, width=64, norm=BatchNorm1d, gain=c).double()
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(64, 64)))
    back = gradient_growth.gradient_lengths(net, x, x.flip(0))
    halved.append(back[0] / back[-1])
ratio = halved[1] / halved[0]
claim("Half the weights, same growth.", ratio, "~", 1, rtol=0.01, measured=True)

# %% summary [markdown]
# ## Summary
#
# | | |
# |---|---|
# | plain layer | $z^{l+1} = W^{l+1} a^l + b^{l+1}$, $\;a^{l+1} = g(z^{l+1})$ |
# | backward | $\delta^l = (W^{l+1})^\top (g'(z^{l+1}) \odot \delta^{l+1})$: a product of one Jacobian for each layer |
# | recursion | $\mathbb E\lVert\delta^l\rVert^2 \approx \chi\,\lVert\delta^{l+1}\rVert^2$ with $\chi = c^2\,\mathbb E\,g'(z)^2$, weights of variance $c^2/n$ |
# | ReLU | $\chi = c^2/2$: the length stays at $c = \sqrt 2$ (He); torch's default multiplies it by $\sqrt{1/6}$ a layer |
# | sigmoid | $\chi \le c^2/16$ |
# | plain with batch norm | the length grows by $\sqrt{\pi/(\pi-1)} = 1.211$ a layer before training |
# | degradation problem | deeper plain nets have a higher *training* loss, with healthy gradients, although a good deep net exists |
#
# **Now write it:** [the exercise of lesson 01](../exercises/01_plain_networks.ipynb) has three tasks: a plain net with the length of its gradient at every layer, the gain that keeps it, and a "vanishing gradient" that is really something else. It tells you, by name, what went wrong.

# %% further-reading [markdown]
# ## Further reading
#
# - He, Zhang, Ren, Sun, *Deep Residual Learning for Image Recognition*, 2015, [arXiv:1512.03385](https://arxiv.org/abs/1512.03385). Read the introduction now: one page on the degradation problem. The rest is lesson 02.
# - He, Zhang, Ren, Sun, *Delving Deep into Rectifiers*, 2015, [arXiv:1502.01852](https://arxiv.org/abs/1502.01852). Section 2.2 is our section 2, forward and backward.
# - Glorot, Bengio, *Understanding the difficulty of training deep feedforward neural networks*, 2010, [PMLR 9](https://proceedings.mlr.press/v9/glorot10a.html). The variance argument before ReLU, and histograms of what saturates.
# - Schoenholz, Gilmer, Ganguli, Sohl-Dickstein, *Deep Information Propagation*, 2017, [arXiv:1611.01232](https://arxiv.org/abs/1611.01232). Where $\chi$ comes from, and how deep a net can be for a given gain.
# - Yang, Pennington, Rao, Sohl-Dickstein, Schoenholz, *A Mean Field Theory of Batch Normalization*, 2019, [arXiv:1902.08129](https://arxiv.org/abs/1902.08129). The theory behind section 4, for any activation.

# %% title [markdown]
# # 00 · Start here: guess, run, check
#
# **25 min alone · 15 min in a workshop**

# %% imports
import numpy as np

from coursekit.lesson import claim, predict, show

# %% [markdown]
# ## See
# Text.

# %% predict-sum
guess = predict("What is the sum?", 3)

# %% experiment
x = np.ones(4)
print("a")
print("b")
x.sum()

# %% claim-sum
guess.reveal(x.sum())
claim("The sum is 4.", x.sum(), "==", 4)

# %% figure
def line(ax, y):
    ax.plot(y)
    return "A flat line at 1."
show(line, x)

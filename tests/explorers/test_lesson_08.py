"""What the explorer of lesson 08 says."""

from coursekit.explorers import norm_placement
from coursekit.plots.norm_placement import DEEPEST


def said(**changes):
    """Return the words for the default position with some changes."""
    params = norm_placement.explore_norm_placement().params
    return norm_placement.tell({**params, **changes})


def test_explorer_starts_with_pre_ln_whose_trunk_carries_all():
    assert "x + f(norm(x)), final norm, 12 blocks" in said()
    assert "carries back: measured 1." in said()


def test_trunk_of_post_ln_carries_next_to_nothing():
    assert "carries back: measured 8e-08." in said(placement="post", depth=DEEPEST)


def test_sigmoid_starves_the_first_block_under_post_ln_only():
    deep = {"depth": DEEPEST, "activation": "sigmoid"}
    starved = norm_placement._of({"placement": "post", **deep}).gradients
    fed = norm_placement._of({"placement": "pre", **deep}).gradients
    assert starved[0] < starved[-1] / 100
    assert fed[0] > fed[-1]

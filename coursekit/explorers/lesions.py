"""Explorer: delete and reorder blocks of two trained nets and watch their errors."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from coursekit.experiments import lesions as experiment
from coursekit.explorers.base import Explorer, Params, box, choice
from coursekit.explorers.stage import Stage
from coursekit.plots.lesions import draw_lesion_state, prepare_lesion_axes

BLOCKS = 10
SEED = 0
#: the nets of lesson 03: there they are trained already
CONFIG = experiment.Config()
KINDS = ("residual", "plain")
ORDERS: Mapping[str, Callable[[list[int]], list[int]]] = {
    "as trained": lambda blocks: blocks,
    "the first two exchanged": lambda blocks: [*blocks[1::-1], *blocks[2:]],
    "the last two exchanged": lambda blocks: [*blocks[:-2], *blocks[:-3:-1]],
    "odd places first, then even": lambda blocks: [*blocks[::2], *blocks[1::2]],
    "from last to first": lambda blocks: blocks[::-1],
}


@cache
def _stage() -> Stage:
    return Stage(prepare_lesion_axes, ncols=2, height=2.4)


def _order(params: Params) -> tuple[int, ...]:
    """Return the numbers of the blocks that are left, in the order they work."""
    left = [i for i in range(BLOCKS) if not params[f"without_{i + 1}"]]
    return tuple(ORDERS[params["order"]](left))


@lru_cache(maxsize=64)
def _errors(order: tuple[int, ...]) -> tuple[float, ...]:
    """Return the errors of both nets with their blocks in ``order``."""
    return tuple(experiment.error(kind, SEED, CONFIG, order) for kind in KINDS)


def render(params: Params) -> bytes:
    """Return the blocks and both errors as PNG.

    Parameters
    ----------
    params : mapping
        ``without_1`` to ``without_10``: True where the block is deleted; ``order``:
        one of `ORDERS`.
    """
    order = _order(params)
    deleted = [i for i in range(BLOCKS) if i not in order]
    errors, whole = _errors(order), _errors(tuple(range(BLOCKS)))
    return _stage().png(draw_lesion_state, order, deleted, errors, whole)


def tell(params: Params) -> str:
    """Return what is seen in words and numbers; ``params`` as in `render`."""
    order = _order(params)
    residual, plain = _errors(order)
    before, before_plain = _errors(tuple(range(BLOCKS)))
    deleted = [str(i + 1) for i in range(BLOCKS) if i not in order]
    gone = f"Without {', '.join(deleted)}" if deleted else "All ten blocks"
    return (
        f"{gone}, order: {params['order']}. Test error of the residual net: "
        f"measured {residual:.3f} (whole: measured {before:.3f}); of the plain net: "
        f"measured {plain:.3f} (whole: measured {before_plain:.3f})."
    )


def explore_lesions() -> Explorer:
    """Return a box for each block and a list of orders, in rows above the picture."""
    controls = {f"without_{i + 1}": box(f"delete block {i + 1}") for i in range(BLOCKS)}
    for control in controls.values():
        control.indent = False
        control.layout.width = "10em"
    controls["order"] = choice("order of the blocks", "as trained", list(ORDERS))
    explorer = Explorer(controls, render, tell)
    explorer.layout.display, explorer.layout.flex_flow = "flex", "row wrap"
    explorer.picture.layout.width = explorer.status.layout.width = "100%"
    return explorer

"""Right answers to `axes_of`, in the styles that people write."""


def by_what_stays(norm, shape):
    last = len(shape) - 1
    feature = 1 if last == 3 else last
    samples = {2: {0}, 3: {0, 1}, 4: {0}}[len(shape)]
    if norm == "instance" and len(shape) == 3:
        samples = {0}
    stays = {"batch": {feature}, "layer": samples, "instance": samples | {feature}}
    return set(range(len(shape))) - stays[norm]


def by_letters(norm, shape):
    letters = {2: "ND", 3: "BTD", 4: "NCHW"}[len(shape)]
    feature = "C" if len(shape) == 4 else "D"
    sample = {"layer": "NBT", "instance": "NB"}.get(norm, "")
    kept = sample + (feature if norm != "layer" else "")
    return tuple(axis for axis, letter in enumerate(letters) if letter not in kept)


def by_cases(norm, shape):
    n = len(shape)
    if norm == "layer":
        return (1, 2, 3) if n == 4 else (n - 1,)
    if norm == "batch":
        return (0, 2, 3) if n == 4 else tuple(range(n - 1))
    return [axis for axis in range(1, n) if axis != (1 if n == 4 else n - 1)]

"""Which lessons a workshop needs most, and for how long people listen."""

#: First what the course is about, then why it is needed and how it goes together, last
#: what is read at home without loss.
ORDER = (
    "02_residual_connections",
    "07_layer_norm",
    "05_batch_norm",
    "01_plain_networks",
    "08_normalized_residual_networks",
    "04_initialization_and_scaling",
    "06_batch_norm_backward",
    "03_residual_networks_at_work",
    "00_start_here",
)
#: Minutes. Nobody listens longer without practice, as far as sections allow.
TALK = 27
#: Minutes of practice for each minute of talk, below which no lesson is added.
PRACTISED = 2 / 3
_NUMBERS = ", ".join(name.partition("_")[0] for name in ORDER)
CHOICE = (
    "Lessons are taken in the order in which a workshop would miss them "
    f"({_NUMBERS}), as long as two minutes of practice are left for three of talk, and "
    "given in the order of the course."
)
PRACTICE = (
    "Each lesson comes with its most important task, nobody listens for more than "
    f"{TALK} minutes without practice, and the time that is left goes to what else "
    "matters most."
)


def place(name: str) -> tuple[int, str]:
    """Return what sorts lessons; one that has no place comes last.

    Examples
    --------
    >>> sorted(["99_more", "00_start_here", "07_layer_norm"], key=place)
    ['07_layer_norm', '00_start_here', '99_more']
    """
    return ORDER.index(name) if name in ORDER else len(ORDER), name

"""torch's SGD and Adam on all parameters of a net at once: they lie in one vector.

The nets of the course have hundreds of small parameters, and an optimizer that visits
one after the other takes longer than the rest of a training step.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector


def as_vectors(model: nn.Module) -> tuple[Tensor, Tensor]:
    """Return all parameters of ``model`` as one vector, and their gradients.

    The parameters become views of the first and their gradients views of the second:
    who changes the vector moves the net, and a backward pass adds to the gradients.
    That ends where a parameter or a gradient is replaced or set to None; so give
    ``zero_grad`` of an optimizer ``set_to_none=False``.

    Returns
    -------
    values, slopes : Tensor of shape (parameters,)
        In the order of ``model.parameters()``; the gradients start at 0.

    Examples
    --------
    >>> layer = nn.Linear(2, 2)
    >>> values, _ = as_vectors(layer)
    >>> _ = values.zero_()
    >>> layer.weight.count_nonzero().item()
    0
    """
    parameters = list(model.parameters())
    values = parameters_to_vector(parameters).detach()
    slopes = torch.zeros_like(values)
    sizes = [parameter.numel() for parameter in parameters]
    parts = values.split(sizes), slopes.split(sizes)
    for parameter, value, slope in zip(parameters, *parts, strict=True):
        parameter.data = value.view_as(parameter)
        parameter.grad = slope.view_as(parameter)
    return values, slopes


def sgd(model: nn.Module, lr: float, momentum: float = 0.0) -> torch.optim.SGD:
    """Return torch's SGD on all parameters of ``model`` at once; see `as_vectors`."""
    return torch.optim.SGD([_as_one_parameter(model)], lr, momentum)


def adam(model: nn.Module, lr: float, _momentum: float = 0.0) -> torch.optim.Adam:
    """Return torch's Adam, with its own momenta, on all parameters at once."""
    return torch.optim.Adam([_as_one_parameter(model)], lr)


def _as_one_parameter(model: nn.Module) -> nn.Parameter:
    values, slopes = as_vectors(model)
    whole = nn.Parameter(values)
    whole.grad = slopes
    return whole


#: optimizer: (model, lr, momentum) -> what updates it
OPTIMIZERS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": sgd,
    "adam": adam,
}

"""The definition of each layer in NumPy: forward passes and hand-derived gradients."""

from coursekit.reference.axes import axes_of
from coursekit.reference.batch_norm import (
    BatchNormCache,
    RunningStats,
    batch_norm_backward,
    batch_norm_forward,
    fold_batch_norm,
)
from coursekit.reference.gradients import numerical_gradient, relative_error
from coursekit.reference.group_norm import group_norm_backward, group_norm_forward
from coursekit.reference.instance_norm import (
    instance_norm_backward,
    instance_norm_forward,
)
from coursekit.reference.layer_norm import layer_norm_backward, layer_norm_forward
from coursekit.reference.paths import gradient_by_path_length
from coursekit.reference.preact_residual import (
    PreactResidualCache,
    preact_residual_backward,
    preact_residual_forward,
)
from coursekit.reference.residual import (
    ProjectedResidualCache,
    ResidualCache,
    projected_residual_backward,
    projected_residual_forward,
    residual_backward,
    residual_forward,
)
from coursekit.reference.rms_norm import (
    RMSNormCache,
    rms_norm_backward,
    rms_norm_forward,
)
from coursekit.reference.standardize import NormCache
from coursekit.reference.variance import variance_after

__all__ = [
    "BatchNormCache",
    "NormCache",
    "PreactResidualCache",
    "ProjectedResidualCache",
    "RMSNormCache",
    "ResidualCache",
    "RunningStats",
    "axes_of",
    "batch_norm_backward",
    "batch_norm_forward",
    "fold_batch_norm",
    "gradient_by_path_length",
    "group_norm_backward",
    "group_norm_forward",
    "instance_norm_backward",
    "instance_norm_forward",
    "layer_norm_backward",
    "layer_norm_forward",
    "numerical_gradient",
    "preact_residual_backward",
    "preact_residual_forward",
    "projected_residual_backward",
    "projected_residual_forward",
    "relative_error",
    "residual_backward",
    "residual_forward",
    "rms_norm_backward",
    "rms_norm_forward",
    "variance_after",
]

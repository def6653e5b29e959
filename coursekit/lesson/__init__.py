"""What the cells of a lesson call: predict, claim, show and source."""

from coursekit.lesson.claims import ClaimError, claim
from coursekit.lesson.figures import show
from coursekit.lesson.listings import source
from coursekit.lesson.predictions import Prediction, predict

__all__ = ["ClaimError", "Prediction", "claim", "predict", "show", "source"]

"""All of ours that runs beside learner code: it calls an answer, reports plain arrays."""

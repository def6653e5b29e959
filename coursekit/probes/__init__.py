"""All of ours that runs beside learner code: it calls answers, reports plain data."""

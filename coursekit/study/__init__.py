"""The learner's side: study folder, JupyterLab, feedback, progress, doctor."""

# An image for JupyterHub: every learner finds the course in the folder "course" of the
# home directory, and a newer image brings it up to date without touching what they wrote.
#
# Build it from a release, never from a clone, which holds the solutions:
#
#     coursekit release norms
#     docker build -f norms/.devcontainer/jupyterhub.Dockerfile -t norms norms
FROM quay.io/jupyter/minimal-notebook:python-3.12

COPY --chown=${NB_UID}:${NB_GID} . /tmp/course
RUN pip install --no-cache-dir \
        --extra-index-url https://download.pytorch.org/whl/cpu /tmp/course && \
    rm -rf /tmp/course && \
    fix-permissions "${CONDA_DIR}"

# The hub puts the learner's own storage over the home directory, so the notebooks can
# only be laid out when the server starts. It starts all the same if that fails.
USER root
RUN printf '%s\n' '#!/bin/bash' \
        'python -c "from pathlib import Path; from coursekit.study.folder import refresh; print(*refresh(Path.home() / \"course\").lines(), sep=chr(10))" || true' \
        > /usr/local/bin/before-notebook.d/60-course.sh && \
    chmod a+rx /usr/local/bin/before-notebook.d/60-course.sh
USER ${NB_UID}

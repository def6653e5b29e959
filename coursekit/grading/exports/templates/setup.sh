#!/usr/bin/env bash
# Prepare Gradescope's container: a Python, what grading needs, and a user without rights.
# Gradescope runs this once, as root, when the autograder is uploaded.
set -euo pipefail

root="${AUTOGRADER_ROOT:-/autograder}"
export DEBIAN_FRONTEND=noninteractive

python=""
# those that the course is tested with come first
for name in python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
        python="$name"
        break
    fi
done
if [ -z "$python" ]; then # Ubuntu 22.04 comes with Python 3.10
    python=python3.11
    apt-get update
    apt-get install -y "$python" "$python-venv"
fi
if ! "$python" -m venv "$root/venv"; then
    apt-get update
    apt-get install -y "$python-venv"
    "$python" -m venv "$root/venv"
fi

# the CPU's build of torch is a tenth as large; its version sorts above the other's
"$root/venv/bin/python" -m pip install --no-cache-dir \
    --extra-index-url https://download.pytorch.org/whl/cpu \
    --requirement "$root/source/requirements.txt"
"$root/venv/bin/python" -c '
import pathlib, sys, sysconfig
path = pathlib.Path(sysconfig.get_path("purelib"), "coursekit.pth")
path.write_text(sys.argv[1] + "\n")
' "$root/source"
"$root/venv/bin/python" -m compileall -q "$root/source/coursekit"

# whoever writes the code that is graded can change neither the grader nor the results
if [ "$(id -u)" = 0 ] && ! id grader > /dev/null 2>&1; then
    useradd --system --no-create-home --shell /usr/sbin/nologin grader
fi
chmod -R a+rX "$root/source" "$root/venv"

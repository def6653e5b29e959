"""``python -m coursekit.grading.worker``: what `handle.Worker` starts."""

import sys

from coursekit.grading.worker.warm import main

if __name__ == "__main__":
    sys.exit(main())

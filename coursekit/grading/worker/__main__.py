"""``python -m coursekit.grading.worker``: what `handle.Worker` starts."""

import sys

from coursekit.grading.worker import once, warm

if __name__ == "__main__":
    if sys.argv[1:] == ["--once"]:
        sys.exit(once.main(warm.warm_up))
    sys.exit(warm.main())

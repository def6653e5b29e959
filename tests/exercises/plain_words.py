"""What no learner should have to read."""

import re

#: Words of the engine's own, of tracebacks and of testing: none helps a learner.
JARGON = re.compile(
    r"\b(oracle|probe|invariant|outcome|assertion|traceback|allclose|atol|rtol|stub"
    r"|test case|np\.float64|ndarray|Complaint|None type)\b",
    re.IGNORECASE,
)

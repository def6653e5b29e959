"""Importing this spares nbformat and JupyterLab a second in which nobody is served.

``rfc3987_syntax``, a dependency of JupyterLab's, makes 38 grammars of web addresses in
other scripts when it is imported. jsonschema imports it where it is, for nbformat and
for JupyterLab; no schema of theirs has such an address.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # as if it were not installed

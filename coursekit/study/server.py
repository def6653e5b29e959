"""JupyterLab, which starts in half the time without grammars that nobody asks for.

``rfc3987_syntax``, a dependency of JupyterLab's, makes 38 grammars of web addresses in
other scripts when it is imported, and takes more than a second. jsonschema imports it
where it is, for nbformat and for JupyterLab; no schema of theirs has such an address.
"""

import runpy
import sys

sys.modules.setdefault("rfc3987_syntax", None)  # as if it were not installed

if __name__ == "__main__":
    runpy.run_module("jupyterlab", run_name="__main__", alter_sys=True)

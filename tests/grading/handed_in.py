"""Notebooks and archives for the tests of the intake."""

import io
import json
import zipfile

CATALOGUE = {
    "01_plain_networks": {"predict_gain": "", "01-share": ""},
    "07_layer_norm": {
        "axes_of": "def axes_of(norm, shape):\n    return (0,)  # mend it",
        "layer_norm_forward": "",
        "07-means": "",
    },
}
NORM, PLAIN = "07_layer_norm", "01_plain_networks"


def notebook(*cells, **metadata):
    """Return the bytes of a notebook with these code cells."""
    made = [
        {"cell_type": "code", "metadata": metadata, "source": cell, "outputs": []}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": made}).encode()


ABOUT_NORM = notebook("def axes_of(norm, shape):\n    return (1,)")
STUBS = (
    CATALOGUE[NORM]["axes_of"],
    "def layer_norm_forward(x):\n    raise NotImplementedError",
    'answer("07-means", ...)',
)
ABOUT_PLAIN = notebook('answer("01-share", 0.5)')
ABOUT_NOTHING = notebook("print('hello')")


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    """Return a zip archive; names that end in a slash are folders."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        pairs = members.items() if isinstance(members, dict) else members
        for name, data in pairs:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            info.compress_type = compression
            archive.writestr(info, data)
    return out.getvalue()


def laid_out(root, files):
    """Write files under a folder; a name that ends in a slash is an empty folder."""
    for name, data in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return root

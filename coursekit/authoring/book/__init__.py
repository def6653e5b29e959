"""The course as pages and slides that open from disk, without network or kernel."""

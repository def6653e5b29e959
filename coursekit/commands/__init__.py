"""The commands of ``coursekit``: each module adds its own to the parser."""

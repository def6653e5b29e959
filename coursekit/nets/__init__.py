"""The course's layers and networks as torch modules, with torch's own names."""

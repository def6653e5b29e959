"""The definition of each layer in NumPy: forward passes and hand-derived gradients."""

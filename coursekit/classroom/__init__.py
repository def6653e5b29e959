"""The workshop side: agenda, instructor's guide, live board."""

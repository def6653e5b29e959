"""What a class and each learner get to read of the records: pages and tables."""

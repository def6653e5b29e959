"""What grading leaves behind: one record a criterion, kept whatever happens."""

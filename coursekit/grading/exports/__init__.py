"""Results in the formats that other systems read: one module a format."""

"""What the lessons measure: a configuration in, a frozen result out, no drawing."""

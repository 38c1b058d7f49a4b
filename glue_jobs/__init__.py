"""What the data means: thin job entries over pure DataFrame functions."""

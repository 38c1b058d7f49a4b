"""Data quality: the rules, their evaluation and the scores of a day."""

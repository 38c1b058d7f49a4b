"""The report: one self-contained page about a lake, from facts by SQL over figures to HTML."""

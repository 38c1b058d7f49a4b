"""How fast and how small: each module measures this project beside what a user would pick instead."""

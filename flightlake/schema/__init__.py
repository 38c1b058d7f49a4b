"""Tables of the lake: contracts, columns and the project's SQL files."""

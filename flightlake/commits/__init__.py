"""The commit log: records, pointers and the removal of expired commits."""

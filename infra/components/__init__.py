"""One component for one concern, each of them safe by construction."""

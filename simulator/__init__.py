"""Simulator of OpenSky: a server with its protocol over a seeded sky of invented flights.

`server.SimulatorServer` embeds it in a test or a demonstration, `server.serve` runs it from the command line,
`sky.Sky` is the sky alone.
"""

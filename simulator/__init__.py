"""An OpenSky-compatible server over a seeded sky: real protocol, invented flights, known truth.

`server.SimulatorServer` embeds it in a test or a demonstration, `server.serve` runs it from the command line,
`sky.Sky` is the sky alone.
"""

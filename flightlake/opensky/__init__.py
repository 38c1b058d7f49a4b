"""OpenSky's format: fields of a state vector, JSON decoding, credit costs, bounding boxes."""
